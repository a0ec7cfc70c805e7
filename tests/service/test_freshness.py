"""What ends, wants checking or is empty, the most urgent first; and the command that prints it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from corpus.clause import Document
from corpus.load import load_documents
from service.clock import SHANGHAI
from service.database import open_database
from service.freshness import Due, Kind, Limits, State, Upkeep, Why, calendar
from service.freshness.__main__ import main
from service.freshness.links import Link, Links, Reply
from service.settings import Settings
from service.word_entries import OfficeEntry
from tests.service.test_freshness_links import Internet

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=SHANGHAI)
LIMITS = Limits(check_days=180, soon_days=30)
WriteDocument = Callable[..., Path]


def in_days(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def entry(*values: tuple[str, str, str]) -> OfficeEntry:
    """`values`: from, until, checked on."""
    return OfficeEntry.model_validate(
        {
            "id": "fee",
            "name": "保教费",
            "phrases": ["保教费"],
            "clauses": [],
            "ask": ["区教育局"],
            "values": [
                {
                    "value": "450",
                    "valid_from": begins,
                    "valid_until": until,
                    "source": "公告",
                    "entered_by": "罗",
                    "checked_on": checked,
                }
                for begins, until, checked in values
            ],
        }
    )


def of_entry(*values: tuple[str, str, str]) -> list[tuple[Why, State, int | None]]:
    return [(due.why, due.state, due.days) for due in calendar([], [entry(*values)], LIMITS, TODAY)]


class TestOfficeValues:
    def test_nothing_entered(self) -> None:
        assert calendar([], [entry()], LIMITS, TODAY) == (
            Due(Kind.OFFICE, "fee", "保教费", Why.EMPTY, State.EMPTY, None, None, None),
        )

    @pytest.mark.parametrize(
        ("checked", "state", "left"),
        [
            (in_days(0), State.LATER, 180),
            (in_days(-149), State.LATER, 31),
            (in_days(-150), State.SOON, 30),
            (in_days(-180), State.SOON, 0),
            (in_days(-181), State.LATE, -1),
        ],
    )
    def test_to_be_checked_again(self, checked: str, state: State, left: int) -> None:
        assert of_entry(("2026-01-01", "", checked)) == [(Why.CHECK, state, left)]

    @pytest.mark.parametrize(
        ("until", "dues"),
        [
            (in_days(0), [(Why.ENDS, State.SOON, 0), (Why.CHECK, State.LATER, 180)]),
            (in_days(31), [(Why.ENDS, State.LATER, 31), (Why.CHECK, State.LATER, 180)]),
            (in_days(-1), [(Why.ENDS, State.LATE, -1)]),
        ],
    )
    def test_the_last_day_counts(self, until: str, dues: list[tuple[Why, State, int]]) -> None:
        assert of_entry(("2026-01-01", until, in_days(0))) == dues

    def test_an_end_is_no_matter_where_another_value_follows_without_a_gap(self) -> None:
        following = (in_days(6), "", in_days(0))
        assert of_entry(("2026-01-01", in_days(5), in_days(0)), following) == [(Why.CHECK, State.LATER, 180)]

    def test_an_end_matters_where_the_next_value_leaves_a_gap(self) -> None:
        following = (in_days(7), "", in_days(0))
        assert of_entry(("2026-01-01", in_days(5), in_days(0)), following) == [
            (Why.ENDS, State.SOON, 5),
            (Why.CHECK, State.LATER, 180),
        ]


class TestDocuments:
    @pytest.fixture
    def documents(self, tmp_path: Path, write_document: WriteDocument) -> Callable[[], list[Document]]:
        """The documents of the folder, in which `write` puts what a test needs."""
        self.write = lambda name, **fields: write_document(tmp_path, name, "第一条 内容。\n", **fields)

        def load() -> list[Document]:
            found, problems = load_documents(tmp_path)
            assert problems == []
            return found

        return load

    def test_the_day_it_ends_is_the_first_it_does_not_hold(self, documents: Callable[[], list[Document]]) -> None:
        self.write("ends", title="临时办法", effective_until="2026-11-25", checked_on="2026-11-01")

        assert calendar(documents(), [], LIMITS, TODAY) == (
            Due(Kind.DOCUMENT, "ends", "《临时办法》", Why.ENDS, State.SOON, TODAY, 0, date(2026, 11, 1)),
            Due(
                Kind.DOCUMENT, "ends", "《临时办法》", Why.CHECK, State.LATER, date(2027, 4, 30), 157, date(2026, 11, 1)
            ),
        )

    def test_one_that_ended_is_overdue_until_another_replaces_it(self, documents: Callable[[], list[Document]]) -> None:
        self.write("old", effective_until="2026-11-01", checked_on="2026-11-20")
        alone = calendar(documents(), [], LIMITS, TODAY)
        self.write("new", replaces="old", checked_on="2026-11-20")

        both = calendar(documents(), [], LIMITS, TODAY)

        assert [(due.id, due.why, due.state) for due in alone] == [
            ("old", Why.ENDS, State.LATE),
            ("old", Why.CHECK, State.LATER),
        ]
        assert [(due.id, due.why, due.state) for due in both] == [
            ("new", Why.CHECK, State.LATER),
            ("old", Why.REPLACED, State.PAST),
        ]

    def test_the_most_urgent_comes_first(self, documents: Callable[[], list[Document]]) -> None:
        self.write("a", checked_on=in_days(-170))
        self.write("b", checked_on=in_days(-190))
        self.write("c", checked_on=in_days(-200))
        self.write("d", checked_on=in_days(0))

        dues = calendar(documents(), [entry()], LIMITS, TODAY)

        assert [(due.id, due.days) for due in dues] == [("c", -20), ("b", -10), ("fee", None), ("a", 10), ("d", 180)]


class TestCommand:
    PAGE = "https://a.example/page"

    @pytest.fixture
    def settings(self, tmp_path: Path, write_document: WriteDocument) -> Settings:
        """Links are asked; one document, checked long ago, and one empty value."""
        write_document(tmp_path / "documents", "old", "第一条 内容。\n", source_url=self.PAGE, checked_on="2026-01-01")
        (tmp_path / "office.yaml").write_text(
            "- {id: fee, name: 保教费, phrases: [保教费], clauses: [], ask: [区教育局]}\n", encoding="utf-8"
        )
        return Settings(_env_file=None, data_dir=tmp_path / "data", corpus_dir=tmp_path, check_links="on")  # type: ignore[call-arg]

    def test_prints_the_calendar_and_the_links_that_are_silent(
        self, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        internet = Internet({self.PAGE: Reply(404)})

        assert main(settings, NOW, internet.resolve, internet.fetch) == 0

        assert capsys.readouterr().out.splitlines() == [
            "已过 该再核对：《样例办法》（最后一天2026-06-30，过了147天，上次核对2026-01-01）",
            "空着 还没有录入：保教费",
            f"打不开：{self.PAGE} 答复404",
        ]

    def test_nobody_is_asked_unless_it_is_switched_on(
        self, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        internet = Internet({})

        assert main(settings.model_copy(update={"check_links": "off"}), NOW, internet.resolve, internet.fetch) == 0

        assert internet.asked == []
        assert "CHECK_LINKS=on" in capsys.readouterr().out

    def test_a_file_with_errors_is_told_by_its_line(
        self, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings.office.write_text("- {id: fee}\n", encoding="utf-8")
        internet = Internet({self.PAGE: Reply(200)})

        assert main(settings, NOW, internet.resolve, internet.fetch) == 1

        assert f"{settings.office}:1 name：缺少这一项" in capsys.readouterr().err

    def test_a_link_is_shown_no_longer_once_no_document_has_it(self, settings: Settings) -> None:
        links = Links(open_database("sqlite://"))
        upkeep = Upkeep(settings.documents, settings.office, links, LIMITS)
        gone, there = Link("https://gone.example/", "答复404", NOW), Link(self.PAGE, "连不上", NOW)

        links.record([gone, there])

        assert [link.url for link in upkeep.calendar(TODAY).silent] == [self.PAGE]
