"""Conversations: what stays, what is corrected, what is forgotten, and what is asked in between."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.app import build_app
from service.clock import SHANGHAI
from service.settings import Settings

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=SHANGHAI)
ENROLMENT = "childcare-enrolment-subsidy"
DELIVERY = "delivery-subsidy"
REDUCTION = "kindergarten-fee-reduction"
HOW_MUCH = "入托补贴一共能领多少"
NURSERY = "老二在咸安区内登记备案的托育机构上了三个学期，入托补贴一共能领多少"
HOUSE = "公积金贷款最高额度帮我算一下，一共能贷多少"
KINDERGARTEN = "幼儿园保教费一共减免多少"
ALL_BUT_TERMS = {"birth_order": 2, "institution_in": "district", "registered": True}
HOSPITAL = "老二在咸安区内的医院住院分娩，分娩补助一共能领多少"


class Conversation:
    """One conversation: say() gives the answer to what is said next."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self.id: str | None = None

    def say(self, question: str, **more: object) -> dict:
        response = self._client.post("/api/v1/ask", json={"question": question, "conversation_id": self.id} | more)
        assert response.status_code == 200, response.text
        self.id = response.json()["conversation_id"]
        return response.json()


@pytest.fixture
def talk(client: TestClient) -> Conversation:
    return Conversation(client)


def told(answer: dict) -> list[tuple[str, bool | None, str | None]]:
    """Of each benefit answered: whether, and how much."""
    return [(one["benefit"], one["eligible"], one["amount"]) for one in answer["entitlements"]]


def asked(answer: dict) -> list[str]:
    return [one["fact"] for one in answer["missing"]]


def working(answer: dict) -> list[str]:
    return [step["sentence"] for one in answer["entitlements"] for step in one["working"]]


class TestMonths:
    """Asked on 2026-07-01: of those born in 1991年7月 only who was born on the first is 35."""

    CYCLE = "我1991年7月生的，在咸宁市内有资质的医院做试管，今天结账，最高给多少"

    def test_the_day_is_asked_for_where_it_decides(self, talk: Conversation) -> None:
        answer = talk.say(self.CYCLE)

        assert (answer["status"], asked(answer)) == ("asks_for_fact", ["mother_birth_date"])

    @pytest.mark.parametrize("day", ["7月2号", "2号", "1991年7月2日", "是2号"])
    def test_the_day_that_is_told_then_belongs_to_that_month(self, talk: Conversation, day: str) -> None:
        talk.say(self.CYCLE)

        assert told(talk.say(day)) == [("assisted-reproduction-cap", False, None)]

    def test_a_month_in_which_every_day_comes_to_the_same_needs_none(self, talk: Conversation) -> None:
        assert told(talk.say(self.CYCLE.replace("7月", "6月"))) == [("assisted-reproduction-cap", True, "10000.00")]


