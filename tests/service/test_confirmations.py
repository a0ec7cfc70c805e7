from datetime import datetime
from pathlib import Path

import pytest

from service.clock import SHANGHAI
from service.confirmations import Confirmations, digest_of
from service.database import open_database

AT = datetime(2026, 11, 24, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def confirmations(tmp_path: Path) -> Confirmations:
    return Confirmations(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}"))


def test_a_confirmation_holds_for_the_text_that_was_read_and_no_other(confirmations: Confirmations) -> None:
    confirmations.confirm("answer:1 a#1", "每月发放500元", "王编", AT)
    assert confirmations.of(["answer:1 a#1", "answer:2 a#1"]) == {
        "answer:1 a#1": frozenset({digest_of("每月发放500元")})
    }
    assert digest_of("每月发放600元") not in confirmations.of(["answer:1 a#1"])["answer:1 a#1"]


def test_what_was_confirmed_before_a_change_still_stands_after_a_rollback(confirmations: Confirmations) -> None:
    confirmations.confirm("answer:1 a#1", "每月发放500元", "王编", AT)
    confirmations.confirm("answer:1 a#1", "每月发放600元", "李审", AT)
    confirmations.confirm("answer:1 a#1", "每月发放600元", "李审", AT)
    both = frozenset({digest_of("每月发放500元"), digest_of("每月发放600元")})
    assert confirmations.of(["answer:1 a#1"]) == {"answer:1 a#1": both}
