"""生育津贴：用人单位上年度职工月平均工资 ÷ 30 × 计发天数；没有核定天数时只作两行对照（社会保险法第56条）。"""

from datetime import date
from decimal import Decimal

from service.rules.benefit import Result
from service.rules.parameters import DatedValue
from service.rules.working import Step, compute

_PLAN_ISSUED = date(2023, 7, 20)
_BEFORE_PLAN = "问的日子在方案印发以前，方案没有追溯条款；这里按国家规定的算法计算，请向医保经办确认"
_NO_DAYS = "计发天数由医保经办核定，核定以前不能说是多少，以下只作对照"


def maternity_allowance(
    days_of_month: DatedValue,
    national_days: DatedValue,
    provincial_days: DatedValue,
    about: date,
    average_wage: Decimal,
    paid_days: int | None = None,
) -> Result:
    points = (_BEFORE_PLAN,) if about < _PLAN_ISSUED else ()
    ref = days_of_month.ref
    if paid_days is not None:
        allowance = _allowance(
            "按您说的计发天数（以医保核定的为准）", average_wage, days_of_month, Decimal(paid_days), ref
        )
        return Result(allowance.number, (allowance,), points)
    rows = (
        _allowance("如果按国家产假", average_wage, days_of_month, national_days.value, national_days.ref),
        _allowance("如果按湖北法定产假", average_wage, days_of_month, provincial_days.value, provincial_days.ref),
    )
    return Result(None, (Step(_NO_DAYS, "", ref), *rows), points)


def _allowance(told: str, wage: Decimal, month: DatedValue, days: Decimal, ref: str) -> Step:
    """Multiplied first: a division that does not end must not decide a half 分."""
    return compute(
        f"{told}{days}天计：单位上年度职工月平均工资{wage}元 ÷ {month.value} × {days}天 = {{value}}元",
        f"yuan({wage} * {days} / {month.value})",
        ref,
    )
