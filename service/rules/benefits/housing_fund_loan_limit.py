"""公积金贷款额度：规定限额的1.5倍与购房合同总价款的80%，取低的一个；是上限，不是实际能贷的数（方案第12条第1款）。"""

from decimal import Decimal

from service.rules.benefit import Result
from service.rules.parameters import DatedValue
from service.rules.working import compute


def housing_fund_loan_limit(
    limit_multiple: DatedValue, price_share: DatedValue, loan_limit: Decimal, contract_price: Decimal
) -> Result:
    multiple, share = limit_multiple.value, price_share.value
    raised = compute(
        f"按限额算的上限：您说的规定限额{loan_limit}元 × {multiple} = {{value}}元",
        f"down({loan_limit} * {multiple})",
        limit_multiple.ref,
    )
    of_price = compute(
        f"按房价算的上限：购房合同总价款{contract_price}元 × {share:.0%} = {{value}}元",
        f"down({contract_price} * {share})",
        price_share.ref,
    )
    lower = compute("两道上限取低的一个，{value}元", f"min({raised.value}, {of_price.value})", limit_multiple.ref)
    return Result(lower.number, (raised, of_price, lower))
