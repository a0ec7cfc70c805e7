"""产假：国家98天 + 湖北60天 + 难产15天 + 每多一个孩子15天；流产只算国家规定的天数（方案第11条指向的规定）。"""

from datetime import date

from service.rules.benefit import Needs, Result
from service.rules.parameters import DatedValue
from service.rules.working import Step, compute

_CAESAREAN_REF = "hubei-family-planning-2021#2"
_CAESAREAN = "剖宫产按难产加{days}天是武汉的口径，咸宁有没有同样的口径没有查到，这里加上了，请向单位和区卫健局确认"
_MISCARRIAGE = (
    "湖北在国家产假之外另加的{days}天，流产加不加没有查到依据，这里只算国家规定的天数，请向单位和区人社局确认"
)
_ENCOURAGED = (
    "方案鼓励有条件的单位把政策内二孩及以上产妇的产假延长至{months}个月，一孩不在内；这是鼓励，不是权利，"
    "说的是总长，不是另加；哪些单位算有条件、延长的那一段由谁发钱，方案没有写"
)
_FIRST_CHILD = "方案鼓励有条件的单位把产假延长至{months}个月，说的只是政策内二孩及以上产妇，一孩不在内"
_WHICH_CHILD = (
    "；第四个及以上、头胎双胞胎、再婚、收养等情形算不算政策内二孩及以上，方案没有写，请向乡镇（街道）或区卫健局确认"
)
_BEFORE_THE_PLAN = "那时方案还没有印发，方案里鼓励延长的部分没有写能不能追溯，请向区人社局确认"


def maternity_leave(
    national_days: DatedValue,
    province_days: DatedValue,
    difficult_days: DatedValue,
    further_baby_days: DatedValue,
    under_four_months_days: DatedValue,
    over_four_months_days: DatedValue,
    encouraged_months: DatedValue,
    babies: int | None = None,
    difficult_birth: bool | None = None,
    caesarean: bool = False,
    miscarriage: str | None = None,
    leave_start: date | None = None,
    birth_order: int | None = None,
    birth_order_disputed: bool = False,
) -> Result | Needs:
    if miscarriage == "under_four_months":
        return _after_miscarriage(under_four_months_days, province_days, leave_start)
    if miscarriage == "over_four_months":
        return _after_miscarriage(over_four_months_days, province_days, leave_start)
    difficult = True if caesarean else difficult_birth
    if babies is None or difficult is None:
        asked = (("babies", babies), ("difficult_birth", difficult))
        return Needs(tuple(name for name, value in asked if value is None))
    steps = [
        _given("国家规定的产假{days}天", national_days),
        _given("据公开资料，湖北另加{days}天，产假按自然日连着算", province_days),
    ]
    if difficult:
        steps.append(_difficult(difficult_days, bool(difficult_birth)))
    if babies > 1:
        steps.append(_further(babies, further_baby_days))
    total = _sum(steps, province_days.ref)
    by_caesarean = (_CAESAREAN.format(days=difficult_days.value),) if caesarean and not difficult_birth else ()
    uncertain = birth_order_disputed or (birth_order or 0) > 3 or (birth_order == 1 and babies > 1)
    points = (*by_caesarean, _encouraged(encouraged_months, birth_order, uncertain))
    return _lasting((*steps, total), leave_start, points)


def _after_miscarriage(days: DatedValue, province_days: DatedValue, leave_start: date | None) -> Result:
    step = _given(f"国家规定的流产产假：{days.phrase}", days)
    return _lasting((step,), leave_start, (_MISCARRIAGE.format(days=province_days.value),))


def _given(sentence: str, days: DatedValue) -> Step:
    return Step(sentence.format(days=days.value), str(days.value), days.ref)


def _difficult(days: DatedValue, difficult_birth: bool) -> Step:
    if difficult_birth:
        return _given("难产加{days}天", days)
    return Step(f"剖宫产这里按难产加{days.value}天", str(days.value), _CAESAREAN_REF)


def _further(babies: int, days: DatedValue) -> Step:
    each = days.value
    sentence = f"{babies}个孩子，每多一个加{each}天：{each}天 × ({babies} - 1) = {{value}}天"
    return compute(sentence, f"{each} * ({babies} - 1)", days.ref)


def _sum(steps: list[Step], ref: str) -> Step:
    said = " + ".join(f"{step.value}天" for step in steps)
    return compute(f"{said} = {{value}}天", " + ".join(step.value for step in steps), ref)


def _encouraged(months: DatedValue, birth_order: int | None, uncertain: bool) -> str:
    if not months.value:
        return _BEFORE_THE_PLAN
    if uncertain:
        return _ENCOURAGED.format(months=months.value) + _WHICH_CHILD
    return (_FIRST_CHILD if birth_order == 1 else _ENCOURAGED).format(months=months.value)


def _lasting(steps: tuple[Step, ...], leave_start: date | None, open_points: tuple[str, ...]) -> Result:
    """The last step's days, and their last day where the first is known and the calendar reaches so far."""
    days = steps[-1]
    if leave_start is None or (date.max - leave_start).days < days.number:
        return Result(days.number, steps, open_points)
    last = compute(
        f"从{leave_start}起连着休{days.value}天，最后一天是{{value}}",
        f'day("{leave_start}") + ({days.value} - 1)',
        days.ref,
    )
    return Result(days.number, (*steps, last), open_points, date.fromisoformat(last.value))
