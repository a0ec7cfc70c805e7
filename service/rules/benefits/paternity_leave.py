"""护理假（陪产假）：法定15天；延长至1个月只鼓励、只对政策内二孩及以上，不换算成天（方案第11条指向的规定）。"""

from service.rules.benefit import Open, Result
from service.rules.parameters import DatedValue
from service.rules.working import Step

_MISCARRIAGE = "妻子流产的，配偶能不能休护理假，资料里没有写，请向单位或区人社局确认"
_ENCOURAGED = (
    "方案鼓励有条件的单位对政策内二孩及以上把配偶护理假延长至{months}个月，一孩不在内；这是鼓励，不是权利；"
    "哪些单位算有条件、{months}个月怎样折成天数，方案没有写"
)
_FIRST_CHILD = "方案鼓励有条件的单位把配偶护理假延长至{months}个月，说的只是政策内二孩及以上，一孩不在内"
_WHICH_CHILD = (
    "；第四个及以上、头胎双胞胎、再婚、收养等情形算不算政策内二孩及以上，方案没有写，请向乡镇（街道）或区卫健局确认"
)
_BEFORE_THE_PLAN = "那时方案还没有印发，方案里鼓励延长的部分没有写能不能追溯，请向区人社局确认"


def paternity_leave(
    days: DatedValue,
    encouraged_months: DatedValue,
    birth_order: int | None = None,
    birth_order_disputed: bool = False,
    miscarriage: str | None = None,
) -> Result | Open:
    if miscarriage in {"under_four_months", "over_four_months"}:
        return Open((_MISCARRIAGE,))
    step = Step(f"据公开资料，湖北的法定护理假（配偶陪产假）{days.value}天", str(days.value), days.ref)
    uncertain = birth_order_disputed or (birth_order or 0) > 3
    return Result(step.number, (step,), (_encouraged(encouraged_months, birth_order, uncertain),))


def _encouraged(months: DatedValue, birth_order: int | None, uncertain: bool) -> str:
    if not months.value:
        return _BEFORE_THE_PLAN
    if uncertain:
        return _ENCOURAGED.format(months=months.value) + _WHICH_CHILD
    return (_FIRST_CHILD if birth_order == 1 else _ENCOURAGED).format(months=months.value)
