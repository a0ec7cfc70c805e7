"""Answers that the office approves: proposed from an answer or a group of questions, decided by a second person."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from corpus.bank import LONGEST
from corpus.clause import Clause
from service.accounts import Role, Seat
from service.approved import Kept, Proposal, State
from service.channels.console.gate import Console, gate
from service.channels.console.pages import page
from service.channels.errors import NotFound
from service.confirmations import digest_of
from service.masking import mask
from service.numbers import MARK

_PLACE = "/console/approved"
_LONGEST_TEXT, _MOST_WAYS, _MOST_CLAUSES = 1000, 50, 5
_WITHDRAWN_SHOWN = 20
_LATE = "这一条已经有人处理过，或者是您自己提出的，要由另一个人来定"
_CHANGED = "回答或条款的文字刚才变了，请看过新的再定"

Field = Annotated[str, Form(max_length=20_000)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as it is filled in; `group` is that of the queue it comes from, 0 where none."""

    question: str = ""
    ways: str = ""
    text: str = ""
    refs: str = ""
    group: int = 0


def router(console: Console) -> APIRouter:
    answers = APIRouter(include_in_schema=False, prefix="/approved")
    operator, editor = gate(console, Role.OPERATOR), gate(console, Role.EDITOR)
    approved, records = console.approved, console.desk.records

    def clauses() -> dict[str, Clause]:
        with console.desk.parts.live.lease() as (snapshot, _):
            return dict(snapshot.by_ref) if snapshot else {}

    def listed(seat: Seat, status: int = 200, wrong: str = "") -> Response:
        here, all_ = clauses(), approved.questions()
        faults = approved.book().suspended(here, console.now().date())
        return page(
            "approved",
            seat,
            status,
            waiting=[one for one in all_ if one.status is State.PROPOSED],
            suspended=[one for one in all_ if one.id in faults],
            standing=[one for one in all_ if one.status is State.APPROVED and one.id not in faults],
            withdrawn=approved.withdrawn(_WITHDRAWN_SHOWN),
            faults=faults,
            clauses=here,
            read={one.id: _read(one, here) for one in all_},
            lapse={ref: _lapse(clause, console.now().date()) for ref, clause in here.items()},
            wrong=wrong,
        )

    def form(seat: Seat, shown: Shown, *wrong: str) -> Response:
        names = {ref: f"《{clause.document_title}》{clause.label}" for ref, clause in clauses().items()}
        return page("propose", seat, 422 if wrong else 200, shown=shown, names=names, wrong=wrong)

    @answers.get("")
    def first_page(seat: Seat = Depends(operator)) -> Response:
        console.note(seat, "list_approved")
        return listed(seat)

    @answers.get("/new")
    def new(
        answer: Annotated[str, Query(max_length=64)] = "", group: int = 0, seat: Seat = Depends(operator)
    ) -> Response:
        """Filled in with a recorded answer, or with the questions of a group."""
        kept, of_queue = records.kept(answer, console.now()) if answer else None, console.unanswered.group(group)
        if kept is not None:
            refs = dict.fromkeys(citation.ref for citation in kept.answer.citations)
            lines = [
                MARK.sub("", line)
                for line in kept.answer.text.split("\n")
                if not any(citation.quote in line for citation in kept.answer.citations)
            ]
            return form(seat, Shown(kept.question, "", "\n".join(lines), "\n".join([*refs][:_MOST_CLAUSES])))
        if of_queue is not None:
            first, *others = dict.fromkeys(of_queue.questions)
            return form(seat, Shown(first, "\n".join(others[:_MOST_WAYS]), "", "", group))
        if answer or group:
            raise NotFound("没有这个回答或这一组问题，或者已经处理过了", "answer")
        return form(seat, Shown())

    @answers.post("")
    def propose(
        question: Field = "",
        ways: Field = "",
        text: Field = "",
        refs: Field = "",
        group: Annotated[int, Form()] = 0,
        seat: Seat = Depends(operator),
    ) -> Response:
        if group and not seat.role.covers(Role.EDITOR):
            raise HTTPException(403)
        shown, here = Shown(mask(question).strip(), _lines_masked(ways), _clean(text), refs, group), clauses()
        chosen = list(dict.fromkeys(refs.split()))
        wrong = [*_faults(shown), *_clause_faults(chosen, here, console.now().date())]
        if wrong:
            return form(seat, shown, *wrong)
        basis = {ref: here[ref].text for ref in chosen}
        proposal = Proposal(shown.question, tuple(shown.ways.split("\n")) if shown.ways else (), shown.text, basis)
        id = approved.propose(proposal, seat.name, console.now())
        console.note(seat, "propose_answer", str(id))
        if group and console.unanswered.close(group, "approved_answer", seat.name):
            console.note(seat, "close_approved_answer", f"{group} {id}")
        return RedirectResponse(_PLACE, 303)

    def found(id: int) -> Kept:
        kept = approved.kept(id)
        if kept is None:
            raise NotFound("没有这一条", "id")
        return kept

    def standing(kept: Kept, here: dict[str, Clause]) -> bool:
        """In use: to be withdrawn, not decided again."""
        suspended = approved.book().suspended(here, console.now().date())
        return kept.status is State.APPROVED and kept.id not in suspended

    @answers.post("/{id}/approve")
    def approve(id: int, read: Field = "", seat: Seat = Depends(editor)) -> Response:
        """`read` stands for what the page showed: the answer and the texts of its clauses."""
        kept, here = found(id), clauses()
        faults = _clause_faults(kept.refs, here, console.now().date()) or (
            [_CHANGED] if read != _read(kept, here) else []
        )
        if faults:
            return listed(seat, 422, "；".join(faults))
        basis = {ref: here[ref].text for ref in kept.refs}
        if standing(kept, here) or not approved.approve(id, basis, seat.name, console.now()):
            return listed(seat, 409, _LATE)
        console.note(seat, "approve_answer", str(id))
        return RedirectResponse(_PLACE, 303)

    @answers.post("/{id}/reword")
    def reword(id: int, text: Field = "", read: Field = "", seat: Seat = Depends(editor)) -> Response:
        """Another text is another proposal, for another person."""
        kept, here, new = found(id), clauses(), _clean(text)
        faults = [*_text_faults(new), *_clause_faults(kept.refs, here, console.now().date())]
        if not faults and (read != _read(kept, here) or new == kept.text):
            faults = [_CHANGED if new != kept.text else "文字没有改：照原样请点“核准”"]
        if faults:
            return listed(seat, 422, "；".join(faults))
        basis = {ref: here[ref].text for ref in kept.refs}
        other = None if standing(kept, here) else approved.reword(id, new, basis, seat.name, console.now())
        if other is None:
            return listed(seat, 409, _LATE)
        console.note(seat, "reword_answer", f"{id} {other}")
        return RedirectResponse(_PLACE, 303)

    @answers.post("/{id}/decline")
    def decline(id: int, seat: Seat = Depends(editor)) -> Response:
        found(id)
        if not approved.decline(id, seat.name):
            return listed(seat, 409, _LATE)
        console.note(seat, "decline_answer", str(id))
        return RedirectResponse(_PLACE, 303)

    @answers.post("/{id}/withdraw")
    def withdraw(id: int, seat: Seat = Depends(editor)) -> Response:
        found(id)
        if not approved.withdraw(id, seat.name):
            return listed(seat, 409, "这一条没有在用，或者已经撤下")
        console.note(seat, "withdraw_answer", str(id))
        return RedirectResponse(_PLACE, 303)

    return answers


