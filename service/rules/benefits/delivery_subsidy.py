"""分娩补助：按产妇一次住院分娩给一份，不按胎儿数（方案第12条第3款）。"""

from service.rules.benefit import Needs, Result
from service.rules.money import yuan
from service.rules.parameters import DatedValue
from service.rules.working import Step, compute

_TWINS = "多胞胎给一份还是按孩子数给，方案没有另写；原句按产妇一次住院分娩计，这里按一份，请向区卫健局确认"


def delivery_subsidy(amount_per_delivery: DatedValue, children: int, babies: int | None = None) -> Result | Needs:
    """Children who were not born at once were born at one delivery each."""
    if children > 1 and babies is None:
        return Needs(("babies",))
    babies = babies or 1
    amount = yuan(amount_per_delivery.value)
    each = Step(f"按一次住院分娩给一份，{amount}元", str(amount), amount_per_delivery.ref)
    deliveries = 1 if babies > 1 else children
    if deliveries == 1:
        return Result(each.number, (each,), (_TWINS,) if babies > 1 else ())
    total = compute(
        f"{amount}元 × {deliveries}次住院分娩 = {{value}}元",
        f"yuan({amount} * {deliveries})",
        amount_per_delivery.ref,
    )
    return Result(total.number, (each, total))
