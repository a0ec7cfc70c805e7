"""What publishing a new state of the corpus would change: clauses, the numbers that rest on them, the answers."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from corpus.bank import BankQuestion
from corpus.clause import Clause
from corpus.live import FixedSnapshot
from corpus.snapshot import Snapshot
from service.changes import BankChange, Change, Kind, compare, compare_bank, refs_of, state_of, touched
from service.confirmations import Confirmations, digest_of
from service.dialogue import Question
from service.pipeline import Parts, answer_question
from service.records import QuestionText
from service.rules.benefit import Benefit

_MOST = 400  # questions of the bank × days: each takes about 10 ms
LISTED = 50  # changed questions of the bank that are shown


@dataclass(frozen=True, slots=True)
class Resting:
    """Something that rests on a changed clause: a number of a rule, a rule's quote, or an approved answer.

    `subject` is the name it is confirmed under; `stands`: its words are still in the clause; `confirmed`: a person has
    read the new clause and said that it still holds; `state`: the digest of the new clause as it is shown.
    """

    subject: str
    what: str
    ref: str
    phrase: str
    stands: bool
    confirmed: bool
    state: str = ""


@dataclass(frozen=True, slots=True)
class ApprovedText:
    """An approved answer as this report needs it."""

    number: int
    question: str
    text: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """`source` tells where the question comes from: `bank`, `approved` or `recorded`; `answer_id` is that of a recorded
    one; `on`: the first day asked for on which the answers differ."""

    source: str
    question: str
    old: str
    new: str
    answer_id: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Astray:
    """A new way of asking for the clause `ref` whose answer, once published, does not cite it; `on`: the day asked
    for, on which the clause is in force wherever there is one."""

    text: str
    ref: str
    on: date


@dataclass(frozen=True, slots=True)
class Impact:
    """`asked` counts the questions that were put to both states, for each of `days`; `left` those that were not, as
    there are too many; `astray` are among those asked."""

    changes: tuple[Change, ...]
    resting: tuple[Resting, ...]
    answers: tuple[ChangedAnswer, ...]
    asked: int
    days: tuple[date, ...] = ()
    bank: tuple[BankChange, ...] = ()
    left: int = 0
    astray: tuple[Astray, ...] = ()

    @property
    def open(self) -> tuple[Resting, ...]:
        """What keeps this from being published."""
        return tuple(one for one in self.resting if not one.confirmed)

    @property
    def bank_counts(self) -> Mapping[Kind, int]:
        return Counter(change.kind for change in self.bank)

    @property
    def untried(self) -> bool:
        """Words changed, and there was no question to ask about them."""
        return not self.asked and any(change.kind is not Kind.DETAILS for change in self.changes)


@dataclass(frozen=True, slots=True)
class Material:
    """What is looked at beside the clauses: the rules, the approved answers, and masked questions people asked."""

    benefits: Iterable[Benefit]
    approved: Sequence[ApprovedText]
    recorded: Sequence[QuestionText]


def storable(impact: Impact) -> Impact:
    """Without what people said, so that it can be kept: recorded questions by the id of their answer alone."""
    answers = (replace(one, question="", old="", new="") if one.source == "recorded" else one for one in impact.answers)
    return replace(impact, answers=tuple(answers))


def what_rests(
    before: Sequence[Clause], after: Sequence[Clause], material: Material, confirmations: Confirmations
) -> list[Resting]:
    """What rests on a clause that is changed, ended or gone."""
    old, new = ({str(clause.ref): clause for clause in clauses} for clauses in (before, after))
    changed = touched(before, after) & old.keys()
    numbers = [
        (
            f"parameter:{benefit.slug}.{name}@{held.effective_from} {held.ref}",
            f"{benefit.name} {held.value}",
            held.ref,
            held.phrase,
        )
        for benefit in material.benefits
        for name, parameter in benefit.parameters.items()
        for held in parameter.values
    ]
    quotes = [
        (f"quote:{benefit.slug} {benefit.basis}", f"{benefit.name} 引的原句", benefit.basis, benefit.quote)
        for benefit in material.benefits
        if benefit.basis in old and benefit.quote in old[benefit.basis].text
    ]
    answers = [
        (f"answer:{one.number} {ref}", f"核准的回答 {one.number}：{one.question}", ref, "")
        for one in material.approved
        for ref in one.refs
    ]
    found = [one for one in (*numbers, *quotes, *answers) if one[2] in changed]
    known = confirmations.of([subject for subject, *_ in found])
    return [
        Resting(subject, what, ref, phrase, *_standing(new.get(ref), phrase, known.get(subject, frozenset())))
        for subject, what, ref, phrase in found
    ]


def _standing(clause: Clause | None, phrase: str, confirmed: frozenset[str]) -> tuple[bool, bool, str]:
    """Words that are no longer there cannot be confirmed away: the rule has to be mended."""
    stands = not phrase or (clause is not None and phrase in clause.text)
    state = digest_of(state_of(clause))
    return stands, stands and state in confirmed, state


def assess(
    before: Snapshot,
    after: Snapshot,
    material: Material,
    parts: Parts,
    confirmations: Confirmations,
    days: tuple[date, ...],
) -> Impact:
    """Asks the questions of both snapshots, as on each of the days; `parts.live` is not used."""
    changes, bank = compare(before, after), compare_bank(before, after)
    of_bank = _of_bank(before, after, bank, refs_of(changes, before, after))
    asked = _chosen(*of_bank, _MOST // len(days))
    questions = dict.fromkeys(asked, ("bank", ""))
    questions |= {one.question: ("recorded", one.answer_id) for one in material.recorded}
    questions |= {one.question: ("approved", "") for one in material.approved}
    old, new = (replace(parts, live=FixedSnapshot(snapshot)) for snapshot in (before, after))
    answers = [
        ChangedAnswer(source, text, was, now, answer_id, on)
        for text, (source, answer_id) in questions.items()
        for on, was, now in _first_difference(text, old, new, days)
    ]
    resting = what_rests(before.clauses, after.clauses, material, confirmations)
    left = sum(map(len, of_bank)) - len(asked)
    astray = tuple(_astray([one for one in bank if one.text in questions], after, new, days))
    return Impact(tuple(changes), tuple(resting), tuple(answers), len(questions), days, tuple(bank), left, astray)


def _astray(bank: Iterable[BankChange], after: Snapshot, new: Parts, days: Sequence[date]) -> Iterator[Astray]:
    for one in bank:
        clause = after.by_ref.get(one.new)
        if clause is not None:
            on = _day_of(clause, days)
            cited = {citation.ref for citation in answer_question(Question(one.text, on), new).citations}
            if one.new not in cited:
                yield Astray(one.text, one.new, on)


def _day_of(clause: Clause, days: Sequence[date]) -> date:
    """On which the clause is in force: one of the days, or that on which it begins; else the first of the days."""
    begins = max(clause.effective_from or clause.published_on, clause.published_on)
    return next((day for day in (*days, begins) if day >= days[0] and clause.in_force(day)), days[0])


def _first_difference(text: str, old: Parts, new: Parts, days: Iterable[date]) -> Iterator[tuple[date, str, str]]:
    """The first day on which it is answered otherwise, with both answers; nothing where there is none."""
    for on in days:
        was, now = (answer_question(Question(text, on), side).text for side in (old, new))
        if was != now:
            yield on, was, now
            return


def _of_bank(
    before: Snapshot, after: Snapshot, changes: Iterable[BankChange], refs: Collection[str]
) -> tuple[list[BankQuestion], list[BankQuestion]]:
    """The questions of the bank that are not as they were, and the others that ask for a changed clause."""
    turned = [BankQuestion(change.new or change.old, change.text) for change in changes]
    known = {one.text for one in turned}
    return turned, [one for one in after.questions if one.ref in refs and one.text not in known]


def _chosen(turned: Iterable[BankQuestion], others: Iterable[BankQuestion], most: int) -> list[str]:
    """As many as `most`, three quarters of them for those that are not as they were."""
    first = _in_turns(turned)[: most * 3 // 4]
    return first + _in_turns(others)[: most - len(first)]


def _in_turns(questions: Iterable[BankQuestion]) -> list[str]:
    """One for each clause, then a second for each, and so on."""
    of_clause: dict[str, list[str]] = {}
    for one in questions:
        of_clause.setdefault(one.ref, []).append(one.text)
    return [text for turn in zip_longest(*of_clause.values()) for text in turn if text is not None]
