"""国家育儿补贴：每孩每年定额 × 孩子数，发到满3周岁；施行以前出生的按月数折算，只说明不算数（育儿补贴制度实施方案）。"""

from calendar import isleap
from datetime import date

from service.rules.ages import in_words
from service.rules.benefit import Fails, Open, Result
from service.rules.money import yuan
from service.rules.parameters import DatedValue
from service.rules.working import Step, compute

_BY_MONTHS = "national-childcare-allowance-2025#2"
_WHERE = "national-childcare-allowance-2025#3"
_WHEN = "national-childcare-allowance-2025#4"
_YEARLY = "national-childcare-allowance-2025#5"
_ASK = "请向孩子户籍地的乡镇（街道）确认"
_ON_THE_START = f"孩子满3周岁的那一天正好是国家育儿补贴开始的2025年1月1日，算不算还不满3周岁，查到的资料没有写，{_ASK}"
_ON_THE_DAY = f"问的那一天正好是孩子满3周岁的那一天，当天还算不算在内，查到的资料没有写，{_ASK}"
_A_YEAR = f"“每年”按日历年还是按孩子的周岁年算，查到的资料没有写，{_ASK}"
_LATE = f"首次申请的期限过了、以前没有申请过的，能不能补申请，查到的资料没有写，{_ASK}"
_PER_MONTH = "按每月300元折算的说法把握中等，以户籍地经办核定为准，这里不算出数"
_SAME_DAY = "这里按几个孩子同一天出生算，出生日期不同的请一个一个分开问"
_FOURTH = f"资料写的是不分孩次，点名的是一孩、二孩、三孩，第四个及以上的孩子{_ASK}"
_REGISTER = {
    "district": "，孩子的户籍在咸安区内，就向咸安区内的户籍地申请",
    "city": "，孩子的户籍在咸安区外，以户籍地为准，不是向咸安区申请",
    "elsewhere": "，孩子的户籍在外地，以户籍地为准，不是向咸安区申请",
}


def national_childcare_allowance(
    amount_per_year: DatedValue,
    until_age: DatedValue,
    first_application_year: DatedValue,
    child_birth_date: date,
    children: int,
    about: date,
    birth_order: int | None = None,
    hukou_in: str | None = None,
) -> Result | Fails | Open:
    """The third birthday, against the day it all began and the day asked about, decides; 户籍 is where to apply."""
    start, age = amount_per_year.effective_from, int(until_age.value)
    if child_birth_date > about:
        return _unborn(amount_per_year)
    three_at_start, three_now = _turned(age, child_birth_date, start), _turned(age, child_birth_date, about)
    if three_at_start is None:
        return Open((_ON_THE_START,))
    if three_at_start:
        return _too_old(child_birth_date, until_age, f"在补贴开始的{in_words(start)}以前")
    if three_now is None:
        return Open((_ON_THE_DAY,))
    apply = _apply(hukou_in)
    points = (_FOURTH,) if birth_order is not None and birth_order > 3 else ()
    if child_birth_date < start:
        last = date(int(first_application_year.value), 12, 31)
        steps = (*_by_months(child_birth_date, start, until_age, three_now), _deadline(last, about), apply)
        return Result(None, steps, (_PER_MONTH, *_late(about > last), *points))
    if three_now:
        return _too_old(child_birth_date, until_age, "到问的那一天")
    late = _late(about.year > child_birth_date.year + 1)
    several = (_SAME_DAY,) if children > 1 else ()
    amount = _by_year(amount_per_year, until_age, child_birth_date, children)
    return Result(amount[-1].number, (*amount, *_how(), apply), (_A_YEAR, *several, *late, *points))


def _turned(age: int, born: date, day: date) -> bool | None:
    """Whether that age was reached before the day; None: it is reached on the very day."""
    leapling = (born.month, born.day) == (2, 29) and not isleap(day.year)
    birthday = date(day.year, born.month, 28 if leapling else born.day)
    years = day.year - born.year
    if years == age and birthday == day:
        return None
    return years > age or (years == age and birthday < day)


def _by_year(amount: DatedValue, until_age: DatedValue, born: date, children: int) -> tuple[Step, ...]:
    each = yuan(amount.value)
    steps = (
        Step(f"孩子{in_words(born)}出生，问的那一天还不满{until_age.value}周岁", str(born), until_age.ref),
        Step(f"据公开资料，不分孩次，一孩、二孩、三孩都可以申领，每个孩子每年{each}元", str(each), amount.ref),
    )
    if children == 1:
        return steps
    total = compute(f"{each}元 × {children}个孩子 = 一年{{value}}元", f"yuan({each} * {children})", amount.ref)
    return (*steps, total)


def _by_months(born: date, start: date, until_age: DatedValue, three_now: bool) -> tuple[Step, ...]:
    age = until_age.value
    steps = (
        Step(f"孩子{in_words(born)}出生，国家育儿补贴{in_words(start)}开始时还不满{age}周岁", str(born), _BY_MONTHS),
        Step("据公开资料，这样的孩子按应补贴的月数折算", "", _BY_MONTHS),
        Step("不分孩次，一孩、二孩、三孩都可以申领", "", until_age.ref),
    )
    if not three_now:
        return steps
    return (*steps, Step(f"只发到满{age}周岁，问的那一天孩子已经满了，以后的不再发", str(age), until_age.ref))


def _deadline(last: date, about: date) -> Step:
    after = "问的那一天已经过了；以前申请过的逐年续领" if about > last else "以后逐年续领"
    return Step(f"{in_words(last)}是这样的孩子首次申请的截止日，{after}", str(last), _WHEN)


def _late(late: bool) -> tuple[str, ...]:
    return (_LATE,) if late else ()


def _how() -> tuple[Step, ...]:
    again = "孩子出生当年或者次年首次申请，以后逐年续领"
    return Step("按年发，一年一次", "", _YEARLY), Step(again, "", _WHEN)


def _apply(hukou_in: str | None) -> Step:
    where = _REGISTER.get(hukou_in or "", "")
    return Step(f"由父母一方或者其他监护人向孩子户籍地的乡镇（街道）或者在线上申请{where}", "", _WHERE)


def _too_old(born: date, until_age: DatedValue, when: str) -> Fails:
    age = until_age.value
    said = f"国家育儿补贴发到满{age}周岁，孩子{in_words(born)}出生，{when}已经满了{age}周岁"
    return Fails((Step(said, str(born), until_age.ref),))


def _unborn(amount: DatedValue) -> Fails:
    each = yuan(amount.value)
    first = Step("问的那一天孩子还没有出生，国家育儿补贴要孩子出生以后，当年或者次年首次申请", "", _WHEN)
    return Fails((first, Step(f"出生以后不分孩次，每个孩子每年{each}元", str(each), amount.ref)))
