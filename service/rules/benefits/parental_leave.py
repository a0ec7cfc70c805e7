"""育儿假：子女满3周岁以前，父母每人每年10天，不按孩子数相加；3周岁生日当天不下结论（方案第11条指向的规定）。"""

from datetime import date
from decimal import Decimal

from service.rules.ages import birthday, in_words
from service.rules.benefit import Fails, Needs, Open, Outcome, Result
from service.rules.parameters import DatedValue
from service.rules.working import Step

_BIRTHDAY = (
    "正好赶上孩子{age}周岁生日，是临界：通常说生日当天就算满，这样不能再休；也有从生日第二天起才算满的说法，"
    "这样当天还在内；资料里没有写按哪种算，请向单位或区人社局确认"
)
_LEAP_DAY = "；2月29日出生的，平年按2月28日算生日"
_NOT_BORN = "孩子的出生日期比问的日子还晚，育儿假从哪天起可以休，资料里没有写，请核对日期"
_SEVERAL = "有几个{age}岁以下的孩子能不能翻倍，没有核到，这里不按孩子数相加，请向单位或区人社局确认"
_ENCOURAGED = (
    "方案鼓励有条件的单位延长至每人每年{days}天，这是鼓励，不是权利；同一句的前面写“政策内二孩及以上”，"
    "育儿假这里写“{age}岁以下婴幼儿父母”，只限政策内二孩及以上，还是一孩也在内，两种读法都通，请向区人社局确认"
)
_BEFORE_THE_PLAN = "那时方案还没有印发，方案里鼓励延长的部分没有写能不能追溯，请向区人社局确认"


def parental_leave(
    days_per_year: DatedValue,
    until_age: DatedValue,
    encouraged_days: DatedValue,
    about: date,
    child_birth_date: date | None = None,
    child_age: Decimal | None = None,
    child_under_three: bool | None = None,
    children: int = 1,
    babies: int = 1,
) -> Outcome:
    if child_birth_date is not None:
        judged = _of_birth_date(until_age, child_birth_date, about)
    elif child_age is not None:
        judged = _of_age(until_age, child_age < until_age.value, f"孩子{child_age}周岁，")
    elif child_under_three is not None:
        judged = _of_age(until_age, child_under_three, "按您说的，孩子")
    else:
        return Needs(("child_birth_date",))
    if not isinstance(judged, Step):
        return judged
    days = days_per_year.value
    each = Step(f"据公开资料，湖北的育儿假父母每人每年{days}天，父亲、母亲各算各的", str(days), days_per_year.ref)
    several = (_SEVERAL.format(age=until_age.value),) if max(children, babies) > 1 else ()
    return Result(days, (judged, each), (*several, _encouraged(encouraged_days, until_age)))


def _of_birth_date(until_age: DatedValue, born: date, day: date) -> Step | Fails | Open:
    if born > day:
        return Open((_NOT_BORN,))
    turned = birthday(born, day.year)
    age = day.year - born.year - (day < turned)
    if day == turned and age == until_age.value:
        return Open((_BIRTHDAY.format(age=age) + (_LEAP_DAY if born.day != day.day else ""),))
    return _of_age(until_age, age < until_age.value, f"孩子{in_words(born)}出生，到{in_words(day)}")


def _of_age(until_age: DatedValue, under: bool, who: str) -> Step | Fails:
    """`who` begins the sentence that tells whether the child is under that age."""
    if under:
        return Step(f"{who}不满{until_age.value}周岁", str(until_age.value), until_age.ref)
    sentence = f"湖北的育儿假只到子女满{until_age.value}周岁以前，{who}已满{until_age.value}周岁"
    return Fails((Step(sentence, str(until_age.value), until_age.ref),))


def _encouraged(days: DatedValue, until_age: DatedValue) -> str:
    return _ENCOURAGED.format(days=days.value, age=until_age.value) if days.value else _BEFORE_THE_PLAN
