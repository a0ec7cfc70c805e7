"""corpus/questions/<document>.yaml → BankQuestions: the ways people really ask for a clause, written by clerks."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from corpus.clause import ClauseRef, Problem
from corpus.tokens import normalize

LONGEST = 200
NOT_ANSWERED = "!"
REASONS = ("out_of_scope", "no_basis", "refused", "handed_over")


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A way of asking and the ref of the clause that it asks for, or `!reason` where it must not be answered."""

    ref: str
    text: str


def load_bank(folder: Path, refs: Collection[str]) -> tuple[list[BankQuestion], list[Problem]]:
    """Every question of every file; all problems at once, each with its line. `refs` are the clauses there are."""
    questions: list[BankQuestion] = []
    problems: list[Problem] = []
    seen: dict[str, BankQuestion] = {}
    for path in sorted(folder.glob("*.yaml")):
        for line, question, problem in _read(path, refs):
            if question is None:
                problems.append(Problem(path, line, *problem))
                continue
            earlier = seen.setdefault(normalize(question.text), question)
            if earlier is not question:
                problems.append(Problem(path, line, f"这个问法已经写在 {earlier.ref} 下面了", "只留一处"))
                continue
            questions.append(question)
    return questions, problems


Read = tuple[int, BankQuestion | None, tuple[str, str]]


def _read(path: Path, refs: Collection[str]) -> Iterator[Read]:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        yield (
            (error.problem_mark.line + 1 if error.problem_mark else 1),
            None,
            ("YAML 写法不对", "检查缩进、引号和冒号"),
        )
        return
    except (OSError, UnicodeDecodeError, yaml.reader.ReaderError):
        yield 1, None, ("读不出来", "存成 UTF-8 文本")
        return
    if root is not None and not isinstance(root, yaml.SequenceNode):
        yield root.start_mark.line + 1, None, ("一组问法要写成 - clause: …", "照文件里别的组写")
        return
    for entry in root.value if root else []:
        yield from _entry(path.stem, entry, refs)


def _entry(document: str, entry: yaml.Node, refs: Collection[str]) -> Iterator[Read]:
    fields = {str(key.value): value for key, value in entry.value} if isinstance(entry, yaml.MappingNode) else {}
    line, questions = entry.start_mark.line + 1, fields.get("questions")
    ref, fault = _target(document, fields, refs)
    if fault or not isinstance(questions, yaml.SequenceNode):
        yield line, None, fault or ("一组问法要有 questions", "照文件里别的组写")
        return
    for node in questions.value:
        yield _question(ref, node)


def _target(document: str, fields: dict[str, yaml.Node], refs: Collection[str]) -> tuple[str, tuple[str, str] | None]:
    clause, reason = fields.get("clause"), fields.get("reason")
    if isinstance(reason, yaml.ScalarNode):
        known = reason.value in REASONS
        return NOT_ANSWERED + reason.value, None if known else (
            f"没有 {reason.value} 这种原因",
            f"写 {'、'.join(REASONS)} 之一",
        )
    if not isinstance(clause, yaml.ScalarNode):
        return "", ("一组问法要有 clause（或不答的原因 reason）", "照文件里别的组写")
    ref = str(ClauseRef(document, clause.value))
    return ref, None if ref in refs else (f"没有 {ref} 这一条", "clause 写条款的锚点，如 12.2；文件名是文件编号")


def _question(ref: str, node: yaml.Node) -> Read:
    line = node.start_mark.line + 1
    text = node.value.strip() if isinstance(node, yaml.ScalarNode) else ""
    if not text:
        return line, None, ("这一行不是一个问法", "一行写一个问法；里面有冒号的用引号括起来")
    if len(text) > LONGEST:
        return line, None, (f"问法超过 {LONGEST} 字", "写短一些")
    return line, BankQuestion(ref, text), ("", "")
