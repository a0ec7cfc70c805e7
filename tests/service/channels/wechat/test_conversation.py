"""The whole service over the shipped corpus, as a citizen meets it in WeChat."""

import asyncio
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.channels.wechat.gate import Account
from service.channels.wechat.simulator import Platform
from service.clock import SHANGHAI
from service.database import open_database
from service.handovers import Handovers

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOW = 1782869400  # the day that build_service answers on
WECHAT = {
    "wechat_token": "tiaowen2026",
    "wechat_app_id": "wx0123456789abcdef",
    "wechat_aes_key": AES_KEY,
    "public_url": "https://tiaowen.example.cn",
}
UNTOLD_ORDER = "娃在咸安备案的托育园上了三个学期一共能领多少"
EVERYTHING = "我家有个三孩，能享受哪些政策"


@dataclass
class Citizen:
    """Says something to whichever worker is up."""

    app: FastAPI
    platform: Platform
    send: Callable

    def say(self, text: str) -> str:
        return self._sent(self.platform.text(text))

    def press(self, key: str) -> str:
        """All that the button of the menu leads to."""
        shown = [self._sent(self.platform.event("CLICK", key))]
        while "回复“继续”接着看" in shown[-1]:
            shown.append(self.say("继续"))
        return "\n".join(shown)

    def _sent(self, message: bytes) -> str:
        delivery = self.platform.deliver(message)
        received = asyncio.run(self.send(self.app, "POST", delivery.query.encode(), delivery.body))
        assert received.status == 200
        assert len(received.body) < 64 * 1024
        return self.platform.read(received.body)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wechat")


@pytest.fixture(scope="module")
def running(build_service: Callable[..., FastAPI], records: Path) -> FastAPI:
    return build_service(records, **WECHAT)


@pytest.fixture(scope="module")
def restarted(build_service: Callable[..., FastAPI], records: Path) -> FastAPI:
    """Another worker over the same records; it takes nothing over but what is in them."""
    return build_service(records, **WECHAT)


@pytest.fixture
def citizen(
    running: FastAPI, make_account: Callable[..., Account], send: Callable, request: pytest.FixtureRequest
) -> Citizen:
    """One for each test, who has not said anything yet."""
    name = f"o-{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:26]}"
    return Citizen(running, Platform(make_account("safe"), lambda: NOW, name), send)


def test_question_is_answered_with_sources_and_a_link(citizen: Citizen) -> None:
    said = citizen.say("超生罚款没交完还要交吗")

    assert said.startswith("社会抚养费：")
    assert "依据：[1] 方案第1条；" in said
    assert re.search(r"\n完整回答和原文：\nhttps://tiaowen\.example\.cn/a/[A-Za-z0-9_-]{32}$", said)


def test_fact_is_asked_for_by_number_and_understood_after_a_restart(citizen: Citizen, restarted: FastAPI) -> None:
    asked = citizen.say(UNTOLD_ORDER)
    told = replace(citizen, app=restarted).say("2")

    assert "这个孩子登记的是第几个孩子？\n请回复数字：\n1 第一个（一孩）\n2 第二个（二孩）\n3 第三个（三孩）\n" in asked
    assert told.startswith("符合第7条的条件，入托补贴可领 1500.00元。[1]")


def test_first_choice_is_understood_as_the_first(citizen: Citizen) -> None:
    citizen.say(UNTOLD_ORDER)

    assert citizen.say("1").startswith("不符合第7条的入托补贴：")


def test_number_that_is_no_choice_is_told_the_choices_alone_which_still_count(citizen: Citizen) -> None:
    citizen.say(UNTOLD_ORDER)

    assert citizen.say("7") == (
        "没有这个选项，请回复列出的数字（要填数的，请带上单位）：\n这个孩子登记的是第几个孩子？\n"
        "1 第一个（一孩）\n2 第二个（二孩）\n3 第三个（三孩）"
    )
    assert citizen.say("2").startswith("符合第7条的条件，入托补贴可领 1500.00元。[1]")


