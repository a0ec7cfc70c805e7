"""Ways of asking are written under their clause as a clerk would, or not at all."""

from pathlib import Path

import pytest

from corpus.bank import BankQuestion, load_bank
from corpus.bank_writing import add_questions

REFS = {"plan#1", "plan#12.2", "law#3"}
PLAN = """# 怎么问
- clause: "1"
  questions:
    - 什么时候发的
- clause: "12.2"
  questions:
    - 转园还减吗  # 常问
    - "问：减多少"

# 末尾的话
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    questions = tmp_path / "questions"
    questions.mkdir()
    (questions / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return questions


def test_the_lines_stand_under_their_clause_and_the_rest_of_the_file_is_as_it_was(folder: Path) -> None:
    assert add_questions(folder, REFS, "plan#12.2", ["换园了怎么办", "减免: 能续上吗", "#求助 转园"]) == []
    added = '    - 换园了怎么办\n    - "减免: 能续上吗"\n    - "#求助 转园"\n'
    place = PLAN.index("\n# 末尾")
    assert (folder / "plan.yaml").read_text(encoding="utf-8") == PLAN[:place] + added + PLAN[place:]
    assert load_bank(folder, REFS) == (
        [
            BankQuestion("plan#1", "什么时候发的"),
            BankQuestion("plan#12.2", "转园还减吗"),
            BankQuestion("plan#12.2", "问：减多少"),
            BankQuestion("plan#12.2", "换园了怎么办"),
            BankQuestion("plan#12.2", "减免: 能续上吗"),
            BankQuestion("plan#12.2", "#求助 转园"),
        ],
        [],
    )
    assert sorted(path.name for path in folder.parent.iterdir()) == ["questions"]


def test_a_clause_or_a_document_without_questions_gets_a_group_of_its_own(folder: Path) -> None:
    (folder / "plan.yaml").write_text('- clause: "1"\n  questions:\n    - 什么时候发的', encoding="utf-8")
    assert add_questions(folder, REFS, "plan#12.2", ["换园了怎么办"]) == []
    assert add_questions(folder, REFS, "plan#1", ["哪天发的"]) == []
    assert add_questions(folder, REFS, "law#3", ["法律怎么说"]) == []
    assert load_bank(folder, REFS) == (
        [
            BankQuestion("law#3", "法律怎么说"),
            BankQuestion("plan#1", "什么时候发的"),
            BankQuestion("plan#1", "哪天发的"),
            BankQuestion("plan#12.2", "换园了怎么办"),
        ],
        [],
    )


@pytest.mark.parametrize(
    ("ref", "texts", "what"),
    [
        ("law#3", ["换园了怎么办", "轉園還減嗎"], "“轉園還減嗎”已经写在 plan#12.2 下面了"),
        ("plan#1", ["哪天发的", "哪天发的"], "这个问法已经写在 plan#1 下面了"),
        ("plan#1", ["长" * 201], "问法超过 200 字"),
        ("plan#99", ["哪天发的"], "没有 plan#99 这一条"),
    ],
)
def test_what_the_bank_would_not_take_leaves_it_as_it_was(folder: Path, ref: str, texts: list[str], what: str) -> None:
    assert [problem.what for problem in add_questions(folder, REFS, ref, texts)] == [what]
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == {"plan.yaml": PLAN}


def test_a_file_that_is_not_sound_is_mended_first(folder: Path) -> None:
    broken = PLAN + "- clause: [\n"
    (folder / "plan.yaml").write_text(broken, encoding="utf-8")
    assert [problem.what for problem in add_questions(folder, REFS, "plan#1", ["哪天发的"])] == ["YAML 写法不对"]
    assert (folder / "plan.yaml").read_text(encoding="utf-8") == broken
