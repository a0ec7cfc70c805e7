"""A question → the fixed reply to it, if it must not be searched for: crisis, orders, harm, other subjects."""

from corpus.clause import Clause
from corpus.tokens import normalize
from service.dialogue import Draft, Quote, Status
from service.sentences import operative
from service.word_entries import Reply
from service.words import Words


def screen(text: str, words: Words, clauses: dict[str, Clause]) -> Draft | None:
    """The first entry of replies.yaml that fits; None lets the question go on."""
    normalized = normalize(text)
    for reply in words.replies:
        if reply.phrases.said_in(normalized) and not reply.unless.said_in(normalized):
            return _draft(reply, normalized, clauses)
    return None


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
    )