def _read(kept: Kept, clauses: dict[str, Clause]) -> str:
    texts = (f"{ref} {clauses[ref].text if ref in clauses else ''}" for ref in kept.refs)
    return digest_of("\n".join([kept.question, *kept.proposal.ways, kept.text, *texts]))


def _lines_masked(ways: str) -> str:
    lines = (mask(line).strip() for line in ways.splitlines())
    return "\n".join(filter(None, lines))


def _clean(text: str) -> str:
    """Without empty lines; not masked, as it may name the office's own telephone."""
    return "\n".join(filter(None, (line.strip() for line in text.splitlines())))


def _faults(shown: Shown) -> list[str]:
    ways = shown.ways.split("\n")
    return [
        *(["请写上问题"] if not shown.question else []),
        *([f"一种问法不超过 {LONGEST} 字，不分行"] if any(_too_long(way) for way in (shown.question, *ways)) else []),
        *([f"别的问法最多 {_MOST_WAYS} 种"] if len(ways) > _MOST_WAYS else []),
        *_text_faults(shown.text),
    ]


def _too_long(way: str) -> bool:
    return len(way) > LONGEST or "\n" in way or "\r" in way


def _text_faults(text: str) -> list[str]:
    return [
        *(["请写上回答"] if not text else []),
        *([f"回答不超过 {_LONGEST_TEXT} 字"] if len(text) > _LONGEST_TEXT else []),
        *(["回答里不要写 [1] 这样的标记，引用由系统加上"] if MARK.search(text) else []),
    ]


def _clause_faults(refs: tuple[str, ...] | list[str], clauses: dict[str, Clause], today: date) -> list[str]:
    unknown = [ref for ref in refs if ref not in clauses]
    lapses = [(ref, _lapse(clauses[ref], today)) for ref in refs if ref in clauses]
    return [
        *([f"依据写 1 到 {_MOST_CLAUSES} 条条款"] if not 0 < len(refs) <= _MOST_CLAUSES else []),
        *([f"没有这些条款：{'、'.join(unknown)[:200]}"] if unknown else []),
        *(f"{ref}：{lapse}，今天不能用它作依据" for ref, lapse in lapses[:_MOST_CLAUSES] if lapse),
    ]


def _lapse(clause: Clause, today: date) -> str:
    """Why it is not in force on the day, "" where it is."""
    named = f"《{clause.document_title}》{clause.label}"
    if clause.in_force(today):
        return ""
    if clause.ended(today):
        return f"{named}从 {clause.effective_until} 起已经失效"
    return f"{named}从 {max(clause.published_on, clause.effective_from or clause.published_on)} 起才施行"
