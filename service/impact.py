"""What publishing a new state of the corpus would change: clauses, the numbers that rest on them, the answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from corpus.clause import Clause
from corpus.live import FixedSnapshot
from corpus.snapshot import Snapshot
from service.changes import Change, Kind, compare, state_of, touched
from service.confirmations import Confirmations, digest_of
from service.dialogue import Question
from service.pipeline import Parts, answer_question
from service.records import QuestionText
from service.rules.benefit import Benefit


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
    one."""

    source: str
    question: str
    old: str
    new: str
    answer_id: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """`asked` counts the questions that were put to both states; `on` is the day they were asked for."""

    changes: tuple[Change, ...]
    resting: tuple[Resting, ...]
    answers: tuple[ChangedAnswer, ...]
    asked: int
    on: date

    @property
    def open(self) -> tuple[Resting, ...]:
        """What keeps this from being published."""
        return tuple(one for one in self.resting if not one.confirmed)

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
    answers = (
        ChangedAnswer(one.source, "", "", "", one.answer_id) if one.source == "recorded" else one
        for one in impact.answers
    )
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
    before: Snapshot, after: Snapshot, material: Material, parts: Parts, confirmations: Confirmations, on: date
) -> Impact:
    """Asks the questions of both snapshots; `parts.live` is not used."""
    changes = compare(before, after)
    questions = _questions(before, after, material)
    old, new = (replace(parts, live=FixedSnapshot(snapshot)) for snapshot in (before, after))
    answers = []
    for text, (source, answer_id) in questions.items():
        question = Question(text, on)
        was, now = (answer_question(question, side).text for side in (old, new))
        if was != now:
            answers.append(ChangedAnswer(source, text, was, now, answer_id))
    resting = what_rests(before.clauses, after.clauses, material, confirmations)
    return Impact(tuple(changes), tuple(resting), tuple(answers), len(questions), on)


def _questions(before: Snapshot, after: Snapshot, material: Material) -> Mapping[str, tuple[str, str]]:
    """question → source and id of a recorded answer: those of the bank that ask for a touched clause, the recorded
    ones, the approved ones."""
    changed = touched(before.clauses, after.clauses)
    asked = {
        question.text: ("bank", "")
        for snapshot in (before, after)
        for question in snapshot.questions
        if question.ref in changed
    }
    asked |= {one.question: ("recorded", one.answer_id) for one in material.recorded}
    return asked | {one.question: ("approved", "") for one in material.approved}
