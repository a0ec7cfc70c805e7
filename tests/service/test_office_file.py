"""One value more for an entry: checked as loading checks it, all else in the file as it was, and nothing ever lost."""

import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from corpus.settings import OFFICE
from service.office_file import Refused, Stale, add_value, read_office

SOUND = {
    "value": "现行有效",
    "valid_from": "2026-01-01",
    "valid_until": "",
    "source": "区卫健局公告",
    "entered_by": "罗主任",
    "checked_on": "2026-11-24",
}
FILE = """# 说明
# 第二行
- id: a   # 第一条
  name: 甲
  phrases: [甲]
  clauses: []
  ask: [乙]
  values: []  # 还没有
# 第二条前面的话
- id: b
  name: 乙
  values:
    - value: 旧的
      valid_from: 2025-01-01
      source: 来电
      entered_by: 罗
      checked_on: 2025-01-02

  # 下面还有
  phrases: [乙]
  clauses: []
  ask: [乙]
- id: c
  name: 丙
  phrases: [丙]
  clauses: []
  ask: [乙]
"""
ADDED = """- value: 现行有效
    valid_from: 2026-01-01
    source: 区卫健局公告
    entered_by: 罗主任
    checked_on: 2026-11-24"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "office.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def add(path: Path, entry_id: str, **changed: str) -> None:
    add_value(path, read_office(path).digest, entry_id, SOUND | changed)


def said(path: Path, entry_id: str) -> list[str]:
    entry = read_office(path).entry(entry_id)
    assert entry is not None
    return [value.value for value in entry.values]


def test_the_first_value_stands_where_the_empty_list_stood(file: Path) -> None:
    add(file, "a")

    assert file.read_text(encoding="utf-8") == FILE.replace("  values: []", f"  values:\n  {ADDED}")


def test_an_earlier_value_stays_and_so_do_the_comments_around_it(file: Path) -> None:
    add(file, "b")

    before, _, after = FILE.partition("    - value: 旧的")
    kept = after.partition("checked_on: 2025-01-02")[2]
    old = ADDED.replace("现行有效", "旧的").replace("2026-01-01", "2025-01-01").replace("区卫健局公告", "来电")
    old = old.replace("罗主任", "罗").replace("2026-11-24", "2025-01-02")
    assert file.read_text(encoding="utf-8") == f"{before}  {old}\n  {ADDED}{kept}"


def test_an_entry_without_the_list_gets_one(file: Path) -> None:
    add(file, "c")

    assert file.read_text(encoding="utf-8") == f"{FILE.rstrip()}\n  values:\n  {ADDED}\n"


@pytest.mark.parametrize(
    "text", ["是: 否", '"引号" 和 #号', "- 横线", "2026-01-01", "true", "{a}", "450", "五\u0007百", "a\nb"]
)
def test_what_was_typed_is_read_back_as_it_was(file: Path, text: str) -> None:
    add(file, "a", value=text, source=text)

    entry = read_office(file).entry("a")
    assert entry is not None
    assert [(value.value, value.source) for value in entry.values] == [(text, text)]


def test_the_shipped_file_takes_a_value_for_each_entry_and_keeps_its_first_comment(tmp_path: Path) -> None:
    path = tmp_path / "office.yaml"
    shutil.copy(OFFICE, path)
    ids = [entry.id for entry in read_office(path).entries]

    for entry_id in ids:
        add(path, entry_id)

    assert [(entry.id, len(entry.values)) for entry in read_office(path).entries] == [(one, 1) for one in ids]
    comment = [line for line in OFFICE.read_text(encoding="utf-8").split("\n") if line.startswith("#")]
    assert path.read_text(encoding="utf-8").split("\n")[: len(comment)] == comment


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({"value": "  "}, {"value": "是空的"}),
        ({"value": "长" * 501}, {"value": "太长"}),
        ({"valid_from": "2026-02-30"}, {"valid_from": "应为真实的日期，写作 2026-09-01"}),
        ({"valid_from": ""}, {"valid_from": "应为真实的日期，写作 2026-09-01"}),
        ({"valid_until": "2025-12-31"}, {"valid_until": "早于开始的那天"}),
        ({"source": "", "value": "见[2]"}, {"source": "是空的", "value": "不能有 [1] 这样的记号，回答里它指的是引文"}),
    ],
)
def test_a_bad_field_is_told_by_its_name_and_nothing_is_written(
    file: Path, changed: dict[str, str], faults: dict[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        add(file, "a", **changed)

    assert refused.value.faults == faults
    assert file.read_text(encoding="utf-8") == FILE


def test_a_value_that_is_computed_with_must_be_one(file: Path) -> None:
    text = FILE.replace("  name: 甲\n", "  name: 甲\n  fact: public_fee_per_month\n")
    file.write_text(text, encoding="utf-8")

    with pytest.raises(Refused) as refused:
        add(file, "a", value="四百五")
    assert list(refused.value.faults) == ["value"]
    assert "应为数字" in refused.value.faults["value"]

    add(file, "a", value="450")
    assert said(file, "a") == ["450"]


def test_who_read_an_older_file_is_refused(file: Path) -> None:
    old = read_office(file).digest
    add(file, "a")

    with pytest.raises(Stale):
        add_value(file, old, "a", SOUND | {"value": "另一个"})

    assert said(file, "a") == ["现行有效"]


@pytest.mark.parametrize(
    ("text", "entry_id", "fault"),
    [
        (FILE, "d", "文件里没有这一条"),
        (FILE.replace("name: 丙", "nam: 丙"), "a", "文件里有错，先改好再填："),
        ("- {id: a, name: 甲, phrases: [甲], clauses: [], ask: [乙]}\n", "a", "这一条的写法程序接不上"),
    ],
)
def test_a_file_that_cannot_take_it_stays_as_it_was(file: Path, text: str, entry_id: str, fault: str) -> None:
    file.write_text(text, encoding="utf-8")

    with pytest.raises(Refused) as refused:
        add(file, entry_id)

    assert list(refused.value.faults) == [""]
    assert refused.value.faults[""].startswith(fault)
    assert file.read_text(encoding="utf-8") == text
    assert [path.name for path in file.parent.iterdir()] == ["office.yaml"]


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        add_value(tmp_path / "gone" / "office.yaml", "", "a", SOUND)

    assert refused.value.faults[""].startswith("文件写不进去")


def test_its_rights_stay_and_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    file.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)

    add(link, "a")

    assert (link.is_symlink(), stat.S_IMODE(file.stat().st_mode), said(file, "a")) == (True, 0o640, ["现行有效"])


def test_writers_at_once_lose_nothing(file: Path) -> None:
    def write(number: int) -> int:
        """How often it was refused before it was taken."""
        for tries in range(1000):
            try:
                add(file, "a", value=f"第{number}个")
            except Stale:
                continue
            return tries
        raise AssertionError("never taken")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))

    assert sorted(said(file, "a")) == sorted(f"第{number}个" for number in range(8))


def test_what_was_added_is_given_back(file: Path) -> None:
    added = add_value(file, read_office(file).digest, "a", SOUND | {"valid_until": "2026-12-31"})

    assert (added.value, added.valid_from, added.valid_until) == ("现行有效", date(2026, 1, 1), date(2026, 12, 31))
