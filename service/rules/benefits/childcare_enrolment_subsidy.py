"""入托补贴：每学期定额 × 孩子数 × 学期数；没有折算规则（方案第7条）。"""

from decimal import Decimal

from service.rules.benefit import Open, Result
from service.rules.money import yuan
from service.rules.parameters import DatedValue
from service.rules.working import Step, compute

_THREE = 3
_PAST_THREE = (
    "这一条在“3岁以下婴幼儿照护”之下；孩子已满3周岁的、学期中满3周岁的，当学期还给不给，方案没有写，请向区卫健局确认"
)


def childcare_enrolment_subsidy(
    amount_per_term: DatedValue,
    children: int,
    terms: int,
    child_under_three: bool | None = None,
    child_age: Decimal | None = None,
) -> Result | Open:
    if child_under_three is False or (child_age is not None and child_age >= _THREE):
        return Open((_PAST_THREE,))
    each = yuan(amount_per_term.value)
    total = compute(
        f"{each}元 × {children}个孩子 × {terms}个学期 = {{value}}元",
        f"yuan({each} * {children} * {terms})",
        amount_per_term.ref,
    )
    return Result(total.number, (Step(f"每个孩子每学期定额{each}元", str(each), amount_per_term.ref), total))
