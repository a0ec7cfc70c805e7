"""公租房优先配租：先符合住房保障条件，可按未成年子女数量优先；没有分数、没有轮候年限（方案第12条第1款）。"""

from service.rules.benefit import Open, Result
from service.rules.parameters import DatedValue
from service.rules.working import Step

_NONE = "这一条按未成年子女数量优先，家里没有未成年子女的怎样安排，方案没有写，请向区住建局确认"


def public_rental_housing(priority: DatedValue, minors: int | None = None) -> Result | Open:
    if minors == 0:
        return Open((_NONE,))
    family = f"，家里有{minors}个未成年子女" if minors else ""
    steps = (
        Step(f"符合条件的，配租公租房时可以按未成年子女的数量优先{family}", str(minors or ""), priority.ref),
        Step("在户型选择等方面给予适当照顾", "", priority.ref),
        Step("“可”优先是可以优先，不是一定优先", "", priority.ref),
    )
    return Result(None, steps)
