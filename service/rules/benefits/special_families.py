"""计划生育特殊家庭：只说有什么帮扶、找谁，不问任何情况，没有金额（方案第14条、第15条）。"""

from service.rules.benefit import Result
from service.rules.parameters import DatedValue
from service.rules.working import Step

_ENTRUSTED = "xianan-2023#15"
_LAW = "population-law-2021#32"


def special_families(care: DatedValue) -> Result:
    steps = (
        Step("对符合条件的家庭成员，落实基本养老、基本医疗保障，优先安排入住公办养老机构", "", care.ref),
        Step("托养无偿或者低收费", "", care.ref),
        Step("住房：有困难的，优先纳入住房保障", "", care.ref),
        Step("日常：有专门的联系人、家庭医生签约服务和优先便利的医疗服务", "", care.ref),
        Step("陪伴：有心理援助、紧急精神关怀、联谊交流和家政服务等“暖心行动”", "", care.ref),
        Step("风险：建立完善意外伤害和住院护理保险等保障", "", care.ref),
        Step("可以委托有资质的社会组织照料生活、慰藉精神，依法代办入住养老机构、就医陪护等事务", "", _ENTRUSTED),
        Step("国家法律也要求县级以上政府在生活、养老、医疗、精神慰藉等方面给予全面帮扶", "", _LAW),
        Step("想了解这些帮扶，可以找区卫健局、区民政局或者区计生协会", "", care.ref),
    )
    return Result(None, steps)
