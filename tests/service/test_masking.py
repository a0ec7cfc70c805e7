"""Personal data never gets past the edge, however it is written; amounts, dates and numbers of rules do."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service.masking import mask

FULL_WIDTH = str.maketrans("0123456789X@.-", "０１２３４５６７８９Ｘ＠．－")
SENTENCES = [
    "{}",
    "我的号码是{}，麻烦查一下",
    "老二满三岁，{}能领多少",
    "（{}）",
    "填的是{}还有500元没领",
    "{}号登记的",
]
quickly = settings(derandomize=True, database=None, deadline=None, max_examples=150)


def digits(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=least, max_size=most)


id_cards = st.builds(
    "{}{:%Y%m%d}{}{}".format,
    st.sampled_from(["421202", "420106", "110101", "659004"]),
    st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 12, 31)),
    digits(3, 3),
    st.sampled_from("0123456789Xx"),
)
recent_days = st.dates(min_value=date(1950, 1, 1), max_value=date(2049, 12, 31))
mobiles = st.builds("1{}{}".format, st.sampled_from("3456789"), digits(9, 9))


def with_check_digit(number: str) -> str:
    """Luhn, from the right; the check digit itself is not doubled."""
    doubled = [int(d) * (1 if n % 2 else 2) for n, d in enumerate(reversed(number))]
    return number + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


bank_cards = st.builds(
    lambda issuer, rest: with_check_digit(issuer + rest),
    st.sampled_from(["622202", "621700", "436742", "552245", "955880"]),
    digits(9, 12),
)
emails = st.from_regex(r"[a-z][a-z0-9._-]{2,10}@[a-z0-9]{2,8}\.(com|cn|gov\.cn)", fullmatch=True)
plates = st.builds(
    "{}{}{}".format,
    st.sampled_from("鄂京沪粤湘"),
    st.sampled_from("ABCDEFGHJKL"),
    st.text("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=5, max_size=6),
)


@st.composite
def written(draw: st.DrawFn, plain: st.SearchStrategy[str], separators: str = " -") -> tuple[str, str]:
    """One number, and a sentence that holds it as somebody might write it."""
    number = draw(plain)
    shown = number
    if separator := draw(st.sampled_from(["", *separators])):
        size = draw(st.sampled_from([3, 4, 6]))
        shown = separator.join(number[n : n + size] for n in range(0, len(number), size))
    if draw(st.booleans()):
        shown = shown.translate(FULL_WIDTH)
    return number, draw(st.sampled_from(SENTENCES)).format(shown)


class TestPersonalData:
    @quickly
    @given(written(id_cards))
    def test_id_card_is_masked(self, case: tuple[str, str]) -> None:
        masked = mask(case[1])

        assert "〔身份证号〕" in masked
        assert bare(case[0]) not in bare(masked)

    @quickly
    @given(written(mobiles))
    def test_mobile_is_masked(self, case: tuple[str, str]) -> None:
        masked = mask(case[1])

        assert "〔手机号〕" in masked
        assert bare(case[0]) not in bare(masked)

    @quickly
    @given(written(bank_cards))
    def test_bank_card_is_masked(self, case: tuple[str, str]) -> None:
        masked = mask(case[1])

        assert bare(case[0]) not in bare(masked)
        assert "〔" in masked

    @quickly
    @given(written(emails, separators=""))
    def test_email_is_masked(self, case: tuple[str, str]) -> None:
        assert "〔邮箱〕" in mask(case[1])

    @quickly
    @given(plates, st.sampled_from(["", "·", " ", "-"]), st.sampled_from(["车牌{}", "开{}来的", "{}"]))
    def test_plate_is_masked(self, plate: str, separator: str, sentence: str) -> None:
        assert mask(sentence.format(plate[:2] + separator + plate[2:])) == sentence.format("〔车牌〕")

    @pytest.mark.parametrize("prefix", ["+86", "+86 ", "86-", "0086"])
    def test_mobile_is_masked_behind_the_country_code(self, prefix: str) -> None:
        assert "13812345678" not in mask(f"电话{prefix}13812345678")

    @quickly
    @given(id_cards, mobiles, bank_cards)
    def test_several_in_one_sentence_are_all_masked(self, card: str, mobile: str, bank: str) -> None:
        masked = mask(f"身份证{card} 电话{mobile} 卡号{bank} 共500元")

        assert masked.startswith("身份证〔身份证号〕 电话〔手机号〕 卡号〔")
        assert masked.endswith("〕 共500元")

    @quickly
    @given(written(id_cards))
    def test_masking_twice_changes_nothing_more(self, case: tuple[str, str]) -> None:
        assert mask(mask(case[1])) == mask(case[1])


class TestWhatARuleNeeds:
    @pytest.mark.parametrize(
        "text",
        [
            "年收入120000元",
            "保教费每学期2400",
            "公积金贷40万",
            "三年补了3600.00元",
            "贷款额度1200000元,首付360000元",
            "1990年1月1日出生",
            "生日1990-01-01",
            "生日19900101",
            "2024-07-01到2025-06-30",
            "2024-07-01 2025-06-30",
            "20240701-20250630",
            "2024.7.1-2025.6.30",
            "国办发〔2025〕27号",
            "咸安政办发〔2023〕15号",
            "第12条第2款",
            "xianan-2023#12.2",
            "二(三)7",
            "2023年秋季到2025年春季,四个学期",
            "12个学期",
            "产假158天",
            "拨打12345或者120",
            "500 1000 1500",
            "A级景区",
            "3岁以下,35周岁,60%",
        ],
    )
    def test_it_stays_as_it_is(self, text: str) -> None:
        assert mask(text) == text

    @quickly
    @given(recent_days, recent_days, st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日"]))
    def test_two_dates_in_a_row_stay(self, begun: date, ended: date, form: str) -> None:
        text = f"{begun.strftime(form)} {ended.strftime(form)}"

        assert mask(text) == text

    @quickly
    @given(st.integers(0, 9_999_999_999), st.sampled_from(["年收入{}元", "{}万元", "每月{}", "{}元/学期"]))
    def test_amount_stays(self, amount: int, sentence: str) -> None:
        assert mask(sentence.format(amount)) == sentence.format(amount)


def bare(text: str) -> str:
    return "".join(character for character in text if character.isalnum()).upper()


class TestThroughTheApi:
    CANARIES = ("421202199001011234", "13812345678", "6222021234567890128", "canary@example.cn")

    def test_neither_records_nor_log_hold_what_was_masked(
        self, build_service: Callable[..., FastAPI], tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with TestClient(build_service(tmp_path)) as client:
            for canary in self.CANARIES:
                first = client.post("/api/v1/ask", json={"question": f"我{canary}的老二入托补贴多少钱"}).json()
                again = {"question": f"{canary}上了三个学期", "conversation_id": first["conversation_id"]}
                assert client.post("/api/v1/ask", json=again).status_code == 200
                client.post("/api/v1/ask", json={"question": "产假", "conversation_id": canary})
                client.post("/api/v1/ask", json={"question": canary, "facts": {"terms": canary}})
                client.get("/api/v1/search", params={"q": f"{canary} 入托"})

        stored = b"".join(path.read_bytes() for path in tmp_path.glob("records.sqlite*"))
        logged = "".join(capfd.readouterr())
        assert [canary for canary in self.CANARIES if canary.encode() in stored] == []
        assert [canary for canary in self.CANARIES if canary in logged] == []
        assert "〔身份证号〕".encode() in stored
        assert "ask" in logged
