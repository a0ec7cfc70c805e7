"""3岁以下婴幼儿照护个税扣除：每孩每月的标准 × 孩子数 × 分摊；整年都在3周岁以前的才出全年数（方案第12条第1款）。"""

from datetime import date
from decimal import Decimal

from service.rules.ages import birthday, in_words
from service.rules.benefit import Fails, Needs, Open, Outcome, Result
from service.rules.parameters import DatedValue
from service.rules.working import Step, compute

_MONTHS = 12
_ONE_MONTH = (
    "这是一个月的扣除额，不是全年的；出生当月、满3周岁前后的月份扣不扣，资料没有核到，请拨打12366向税务部门确认"
)
_BIRTHDAY = "满3周岁当天、当月还能不能按这一项扣，资料没有核到，请拨打12366向税务部门确认"
_EDUCATION = Step("满3周岁以后可以了解子女教育专项附加扣除", "", "infant-care-deduction-2023#3")


def infant_care_tax_deduction(
    amount_per_month: DatedValue,
    age_limit: DatedValue,
    half: DatedValue,
    about: date,
    child_birth_date: date | None = None,
    child_under_three: bool | None = None,
    child_age: Decimal | None = None,
    tax_year: int | None = None,
    children: int = 1,
    share: str = "100",
) -> Outcome:
    """An age without a day of birth is that of the day of asking; past three now, it leaves an earlier year open."""
    against: Fails | Open | None
    if child_birth_date is None:
        young = _young(child_under_three, child_age, age_limit)
        if young is None or (tax_year and not young):
            return Needs(("child_birth_date",))
        against = None if young else _too_old("孩子", age_limit)
    elif tax_year:
        against = _against_year(child_birth_date, tax_year, age_limit)
    else:
        against = _against_day(child_birth_date, about, age_limit)
    if against:
        return against
    month = _month(amount_per_month, half, children, share)
    if child_birth_date and tax_year and 0 < tax_year - child_birth_date.year < age_limit.value:
        year = _year(month[-1], child_birth_date, tax_year, age_limit)
        return Result(year[-1].number, (*month, *year), period=f"{tax_year}年度全年")
    return Result(month[-1].number, month, (_ONE_MONTH,), period="每月")


def _young(under: bool | None, age: Decimal | None, limit: DatedValue) -> bool | None:
    """None: nothing is known, or one says what the other denies."""
    said = {answer for answer in (under, None if age is None else age < limit.value) if answer is not None}
    return said.pop() if len(said) == 1 else None


def _against_year(born: date, year: int, limit: DatedValue) -> Fails | None:
    if born.year > year:
        return Fails((Step(f"孩子{in_words(born)}出生，{year}年度还没有出生，这一年没有这项扣除", "", limit.ref),))
    if year - born.year > limit.value:
        return _too_old(f"孩子{in_words(born)}出生，{year}年度以前", limit)
    return None


def _against_day(born: date, about: date, limit: DatedValue) -> Fails | Open | None:
    if born > about:
        return Fails((Step(f"孩子{in_words(born)}才出生，出生以后才有这项扣除", "", limit.ref),))
    turned = birthday(born, born.year + int(limit.value))
    if turned == about:
        return Open((_BIRTHDAY,))
    return _too_old(f"孩子{in_words(born)}出生，", limit) if turned < about else None


def _too_old(who: str, limit: DatedValue) -> Fails:
    return Fails((Step(f"{who}已经满{limit.value}周岁，这一项扣除只到{limit.value}岁以下", "", limit.ref), _EDUCATION))


def _month(amount: DatedValue, half: DatedValue, children: int, share: str) -> tuple[Step, ...]:
    each = f"{amount.value:.2f}"
    steps = [Step(f"扣除标准是每个孩子每月{each}元", each, amount.ref)]
    if children > 1:
        said = f"{each}元 × {children}个孩子 = 每月{{value}}元"
        steps.append(compute(said, f"yuan({each} * {children})", amount.ref))
    if share != "100":
        both = steps[-1].value
        said = f"双方各扣{half.value:.0%}，一方是 {both}元 × {half.value:.0%} = 每月{{value}}元"
        steps.append(compute(said, f"yuan({both} * {half.value})", half.ref))
    return tuple(steps)


def _year(month: Step, born: date, year: int, limit: DatedValue) -> tuple[Step, Step]:
    months = Step(
        f"孩子{in_words(born)}出生，{year}年度{_MONTHS}个月都没有满{limit.value}周岁", str(_MONTHS), limit.ref
    )
    said = f"{year}年度全年的扣除额 {month.value}元 × {_MONTHS}个月 = {{value}}元"
    return months, compute(said, f"yuan({month.value} * {months.value})", month.ref)
