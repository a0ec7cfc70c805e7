"""独生子女家庭、农村双女家庭的既有奖励扶助继续实行，方案没有金额（方案第1条）。"""

from service.rules.benefit import Result
from service.rules.parameters import DatedValue
from service.rules.working import Step

_LAW = "population-law-2021#31"


def one_child_and_two_daughter_families(continued: DatedValue, family_kind: str | None = None) -> Result:
    steps = [Step("继续实行现行各项奖励扶助制度和优惠政策", "", continued.ref)]
    if family_kind == "one_child_before":
        steps.append(Step("领了《独生子女父母光荣证》的，奖励按国家和省里的规定享受", "", _LAW))
    steps.append(Step("提倡一孩的那段时期，按规定该享受计划生育老年人奖励扶助的，现在继续享受", "", _LAW))
    return Result(None, tuple(steps))