class TestFacts:
    def test_what_was_said_stays(self, talk: Conversation) -> None:
        talk.say("老二在咸安区内登记备案的托育机构，有入托补贴吗")

        assert told(talk.say("上了三个学期，一共能领多少")) == [(ENROLMENT, True, "1500.00")]

    def test_correction_replaces_what_was_said_and_nothing_else(self, talk: Conversation) -> None:
        talk.say(NURSERY)

        corrected = talk.say("不对，是三孩")

        assert told(corrected) == [(ENROLMENT, True, "1500.00")]
        assert working(corrected)[0] == "孩子登记为第三个（三孩），属于二孩及以上"

    def test_correction_can_turn_the_answer_round(self, talk: Conversation) -> None:
        talk.say(NURSERY)

        assert told(talk.say("不对，是一孩")) == [(ENROLMENT, False, None)]
        assert told(talk.say("说错了，是二孩")) == [(ENROLMENT, True, "1500.00")]

    def test_one_fact_can_be_changed_to_see_what_then(self, talk: Conversation) -> None:
        assert told(talk.say(HOSPITAL)) == [(DELIVERY, True, "500.00")]

        assert told(talk.say("那在武汉生的呢")) == [(DELIVERY, False, None)]

    @pytest.mark.parametrize(
        ("said", "answered"),
        [
            ("四个学期呢", (ENROLMENT, True, "2000.00")),
            ("如果是老大呢", (ENROLMENT, False, None)),
            ("要是两个学期呢", (ENROLMENT, True, "1000.00")),
            ("那没有备案呢", (ENROLMENT, False, None)),
        ],
    )
    def test_half_a_sentence_continues_the_matter(
        self, talk: Conversation, said: str, answered: tuple[str, bool, str | None]
    ) -> None:
        talk.say(NURSERY)

        assert told(talk.say(said)) == [answered]

    def test_facts_of_the_body_are_taken_as_given(self, talk: Conversation) -> None:
        facts = {"birth_order": 2, "institution_in": "district", "registered": True, "terms": 2}

        assert told(talk.say(HOW_MUCH, facts=facts)) == [(ENROLMENT, True, "1000.00")]

    def test_facts_of_the_body_stand_above_what_is_said_and_stay(self, talk: Conversation) -> None:
        assert told(talk.say(NURSERY, facts={"terms": 5})) == [(ENROLMENT, True, "2500.00")]

        assert told(talk.say(HOW_MUCH)) == [(ENROLMENT, True, "2500.00")]

    @pytest.mark.parametrize(
        ("said", "amount"), [("改一下，工资是6600", "21560.00"), ("改一下，我工资是6600", "19600.00")]
    )
    def test_a_corrected_wage_is_the_employers_average_unless_it_is_ones_own(
        self, talk: Conversation, said: str, amount: str
    ) -> None:
        talk.say("单位上年度月平均工资6000元，核定98天，生育津贴一共多少")
        talk.say(said)
        assert told(talk.say("生育津贴一共多少")) == [("maternity-allowance", True, amount)]

    def test_a_sum_by_itself_is_the_principal_of_the_second_loan_and_no_price(self, talk: Conversation) -> None:
        asked_for = "第二次公积金贷款，二孩生了以后才申请的，35万，放款日公布利率3.075%，不上浮一年省多少利息"
        assert told(talk.say(asked_for)) == [("housing-fund-second-loan-rate", True, "1076.25")]

    def test_a_corrected_fee_of_a_public_kindergarten_is_what_the_reduction_is_of(self, talk: Conversation) -> None:
        first = talk.say("老二在咸安公办园上中班，一个月400，这学期收五个月，能减几多")
        assert told(first) == [(REDUCTION, True, "200.00")]

        assert told(talk.say("看错了，收费单上写的是460一个月")) == [(REDUCTION, True, "230.00")]

    def test_what_is_changed_and_not_heard_is_said_and_changes_nothing(self, talk: Conversation) -> None:
        talk.say(NURSERY)

        unheard = talk.say("改了，按9那一档")

        assert (unheard["status"], told(unheard)) == ("asks_for_fact", [])
        assert unheard["text"].startswith("没有听清要改的是哪一项")
        assert told(talk.say("四个学期呢")) == [(ENROLMENT, True, "2000.00")]

    def test_the_number_of_children_tells_the_family_that_buys_and_not_the_child_that_goes_to_a_nursery(
        self, talk: Conversation
    ) -> None:
        house = "公积金限额50万，政策内两个娃，我是职工，头一回在咸安区里买普通商品房，合同价80万，最多贷多少"
        assert told(talk.say(house)) == [("housing-fund-loan-limit", True, "640000.00")]
        talk.say("重来")

        nursery = talk.say("政策内两个娃都在咸安备案的托育园上了一个学期，入托补贴一共补多少")

        assert (told(nursery), asked(nursery)) == ([(ENROLMENT, None, None)], ["birth_order"])

    def test_a_corrected_day_is_of_the_month_spoken_of(self, talk: Conversation) -> None:
        talk.say("顺产单胎，12月1号开始休产假，休到哪天")

        assert "最后一天是2027年5月21日" in talk.say("改了，15号才开始")["text"]

    def test_the_citizen_can_go_back_to_what_was_asked_before(self, talk: Conversation) -> None:
        talk.say(HOSPITAL)
        talk.say("公积金贷款审批要几天")

        assert told(talk.say("回到刚才那五百，在武汉生还给不给")) == [(DELIVERY, False, None)]

    def test_half_a_sentence_about_another_benefit_is_computed_like_the_one_before(self, talk: Conversation) -> None:
        talk.say("我顺产单胎，法定产假多少天")

        assert told(talk.say("那我老公呢")) == [("paternity-leave", True, "15")]

    def test_children_whose_cases_differ_are_not_added_up(self, talk: Conversation) -> None:
        talk.say(NURSERY)
        talk.say("老三上了一个学期")

        sum_ = talk.say("两个娃加起来呢")

        assert (sum_["status"], asked(sum_)) == ("asks_for_fact", ["birth_order"])
        assert "请一个孩子、一段时间分开问" in sum_["text"]

    @pytest.mark.parametrize("thanks", ["谢谢", "好的，知道了", "嗯嗯", "好，谢谢你啊"])
    def test_thanks_are_answered_and_leave_the_matter_where_it_was(self, talk: Conversation, thanks: str) -> None:
        talk.say(NURSERY)

        small_talk = talk.say(thanks)

        assert (small_talk["status"], small_talk["text"]) == ("answered", "不客气。还有想问的，请直接说。")
        assert told(talk.say("四个学期呢")) == [(ENROLMENT, True, "2000.00")]

    @pytest.mark.parametrize("greeting", ["你好", "您好，在吗？", "请问"])
    def test_a_greeting_is_answered_with_how_to_ask(self, talk: Conversation, greeting: str) -> None:
        assert talk.say(greeting)["text"].startswith("您好，请直接说您想问的事")

    def test_a_yes_to_what_was_asked_is_no_small_talk(self, talk: Conversation) -> None:
        assert asked(talk.say("老二在咸安区的托育机构上了三个学期，入托补贴一共能领多少")) == ["registered"]

        assert told(talk.say("嗯，是的")) == [(ENROLMENT, True, "1500.00")]

    @pytest.mark.parametrize("word", ["重来", "从头再来", "重新开始"])
    def test_to_start_again_forgets_everything(self, talk: Conversation, word: str) -> None:
        talk.say(NURSERY)

        again = talk.say(word)

        assert (again["status"], again["entitlements"], again["citations"]) == ("answered", [], [])
        assert talk.say(HOW_MUCH)["entitlements"][0]["missing"] == [
            "birth_order",
            "institution_in",
            "registered",
            "terms",
        ]

    def test_to_start_again_with_a_question_answers_it_without_the_old_facts(self, talk: Conversation) -> None:
        talk.say(NURSERY)

        [enrolment] = talk.say(f"重新问，三孩{HOW_MUCH}")["entitlements"]

        assert enrolment["missing"] == ["institution_in", "registered", "terms"]


