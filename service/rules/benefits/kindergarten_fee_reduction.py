"""保教费减免：公办园保教费标准 × 月数 × 10%（读法甲）；大班保教费已免时基数为零（方案第12条第2款）。"""

from decimal import Decimal

from service.rules.benefit import Needs, Result, Step
from service.rules.money import yuan
from service.rules.parameters import DatedValue

_READING = (
    "普惠性民办园这里按“统一减公办标准的10%”计算；方案文字也可作另一种理解（先统一按公办标准收费再减），"
    "两种读法结果不同，以区教育局解释为准"
)
_MORE_THAN_OWN = "按公办标准算出的减免额比本园一学期的保教费还多，怎样处理方案没有写，请核对数字，并向区教育局确认"
_TOP_CLASS = "大班公办幼儿园保教费已免，减免的基数为0"
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
    if public_fee_per_month is not None and months is not None:
        base = public_fee_per_month * months
        basis = f"公办保教费 {public_fee_per_month}元/月 × {months}个月"
    elif public_fee_per_term is not None:
        base, basis = public_fee_per_term, f"公办保教费一学期 {public_fee_per_term}元"
    else:
        return _missing(public_fee_per_month, months)
    reduction = yuan(base * reduction_rate.value)
    steps = [
        Step(basis, str(yuan(base)), reduction_rate.ref),
        Step(f"{yuan(base)}元 × 10%", str(reduction), reduction_rate.ref),
    ]
    own = yuan(own_fee_per_month * months) if private and own_fee_per_month and months else None
    if own is not None and own < reduction:
        return Result(None, tuple(steps), (_MORE_THAN_OWN,))
    if own is not None:
        steps.append(
            Step(
                f"本园 {own_fee_per_month}元/月 × {months}个月 = {own}元，减后还交",
                str(own - reduction),
                reduction_rate.ref,
            )
        )
    if children > 1:
        steps.append(Step(f"{reduction}元 × {children}个孩子", str(reduction * children), reduction_rate.ref))
    return Result(reduction * children, tuple(steps), (_READING,) if private else ())


def _top_class(private: bool, ref: str) -> Result:
    if private:
        return Result(None, (Step(_TOP_PRIVATE, "", ref),))
    return Result(Decimal("0.00"), (Step(_TOP_CLASS, "0.00", ref),))


def _missing(fee: Decimal | None, months: Decimal | None) -> Needs:
    return Needs(tuple(name for name, value in (("public_fee_per_month", fee), ("months", months)) if value is None))
