"""Questions that ask the same, grouped; the words of a group only where enough different people have said them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.index import Query
from service.unanswered import Read, nearness

# Fewer could be one family telling its own story.
FEWEST = 3
# Every wording is compared with every group: more would keep a reader waiting.
COMPARED = 600


@dataclass(frozen=True, slots=True)
class Said:
    """A wording, and the conversation it was said in; None: it is not known in which, it may be any of the others."""

    question: str
    conversation: str | None


@dataclass(frozen=True, slots=True)
class Alike:
    """Questions that ask the same: `count` questions of `conversations` conversations. `wording` is one of
    them, "" where none may be printed word for word."""

    wording: str
    count: int
    conversations: int


@dataclass(frozen=True, slots=True)
class Grouped:
    """The largest first; `left_out` wordings were too many to be compared."""

    groups: tuple[Alike, ...]
    left_out: int


def group_alike(said: Iterable[Said], read: Read) -> Grouped:
    """Of the wordings that differ, the `COMPARED` most frequent; `question` is masked."""
    by_wording: dict[str, list[Said]] = {}
    for one in said:
        by_wording.setdefault(one.question.strip(), []).append(one)
    wordings = sorted(by_wording.values(), key=len, reverse=True)
    groups: list[tuple[list[Query], list[Said]]] = []
    for same in wordings[:COMPARED]:
        asked = read(same[0].question)
        near = [nearness(asked, queries) for queries, _ in groups]
        best = max(range(len(near)), key=near.__getitem__, default=None)
        if best is None or near[best] < 1:
            groups.append(([asked], list(same)))
        else:
            groups[best][0].append(asked)
            groups[best][1].extend(same)
    alike = sorted((of_one(members) for _, members in groups), key=lambda group: -group.count)
    return Grouped(tuple(alike), max(0, len(wordings) - COMPARED))


def of_one(members: Sequence[Said]) -> Alike:
    """One group. Its wording is what most conversations said, of those the shortest: it tells the least of anybody."""
    said_in: dict[str, set[str | None]] = {}
    for one in members:
        said_in.setdefault(one.question.strip(), set()).add(one.conversation)
    wording = min(said_in, key=lambda question: (-len(said_in[question]), len(question)))
    conversations = len({one.conversation for one in members} - {None})
    return Alike(wording if conversations >= FEWEST else "", len(members), conversations)
