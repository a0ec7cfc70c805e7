"""A message of a conversation → the benefits with which it goes on, and whether a change it makes was heard."""

import re
from dataclasses import dataclass

from corpus.phrases import NUMERAL
from service.dialogue import Earlier
from service.facts_said import Said
from service.memory import FAMILY
from service.rules.catalogue import benefits
from service.words import Words

_FAMILY_COUNTS = ("birth_order", "birth_order_disputed")
_SHORT = 18


@dataclass(frozen=True, slots=True)
class FollowUp:
    """`subjects`: the benefits it goes on with; `unheard`: it corrects or supposes something, and no fact was heard;
    `siblings`: it wants the sum for children whose cases were told one after the other."""

    subjects: tuple[str, ...] = ()
    unheard: bool = False
    siblings: bool = False


def talked_of(text: str, earlier: Earlier, words: Words) -> tuple[str, ...]:
    """The benefits of the last answer, or the one further back to which the message goes back (回到刚才的房子)."""
    return _gone_back(text, earlier, words) or earlier.benefits


def follow_up(
    text: str, before: tuple[str, ...], earlier: Earlier, said: Said, own_topic: bool, words: Words
) -> FollowUp:
    """`text` names no benefit; `before` are those that it may go on with. A subject of its own ends them."""
    if not earlier.text:
        return FollowUp()
    if before and "birth_order" in earlier.facts.get(FAMILY, {}) and words.intents["siblings"].said_in(text):
        return FollowUp(before, siblings=True)
    needs = {fact for slug in before if slug in benefits() for fact in benefits()[slug].needs}
    heard = said.facts.keys() | said.doubted
    detail = any(one.phrases.said_in(text) for one in words.unstated)
    replies = bool(earlier.asked) and len(text) <= _SHORT
    leans = bool(needs & heard) or detail or replies or _leans(text, words)
    if not (needs & heard - set(_FAMILY_COUNTS)) and (own_topic or not leans):
        return FollowUp()
    return FollowUp(before, unheard=not heard and not detail and _changes(text, words))


def is_elliptic(text: str, words: Words) -> bool:
    """Half a sentence (那配偶呢) that only makes sense after another one."""
    return len(text) <= _SHORT and words.intents["follow"].said_in(text)


def _leans(text: str, words: Words) -> bool:
    short_ask = len(text) <= _SHORT and words.intents["money"].said_in(text)
    back = words.intents["back"].said_in(text)
    return is_elliptic(text, words) or short_ask or back or _mistaken(text, words)


def _changes(text: str, words: Words) -> bool:
    supposes = words.intents["suppose"].said_in(text) and re.search(NUMERAL, text) is not None
    return supposes or _mistaken(text, words)


def _mistaken(text: str, words: Words) -> bool:
    return words.intents["mistake"].said_in(text) and not words.intents["either"].said_in(text)


def _gone_back(text: str, earlier: Earlier, words: Words) -> tuple[str, ...]:
    if not words.intents["back"].said_in(text):
        return ()
    told = [owner for owner in earlier.facts if owner != FAMILY]
    meant = [s.benefit for s in words.subjects if s.benefit in told and s.things.said_in(text)] or told
    return tuple(meant) if len(meant) == 1 else ()
