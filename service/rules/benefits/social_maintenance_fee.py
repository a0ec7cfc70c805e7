"""社会抚养费：按办到哪一步分三种情形处理，没有数额可算（方案第1条）。"""

from service.rules.benefit import Result
from service.rules.parameters import DatedValue
from service.rules.working import Step

_LAW = "population-law-2021#note"
_FOURTH = (
    "第四个及以上的孩子是否属于“政策内”、能不能享受别的待遇，是另一回事，方案没有写，请向乡镇（街道）或区卫健局确认"
)


def social_maintenance_fee(
    refunded_share: DatedValue, collected_share: DatedValue, fee_stage: str, birth_order: int | None = None
) -> Result:
    """`refunded_share` of what was paid is given back, `collected_share` of what was not is still collected."""
    points = (_FOURTH,) if birth_order is not None and birth_order > 3 else ()
    no_fee_now = Step("现行人口与计划生育法全文没有关于社会抚养费的规定", "", _LAW)
    if fee_stage == "settled":
        kept = "征收决定已经执行完毕（已经交清）的，维持原处罚决定，交过的不退"
        return Result(None, (Step(kept, fee_stage, refunded_share.ref), no_fee_now), points)
    if fee_stage == "partly_paid":
        steps = (
            Step("已经作了征收决定、还没有执行完的，已征收部分不退", str(refunded_share.value), refunded_share.ref),
            Step("未征收部分不再继续征收，也就是余下的不再收", str(collected_share.value), collected_share.ref),
        )
        return Result(None, (*steps, no_fee_now), points)
    steps = (
        Step("没有调查或者没有作征收决定的，不再受理、处理", fee_stage, collected_share.ref),
        Step("入户、入学、入职等与个人生育情况全面脱钩", "", collected_share.ref),
    )
    return Result(None, (*steps, no_fee_now), points)