class TestTopics:
    def test_facts_of_the_first_matter_still_stand_after_another(self, talk: Conversation) -> None:
        talk.say(NURSERY)
        talk.say("产假有多少天")

        assert told(talk.say(HOW_MUCH)) == [(ENROLMENT, True, "1500.00")]

    def test_which_child_it_is_counts_for_the_next_matter_too(self, talk: Conversation) -> None:
        talk.say(NURSERY)

        [delivery] = talk.say("分娩补助一共能领多少")["entitlements"]

        assert delivery["missing"] == ["institution_in", "inpatient"]

    def test_the_place_of_a_hospital_is_not_that_of_a_nursery(self, talk: Conversation) -> None:
        talk.say(HOSPITAL)

        [enrolment] = talk.say(HOW_MUCH)["entitlements"]

        assert enrolment["missing"] == ["institution_in", "registered", "terms"]

    def test_each_matter_keeps_its_own_place(self, talk: Conversation) -> None:
        talk.say(NURSERY)

        assert told(talk.say("在武汉的医院住院生的，分娩补助一共能领多少")) == [(DELIVERY, False, None)]
        assert told(talk.say(HOW_MUCH)) == [(ENROLMENT, True, "1500.00")]
        assert told(talk.say("分娩补助一共能领多少")) == [(DELIVERY, False, None)]

    def test_two_matters_asked_at_once_keep_each_its_own_place(self, talk: Conversation) -> None:
        talk.say(NURSERY)
        talk.say("在武汉的医院住院生的，分娩补助一共能领多少")

        both = talk.say("入托补贴和分娩补助一共能领多少")

        assert told(both) == [(ENROLMENT, True, "1500.00"), (DELIVERY, False, None)]


