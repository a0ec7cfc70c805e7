"""入托补贴：每学期定额 × 孩子数 × 学期数；没有折算规则（方案第7条）。"""

from service.rules.benefit import Result
from service.rules.money import yuan
from service.rules.parameters import DatedValue
from service.rules.working import Step, compute


def childcare_enrolment_subsidy(amount_per_term: DatedValue, children: int, terms: int) -> Result:
    each = yuan(amount_per_term.value)
    total = compute(
        f"{each}元 × {children}个孩子 × {terms}个学期 = {{value}}元",
        f"yuan({each} * {children} * {terms})",
        amount_per_term.ref,
    )
    return Result(total.number, (Step(f"每个孩子每学期定额{each}元", str(each), amount_per_term.ref), total))
