"""保教费减免：公办园保教费标准 × 月数 × 10%（读法甲）；大班保教费已免时基数为零（方案第12条第2款）。"""

from decimal import Decimal

from service.rules.benefit import Needs, Result
from service.rules.parameters import DatedValue
from service.rules.working import Step, compute

_READING = (
    "普惠性民办园这里按“统一减公办标准的10%”计算；方案文字也可作另一种理解（先统一按公办标准收费再减），"
    "两种读法结果不同，以区教育局解释为准"
)
_MORE_THAN_OWN = "按公办标准算出的减免额比本园一学期的保教费还多，怎样处理方案没有写，请核对数字，并向区教育局确认"
_TOP_CLASS = "大班公办幼儿园保教费已免，减免的基数为0，减免额0.00元"
_TOP_PRIVATE = "民办园大班按当地同类公办园的免除水平减免，高出部分可以继续收，这一条的10%没有基数"


def kindergarten_fee_reduction(
    reduction_rate: DatedValue,
    top_class_fee_share: DatedValue,
    kindergarten_type: str | None = None,
    kindergarten_class: str | None = None,
    public_fee_per_month: Decimal | None = None,
    months: Decimal | None = None,
    public_fee_per_term: Decimal | None = None,
    own_fee_per_month: Decimal | None = None,
    own_fee_per_term: Decimal | None = None,
    children: int = 1,
) -> Result | Needs:
    private = kindergarten_type == "inclusive_private"
    if kindergarten_class == "top" and not top_class_fee_share.value:
        return _top_class(private, top_class_fee_share.ref)
    if not private:
        public_fee_per_month = public_fee_per_month or own_fee_per_month
        public_fee_per_term = public_fee_per_term or own_fee_per_term
    ref, rate = reduction_rate.ref, reduction_rate.value
    if public_fee_per_month is not None and months is not None:
        fee, said = f"{public_fee_per_month} * {months}", f"公办保教费 {public_fee_per_month}元/月 × {months}个月"
    elif public_fee_per_term is not None:
        fee, said = f"{public_fee_per_term}", f"公办保教费一学期{public_fee_per_term}元"
    else:
        return _missing(public_fee_per_month, months)
    base = compute(f"{said} = {{value}}元", f"yuan({fee})", ref)
    reduction = compute("其中10% = {value}元", f"yuan({fee} * {rate})", ref)
    steps = [base]
    if private and own_fee_per_month and months:
        own = compute(
            f"本园 {own_fee_per_month}元/月 × {months}个月 = {{value}}元", f"yuan({own_fee_per_month} * {months})", ref
        )
        if own.number < reduction.number:
            return Result(None, (base, reduction), (_MORE_THAN_OWN,))
        steps += [own, compute("减后还交{value}元", f"{own.value} - yuan({fee} * {rate})", ref)]
    steps.append(reduction)
    total = reduction
    if children > 1:
        total = compute(f"{reduction.value}元 × {children}个孩子 = {{value}}元", f"{reduction.value} * {children}", ref)
        steps.append(total)
    return Result(total.number, tuple(steps), (_READING,) if private else ())


def _top_class(private: bool, ref: str) -> Result:
    if private:
        return Result(None, (Step(_TOP_PRIVATE, "", ref),))
    return Result(Decimal("0.00"), (Step(_TOP_CLASS, "0.00", ref),))


def _missing(fee: Decimal | None, months: Decimal | None) -> Needs:
    return Needs(tuple(name for name, value in (("public_fee_per_month", fee), ("months", months)) if value is None))
