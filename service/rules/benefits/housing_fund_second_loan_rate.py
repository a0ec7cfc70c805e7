"""二次公积金贷款利率：按放款日公布的利率，不上浮10%；只算一年的利差（方案第12条第1款）。"""

from decimal import Decimal

from service.rules.benefit import Result
from service.rules.parameters import DatedValue
from service.rules.working import compute


def housing_fund_second_loan_rate(surcharge: DatedValue, published_rate: Decimal, principal: Decimal) -> Result:
    """`published_rate` is in percent."""
    ref, raise_by = surcharge.ref, surcharge.value
    published = compute(
        f"您说的放款日公布利率是年{published_rate}%（即{{value}}），按它执行，不上浮", f"{published_rate} / 100", ref
    )
    raised = compute(
        f"上浮{raise_by:.0%}的话是 {published_rate}% × (1 + {raise_by:.0%}) = {{value}}%",
        f"{published_rate} * (1 + {raise_by})",
        ref,
    )
    difference = compute(
        f"一年的利差是 本金{principal}元 × {published_rate}% × {raise_by:.0%} = {{value}}元",
        f"yuan({principal} * {published.value} * {raise_by})",
        ref,
    )
    return Result(difference.number, (published, raised, difference))
