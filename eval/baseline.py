"""The scores that were accepted (eval/baseline.json), and what has risen or fallen since."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from eval.scores import Graded, Score, groups_of, score

FILE = Path(__file__).parent / "baseline.json"


@dataclass(frozen=True, slots=True)
class Baseline:
    """By group: its score, and whether each of its questions was answered right."""

    groups: Mapping[str, Score]
    questions: Mapping[str, Mapping[str, bool]]

    def right(self, group: str) -> int:
        return self.groups[group].right if group in self.groups else 0

    def right_questions(self, group: str) -> set[str]:
        return {name for name, right in self.questions.get(group, {}).items() if right}


@dataclass(frozen=True, slots=True)
class Change:
    """One group: how many were right before and are now, and which questions were lost and won."""

    group: str
    before: int
    now: int
    lost: tuple[str, ...]
    won: tuple[str, ...]


_BASELINE = TypeAdapter(Baseline)


def baseline_of(graded: Sequence[Graded]) -> Baseline:
    groups = groups_of(graded)
    return Baseline(
        groups={name: score(group) for name, group in groups.items()},
        questions={name: {asked.golden.id: one.right for asked, one in group} for name, group in groups.items()},
    )


def read_baseline(path: Path) -> Baseline | None:
    """None where nothing has been accepted yet; raises pydantic.ValidationError when the file cannot be read."""
    return _BASELINE.validate_json(path.read_bytes()) if path.exists() else None


def write_baseline(path: Path, accepted: Baseline) -> None:
    """Keys in order: the same scores are the same bytes."""
    written = json.dumps(_BASELINE.dump_python(accepted), ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(f"{written}\n", encoding="utf-8")


def compare(before: Baseline, now: Baseline) -> list[Change]:
    """Every group of either, in the order in which they are asked now."""
    names = dict.fromkeys((*now.groups, *before.groups))
    return [_change(name, before, now) for name in names]


def _change(group: str, before: Baseline, now: Baseline) -> Change:
    had, has = before.right_questions(group), now.right_questions(group)
    lost, won = tuple(sorted(had - has)), tuple(sorted(has - had))
    return Change(group, before.right(group), now.right(group), lost, won)


def fallen(changes: Sequence[Change]) -> list[str]:
    """A line for each group that has fewer right than was accepted."""
    return [
        f"{one.group}：基线对 {one.before} 题，现在对 {one.now} 题；做错的：{'、'.join(one.lost)}"
        for one in changes
        if one.now < one.before
    ]
