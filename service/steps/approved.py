"""A question that the office has answered before → its approved answer, word for word, with the clauses it rests on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from corpus.clause import Clause
from corpus.tokens import tokens_of
from service.dialogue import ApprovedAnswer, Draft, Quote, Status, Understanding
from service.numbers import numbers_in
from service.page import Page
from service.sentences import operative
from service.words import Words

# Measured on the question bank: of five million pairs of questions none of two clauses is above 0.56.
VERY_NEAR = 0.75


def approved(
    asked: Understanding,
    answers: Sequence[ApprovedAnswer],
    alike: Callable[[str, str], float],
    read: Callable[[str], Understanding],
    words: Words,
    clauses: Mapping[str, Clause],
) -> Draft | None:
    """None lets the question go on. `answers` are those that stand today, each clause of theirs is in `clauses`;
    `alike` is 0–1; `read` understands a way of asking as if it were asked by itself on the same day."""
    if not answers or asked.query != asked.text or _computes(asked, words):
        return None
    near = ((alike(asked.text, way), answer, way) for answer in answers for way in answer.ways)
    likely = sorted((one for one in near if one[0] >= VERY_NEAR), key=lambda one: (-one[0], one[1].id))
    answer = next((answer for _, answer, way in likely if _asks_the_same(asked, read(way), words)), None)
    return _draft(answer, words, clauses) if answer else None


def _computes(asked: Understanding, words: Words) -> bool:
    """Whether an amount is wanted, of the family's own or of one benefit."""
    wanted = any(words.intents[intent].said_in(asked.text) for intent in ("how_much", "compute") if asked.benefits)
    return asked.everything or asked.wants_total or wanted


def _asks_the_same(asked: Understanding, way: Understanding, words: Words) -> bool:
    """The same words in the same order (before is not after, may not is not may), the facts told in this message or
    before it, the numbers, the day, the clauses named and the subjects."""
    return (
        _words(asked.text, words) == _words(way.text, words)
        and dict(asked.facts) == dict(way.facts)
        and asked.mixed == way.mixed
        and numbers_in(asked.text) == numbers_in(way.text)
        and asked.about == way.about
        and asked.locators == way.locators
        and asked.subjects == way.subjects
    )


def _words(text: str, words: Words) -> list[str]:
    """Without what people say to be polite."""
    for polite in words.intents["polite"].find(text):
        text = text[: polite.start] + " " * (polite.end - polite.start) + text[polite.end :]
    return [token for token in tokens_of(text) if not token.startswith("#")]


def _draft(answer: ApprovedAnswer, words: Words, clauses: Mapping[str, Clause]) -> Draft:
    page = Page(words, [words.wording["approved"], *answer.text.split("\n")], vouched=[answer.text])
    cited = [clauses[ref] for ref in answer.refs]
    for clause in cited:
        name = "lookup" if clause.verbatim else "lookup_digest"
        page.lines.append(page.say(name, title=clause.document_title, label=clause.label))
        page.show(Quote(clause, operative(clause, answer.text)))
    units = tuple(dict.fromkeys(unit for clause in cited for unit in clause.units))
    if units:
        page.lines.append(page.say("units" if cited[0].verbatim else "units_digest", units="、".join(units)))
    return replace(page.draft(Status.ANSWERED, "approved", units), approved=answer)
