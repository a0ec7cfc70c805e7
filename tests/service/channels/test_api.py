"""/api/v1: the fields of the contract, what stands in them, and what bad input is told."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.database import open_database
from service.records import Records

ASK = "/api/v1/ask"
TERMS = "老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴"
FINE = "超生罚款没交完还要交吗"
ARRIVAL = "分娩补助哪天到账"
CITED = [TERMS, FINE, ARRIVAL, "公积金二孩家庭能多贷吗", "产假休多少天", "育儿假", "代孕合法吗", "托育机构要备案吗"]
SECOND_CHILD = {"birth_order": 2, "registered": True, "institution_in": "district"}
JSON = {"content-type": "application/json"}


def ask(client: TestClient, question: str, **more: object) -> dict:
    response = client.post(ASK, json={"question": question, **more})
    assert response.status_code == 200, response.text
    return response.json()


def kinds(thing: Mapping[str, object]) -> dict[str, str]:
    return {key: type(value).__name__ for key, value in thing.items()}


def amounts(answer: dict) -> list[tuple[str, str | None]]:
    return [(one["benefit"], one["amount"]) for one in answer["entitlements"]]


def refs(answer: dict) -> list[str]:
    return [citation["ref"] for citation in answer["citations"]]


class TestAsk:
    def test_answer_has_exactly_the_fields_of_the_contract(self, client: TestClient) -> None:
        answer = ask(client, TERMS)

        assert kinds(answer) == {
            "answer_id": "str",
            "conversation_id": "str",
            "status": "str",
            "reason": "NoneType",
            "text": "str",
            "citations": "list",
            "entitlements": "list",
            "missing": "list",
            "units": "list",
            "on": "str",
            "about": "str",
            "snapshot": "str",
            "level": "str",
            "took_ms": "int",
        }
        assert kinds(answer["citations"][0]) == {
            "mark": "int",
            "ref": "str",
            "document_title": "str",
            "document_number": "str",
            "label": "str",
            "position": "str",
            "quote": "str",
            "url": "str",
            "verbatim": "bool",
            "in_force": "bool",
            "gaps": "list",
        }
        assert kinds(answer["entitlements"][0]) == {
            "benefit": "str",
            "name": "str",
            "eligible": "bool",
            "amount": "str",
            "unit": "str",
            "amount_kind": "str",
            "until": "NoneType",
            "working": "list",
            "open_points": "list",
            "missing": "list",
        }
        assert kinds(answer["entitlements"][0]["working"][0]) == {"sentence": "str", "value": "str", "ref": "str"}

    def test_question_for_a_fact_has_exactly_the_fields_of_the_contract(self, client: TestClient) -> None:
        missing = ask(client, "一共能领多少入托补贴")["missing"]

        assert kinds(missing[0]) == {"fact": "str", "question": "str", "options": "list"}
        assert kinds(missing[0]["options"][0]) == {"value": "str", "label": "str"}

    def test_three_terms_come_to_1500_yuan(self, client: TestClient) -> None:
        answer = ask(client, TERMS)

        assert answer["status"] == "answered"
        assert amounts(answer) == [("childcare-enrolment-subsidy", "1500.00")]
        assert refs(answer)[0] == "xianan-2023#7"
        assert (answer["on"], answer["about"], answer["level"]) == ("2026-07-01", "2026-07-01", "extract")

    def test_unpaid_part_of_an_old_fine_is_answered_from_clause_1(self, client: TestClient) -> None:
        answer = ask(client, FINE)

        assert (answer["status"], refs(answer)[0]) == ("answered", "xianan-2023#1")

    def test_arrival_day_is_not_stated_and_the_nearest_clause_is_shown(self, client: TestClient) -> None:
        answer = ask(client, ARRIVAL)

        assert (answer["status"], answer["reason"]) == ("no_basis", "payment_date_not_stated")
        assert "xianan-2023#12.3" in refs(answer)

    @pytest.mark.parametrize("question", CITED)
    def test_every_quote_stands_word_for_word_in_its_clause(self, client: TestClient, question: str) -> None:
        answer = ask(client, question)

        texts = {ref: client.get(f"/api/v1/clauses/{ref.replace('#', '/')}").json()["text"] for ref in refs(answer)}
        assert [c["ref"] for c in answer["citations"] if c["quote"] not in texts[c["ref"]]] == []
        assert [c["mark"] for c in answer["citations"]] == list(range(1, len(answer["citations"]) + 1))

    @pytest.mark.parametrize(
        ("question", "status"),
        [("今天天气怎么样", "out_of_scope"), ("帮我代孕", "refused"), ("转人工", "handed_over")],
    )
    def test_question_for_somebody_else_has_its_own_status(
        self, client: TestClient, question: str, status: str
    ) -> None:
        assert ask(client, question)["status"] == status

    def test_before_the_plan_was_issued_it_grants_nothing(self, client: TestClient) -> None:
        before, after = ask(client, TERMS, on="2023-07-19"), ask(client, TERMS, on="2023-07-20")

        assert (before["on"], before["status"], amounts(before)) == (
            "2023-07-19",
            "no_basis",
            [("childcare-enrolment-subsidy", None)],
        )
        assert (after["on"], after["status"], amounts(after)) == (
            "2023-07-20",
            "answered",
            [("childcare-enrolment-subsidy", "1500.00")],
        )


class TestConversation:
    def test_facts_of_the_first_turn_count_in_the_second(self, client: TestClient) -> None:
        first = ask(client, "老二在咸安备案的托育园")

        second = ask(client, "上了三个学期，一共能领多少", conversation_id=first["conversation_id"])

        assert second["conversation_id"] == first["conversation_id"]
        assert amounts(second) == [("childcare-enrolment-subsidy", "1500.00")]

    def test_facts_of_the_first_turn_count_when_it_names_the_benefit(self, client: TestClient) -> None:
        first = ask(client, "老二在咸安备案的托育园，有入托补贴吗")

        second = ask(client, "上了三个学期，一共能领多少", conversation_id=first["conversation_id"])

        assert amounts(second) == [("childcare-enrolment-subsidy", "1500.00")]

    def test_unknown_conversation_starts_a_new_one(self, client: TestClient) -> None:
        answer = ask(client, "上了三个学期，一共能领多少", conversation_id="不存在的会话")

        assert answer["conversation_id"] != "不存在的会话"
        assert amounts(answer) == []

    def test_conversation_ids_are_long_and_never_the_same(self, client: TestClient) -> None:
        ids = {ask(client, "产假")["conversation_id"] for _ in range(5)}

        assert len(ids) == 5
        assert min(map(len, ids)) >= 32

    def test_one_conversation_knows_nothing_of_another(self, client: TestClient) -> None:
        ask(client, "老二在咸安备案的托育园，有入托补贴吗")

        assert amounts(ask(client, "上了三个学期，一共能领多少入托补贴")) == [("childcare-enrolment-subsidy", None)]


class TestFactsInTheBody:
    def test_they_are_taken_as_given(self, client: TestClient) -> None:
        answer = ask(client, "一共能领多少入托补贴", facts=SECOND_CHILD | {"terms": 3})

        assert amounts(answer) == [("childcare-enrolment-subsidy", "1500.00")]

    def test_they_stand_above_what_the_question_says(self, client: TestClient) -> None:
        answer = ask(client, TERMS, facts={"terms": 2})

        assert amounts(answer) == [("childcare-enrolment-subsidy", "1000.00")]

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"shoe_size": 43}, "facts.shoe_size"),
            ({"terms": "许多"}, "facts.terms"),
            ({"terms": 1.5}, "facts.terms"),
            ({"terms": [3]}, "facts.terms"),
            ({"terms": {"n": 3}}, "facts.terms"),
            ({"terms": True}, "facts.terms"),
            ({"terms": 0}, "facts.terms"),
            ({"terms": 13}, "facts.terms"),
            ({"terms": "NaN"}, "facts.terms"),
            ({"terms": "1e999999999"}, "facts.terms"),
            ({"registered": "也许"}, "facts.registered"),
            ({"institution_in": "武汉"}, "facts.institution_in"),
            ({"public_fee_per_month": "Infinity"}, "facts.public_fee_per_month"),
            ({"public_fee_per_month": -1}, "facts.public_fee_per_month"),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("path", [ASK, "/api/v1/benefits/childcare-enrolment-subsidy/calculate"])
    def test_bad_fact_is_named(self, client: TestClient, path: str, facts: dict, field: str) -> None:
        body = {"facts": facts} | ({"question": "入托补贴"} if path == ASK else {})

        response = client.post(path, json=body)

        assert (response.status_code, told(response)["field"]) == (422, field)


class TestSearch:
    def test_hit_has_exactly_the_fields_of_the_contract(self, client: TestClient) -> None:
        found = client.get("/api/v1/search", params={"q": "入托补贴"}).json()

        assert kinds(found) == {"hits": "list", "took_ms": "int"}
        assert kinds(found["hits"][0]) == {
            "ref": "str",
            "document_title": "str",
            "label": "str",
            "text": "str",
            "matched": "list",
            "score": "float",
            "in_force": "bool",
        }
        assert "xianan-2023#7" in [hit["ref"] for hit in found["hits"][:3]]

    def test_as_many_come_as_are_wanted(self, client: TestClient) -> None:
        hits = client.get("/api/v1/search", params={"q": "二孩", "limit": 3}).json()["hits"]

        assert len(hits) == 3
        assert hits == sorted(hits, key=lambda hit: -hit["score"])

    def test_search_can_keep_to_one_document(self, client: TestClient) -> None:
        hits = client.get("/api/v1/search", params={"q": "生育", "document": "population-law-2021"}).json()["hits"]

        assert {hit["ref"].split("#")[0] for hit in hits} == {"population-law-2021"}

    def test_search_on_a_day_finds_only_what_was_issued(self, client: TestClient) -> None:
        hits = client.get("/api/v1/search", params={"q": "入托补贴", "on": "2023-07-19", "limit": 100}).json()["hits"]

        assert [hit["ref"] for hit in hits if hit["ref"].startswith("xianan-2023#")] == []


class TestDocuments:
    def test_clause_comes_with_its_neighbours(self, client: TestClient) -> None:
        clause = client.get("/api/v1/clauses/xianan-2023/7").json()

        assert (clause["previous"], clause["ref"], clause["next"]) == (
            "xianan-2023#6",
            "xianan-2023#7",
            "xianan-2023#8",
        )
        assert "每学期发放500元入托补贴" in clause["text"]
        assert (clause["verbatim"], clause["published_on"]) == (True, "2023-07-20")

    def test_neighbours_lead_through_the_whole_document_and_no_further(self, client: TestClient) -> None:
        plan = next(d for d in client.get("/api/v1/documents").json() if d["id"] == "xianan-2023")

        before, after = walk(client, "xianan-2023#7", "previous"), walk(client, "xianan-2023#7", "next")

        assert len({*before, *after}) == plan["clauses"]
        assert {ref.split("#")[0] for ref in (*before, *after)} == {"xianan-2023"}

    @pytest.mark.parametrize("place", ["xianan-2023/999", "nowhere/1", "xianan-2023/%00", "a/%FF"])
    def test_unknown_clause_is_not_found(self, client: TestClient, place: str) -> None:
        response = client.get(f"/api/v1/clauses/{place}")

        assert (response.status_code, told(response)["field"]) == (404, "locator")

    def test_documents_say_where_they_come_from(self, client: TestClient) -> None:
        plan = next(d for d in client.get("/api/v1/documents").json() if d["id"] == "xianan-2023")

        assert (plan["published_on"], plan["effective_from"], plan["authority"], plan["verbatim"]) == (
            "2023-07-20",
            None,
            "区",
            True,
        )


class TestBenefits:
    def test_each_benefit_lists_the_facts_that_it_needs(self, client: TestClient) -> None:
        listed = {benefit["benefit"]: benefit for benefit in client.get("/api/v1/benefits").json()}

        facts = {fact["name"]: fact for fact in listed["childcare-enrolment-subsidy"]["facts"]}
        assert {"birth_order", "institution_in", "registered", "terms"} <= facts.keys()
        assert kinds(facts["institution_in"]) == {
            "name": "str",
            "label": "str",
            "type": "str",
            "unit": "str",
            "choices": "list",
            "question": "str",
        }
        assert [choice["value"] for choice in facts["institution_in"]["choices"]] == ["district", "city", "elsewhere"]

    @pytest.mark.parametrize(
        ("slug", "facts", "amount"),
        [
            ("childcare-enrolment-subsidy", SECOND_CHILD | {"terms": 3}, "1500.00"),
            ("childcare-enrolment-subsidy", SECOND_CHILD | {"terms": "3"}, "1500.00"),
            ("childcare-enrolment-subsidy", SECOND_CHILD | {"terms": 3, "children": 2}, "3000.00"),
            ("delivery-subsidy", {"birth_order": 2, "institution_in": "district", "inpatient": True}, "500.00"),
        ],
    )
    def test_amount_is_calculated_to_the_cent(self, client: TestClient, slug: str, facts: dict, amount: str) -> None:
        entitlement = calculate(client, slug, facts)

        assert (entitlement["benefit"], entitlement["eligible"], entitlement["amount"]) == (slug, True, amount)

    @pytest.mark.parametrize(("fee", "months"), [("380.55", "4.5"), ("380.1", "5"), ("19999.99", "0.5")])
    def test_decimal_is_the_same_as_number_and_as_text(self, client: TestClient, fee: str, months: str) -> None:
        facts = {
            "birth_order": 2,
            "institution_in": "district",
            "kindergarten_type": "public",
            "kindergarten_class": "small",
        }

        as_text = calculate(
            client, "kindergarten-fee-reduction", facts | {"public_fee_per_month": fee, "months": months}
        )
        as_number = calculate(
            client,
            "kindergarten-fee-reduction",
            facts | {"public_fee_per_month": float(fee), "months": float(months)},
        )

        assert as_text["eligible"] is True
        assert as_number == as_text

    def test_what_is_missing_is_named(self, client: TestClient) -> None:
        entitlement = calculate(client, "childcare-enrolment-subsidy", SECOND_CHILD)

        assert (entitlement["eligible"], entitlement["amount"], entitlement["missing"]) == (None, None, ["terms"])

    def test_first_child_gets_nothing_and_hears_why_and_what_applies_instead(self, client: TestClient) -> None:
        entitlement = calculate(client, "childcare-enrolment-subsidy", SECOND_CHILD | {"birth_order": 1, "terms": 3})

        assert (entitlement["eligible"], entitlement["amount"]) == (False, None)
        refs = [step["ref"] for step in entitlement["working"]]
        assert refs == ["xianan-2023#7", "national-childcare-allowance-2025#1"]

    def test_unknown_benefit_is_not_found(self, client: TestClient) -> None:
        response = client.post("/api/v1/benefits/no-such-benefit/calculate", json={"facts": {}})

        assert (response.status_code, told(response)["field"]) == (404, "slug")


class TestHealth:
    def test_process_is_alive(self, client: TestClient) -> None:
        assert client.get("/livez").json() == {"live": True}

    def test_service_is_ready_with_a_snapshot(self, client: TestClient) -> None:
        ready = client.get("/readyz").json()

        assert (ready["ready"], ready["level"]) == (True, "extract")
        assert ready["snapshot"].startswith("000001-")


def question(text: str) -> bytes:
    return json.dumps({"question": text}).encode()


def chunked() -> Iterator[bytes]:
    yield b'{"question":"'
    yield from (b"x" * 1000 for _ in range(70))
    yield b'"}'


BAD_BODIES: list[tuple[str, bytes | Callable[[], Iterator[bytes]], int, str | None]] = [
    ("501 characters", question("问" * 501), 422, "question"),
    ("empty", question(""), 422, "question"),
    ("only spaces", question(" 　\t\n"), 422, "question"),
    ("only invisible characters", question("\u200b\u202e\ufeff"), 422, "question"),
    ("a number", b'{"question": 5}', 422, "question"),
    ("a list", b'{"question": ["a"]}', 422, "question"),
    ("nothing", b'{"question": null}', 422, "question"),
    ("no question", b"{}", 422, "question"),
    ("NUL", question("入托\u0000补贴"), 422, "question"),
    ("bell", question("\u0007"), 422, "question"),
    ("escape", question("a\u001b[31mb"), 422, "question"),
    ("lone surrogate", b'{"question": "\\ud800"}', 422, "question"),
    ("lone surrogate as a name", b'{"question": "a", "\\udfff": 1}', 422, None),
    ("unknown field", b'{"question": "a", "model": "x"}', 422, "model"),
    ("conversation is a number", b'{"question": "a", "conversation_id": 5}', 422, "conversation_id"),
    ("conversation with NUL", b'{"question": "a", "conversation_id": "\\u0000"}', 422, "conversation_id"),
    ("conversation too long", b'{"question": "a", "conversation_id": "' + b"x" * 101 + b'"}', 422, "conversation_id"),
    ("no such day", b'{"question": "a", "on": "2023-02-30"}', 422, "on"),
    ("day before 2000", b'{"question": "a", "on": "1999-12-31"}', 422, "on"),
    ("day after 2100", b'{"question": "a", "on": "2101-01-01"}', 422, "on"),
    ("day in words", '{"question": "a", "on": "昨天"}'.encode(), 422, "on"),
    ("day as seconds", b'{"question": "a", "on": 1688169600}', 422, "on"),
    ("day with a time", b'{"question": "a", "on": "2023-07-20T00:00:00"}', 422, "on"),
    ("facts are a list", b'{"question": "a", "facts": []}', 422, "facts"),
    ("empty body", b"", 422, None),
    ("not JSON", b"question=1", 400, None),
    ("half a JSON", b'{"question": "a', 400, None),
    ("a bare list", b"[]", 422, None),
    ("invalid UTF-8", b'{"question": "\xff\xfe"}', 400, None),
    ("GBK", '{"question": "补贴"}'.encode("gbk"), 400, None),
    ("nested too deep", b'{"question": ' + b"[" * 20_000, 400, None),
    ("number too long", b'{"question": "a", "facts": {"terms": ' + b"9" * 5000 + b"}}", 400, None),
    ("70 KB", question("x" * 70_000), 413, None),
    ("70 KB in chunks of unknown length", chunked, 413, None),
]


def told(response: object) -> dict:
    """The one error shape, with a Chinese message and nothing of our code in it."""
    body = response.json()  # type: ignore[attr-defined]
    assert kinds(body) == {"error": "dict"}
    assert body["error"].keys() == {"code", "message", "field"}
    assert any("一" <= character <= "鿿" for character in body["error"]["message"])
    assert "Traceback" not in response.text  # type: ignore[attr-defined]
    return body["error"]


def calculate(client: TestClient, slug: str, facts: dict) -> dict:
    response = client.post(f"/api/v1/benefits/{slug}/calculate", json={"facts": facts})
    assert response.status_code == 200, response.text
    return response.json()


def walk(client: TestClient, ref: str | None, side: str) -> list[str]:
    """The clause and all its neighbours on one side."""
    met = []
    while ref is not None:
        met.append(ref)
        ref = client.get(f"/api/v1/clauses/{ref.replace('#', '/')}").json()[side]
    return met


class TestBadInput:
    @pytest.mark.parametrize(("name", "body", "status", "field"), BAD_BODIES, ids=[bad[0] for bad in BAD_BODIES])
    def test_body_is_refused_in_chinese(
        self,
        client: TestClient,
        name: str,
        body: bytes | Callable[[], Iterator[bytes]],
        status: int,
        field: str | None,
    ) -> None:
        response = client.post(ASK, content=body() if callable(body) else body, headers=JSON)

        assert (response.status_code, told(response)["field"]) == (status, field)

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
    def test_body_of_another_kind_is_refused(self, client: TestClient, kind: str) -> None:
        response = client.post(ASK, content=question("入托补贴"), headers={"content-type": kind})

        assert response.status_code == 422
        told(response)

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", ASK, 405),
            ("DELETE", ASK, 405),
            ("PUT", "/livez", 405),
            ("POST", "/api/v1/search", 405),
            ("GET", "/", 404),
            ("GET", "/api/v1", 404),
            ("GET", "/api/v1/documents/", 404),
            ("GET", "/api/v2/ask", 404),
            ("GET", "/../../etc/passwd", 404),
            ("GET", "/docs", 404),
        ],
    )
    def test_wrong_method_or_path_is_refused(self, client: TestClient, method: str, path: str, status: int) -> None:
        response = client.request(method, path)

        assert response.status_code == status
        told(response)

    def test_wrong_method_hears_the_right_one(self, client: TestClient) -> None:
        assert client.get(ASK).headers["allow"] == "POST"

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("", "q"),
            ("q=", "q"),
            ("q=%00", "q"),
            (f"q={'a' * 501}", "q"),
            ("q=a&limit=0", "limit"),
            ("q=a&limit=101", "limit"),
            ("q=a&limit=many", "limit"),
            ("q=a&limit=1e3", "limit"),
            ("q=a&on=2023-02-30", "on"),
            ("q=a&on=1688169600", "on"),
            (f"q=a&document={'d' * 101}", "document"),
        ],
    )
    def test_bad_search_is_refused(self, client: TestClient, query: str, field: str) -> None:
        response = client.get(f"/api/v1/search?{query}")

        assert (response.status_code, told(response)["field"]) == (422, field)

    def test_invisible_characters_are_left_out(self, client: TestClient) -> None:
        plain, hidden = ask(client, FINE), ask(client, "\ufeff超生\u200b罚款\u202e没交完\u2066还要交吗\u200d")

        assert (hidden["status"], hidden["text"]) == (plain["status"], plain["text"])

    def test_longest_question_is_answered(self, client: TestClient) -> None:
        assert ask(client, FINE + "问" * (500 - len(FINE)))["status"] != "failed"

    @pytest.mark.parametrize(
        "text", ["🫨👨‍👩‍👧", "؟", "𠮷野家", "%s%n${7*7}{{7*7}}", "'; DROP TABLE answers; --", "<script>"]
    )
    def test_odd_question_is_only_a_question(self, client: TestClient, text: str) -> None:
        assert ask(client, text)["status"] != "failed"

    def test_nothing_stored_before_is_lost(self, build_service: Callable[..., FastAPI], tmp_path: Path) -> None:
        with TestClient(build_service(tmp_path)) as client:
            first = ask(client, "老二在咸安备案的托育园，有入托补贴吗")
            for _, body, _, _ in BAD_BODIES:
                client.post(ASK, content=body() if callable(body) else body, headers=JSON)
            records = Records(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}"))
            assert records.count() == 1
            records.close()

            second = ask(client, "上了三个学期，一共能领多少", conversation_id=first["conversation_id"])
            assert amounts(second) == [("childcare-enrolment-subsidy", "1500.00")]


@pytest.mark.parametrize("named", ["第七条", "第7条", "二（三）7", "方案第七条"])
def test_a_bare_clause_number_is_shown_that_clause(client: TestClient, named: str) -> None:
    answer = ask(client, named)

    assert (answer["status"], refs(answer)[0]) == ("answered", "xianan-2023#7")


def test_what_is_lost_or_supplied_is_told_beside_the_quote_that_shows_it_only(client: TestClient) -> None:
    with_gap = ask(client, "试管婴儿补多少")["citations"]
    without = ask(client, TERMS)["citations"]

    told = {citation["ref"]: bool(citation["gaps"]) for citation in (*with_gap, *without)}
    assert (told["xianan-2023#5"], told["xianan-2023#7"]) == (True, False)