class TestAsking:
    def test_at_most_two_facts_are_asked_at_a_time_with_their_options(self, talk: Conversation) -> None:
        answer = talk.say(HOW_MUCH)

        assert answer["status"] == "asks_for_fact"
        assert answer["missing"] == [
            {
                "fact": "birth_order",
                "question": "这个孩子登记的是第几个孩子？",
                "options": [
                    {"value": "1", "label": "第一个（一孩）"},
                    {"value": "2", "label": "第二个（二孩）"},
                    {"value": "3", "label": "第三个（三孩）"},
                ],
            },
            {
                "fact": "institution_in",
                "question": "是在咸安区里的机构吗？",
                "options": [
                    {"value": "district", "label": "咸安区内"},
                    {"value": "city", "label": "咸宁市内、咸安区外"},
                    {"value": "elsewhere", "label": "外地"},
                ],
            },
        ]
        assert "这个孩子登记的是第几个孩子？是在咸安区里的机构吗？" in answer["text"]

    def test_yes_and_no_are_options_and_a_number_has_none(self, talk: Conversation) -> None:
        answer = talk.say(HOW_MUCH, facts={"birth_order": 2, "institution_in": "district"})

        assert [(one["fact"], [o["label"] for o in one["options"]]) for one in answer["missing"]] == [
            ("registered", ["是", "否"]),
            ("terms", []),
        ]

    def test_only_what_is_still_needed_is_asked(self, talk: Conversation) -> None:
        assert asked(talk.say(HOW_MUCH)) == ["birth_order", "institution_in"]
        assert asked(talk.say("老二，在咸安区内")) == ["registered", "terms"]
        assert told(talk.say("登记备案了的，上了三个学期")) == [(ENROLMENT, True, "1500.00")]

    def test_what_decides_the_matter_ends_the_asking(self, talk: Conversation) -> None:
        talk.say(HOW_MUCH)

        answer = talk.say("老大")

        assert (answer["status"], asked(answer), told(answer)) == ("answered", [], [(ENROLMENT, False, None)])

    @pytest.mark.parametrize(("number", "eligible"), [("1", True), ("2", False), ("3", False)])
    def test_a_number_chooses_from_the_options(self, talk: Conversation, number: str, eligible: bool) -> None:
        assert asked(talk.say(HOW_MUCH, facts={"birth_order": 2, "registered": True, "terms": 3})) == ["institution_in"]

        [enrolment] = talk.say(number)["entitlements"]

        assert (enrolment["benefit"], enrolment["eligible"]) == (ENROLMENT, eligible)

    def test_a_number_says_which_child_it_is(self, talk: Conversation) -> None:
        talk.say(HOW_MUCH, facts={"institution_in": "district", "registered": True, "terms": 3})

        assert told(talk.say("2")) == [(ENROLMENT, True, "1500.00")]

    @pytest.mark.parametrize("number", ["3", "三", "三个学期", "3个"])
    def test_a_bare_number_answers_the_question_for_one(self, talk: Conversation, number: str) -> None:
        assert asked(talk.say(HOW_MUCH, facts=ALL_BUT_TERMS)) == ["terms"]

        assert told(talk.say(number)) == [(ENROLMENT, True, "1500.00")]

    @pytest.mark.parametrize(
        ("question", "facts", "wanted", "number"),
        [
            (
                HOUSE,
                {"birth_order": 2, "institution_in": "district", "home": "first"},
                ["loan_limit", "contract_price"],
                "60万",
            ),
            (
                KINDERGARTEN,
                {"birth_order": 2, "institution_in": "district"},
                ["kindergarten_type", "kindergarten_class"],
                "2",
            ),
        ],
    )
    def test_a_bare_number_that_may_answer_either_question_is_not_guessed(
        self, talk: Conversation, question: str, facts: dict[str, object], wanted: list[str], number: str
    ) -> None:
        assert asked(talk.say(question, facts=facts)) == wanted

        talk.say(number)

        assert asked(talk.say(question)) == wanted

    @pytest.mark.parametrize(("said", "eligible"), [("是", True), ("是的", True), ("没有", False), ("不是", False)])
    def test_yes_or_no_answers_the_question_for_it(self, talk: Conversation, said: str, eligible: bool) -> None:
        facts = {"birth_order": 2, "institution_in": "district", "terms": 3}
        assert asked(talk.say(HOW_MUCH, facts=facts)) == ["registered"]

        [enrolment] = talk.say(said)["entitlements"]

        assert enrolment["eligible"] is eligible

    @pytest.mark.parametrize(("said", "eligible"), [("是", True), ("不是", False)])
    def test_yes_or_no_answers_whether_it_is_in_the_district(
        self, talk: Conversation, said: str, eligible: bool
    ) -> None:
        """The question is put as one for yes or no. No leaves open where else, which comes to the same."""
        talk.say(HOW_MUCH, facts={"birth_order": 2, "registered": True, "terms": 3})

        answer = talk.say(said)

        assert [(one["benefit"], one["eligible"]) for one in answer["entitlements"]] == [(ENROLMENT, eligible)]

    def test_after_four_questions_in_a_row_nothing_more_is_asked(self, talk: Conversation) -> None:
        statuses = [talk.say(HOW_MUCH)["status"] for _ in range(5)]

        assert statuses == ["asks_for_fact"] * 4 + ["answered"]

    def test_an_answer_in_between_begins_the_count_anew(self, talk: Conversation) -> None:
        for _ in range(3):
            talk.say(HOW_MUCH)
        talk.say("产假有多少天")

        assert [talk.say(HOW_MUCH)["status"] for _ in range(5)] == ["asks_for_fact"] * 4 + ["answered"]


