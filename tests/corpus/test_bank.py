"""The question bank: enough ways of asking for every clause, none of them an evaluation question."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from corpus.bank import LONGEST, BankQuestion, load_bank
from corpus.settings import DOCUMENTS, ROOT
from corpus.snapshot import Source
from corpus.tokens import normalize

BANK = DOCUMENTS.parent / "questions"
EVALUATION = ROOT / "eval" / "questions" / "dev.jsonl"
PLAN = "xianan-2023"
MOST_ASKED = ("1", "5", "7", "11", "12.1", "12.2", "12.3", "14")
NEAR_COPY = 0.7
LONG = "问" * LONGEST

GROUP = '- clause: "1"\n  questions:\n'
# Name → the file, the line that is wrong, what is wrong and how to mend it.
WRONG = {
    "没有这一条": (
        '- clause: "9"\n  questions:\n    - 甲\n',
        "1 没有 one#9 这一条 — clause 写条款的锚点，如 12.2；文件名是文件编号",
    ),
    "没有这种原因": (
        "- reason: weather\n  questions:\n    - 甲\n",
        "1 没有 weather 这种原因 — 写 out_of_scope、no_basis、refused、handed_over 之一",
    ),
    "没写条款": (
        "- questions:\n    - 甲\n",
        "1 一组问法要有 clause（或不答的原因 reason） — 照文件里别的组写",
    ),
    "没有问法": ('- clause: "1"\n', "1 一组问法要有 questions — 照文件里别的组写"),
    "不是一组一组的": ('clause: "1"\n', "1 一组问法要写成 - clause: … — 照文件里别的组写"),
    "空行": (GROUP + '    - 甲\n    - ""\n', "4 这一行不是一个问法 — 一行写一个问法；里面有冒号的用引号括起来"),
    "没加引号的冒号": (GROUP + "    - 问: 甲\n", "3 这一行不是一个问法 — 一行写一个问法；里面有冒号的用引号括起来"),
    "写了两遍": (GROUP + "    - 甲ＡB\n    - 乙\n    - 甲ab\n", "5 这个问法已经写在 one#1 下面了 — 只留一处"),
    "太长": (GROUP + f"    - {LONG}\n    - {LONG}问\n", "4 问法超过 200 字 — 写短一些"),
    "不是 YAML": (GROUP + "    - [甲\n", "4 YAML 写法不对 — 检查缩进、引号和冒号"),
    "控制字符": (GROUP + "    - 甲\x01\n", "1 读不出来 — 存成 UTF-8 文本"),
}


def evaluation_questions() -> list[str]:
    lines = EVALUATION.read_text(encoding="utf-8").splitlines()
    return [turn for line in lines for turn in json.loads(line)["turns"]]


def shipped_questions() -> list[str]:
    """All of every file, whatever its groups are for."""
    groups = [group for path in sorted(BANK.glob("*.yaml")) for group in yaml.safe_load(path.read_text("utf-8"))]
    return [question for group in groups for question in group["questions"]]


def plain(text: str) -> str:
    return re.sub(r"[\W_]", "", normalize(text))


def grams(text: str) -> frozenset[str]:
    return frozenset(text[start : start + 4] for start in range(len(text) - 3))


def near_copies(texts: list[str], others: list[str]) -> Iterator[tuple[str, str]]:
    """Pairs that are the same, or of which one holds most of the other's runs of four characters."""
    known = {other: grams(plain(other)) for other in others if len(plain(other)) > 4}
    whole = {plain(other): other for other in others}
    for text in texts:
        own = grams(plain(text))
        if plain(text) in whole:
            yield text, whole[plain(text)]
        elif len(plain(text)) > 4:
            yield from (
                (text, other)
                for other, theirs in known.items()
                if len(own & theirs) > NEAR_COPY * min(len(own), len(theirs))
            )


def test_the_shipped_bank_has_no_problem(corpus: Source) -> None:
    questions, problems = load_bank(BANK, {str(clause.ref) for clause in corpus.clauses})

    assert problems == []
    assert tuple(questions) == tuple(corpus.questions)


def test_every_clause_of_the_plan_can_be_asked_for_in_many_ways(corpus: Source) -> None:
    counts = Counter(question.ref for question in corpus.questions)
    plan = [str(clause.ref) for clause in corpus.clauses if clause.ref.document_id == PLAN]

    assert {ref: counts[ref] for ref in plan if counts[ref] < 12} == {}
    assert {name: counts[f"{PLAN}#{name}"] for name in MOST_ASKED if counts[f"{PLAN}#{name}"] < 40} == {}


def test_no_evaluation_question_or_near_copy_of_one_is_in_the_bank() -> None:
    assert list(near_copies(evaluation_questions(), shipped_questions())) == []


@pytest.mark.parametrize(
    ("text", "other", "near"),
    [
        ("入托补贴一个学期发多少钱", "入托补贴一个学期发多少钱啊", True),
        ("入托补贴一个学期发多少钱", "請問，入托補貼 一個學期 發多少錢？", True),
        ("入托补贴一个学期发多少钱", "入托补贴找哪个窗口申请", False),
        ("产假几天", "产假几天？", True),
        ("产假几天", "生二胎的产假几天", False),
    ],
)
def test_a_near_copy_is_told_from_another_question(text: str, other: str, near: bool) -> None:
    assert bool(list(near_copies([text], [other]))) == near


def test_a_question_of_the_bank_belongs_to_the_clause_or_the_reason_it_stands_under(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(GROUP + "    - 甲 \n    - '乙：丙'\n", encoding="utf-8")
    (tmp_path / "two.yaml").write_text("- reason: no_basis\n  questions: [丁]\n", encoding="utf-8")
    (tmp_path / "three.yaml").write_text("# 还没有问法\n", encoding="utf-8")

    assert load_bank(tmp_path, {"one#1"}) == (
        [BankQuestion("one#1", "甲"), BankQuestion("one#1", "乙：丙"), BankQuestion("!no_basis", "丁")],
        [],
    )


@pytest.mark.parametrize(("text", "problem"), WRONG.values(), ids=WRONG)
def test_a_bad_line_is_told_with_its_place_and_how_to_mend_it(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(text, encoding="utf-8")

    _, problems = load_bank(tmp_path, {"one#1"})

    assert [str(one) for one in problems] == [f"{path}:{problem}"]


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_bytes((GROUP + "    - 产假几天\n").encode("gbk"))

    _, problems = load_bank(tmp_path, {"one#1"})

    assert [str(one) for one in problems] == [f"{tmp_path}/one.yaml:1 读不出来 — 存成 UTF-8 文本"]


def test_one_question_stands_under_one_clause_only_and_all_problems_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(GROUP + "    - 产假几天\n    - ''\n", encoding="utf-8")
    (tmp_path / "two.yaml").write_text(GROUP + "    - 產假幾天\n    - 乙\n", encoding="utf-8")

    questions, problems = load_bank(tmp_path, {"one#1", "two#1"})

    assert questions == [BankQuestion("one#1", "产假几天"), BankQuestion("two#1", "乙")]
    assert [str(one) for one in problems] == [
        f"{tmp_path}/one.yaml:4 这一行不是一个问法 — 一行写一个问法；里面有冒号的用引号括起来",
        f"{tmp_path}/two.yaml:3 这个问法已经写在 one#1 下面了 — 只留一处",
    ]