def test_number_is_the_amount_where_an_amount_was_asked_for(citizen: Citizen) -> None:
    citizen.say("我家老二在咸安区内备案的托育园上学，一共能领多少入托补贴")

    assert citizen.say("3").startswith("符合第7条的条件，入托补贴可领 1500.00元。[1]")


def test_number_is_no_choice_where_nothing_was_asked(citizen: Citizen) -> None:
    citizen.say("产假多少天")

    assert citizen.say("3").startswith("现在没有要选的，请直接说您想问的事")


def test_menu_leads_to_the_rules_it_names(citizen: Citizen) -> None:
    loan = citizen.press("HOUSING_FUND")
    leave = citizen.press("LEAVE")

    assert "最高可达到《咸宁市住房公积金贷款管理办法》规定限额的1.5倍" in loan.split("\n")[0]
    assert re.findall(r"(?m)^(产假|护理假|育儿假)", leave) == ["产假", "护理假", "育儿假"]


def test_two_facts_are_told_in_one_message(citizen: Citizen) -> None:
    asked = citizen.say("我家娃上托育园一共能领多少入托补贴")
    asked_again = citizen.say("2 4")

    assert "请回复数字，两个可以一起回，如“1 4”：\n" in asked
    assert "\n托育机构有没有登记备案（有没有给您看过备案回执）？\n1 是\n2 否\n" in asked_again
    assert "要填数的，请带上单位，如“3个学期”。" in asked_again
    citizen.say("1")
    assert citizen.say("3个学期").startswith("符合第7条的条件，入托补贴可领 1500.00元。[1]")


def test_yes_is_understood_where_it_was_offered_by_number(citizen: Citizen) -> None:
    citizen.say("我家老二上咸安区内的托育园，一共能领多少入托补贴")

    assert citizen.say("2").startswith("不符合第7条的入托补贴：")


def test_long_answer_is_read_to_its_end_also_after_a_restart(citizen: Citizen, restarted: FastAPI) -> None:
    shown = [citizen.say(EVERYTHING), citizen.say("继续")]
    citizen = replace(citizen, app=restarted)
    while "回复“继续”接着看" in shown[-1]:
        shown.append(citizen.say("继续"))

    assert len(shown) > 2
    assert max(len(part.encode()) for part in shown) <= 2_000
    assert [f"还有{left}段" in part for left, part in zip(range(len(shown) - 1, 0, -1), shown, strict=False)] == [
        True
    ] * (len(shown) - 1)
    assert shown[0].startswith("按您说的情况，一家人可能有关的有下面这些")
    assert "\n依据：" in "\n".join(shown)
    assert citizen.say("继续") == "没有没看完的内容了，请直接说您想问的事。"


def test_new_answer_takes_the_place_of_what_was_left(citizen: Citizen) -> None:
    citizen.say(EVERYTHING)
    citizen.say("超生罚款没交完还要交吗")

    assert citizen.say("继续") == "没有没看完的内容了，请直接说您想问的事。"


@pytest.mark.parametrize(
    "question", ["今天天气怎么样", "产假多少天", "国家育儿补贴怎么领", "第7条写了什么", EVERYTHING]
)
def test_no_markdown_is_shown(citizen: Citizen, question: str) -> None:
    assert re.search(r"\*\*|^#|`|\]\(|^\s*[*+] |\|.*\|", citizen.say(question), re.MULTILINE) is None


def test_person_is_asked_for_and_the_operators_see_it(citizen: Citizen, records: Path) -> None:
    said = citizen.say("转人工")

    waiting = Handovers(open_database(f"sqlite:///{records / 'records.sqlite'}")).page(
        datetime.fromtimestamp(NOW, SHANGHAI)
    )
    assert "12345" in said
    assert [handover.last_question for handover in waiting.shown] == ["转人工"]


def test_without_a_token_there_is_no_such_address(client: TestClient) -> None:
    expected = {"error": {"code": "not_found", "message": "没有这个地址", "field": None}}

    assert [(r.status_code, r.json()) for r in (client.get("/wechat"), client.post("/wechat", content=b"<xml/>"))] == [
        (404, expected)
    ] * 2


def test_description_of_the_api_says_nothing_of_it(running: FastAPI) -> None:
    assert "/wechat" not in running.openapi()["paths"]