class TestCannotSay:
    @pytest.mark.parametrize("said", ["不知道", "不清楚", "不晓得", "忘了", "我也不知道", "记不清了", "没问过"])
    def test_who_cannot_say_hears_the_rule_and_no_amount(self, talk: Conversation, said: str) -> None:
        assert asked(talk.say(HOW_MUCH, facts=ALL_BUT_TERMS)) == ["terms"]

        answer = talk.say(said)

        assert (answer["status"], asked(answer), told(answer)) == ("answered", [], [(ENROLMENT, None, None)])
        assert "每个孩子每学期500元" in answer["text"]

    @pytest.mark.parametrize("said", ["不知道", "不知道有没有备案", "不清楚有没有", "搞不清是不是备案的"])
    def test_who_cannot_say_whether_has_not_said_no(self, talk: Conversation, said: str) -> None:
        talk.say(HOW_MUCH, facts={"birth_order": 2, "institution_in": "district", "terms": 3})

        assert told(talk.say(said)) == [(ENROLMENT, None, None)]

    def test_who_cannot_say_two_facts_is_not_asked_for_the_rest(self, talk: Conversation) -> None:
        """Without the two there is no amount, whatever the others are."""
        talk.say(HOW_MUCH)

        answer = talk.say("不知道")

        assert (answer["status"], asked(answer), told(answer)) == ("answered", [], [(ENROLMENT, None, None)])

    def test_what_cannot_be_said_is_not_asked_again(self, talk: Conversation) -> None:
        talk.say(HOW_MUCH, facts=ALL_BUT_TERMS)
        talk.say("不知道")

        assert asked(talk.say(HOW_MUCH)) == []

    def test_who_finds_out_later_gets_the_amount(self, talk: Conversation) -> None:
        talk.say(HOW_MUCH, facts=ALL_BUT_TERMS)
        talk.say("不知道")

        assert told(talk.say("三个学期")) == [(ENROLMENT, True, "1500.00")]


class TestBetweenConversations:
    def test_nothing_crosses_to_another(self, client: TestClient) -> None:
        one, other = Conversation(client), Conversation(client)
        one.say(NURSERY)
        other.say("老大", facts={"terms": 9})

        assert told(other.say(HOW_MUCH)) == [(ENROLMENT, False, None)]
        assert told(one.say(HOW_MUCH)) == [(ENROLMENT, True, "1500.00")]
        assert told(Conversation(client).say(HOW_MUCH)) == [(ENROLMENT, None, None)]

    def test_two_may_speak_in_turn(self, client: TestClient) -> None:
        one, other = Conversation(client), Conversation(client)
        asked_one = one.say(HOW_MUCH, facts=ALL_BUT_TERMS)
        asked_other = other.say(HOW_MUCH, facts={"birth_order": 2, "registered": True, "terms": 4})
        assert (asked(asked_one), asked(asked_other)) == (["terms"], ["institution_in"])

        assert told(one.say("2")) == [(ENROLMENT, True, "1000.00")]
        assert told(other.say("1")) == [(ENROLMENT, True, "2000.00")]

    def test_it_outlives_the_process(self, build_service: Callable[..., FastAPI], tmp_path: Path) -> None:
        with TestClient(build_service(tmp_path)) as client:
            before = Conversation(client)
            before.say(NURSERY)
            before.say("不对，是三孩")

        with TestClient(build_service(tmp_path)) as client:
            after = Conversation(client)
            after.id = before.id
            answer = after.say("四个学期呢")

        assert after.id == before.id
        assert told(answer) == [(ENROLMENT, True, "2000.00")]
        assert working(answer)[0] == "孩子登记为第三个（三孩），属于二孩及以上"

    def test_what_was_asked_outlives_the_process(self, build_service: Callable[..., FastAPI], tmp_path: Path) -> None:
        with TestClient(build_service(tmp_path)) as client:
            before = Conversation(client)
            before.say(HOW_MUCH, facts=ALL_BUT_TERMS)

        with TestClient(build_service(tmp_path)) as client:
            after = Conversation(client)
            after.id = before.id

            assert told(after.say("3")) == [(ENROLMENT, True, "1500.00")]


