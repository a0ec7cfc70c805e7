"""What a conversation keeps: facts of the family for every benefit, the others for the benefit they were said of."""

from collections.abc import Collection, Mapping, Sequence

from service.rules.facts import Facts, FactValue, fact_types

FAMILY = ""


def recall(facts: Mapping[str, Facts], subjects: Sequence[str]) -> dict[str, FactValue]:
    """The facts that hold for these benefits; those said of no benefit hold for the first one that is named."""
    kept = dict(facts.get(FAMILY, {}))
    for subject in subjects:
        kept.update(facts.get(subject, {}))
    return kept


def keep(
    facts: Mapping[str, Facts], subjects: Sequence[str], said: Facts, doubted: Collection[str]
) -> dict[str, Facts]:
    """The memory after a message that said these facts of these benefits, and put others in doubt."""
    loose = {name: value for name, value in facts.get(FAMILY, {}).items() if not fact_types()[name].family}
    kept = {owner: dict(held) for owner, held in facts.items()}
    owners = list(subjects) or [FAMILY]
    for owner in dict.fromkeys((*owners, FAMILY)):
        kept[owner] = {name: value for name, value in kept.get(owner, {}).items() if name not in doubted}
    if subjects:
        kept[FAMILY] = {name: value for name, value in kept[FAMILY].items() if name not in loose}
    for name, value in ({**loose, **said} if subjects else said).items():
        if name in doubted and name not in said:
            continue
        for owner in [FAMILY] if fact_types()[name].family else owners:
            kept[owner][name] = value
    return {owner: held for owner, held in kept.items() if held}
