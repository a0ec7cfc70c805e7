"""A question → the fixed reply to it, if it must not be searched for: crisis, orders, harm, other subjects."""

import re

from corpus.clause import Clause
from corpus.tokens import normalize
from service.dialogue import Draft, Quote, Status, Understanding
from service.sentences import operative
from service.word_entries import Reply
from service.words import Words

_MARKS = re.compile(r"[\s,.。!?;:、~…]+")


def screen(asked: Understanding, words: Words, clauses: dict[str, Clause]) -> Draft | None:
    """The first entry of replies.yaml that fits; None lets the question go on."""
    text = normalize(asked.text)
    for reply in words.replies:
        said = reply.phrases.said_in(text) and not reply.unless.said_in(text)
        if said and (not reply.alone or (not asked.said and _is_all_of(reply, text))):
            return _draft(reply, text, clauses)
    return None


def _is_all_of(reply: Reply, text: str) -> bool:
    """Whether nothing else is said."""
    said = list(text)
    for match in reply.phrases.find(text):
        said[match.start : match.end] = " " * (match.end - match.start)
    return not _MARKS.sub("", "".join(said))


def _draft(reply: Reply, question: str, clauses: dict[str, Clause]) -> Draft:
    cited = [clauses[ref] for ref in reply.refs if ref in clauses]
    quotes = tuple(Quote(clause, operative(clause, f"{question}{reply.text}")) for clause in cited)
    marks = "".join(f"[{n}]" for n in range(1, len(quotes) + 1))
    return Draft(
        status=Status(reply.status),
        reason=reply.reason,
        lines=(f"{reply.text}{marks}",),
        quotes=quotes,
        units=reply.units,
        vouched=(reply.text,),
        aside=reply.alone,
    )
