"""分娩补助：按产妇一次住院分娩给一份，不按胎儿数（方案第12条第3款）。"""

from service.rules.benefit import Result, Step
from service.rules.money import yuan
from service.rules.parameters import DatedValue

_TWINS = "多胞胎给一份还是按孩子数给，方案没有另写；原句按产妇一次住院分娩计，这里按一份，请向区卫健局确认"


def delivery_subsidy(amount_per_delivery: DatedValue, babies: int, children: int) -> Result:
    """Children who were not born at once were born at one delivery each."""
    each = yuan(amount_per_delivery.value)
    deliveries = 1 if babies > 1 else children
    steps = [Step("按一次住院分娩给一份", str(each), amount_per_delivery.ref)]
    if deliveries > 1:
        steps.append(Step(f"{each}元 × {deliveries}次住院分娩", str(each * deliveries), amount_per_delivery.ref))
    return Result(each * deliveries, tuple(steps), (_TWINS,) if babies > 1 else ())
