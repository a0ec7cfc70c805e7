"""入托补贴：每学期定额 × 孩子数 × 学期数；没有折算规则（方案第7条）。"""

from service.rules.benefit import Result, Step
from service.rules.money import yuan
from service.rules.parameters import DatedValue


def childcare_enrolment_subsidy(amount_per_term: DatedValue, children: int, terms: int) -> Result:
    each = yuan(amount_per_term.value)
    total = yuan(amount_per_term.value * children * terms)
    return Result(
        total,
        (
            Step("每个孩子每学期定额", str(each), amount_per_term.ref),
            Step(f"{each}元 × {children}个孩子 × {terms}个学期", str(total), amount_per_term.ref),
        ),
    )
