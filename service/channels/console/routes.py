"""Everything under /console."""

from pathlib import Path

from fastapi import APIRouter, Depends

from service.channels.console import (
    administration,
    answers,
    documents,
    doors,
    freshness,
    handovers,
    lookup,
    office,
    publishing,
    queue,
    report,
    switchboard,
    what_if,
)
from service.channels.console.forms import printable
from service.channels.console.gate import Console
from service.channels.console.pages import static_router
from service.freshness import Upkeep


def router(console: Console, public_url: str, upkeep: Upkeep, data_dir: Path) -> APIRouter:
    """`public_url` is where this service is reached, or "": as the browser reached it; `data_dir` is of the
    snapshots."""
    routes = APIRouter(dependencies=[Depends(printable)])
    for part in (
        static_router(),
        doors.router(console),
        lookup.router(console),
        what_if.router(console),
        handovers.router(console),
        queue.router(console),
        documents.router(console, upkeep.documents),
        publishing.router(console, data_dir),
        report.router(console),
        office.router(console, upkeep.office),
        freshness.router(console, upkeep),
        answers.router(console),
        administration.router(console, public_url),
        switchboard.router(console),
    ):
        routes.include_router(part, prefix="/console")
    return routes
