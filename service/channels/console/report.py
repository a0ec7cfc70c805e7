"""The monthly report, to be read and printed: for editors."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from service.accounts import Role, Seat
from service.channels.console.gate import Console, gate
from service.channels.console.pages import page
from service.channels.searching import reader
from service.monthly.figures import Sources, figures
from service.monthly.month import BadMonth, Month
from service.monthly.page import article


def router(console: Console) -> APIRouter:
    report = APIRouter(include_in_schema=False)
    sources = Sources(console.desk.records, console.unanswered, console.audit, console.desk.handovers)
    parts = console.desk.parts

    @report.get("/report")
    def monthly(
        month: Annotated[str, Query(max_length=20)] = "", seat: Seat = Depends(gate(console, Role.EDITOR))
    ) -> Response:
        """This month if left out; 422 for what is no month."""
        now = console.now()
        this = Month.of(now)
        try:
            chosen = Month.parse(month) if month else this
        except BadMonth as error:
            return page("report", seat, 422, month=this, wrong=str(error), article="")
        console.note(seat, "read_report", chosen.written)
        with parts.live.lease() as (snapshot, _):
            words = parts.words.current()
            counted = figures(chosen, sources, reader(snapshot, words), now)
        return page("report", seat, month=chosen, wrong="", article=article(counted, words.reasons))

    return report
