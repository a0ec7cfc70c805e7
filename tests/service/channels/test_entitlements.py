"""All that one family may claim, through the API: the list, the picture, and the answer to 有哪些补贴."""

from collections.abc import Mapping
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from service.rules.catalogue import benefits
from service.rules.family import OTHER, STAGES

LIST = "/api/v1/entitlements"
PICTURE = "/api/v1/entitlements/timeline"
SVG = "{http://www.w3.org/2000/svg}"
THIRD_CHILD = {
    "birth_order": 3,
    "child_birth_date": "2026-05-01",
    "institution_in": "district",
    "inpatient": True,
    "registered": True,
    "terms": 2,
}
BAD_FACTS: list[tuple[Mapping[str, object], str]] = [
    ({"shoe_size": 43}, "facts.shoe_size"),
    ({"terms": 13}, "facts.terms"),
    ({"terms": "许多"}, "facts.terms"),
    ({"terms": [3]}, "facts.terms"),
    ({"birth_order": 0}, "facts.birth_order"),
    ({"birth_order": 2, "registered": "也许"}, "facts.registered"),
    ({"institution_in": "武汉"}, "facts.institution_in"),
    ({"child_birth_date": "2026-02-30"}, "facts.child_birth_date"),
    ({"loan_limit": "NaN"}, "facts.loan_limit"),
]


def listed(client: TestClient, facts: Mapping[str, object], **more: object) -> dict:
    response = client.post(LIST, json={"facts": facts, **more})
    assert response.status_code == 200, response.text
    return response.json()


def claim(client: TestClient, slug: str, facts: Mapping[str, object], **more: object) -> dict:
    [found] = [one for one in listed(client, facts, **more)["entitlements"] if one["benefit"] == slug]
    return found


