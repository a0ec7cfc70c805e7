"""Whether the source pages still answer: only the public internet is asked, and nothing is followed inside."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from service.clock import SHANGHAI
from service.database import open_database
from service.freshness.links import Link, Links, Reply, fault_of, fetch

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=SHANGHAI)
PUBLIC = "93.184.216.34"


class Internet:
    """Hosts with their addresses, and what each URL replies to each method; what was asked is kept."""

    def __init__(self, replies: dict[str, Reply | Exception], hosts: dict[str, list[str]] | None = None) -> None:
        self._replies, self._hosts = replies, hosts or {}
        self.asked: list[str] = []

    def resolve(self, host: str) -> list[str]:
        return self._hosts.get(host, [PUBLIC])

    def fetch(self, method: str, url: str, address: str) -> Reply:
        self.asked.append(f"{method} {url} {address}")
        reply = self._replies.get(f"{method} {url}") or self._replies[url]
        if isinstance(reply, Exception):
            raise reply
        return reply

    def fault(self, url: str) -> str:
        return fault_of(url, self.resolve, self.fetch)


class TestLinks:
    PAGE = "https://a.example/page"

    def test_a_page_that_answers_is_asked_once_at_the_address_that_was_looked_up(self) -> None:
        internet = Internet({self.PAGE: Reply(200)})

        assert internet.fault(self.PAGE) == ""
        assert internet.asked == [f"HEAD {self.PAGE} {PUBLIC}"]

    def test_a_page_that_does_not_take_head_is_asked_by_get(self) -> None:
        internet = Internet({f"HEAD {self.PAGE}": Reply(405), f"GET {self.PAGE}": Reply(200)})

        assert internet.fault(self.PAGE) == ""
        assert internet.asked == [f"HEAD {self.PAGE} {PUBLIC}", f"GET {self.PAGE} {PUBLIC}"]

    @pytest.mark.parametrize(
        ("reply", "fault"),
        [
            (Reply(404), "答复404"),
            (Reply(503), "答复503"),
            (TimeoutError(), "10秒内没有答复"),
            (ConnectionRefusedError(), "连不上"),
        ],
    )
    def test_a_page_that_does_not_answer_is_told(self, reply: Reply | Exception, fault: str) -> None:
        assert Internet({self.PAGE: reply}).fault(self.PAGE) == fault

    def test_a_redirect_is_followed(self) -> None:
        internet = Internet({self.PAGE: Reply(301, "/new"), "https://a.example/new": Reply(200)})

        assert internet.fault(self.PAGE) == ""

    def test_a_circle_of_redirects_ends(self) -> None:
        assert Internet({self.PAGE: Reply(302, self.PAGE)}).fault(self.PAGE) == "跳转太多"

    @pytest.mark.parametrize(
        "url", ["ftp://a.example/", "file:///etc/passwd", "https://", "https://a.example:x/", "页"]
    )
    def test_only_web_addresses_are_asked(self, url: str) -> None:
        internet = Internet({})

        assert internet.fault(url) == "不是 http 或 https 网址，没有去问"
        assert internet.asked == []

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "2002:7f00:1::",
            "64:ff9b::a00:1",
            "64:ff9b:1::a00:1",
            "::127.0.0.1",
            "fec0::1",
            "192.0.0.8",
            "192.88.99.1",
            "300.1.1.1",
        ],
    )
    def test_no_address_inside_is_asked_nor_a_host_that_has_one(self, address: str) -> None:
        internet = Internet({}, {"a.example": [PUBLIC, address]})

        assert internet.fault(self.PAGE) == "指向内部网络，没有去问"
        assert internet.asked == []

    def test_a_redirect_to_an_address_inside_is_not_followed(self) -> None:
        internet = Internet({self.PAGE: Reply(302, "http://inside.example/")}, {"inside.example": ["10.0.0.1"]})

        assert internet.fault(self.PAGE) == "指向内部网络，没有去问"
        assert {asked.split(" ")[1] for asked in internet.asked} == {self.PAGE}

    def test_an_unknown_host_is_told(self) -> None:
        assert Internet({}, {"a.example": []}).fault(self.PAGE) == "查不到这个域名"

    def test_the_last_outcome_stands_for_each_address(self, tmp_path: Path) -> None:
        links = Links(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}"))
        links.record([Link("https://a.example/", "答复404", NOW), Link("https://b.example/", "", NOW)])

        links.record([Link("https://a.example/", "", NOW)])

        assert links.all() == [Link("https://a.example/", "", NOW.astimezone(UTC))]


class TestFetch:
    """One real request, to a server of our own."""

    @pytest.fixture
    def asked(self) -> list[tuple[str, str, str | None]]:
        return []

    @pytest.fixture
    def port(self, asked: list[tuple[str, str, str | None]]) -> Iterator[int]:
        class Redirects(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                asked.append((self.command, self.path, self.headers["Host"]))
                self.send_response(302)
                self.send_header("Location", "/else")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Redirects)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()
        server.server_close()

    def test_goes_to_the_address_given_under_the_name_of_the_host_and_follows_nothing(
        self, port: int, asked: list[tuple[str, str, str | None]]
    ) -> None:
        reply = fetch("HEAD", f"http://a.example:{port}/政策?q=一%20二", "127.0.0.1")

        assert reply == Reply(302, "/else")
        assert asked == [("HEAD", "/%E6%94%BF%E7%AD%96?q=%E4%B8%80%20%E4%BA%8C", f"a.example:{port}")]

    def test_a_closed_port_is_an_error_of_the_system(self) -> None:
        with closing(socket.socket()) as taken:  # held, so that nobody else listens there, and not listening
            taken.bind(("127.0.0.1", 0))
            with pytest.raises(OSError, match="refused"):
                fetch("GET", f"http://a.example:{taken.getsockname()[1]}/", "127.0.0.1")
