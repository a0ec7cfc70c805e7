"""What a conversation keeps: facts of the family count for every benefit, others for the one they were said of."""

from datetime import date

from service.memory import FAMILY, keep, recall

NURSERY = "childcare-enrolment-subsidy"
HOSPITAL = "delivery-subsidy"
KEPT = {
    FAMILY: {"birth_order": 2},
    NURSERY: {"institution_in": "district", "terms": 3},
    HOSPITAL: {"institution_in": "elsewhere"},
}


class TestKeep:
    def test_fact_of_the_family_is_kept_for_all_and_any_other_for_its_benefit(self) -> None:
        said = {"birth_order": 2, "child_birth_date": date(2025, 3, 2), "terms": 3, "institution_in": "district"}

        assert keep({}, [NURSERY], said, ()) == {
            FAMILY: {"birth_order": 2, "child_birth_date": date(2025, 3, 2)},
            NURSERY: {"terms": 3, "institution_in": "district"},
        }

    def test_fact_said_of_two_benefits_is_kept_for_both(self) -> None:
        assert keep({}, [NURSERY, HOSPITAL], {"institution_in": "district"}, ()) == {
            NURSERY: {"institution_in": "district"},
            HOSPITAL: {"institution_in": "district"},
        }

    def test_fact_said_of_no_benefit_waits_for_one_to_be_named(self) -> None:
        assert keep({}, [], {"terms": 3}, ()) == {FAMILY: {"terms": 3}}

    def test_fact_that_waited_goes_to_the_first_benefit_named_and_to_no_other(self) -> None:
        waiting = keep({}, [], {"institution_in": "district", "birth_order": 2}, ())

        named = keep(waiting, [NURSERY], {"terms": 3}, ())

        assert named == {FAMILY: {"birth_order": 2}, NURSERY: {"institution_in": "district", "terms": 3}}
        assert keep(named, [HOSPITAL], {}, ()) == named

    def test_what_is_said_now_stands_above_what_waited(self) -> None:
        assert keep({FAMILY: {"terms": 3}}, [NURSERY], {"terms": 4}, ()) == {NURSERY: {"terms": 4}}

    def test_new_value_replaces_the_old_one_and_the_others_stay(self) -> None:
        earlier = {FAMILY: {"birth_order": 2}, NURSERY: {"terms": 3, "registered": True}}

        assert keep(earlier, [NURSERY], {"birth_order": 3, "terms": 4}, ()) == {
            FAMILY: {"birth_order": 3},
            NURSERY: {"terms": 4, "registered": True},
        }

    def test_facts_of_another_benefit_are_left_as_they_are(self) -> None:
        earlier = {NURSERY: {"institution_in": "district"}}

        assert keep(earlier, [HOSPITAL], {"institution_in": "elsewhere"}, ()) == {
            NURSERY: {"institution_in": "district"},
            HOSPITAL: {"institution_in": "elsewhere"},
        }

    def test_doubt_takes_a_fact_back_for_its_benefit_only(self) -> None:
        earlier = {NURSERY: {"institution_in": "district", "terms": 3}, HOSPITAL: {"institution_in": "district"}}

        assert keep(earlier, [NURSERY], {}, ["institution_in"]) == {
            NURSERY: {"terms": 3},
            HOSPITAL: {"institution_in": "district"},
        }

    def test_doubt_takes_a_fact_of_the_family_back_for_all(self) -> None:
        assert keep({FAMILY: {"birth_order": 2}, NURSERY: {"terms": 3}}, [NURSERY], {}, ["birth_order"]) == {
            NURSERY: {"terms": 3}
        }

    def test_doubt_takes_back_what_waited(self) -> None:
        waiting = {FAMILY: {"terms": 3, "registered": True}}

        assert keep(waiting, [NURSERY], {}, ["terms"]) == {NURSERY: {"registered": True}}
        assert keep(waiting, [], {}, ["terms"]) == {FAMILY: {"registered": True}}

    def test_fact_said_and_doubted_in_one_message_is_kept_as_said(self) -> None:
        assert keep({NURSERY: {"terms": 2}}, [NURSERY], {"terms": 3}, ["terms"]) == {NURSERY: {"terms": 3}}

    def test_nothing_said_changes_nothing(self) -> None:
        earlier = {FAMILY: {"birth_order": 2}, NURSERY: {"terms": 3}}

        assert keep(earlier, [], {}, ()) == earlier
        assert keep({}, [], {}, ()) == {}

    def test_the_earlier_memory_itself_is_not_touched(self) -> None:
        earlier = {FAMILY: {"birth_order": 2, "registered": True}, NURSERY: {"terms": 3}}

        keep(earlier, [NURSERY], {"birth_order": 3, "terms": 4}, ["registered"])

        assert earlier == {FAMILY: {"birth_order": 2, "registered": True}, NURSERY: {"terms": 3}}


class TestRecall:
    def test_a_benefit_has_its_own_facts_and_those_of_the_family(self) -> None:
        assert recall(KEPT, [NURSERY]) == {"birth_order": 2, "institution_in": "district", "terms": 3}
        assert recall(KEPT, [HOSPITAL]) == {"birth_order": 2, "institution_in": "elsewhere"}

    def test_a_benefit_never_spoken_of_has_those_of_the_family(self) -> None:
        assert recall(KEPT, ["maternity-leave"]) == {"birth_order": 2}

    def test_no_benefit_at_all_has_those_of_the_family(self) -> None:
        assert recall(KEPT, []) == {"birth_order": 2}

    def test_nothing_kept_is_nothing_recalled(self) -> None:
        assert recall({}, [NURSERY]) == {}
