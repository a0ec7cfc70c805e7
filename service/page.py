"""The answer while it is written: its lines, and its quotes, numbered as they are first cited."""

from dataclasses import dataclass, field

from corpus.clause import Clause
from service.dialogue import Draft, Quote, Status
from service.numbers import numbers_in
from service.rules.benefit import Change, Entitlement
from service.sentences import operative, sentences
from service.words import Words


@dataclass
class Page:
    """`vouched` are fixed texts that carry their own basis: numbers in them need no quote."""

    words: Words
    lines: list[str] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    vouched: list[str] = field(default_factory=list)

    def say(self, sentence: str, /, **values: object) -> str:
        return self.words.wording[sentence].format(**values)

    def cite(self, quote: Quote) -> str:
        if quote not in self.quotes:
            self.quotes.append(quote)
        return f"[{self.quotes.index(quote) + 1}]"

    def prove(self, text: str, clause: Clause) -> str:
        """Marks of the fewest sentences that hold those numbers of the text that nothing quoted from it holds yet."""
        held = [quote.text for quote in self.quotes if quote.clause == clause]
        unproven = numbers_in(text) - numbers_in(" ".join(held))
        pieces = list(sentences(clause.text))
        chosen: list[str] = []
        while best := max(pieces, key=lambda piece: len(unproven & numbers_in(piece)), default=""):
            if not unproven & numbers_in(best):
                break
            unproven -= numbers_in(best)
            chosen.append(best)
        return "".join(self.cite(Quote(clause, piece.strip())) for piece in pieces if piece in chosen)

    def show(self, quote: Quote) -> None:
        kind = "quote" if quote.clause.verbatim else "digest"
        self.lines.append(self.say(kind, quote=quote.text) + self.cite(quote))

    def tell(self, change: Change, clause: Clause | None) -> None:
        """A later change, once in an answer."""
        if change.text not in self.vouched:
            mark = self.cite(Quote(clause, operative(clause, change.text))) if clause else ""
            self.lines.append(self.say("later") + change.text + mark)
            self.vouched.append(change.text)

    def draft(
        self,
        status: Status,
        reason: str | None,
        units: tuple[str, ...],
        entitlements: tuple[Entitlement, ...] = (),
        missing: tuple[str, ...] = (),
    ) -> Draft:
        return Draft(
            status=status,
            lines=tuple(self.lines),
            quotes=tuple(self.quotes),
            reason=reason,
            entitlements=entitlements,
            missing=missing,
            units=units,
            vouched=tuple(self.vouched),
        )
