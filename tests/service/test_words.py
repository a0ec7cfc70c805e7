"""The office edits the words while the service runs: a good edit counts at once, a bad one is told and left out."""

import os
import shutil
from pathlib import Path

import pytest

from corpus.settings import OFFICE, WORDS
from service.words import LiveWords, load_words

SYNONYM = "- said: [托儿班]\n  means: [托育机构]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the word files that a test may edit."""
    shutil.copytree(WORDS, tmp_path / "words")
    shutil.copy(OFFICE, tmp_path / "office.yaml")
    return tmp_path / "words"


def edit(path: Path, text: str) -> None:
    """Saves, and makes sure that the time of change is another one."""
    before = path.stat().st_mtime_ns
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


def problems(folder: Path) -> list[str]:
    return [str(problem) for problem in load_words(folder, folder.parent / "office.yaml")[1]]


def test_every_word_file_of_the_project_is_good() -> None:
    assert [str(problem) for problem in load_words(WORDS, OFFICE)[1]] == []


@pytest.mark.parametrize(
    ("file", "text", "line", "what"),
    [
        ("synonyms.yaml", SYNONYM + "- said: [甲\n", 4, "YAML 写法不对"),
        ("synonyms.yaml", SYNONYM + "  mean: [乙]\n", 1, "mean：没有这一项"),
        ("synonyms.yaml", SYNONYM + "- said: [甲]\n", 3, "means：缺少这一项"),
        ("synonyms.yaml", SYNONYM + "- said: []\n  means: [乙]\n", 3, "said：一个说法也没有"),
        ("synonyms.yaml", SYNONYM + "- said: 甲\n  means: [乙]\n", 3, "said：应是一串说法，写作 [甲, 乙]"),
        ("synonyms.yaml", SYNONYM + "- said: ['']\n  means: [乙]\n", 3, "said：说法是空的"),
        ("synonyms.yaml", SYNONYM + "- said: [' … ']\n  means: [乙]\n", 3, "said：说法是空的"),
        ("synonyms.yaml", SYNONYM + "- said: [（/）]\n  means: [乙]\n", 3, "said：说法是空的"),
        ("synonyms.yaml", SYNONYM + "- said: [甲]\n  means: []\n", 3, "means：是空的"),
        ("synonyms.yaml", SYNONYM + "- just a word\n", 3, "写法不对"),
        ("synonyms.yaml", SYNONYM + "- said: !!python/object:os.system [甲]\n", 3, "这一条的值读不懂"),
        ("synonyms.yaml", "said: [甲]\n", 1, "应是一串条目，每条以 - 开头"),
        ("synonyms.yaml", "# 都删掉了\n", 1, "文件是空的"),
        ("synonyms.yaml", SYNONYM + "- said: [甲\u0007]\n", 1, "有 YAML 不许用的控制字符"),
        (
            "facts.yaml",
            "- fact: terms\n  value: （数）\n  phrases: [（某）个学期]\n",
            1,
            "不认识的占位 （某）",
        ),
        ("facts.yaml", "- fact: terms\n  value: （数）\n  phrases: [（数）到（数）]\n", 1, "同一个占位只能写一次"),
        ("facts.yaml", "\n- fact: shoe_size\n  value: '43'\n  phrases: [鞋码]\n", 2, "没有名为 shoe_size 的情况"),
        ("facts.yaml", "- fact: terms\n  value: 许多\n  phrases: [好多学期]\n", 1, "学期数应为数字"),
        ("facts.yaml", "- fact: institution_in\n  value: wuhan\n  phrases: [武汉]\n", 1, "机构（房子）在哪里只能是"),
        (
            "replies.yaml",
            "- id: a\n  status: maybe\n  reason: b\n  phrases: [甲]\n  text: 乙\n",
            1,
            "status：没有这个状态",
        ),
        ("typos.yaml", "补帖: 补贴\n捕贴:\n", 2, "应是 左: 右 两个词"),
        ("typos.yaml", "- 补帖\n", 1, "应是一行一条的 左: 右"),
    ],
)
def test_bad_edit_is_told_with_file_and_line(folder: Path, file: str, text: str, line: int, what: str) -> None:
    edit(folder / file, text)

    told = problems(folder)

    assert len(told) == 1
    assert told[0].startswith(f"{folder / file}:{line} ")
    assert what in told[0]


OFFICE_ENTRY = "- id: a\n  name: 甲\n  phrases: [甲]\n  clauses: []\n  ask: [乙]\n  values:\n"
GOOD_VALUE = (
    "  - value: 是\n    valid_from: 2026-01-01\n    source: 来电\n    entered_by: 罗\n    checked_on: 2026-11-24\n"
)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (
            OFFICE_ENTRY + GOOD_VALUE + GOOD_VALUE.replace("2026-01-01", "今年"),
            12,
            "values.2.valid_from：应为真实的日期，写作 2026-09-01",
        ),
        (OFFICE_ENTRY + GOOD_VALUE.replace("2026-11-24", "'2026-02-30'"), 7, "values.1.checked_on：应为真实的日期"),
        (OFFICE_ENTRY + GOOD_VALUE.replace("2026-11-24", "20261124"), 7, "values.1.checked_on：应为真实的日期"),
        (OFFICE_ENTRY + GOOD_VALUE + "    valid_until: 2025-12-31\n", 7, "values.1.valid_until：早于开始的那天"),
        (OFFICE_ENTRY + GOOD_VALUE.replace("来电", "' '"), 7, "values.1.source：是空的"),
        (OFFICE_ENTRY + GOOD_VALUE.replace("是", "见[1]"), 7, "values.1.value：不能有 [1] 这样的记号"),
        (OFFICE_ENTRY + GOOD_VALUE + "    until: 2027-01-01\n", 7, "values.1.until：没有这一项"),
        (OFFICE_ENTRY.replace("  values:", "  fact: terms\n  values:") + GOOD_VALUE, 1, "学期数应为数字"),
        (
            OFFICE_ENTRY.replace("  values:", "  fact: shoe_size\n  values:") + GOOD_VALUE,
            1,
            "fact：没有名为 shoe_size 的情况",
        ),
        (OFFICE_ENTRY + GOOD_VALUE + OFFICE_ENTRY + GOOD_VALUE, 12, "id：a 前面已经有了"),
    ],
)
def test_bad_edit_of_what_the_office_knows_is_told_with_file_and_line(
    folder: Path, text: str, line: int, what: str
) -> None:
    office = folder.parent / "office.yaml"
    edit(office, text)

    told = problems(folder)

    assert len(told) == 1
    assert told[0].startswith(f"{office}:{line} {what}")


