"""Further ways of asking → the bank file of their clause, as a clerk would write them there."""

import json
import os
import tempfile
import threading
from collections.abc import Collection, Sequence
from pathlib import Path

import yaml

from corpus.bank import load_bank
from corpus.clause import ClauseRef, Problem
from corpus.tokens import normalize

_HEAD = (
    "# 群众怎么问《{}》的每一条：命中一个问法就算命中它的条款。一行一个问法，可以直接加；改完运行 python -m ingest。\n"
)
_WRITING = threading.Lock()


def add_questions(folder: Path, refs: Collection[str], ref: str, texts: Sequence[str]) -> list[Problem]:
    """Writes all of them under the clause, or nothing where there is a problem: one that is in the bank already (the
    problem says where), one that `load_bank` would not read, a file that is not sound. `refs` are the clauses there
    are. Raises OSError where the folder cannot be written."""
    target = ClauseRef.parse(ref)
    path = folder / f"{target.document_id}.yaml"
    with _WRITING:
        problems = _already(folder, refs, path, texts)
        if problems:
            return problems
        written = _with(path, target, texts)
        with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
            new = Path(beside) / path.name
            new.write_text(written, encoding="utf-8")
            problems = load_bank(Path(beside), refs)[1]
            if not problems:
                os.replace(new, path)
        return [Problem(path, one.line, one.what, one.mend) for one in problems]


def _already(folder: Path, refs: Collection[str], path: Path, texts: Sequence[str]) -> list[Problem]:
    bank, problems = load_bank(folder, refs)
    places = {normalize(question.text): question.ref for question in bank}
    known = [(text, places[normalize(text)]) for text in texts if normalize(text) in places]
    return [problem for problem in problems if problem.path == path] + [
        Problem(path, 1, f"“{text}”已经写在 {place} 下面了", "去掉这一句，只留一处") for text, place in known
    ]


def _with(path: Path, target: ClauseRef, texts: Sequence[str]) -> str:
    """The file with the lines added at the end of the clause's questions; nothing else of it changes."""
    before = path.read_text(encoding="utf-8") if path.exists() else _HEAD.format(target.document_id)
    root = yaml.compose(before, Loader=yaml.CSafeLoader)
    for entry in root.value if root else []:
        fields = {key.value: value for key, value in entry.value}
        if "clause" in fields and fields["clause"].value == target.locator and fields["questions"].value:
            last = fields["questions"].value[-1]
            indent = " " * max(last.start_mark.column - 2, 0)
            lines = before.splitlines(keepends=True)
            place = last.end_mark.line + (1 if last.end_mark.column else 0)
            lines[place - 1] = lines[place - 1].rstrip("\n") + "\n"
            return "".join([*lines[:place], *(f"{indent}- {_scalar(text)}\n" for text in texts), *lines[place:]])
    added = "".join(f"    - {_scalar(text)}\n" for text in texts)
    return before.rstrip("\n") + f"\n- clause: {json.dumps(target.locator)}\n  questions:\n{added}"


def _scalar(text: str) -> str:
    """As it is where that reads back as the same text, in quotes otherwise."""
    try:
        plain = yaml.safe_load(f"- {text}") == [text]
    except yaml.YAMLError:
        plain = False
    return text if plain else json.dumps(text, ensure_ascii=False)
