"""辅助生殖费用：只出“符合、不符合、临界”和上限；女方的周岁按结算那天算，生日当天不下结论（方案第5条）。"""

from datetime import date
from decimal import Decimal

from service.rules.ages import birthday, in_words
from service.rules.benefit import Fails, Needs, Open, Outcome, Result
from service.rules.money import yuan
from service.rules.parameters import DatedValue
from service.rules.working import Step, compute

_BIRTHDAY = (
    "正好赶上女方{age}周岁生日，是临界：通常说生日当天就算年满，这样符合；也有从生日第二天起才算满的说法，"
    "这样当天还不符合；方案没有写按哪种算，请在结算以前向区卫健局确认"
)
_LEAP_DAY = "；2月29日出生的，平年按2月28日算生日"
_LATER_BORN = "女方的出生日期比结算的日子还晚，请核对日期"
_AS_SAID = "年龄用的是您说的周岁数，结算那天满没满{age}周岁，以出生日期为准"


def assisted_reproduction_cap(
    least_age: DatedValue,
    ceiling: DatedValue,
    about: date,
    mother_birth_date: date | None = None,
    settlement_date: date | None = None,
    mother_age: Decimal | None = None,
    own_age: Decimal | None = None,
    asker: str | None = None,
) -> Outcome:
    if mother_birth_date is not None:
        return _of_birth_date(least_age, ceiling, mother_birth_date, settlement_date or about)
    if mother_age is not None:
        return _of_age(least_age, ceiling, mother_age, "按您说的年龄，女方")
    if own_age is None or asker == "father":
        return Needs(("mother_birth_date",))
    if asker is None:
        return Needs(("asker",))
    return _of_age(least_age, ceiling, own_age, "按您说的年龄，您")


def _of_birth_date(least_age: DatedValue, ceiling: DatedValue, born: date, day: date) -> Outcome:
    if born > day:
        return Open((_LATER_BORN,))
    turned = birthday(born, day.year)
    age = day.year - born.year - (day < turned)
    if day == turned and age == least_age.value:
        return Open((_BIRTHDAY.format(age=age) + (_LEAP_DAY if born.day != day.day else ""),))
    return _judged(
        least_age, ceiling, f'years(day("{born}"), day("{day}"))', f"女方{in_words(born)}出生，到{in_words(day)}"
    )


def _of_age(least_age: DatedValue, ceiling: DatedValue, said: Decimal, who: str) -> Outcome:
    return _judged(least_age, ceiling, f"whole({said})", who, (_AS_SAID.format(age=least_age.value),))


def _judged(
    least_age: DatedValue, ceiling: DatedValue, full_years: str, who: str, open_points: tuple[str, ...] = ()
) -> Result | Fails:
    """`full_years` is an expression; `who` begins the sentence that tells it."""
    least = least_age.value
    age = compute(f"{who}满{{value}}周岁，符合年满{least}周岁的条件", full_years, least_age.ref)
    if age.number < least:
        unsure = (Step(point, "", least_age.ref) for point in open_points)
        too_young = compute(f"第5条限女方年满{least}周岁，{who}才满{{value}}周岁", full_years, least_age.ref)
        return Fails((too_young, *unsure))
    at_most = yuan(ceiling.value)
    steps = (
        age,
        Step(f"费用累计不超过{at_most}元，这是上限，不是定额", str(at_most), ceiling.ref),
    )
    return Result(at_most, steps, open_points)