def test_all_bad_edits_are_told_at_once(folder: Path) -> None:
    edit(folder / "synonyms.yaml", "- said: []\n  means: [乙]\n- said: [甲]\n")
    edit(folder / "typos.yaml", "补帖:\n")

    assert [told.split(" ")[0] for told in problems(folder)] == [
        f"{folder / 'synonyms.yaml'}:1",
        f"{folder / 'synonyms.yaml'}:3",
        f"{folder / 'typos.yaml'}:1",
    ]


def test_missing_file_is_told(folder: Path) -> None:
    (folder / "replies.yaml").unlink()

    assert [told.split(" ")[0] for told in problems(folder)] == [f"{folder / 'replies.yaml'}:1"]


def test_file_in_another_encoding_is_told(folder: Path) -> None:
    (folder / "synonyms.yaml").write_bytes("- said: [托儿班]\n  means: [托育机构]\n".encode("gbk"))

    assert [told.split(" ")[1].split("：")[0] for told in problems(folder)] == ["读不出来"]


class TestLiveWords:
    @pytest.fixture
    def told(self) -> list[str]:
        return []

    @pytest.fixture
    def live(self, folder: Path, told: list[str]) -> LiveWords:
        return LiveWords(folder, folder.parent / "office.yaml", told.append)

    def test_good_edit_counts_without_a_restart(self, folder: Path, live: LiveWords, told: list[str]) -> None:
        before = live.current().synonyms

        edit(folder / "synonyms.yaml", (folder / "synonyms.yaml").read_text(encoding="utf-8") + SYNONYM)

        assert [entry.means for entry in live.current().synonyms[len(before) :]] == [("托育机构",)]
        assert told == []

    def test_good_edit_of_what_the_office_knows_counts_too(self, folder: Path, live: LiveWords) -> None:
        office = folder.parent / "office.yaml"
        assert live.current().office[0].values == ()
        value = {
            "value": "仍然有效",
            "valid_from": "2026-01-01",
            "source": "来电",
            "entered_by": "罗",
            "checked_on": "2026-11-24",
        }

        edit(office, office.read_text(encoding="utf-8").replace("values: []", f"values: [{value}]", 1))

        assert [one.value for one in live.current().office[0].values] == ["仍然有效"]

    def test_a_file_put_in_place_within_the_same_tick_counts(self, folder: Path, live: LiveWords) -> None:
        live.current()
        before = folder / "suggested.yaml"
        beside = folder / "beside"
        beside.write_text("- question: 二孩有什么补贴\n", encoding="utf-8")
        os.utime(beside, ns=(before.stat().st_mtime_ns, before.stat().st_mtime_ns))

        beside.replace(before)

        assert [one.question for one in live.current().suggested] == ["二孩有什么补贴"]

    def test_bad_edit_leaves_the_last_good_words(self, folder: Path, live: LiveWords, told: list[str]) -> None:
        good = live.current()

        edit(folder / "synonyms.yaml", "- said: [甲\n")

        assert live.current() == good
        assert [message.split(" ")[0] for message in told] == [f"{folder / 'synonyms.yaml'}:2"]

    def test_bad_edit_is_told_once_and_not_at_every_question(
        self, folder: Path, live: LiveWords, told: list[str]
    ) -> None:
        live.current()
        edit(folder / "synonyms.yaml", "- said: [甲\n")

        for _ in range(5):
            live.current()

        assert len(told) == 1

    def test_mended_edit_counts_again(self, folder: Path, live: LiveWords) -> None:
        live.current()
        edit(folder / "synonyms.yaml", "- said: [甲\n")
        live.current()

        edit(folder / "synonyms.yaml", SYNONYM)

        assert [entry.means for entry in live.current().synonyms] == [("托育机构",)]

    def test_start_over_a_bad_file_keeps_the_other_words(self, folder: Path, told: list[str]) -> None:
        edit(folder / "synonyms.yaml", "- said: [甲\n")

        words = LiveWords(folder, folder.parent / "office.yaml", told.append).current()

        assert words.synonyms == ()
        assert words.replies != ()
        assert len(told) == 1


def test_sentences_and_intents_that_an_offices_own_folder_lacks_are_the_shipped_ones(folder: Path) -> None:
    shipped, _ = load_words(WORDS, OFFICE)
    (folder / "wording.yaml").write_text("restart: 好，从头来。\n", encoding="utf-8")
    (folder / "intents.yaml").write_text("- intent: restart\n  phrases: [再来一遍]\n", encoding="utf-8")
    words, problems = load_words(folder, folder.parent / "office.yaml")
    assert problems == []
    assert words.wording == {**shipped.wording, "restart": "好，从头来。"}
    assert words.intents.keys() == shipped.intents.keys()
    assert [words.intents["restart"].said_in(text) for text in ("再来一遍", "重来")] == [True, False]