def answer(client: TestClient, question: str, **more: object) -> dict:
    response = client.post("/api/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return response.json()


class TestList:
    def test_claim_has_exactly_the_fields_of_the_contract(self, client: TestClient) -> None:
        body = listed(client, THIRD_CHILD)

        assert {name: type(value).__name__ for name, value in body.items()} == {
            "on": "str",
            "stages": "list",
            "entitlements": "list",
        }
        assert set(body["entitlements"][0]) == {
            "benefit",
            "name",
            "eligible",
            "amount",
            "unit",
            "amount_kind",
            "until",
            "working",
            "open_points",
            "missing",
            "stage",
            "clause",
            "rate",
            "units",
            "changes",
        }

    def test_every_benefit_stands_once_under_the_stages_of_life(self, client: TestClient) -> None:
        body = listed(client, THIRD_CHILD)

        slugs = [one["benefit"] for one in body["entitlements"]]
        assert sorted(slugs) == sorted(benefits())
        assert [stage["stage"] for stage in body["stages"]] == list(STAGES)
        assert [slug for stage in body["stages"] for slug in stage["benefits"]] == slugs
        assert {slug: stage["stage"] for stage in body["stages"] for slug in stage["benefits"]} == {
            one["benefit"]: one["stage"] for one in body["entitlements"]
        }

    def test_what_is_certain_has_its_amount_and_working(self, client: TestClient) -> None:
        """Two terms of 500 for the third child."""
        enrolment = claim(client, "childcare-enrolment-subsidy", THIRD_CHILD, on="2026-11-23")

        assert (enrolment["eligible"], enrolment["amount"], enrolment["clause"]) == (True, "1000.00", "xianan-2023#7")
        assert enrolment["working"][-1] == {
            "sentence": "500.00元 × 1个孩子 × 2个学期 = 1000.00元",
            "value": "1000.00",
            "ref": "xianan-2023#7",
        }

    def test_what_depends_names_the_facts_that_are_missing(self, client: TestClient) -> None:
        leave = claim(client, "maternity-leave", THIRD_CHILD)

        assert (leave["eligible"], leave["amount"], leave["missing"]) == (None, None, ["babies", "difficult_birth"])

    def test_what_is_not_for_this_family_says_why(self, client: TestClient) -> None:
        enrolment = claim(client, "childcare-enrolment-subsidy", THIRD_CHILD | {"registered": False})

        assert (enrolment["eligible"], enrolment["amount"], enrolment["missing"]) == (False, None, [])
        assert enrolment["working"][0]["sentence"].startswith("第7条限登记备案的托育机构")

    @pytest.mark.parametrize(
        ("on", "refs"),
        [
            ("2025-06-30", []),
            ("2025-07-01", ["later-changes#LC-05"]),
            ("2026-11-22", ["later-changes#LC-05"]),
            ("2026-11-23", ["later-changes#LC-05", "later-changes#LC-14"]),
        ],
    )
    def test_changes_are_told_from_their_day_on(self, client: TestClient, on: str, refs: list[str]) -> None:
        enrolment = claim(client, "childcare-enrolment-subsidy", THIRD_CHILD, on=on)

        assert [change["ref"] for change in enrolment["changes"]] == refs

    def test_without_a_day_it_is_today(self, client: TestClient) -> None:
        assert listed(client, {})["on"] == "2026-07-01"

    def test_without_facts_it_is_the_list_of_all_there_is(self, client: TestClient) -> None:
        bare = client.post(LIST, json={}).json()

        assert bare == listed(client, {})
        assert len(bare["entitlements"]) == len(benefits())

    @pytest.mark.parametrize("path", [LIST, PICTURE])
    @pytest.mark.parametrize(("facts", "field"), BAD_FACTS, ids=str)
    def test_bad_fact_is_named(self, client: TestClient, path: str, facts: Mapping[str, object], field: str) -> None:
        response = client.post(path, json={"facts": facts})

        error = response.json()["error"]
        assert (response.status_code, error["field"]) == (422, field)
        assert any("一" <= character <= "鿿" for character in error["message"])

    @pytest.mark.parametrize("path", [LIST, PICTURE])
    @pytest.mark.parametrize("on", ["2026-02-30", "昨天", "1999-12-31", 20260301])
    def test_bad_day_is_named(self, client: TestClient, path: str, on: object) -> None:
        response = client.post(path, json={"on": on})

        assert (response.status_code, response.json()["error"]["field"]) == (422, "on")


class TestPicture:
    def picture(self, client: TestClient, facts: Mapping[str, object]) -> ElementTree.Element:
        response = client.post(PICTURE, json={"facts": facts})
        assert (response.status_code, response.headers["content-type"]) == (200, "image/svg+xml")
        return ElementTree.fromstring(response.text)

    def test_it_has_one_bar_for_each_benefit_of_the_childs_age(self, client: TestClient) -> None:
        svg = self.picture(client, THIRD_CHILD)

        names = [text.text for text in svg.iter(f"{SVG}text") if text.get("text-anchor") == "end"]
        with_months = [
            one["name"]
            for one in listed(client, THIRD_CHILD)["entitlements"]
            if benefits()[one["benefit"]].months is not None
        ]
        assert svg.tag == f"{SVG}svg"
        assert names == with_months
        assert len([rect for rect in svg.iter(f"{SVG}rect") if rect.get("rx")]) == len(with_months)

    def test_its_years_are_those_of_the_child(self, client: TestClient) -> None:
        said = [text.text for text in self.picture(client, THIRD_CHILD).iter(f"{SVG}text")]

        assert [text for text in said if text and text.endswith("年）")] == [
            f"（{year}年）" for year in range(2026, 2033)
        ]

    def test_without_the_day_of_birth_it_has_no_years(self, client: TestClient) -> None:
        said = [text.text for text in self.picture(client, {}).iter(f"{SVG}text")]

        assert [text for text in said if text and text.endswith("年）")] == []


class TestAnswer:
    QUESTION = "我老婆生三胎了，有哪些补贴"
    OF_LIFE = tuple(slug for stage in STAGES[:-1] for slug, b in benefits().items() if b.stage == stage)

    def test_who_asks_for_everything_hears_the_whole_list_in_the_order_of_life(self, client: TestClient) -> None:
        told = answer(client, self.QUESTION)

        assert (told["status"], told["reason"], told["missing"]) == ("answered", None, [])
        assert [one["benefit"] for one in told["entitlements"]] == list(self.OF_LIFE)

    def test_every_benefit_of_the_list_has_its_line_and_its_quote(self, client: TestClient) -> None:
        told = answer(client, self.QUESTION)

        names = [benefits()[slug].name for slug in self.OF_LIFE]
        assert [name for name in names if f"\n{name}：" not in told["text"]] == []
        assert {benefits()[slug].basis for slug in self.OF_LIFE} <= {one["ref"] for one in told["citations"]}

    def test_benefits_of_another_kind_of_family_are_left_out(self, client: TestClient) -> None:
        told = answer(client, self.QUESTION)

        others = [benefit.name for benefit in benefits().values() if benefit.stage == OTHER]
        assert [name for name in others if f"\n{name}：" in told["text"]] == []
        assert "【其他】" not in told["text"]

    def test_they_are_told_where_something_was_said_of_them(self, client: TestClient) -> None:
        told = answer(client, "有哪些补贴", facts={"family_kind": "rural_two_daughters"})

        assert [one["benefit"] for one in told["entitlements"] if one["benefit"] not in self.OF_LIFE] == [
            "one-child-and-two-daughter-families"
        ]
        assert "【其他】" in told["text"]

    def test_what_was_said_decides_the_lines(self, client: TestClient) -> None:
        told = answer(client, "有哪些补贴", facts={"birth_order": 1})

        refused = [one["benefit"] for one in told["entitlements"] if one["eligible"] is False]
        assert refused == [
            "delivery-subsidy",
            "childcare-enrolment-subsidy",
            "kindergarten-fee-reduction",
            "housing-fund-loan-limit",
            "housing-fund-second-loan-rate",
        ]
        assert "\n入托补贴：不在内。" in told["text"]

    def test_third_child_is_refused_nothing(self, client: TestClient) -> None:
        told = answer(client, self.QUESTION)

        assert [one["benefit"] for one in told["entitlements"] if one["eligible"] is False] == []
        assert "不在内" not in told["text"].replace("延时服务费不在保教费之内", "")

    def test_after_the_list_one_of_it_can_be_asked_about(self, client: TestClient) -> None:
        first = answer(client, self.QUESTION)

        second = answer(
            client,
            "入托补贴一共能领多少",
            conversation_id=first["conversation_id"],
            facts={"institution_in": "district", "registered": True, "terms": 2},
        )

        assert [(one["benefit"], one["amount"]) for one in second["entitlements"]] == [
            ("childcare-enrolment-subsidy", "1000.00")
        ]