class TestSilence:
    @pytest.fixture
    def clock(self) -> list[datetime]:
        """The hand of the app's clock is its last entry."""
        return [NOW]

    @pytest.fixture
    def patient(self, published: Path, tmp_path: Path, clock: list[datetime]) -> Iterator[Conversation]:
        settings = Settings(
            _env_file=None,
            data_dir=published,
            database_url=f"sqlite:///{tmp_path / 'records.sqlite'}",
            embedding_model="builtin",
        )
        with TestClient(build_app(settings, now=lambda: clock[-1])) as client:
            yield Conversation(client)

    def test_for_a_day_it_is_remembered(self, patient: Conversation, clock: list[datetime]) -> None:
        first = patient.say(NURSERY)
        clock.append(NOW + timedelta(hours=24))

        later = patient.say(HOW_MUCH)

        assert told(later) == [(ENROLMENT, True, "1500.00")]
        assert later["conversation_id"] == first["conversation_id"]

    def test_after_a_day_of_silence_it_is_forgotten(self, patient: Conversation, clock: list[datetime]) -> None:
        first = patient.say(NURSERY)
        clock.append(NOW + timedelta(hours=24, seconds=1))

        later = patient.say(HOW_MUCH)

        assert told(later) == [(ENROLMENT, None, None)]
        assert later["conversation_id"] != first["conversation_id"]

    def test_every_message_begins_the_day_anew(self, patient: Conversation, clock: list[datetime]) -> None:
        patient.say(NURSERY)
        clock.append(NOW + timedelta(hours=20))
        patient.say("产假有多少天")
        clock.append(NOW + timedelta(hours=40))

        assert told(patient.say(HOW_MUCH)) == [(ENROLMENT, True, "1500.00")]

    def test_the_day_of_asking_is_that_of_the_message(self, patient: Conversation, clock: list[datetime]) -> None:
        patient.say(NURSERY)
        clock.append(datetime(2026, 7, 2, 0, 10, tzinfo=SHANGHAI))

        assert patient.say(HOW_MUCH)["on"] == "2026-07-02"


class TestWhatOnlyTheOfficeKnows:
    @pytest.mark.parametrize(
        ("question", "missing"),
        [
            (
                "入托补贴去哪里申请，窗口在哪里",
                "方案是否仍有效，各项资金是否还发，实施细则、申请表和受理窗口。请问区卫健局。",
            ),
            ("公办幼儿园保教费减免按什么标准", "公办幼儿园保教费现行标准（分等级）。请问区教育局。"),
            (
                "公积金贷款现在的限额是多少",
                "咸宁市住房公积金贷款现行限额（单缴、双缴）、多子女上浮、二次贷款利率口径。"
                "请问咸宁市住房公积金中心咸安办事处。",
            ),
        ],
    )
    def test_what_nobody_entered_is_said_not_to_be_entered(
        self, talk: Conversation, question: str, missing: str
    ) -> None:
        assert f"\n本单位尚未录入：{missing}\n" in f"{talk.say(question)['text']}\n"

    def test_what_was_not_asked_for_is_not_told(self, talk: Conversation) -> None:
        assert "尚未录入" not in talk.say(NURSERY)["text"]


class TestWhatTheTrialFound:
    @pytest.mark.parametrize("number", ["1", "7", "12"])
    def test_a_number_is_no_choice_where_nothing_was_asked(self, client: TestClient, number: str) -> None:
        answer = client.post("/api/v1/ask", json={"question": number}).json()

        assert (answer["status"], answer["citations"]) == ("answered", [])
        assert "没有要选的" in answer["text"]

    def test_a_person_can_be_asked_for_in_one_word_at_any_time(self, client: TestClient) -> None:
        begun = client.post("/api/v1/ask", json={"question": "产假能休多少天"}).json()

        answer = client.post(
            "/api/v1/ask", json={"question": "人工", "conversation_id": begun["conversation_id"]}
        ).json()

        assert answer["status"] == "handed_over"

    def test_facts_said_after_a_general_answer_are_kept(self, client: TestClient) -> None:
        conversation = None
        for said in ("老二上托育园能领多少钱", "咸安区内，备案了", "两个学期"):
            answer = client.post("/api/v1/ask", json={"question": said, "conversation_id": conversation}).json()
            conversation = answer["conversation_id"]

        assert [one["amount"] for one in answer["entitlements"]] == ["1000.00"]
