"""Money is Decimal and has two places; the plan states no rounding, so half up to the 分 is the system's own rule."""

from decimal import ROUND_HALF_UP, Decimal


def yuan(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
