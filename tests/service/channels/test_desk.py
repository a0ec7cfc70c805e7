"""What the doors share: feedback, a person asked for, limits by user, headers on every answer, counts."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from service.accounts import Accounts, Role
from service.database import open_database
from service.dialogue import Question
from service.handovers import Handovers
from service.records import Records
from tests.service.conftest import NOW

ASK = "/api/v1/ask"
FINE = "超生罚款没交完还要交吗"
PASSWORD = "一个够长的密码 2026"


@pytest.fixture
def own_client(build_service: Callable[..., FastAPI], tmp_path: Path) -> TestClient:
    """A service of its own: nobody else is counted in it."""
    return TestClient(build_service(tmp_path))


def ask(client: TestClient, **more: object) -> dict:
    response = client.post(ASK, json={"question": FINE, **more})
    assert response.status_code == 200, response.text
    return response.json()


class TestFeedback:
    def test_a_recorded_answer_can_be_judged(self, client: TestClient) -> None:
        answer = ask(client)

        judged = client.post(
            f"/api/v1/answers/{answer['answer_id']}/feedback", json={"verdict": "unhelpful", "reason": "unclear"}
        )

        assert (judged.status_code, judged.content) == (204, b"")

    def test_an_answer_that_nobody_was_given_cannot_be_judged(self, client: TestClient) -> None:
        judged = client.post("/api/v1/answers/nobody/feedback", json={"verdict": "helpful"})

        assert judged.status_code == 404
        assert judged.json()["error"]["field"] == "answer_id"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "verdict"),
            ({"verdict": "great"}, "verdict"),
            ({"verdict": "unhelpful", "reason": "boring"}, "reason"),
            ({"verdict": "unhelpful", "comment": "长" * 501}, "comment"),
            ({"verdict": "unhelpful", "stars": 5}, "stars"),
        ],
    )
    def test_what_is_no_judgement_is_told_which_field(self, client: TestClient, body: dict, field: str) -> None:
        answer = ask(client)

        judged = client.post(f"/api/v1/answers/{answer['answer_id']}/feedback", json=body)

        assert (judged.status_code, judged.json()["error"]["field"]) == (422, field)


class TestHandover:
    def test_a_conversation_can_be_handed_to_a_person_and_asking_twice_is_asking_once(self, client: TestClient) -> None:
        conversation = ask(client)["conversation_id"]

        told = [client.post(f"/api/v1/conversations/{conversation}/handover") for _ in range(2)]

        assert [one.status_code for one in told] == [200, 200]
        assert "12345" in told[0].json()["message"]

    def test_a_conversation_that_never_was_is_not_found(self, client: TestClient) -> None:
        assert client.post("/api/v1/conversations/nobody/handover").status_code == 404

    def test_who_asks_for_a_person_is_put_before_the_operators_at_once(
        self, own_client: TestClient, tmp_path: Path
    ) -> None:
        own_client.post(ASK, json={"question": "超生罚款没交完还要交吗"})
        conversation = own_client.post(ASK, json={"question": "转人工"}).json()["conversation_id"]

        waiting = Handovers(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")).page(NOW).shown

        assert [(one.conversation_id, one.last_question, one.taken_by) for one in waiting] == [
            (conversation, "转人工", None)
        ]

    def test_an_answer_keeps_its_ids_when_only_the_handover_cannot_be_written(
        self, own_client: TestClient, tmp_path: Path
    ) -> None:
        database = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
        with database.begin() as db:
            db.exec_driver_sql("DROP TABLE handovers")

        with capture_logs() as logged:
            answer = own_client.post(ASK, json={"question": "转人工"}).json()

        assert [entry["event"] for entry in logged] == ["records_unavailable", "ask"]
        kept = Records(database).kept(answer["answer_id"], NOW)
        assert kept is not None
        assert (kept.conversation_id, kept.question) == (answer["conversation_id"], "转人工")


class TestOperatorsLine:
    @pytest.fixture
    def desk(self, own_client: TestClient, tmp_path: Path) -> TestClient:
        """An operator signed in, before whom 51 people wait; number 0 is taken."""
        database = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
        accounts, records, handovers = Accounts(database), Records(database), Handovers(database)
        accounts.accept(accounts.invite("周敏", Role.OPERATOR, NOW), PASSWORD, NOW)
        assert own_client.post("/console/sign-in", data={"name": "周敏", "password": PASSWORD}).status_code == 200
        template = records.kept(ask(own_client)["answer_id"], NOW)
        assert template is not None
        for number in range(52):
            question = Question(f"第{number}位问的事", NOW.date())
            conversation = records.save(None, "api", NOW, question, template.answer).conversation_id
            handovers.hand_over(conversation, NOW + timedelta(seconds=number))
            if number == 0:
                handovers.take(conversation, "周敏")
        return own_client

    def test_all_who_wait_are_counted_and_the_longest_waiting_comes_first(self, desk: TestClient) -> None:
        page = desk.get("/console/handovers").text

        assert "共 51 位等人接" in page
        assert re.findall("第([0-9]+)位问的事", page) == [str(number) for number in range(1, 51)]
        assert 'href="/console/handovers?page=2"' in page

    def test_the_second_page_ends_with_those_taken_and_stays_while_a_conversation_is_read(
        self, desk: TestClient
    ) -> None:
        page = desk.get("/console/handovers?page=2").text
        [opened] = re.findall(r'href="(/console/handovers/[^"]*)">第51位', page)

        assert re.findall("第([0-9]+)位问的事", page) == ["51", "0"]
        assert 'href="/console/handovers?page=1"' in page
        assert "第 2 页，共 2 页" in desk.get(opened).text

    @pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30])
    def test_what_is_no_page_is_refused(self, desk: TestClient, number: str) -> None:
        assert desk.get(f"/console/handovers?page={number}").status_code == 422


class TestLimits:
    @pytest.mark.usefixtures("one_minute")
    def test_one_session_may_ask_sixty_times_a_minute_and_others_are_not_held_up(self, own_client: TestClient) -> None:
        mine = [own_client.post(ASK, json={"question": "你好"}, headers={"X-Session": "mine"}) for _ in range(61)]
        other = own_client.post(ASK, json={"question": "你好"}, headers={"X-Session": "other"})

        assert [one.status_code for one in mine] == [200] * 60 + [429]
        assert mine[-1].json()["error"]["code"] == "too_often"
        assert mine[-1].headers["retry-after"] == "60"
        assert other.status_code == 200

    def test_limits_can_be_switched_off(self, build_service: Callable[..., FastAPI], tmp_path: Path) -> None:
        client = TestClient(build_service(tmp_path, rate_limit="off"))

        codes = {
            client.post(ASK, json={"question": "你好"}, headers={"X-Session": "mine"}).status_code for _ in range(70)
        }

        assert codes == {200}

    def test_nobody_is_held_up_while_redis_cannot_be_reached(
        self, build_service: Callable[..., FastAPI], tmp_path: Path
    ) -> None:
        client = TestClient(build_service(tmp_path, redis_url="redis://127.0.0.1:1/0"))

        assert client.post(ASK, json={"question": "你好"}, headers={"X-Session": "mine"}).status_code == 200


class TestHeaders:
    @pytest.mark.parametrize("path", ["/livez", "/api/v1/documents", "/nowhere", "/openapi.json", "/metrics"])
    def test_every_answer_forbids_foreign_scripts_guessing_and_framing(self, client: TestClient, path: str) -> None:
        headers = client.get(path).headers

        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert policy.endswith("frame-ancestors 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert "strict-transport-security" not in headers
        assert "server" not in headers

    def test_https_is_kept_to_once_the_public_address_has_it(
        self, build_service: Callable[..., FastAPI], tmp_path: Path
    ) -> None:
        client = TestClient(build_service(tmp_path, public_url="https://tiaowen.example.gov.cn"))

        assert client.get("/livez").headers["strict-transport-security"] == "max-age=31536000"


class TestMetrics:
    def test_questions_are_counted_by_door_and_status_without_their_words(self, own_client: TestClient) -> None:
        ask(own_client)
        ask(own_client)

        counted = own_client.get("/metrics").text

        assert 'tiaowen_asks_total{channel="api",status="answered"} 2.0' in counted
        assert 'tiaowen_ask_seconds_count{channel="api"} 2.0' in counted
        assert "超生" not in counted
