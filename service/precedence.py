"""What was understood, found and computed → which of it leads the answer, and what holds it back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.index import Found, Results
from service.calibration import Calibration, off_topic_features, unanswered_features
from service.dialogue import Searched, Understanding
from service.rules.benefit import Entitlement
from service.rules.catalogue import benefits
from service.word_entries import OfficeEntry, Unstated
from service.words import Words

AS_MUCH = 0.75
_AGAINST = {"!refused": 0.25, "!handed_over": 0.25, "!no_basis": 0.4, "!out_of_scope": 0.75}
_KNOWN_CASE = 0.6
_LIKE_A_BANK_QUESTION = 0.2
_ASKED_BEFORE = 0.3
_ASKED_LIKE_THIS = 0.6
_THE_SAME = 0.9
_BY_ITS_WORDS = 0.35
_HARDLY = 0.2


@dataclass(frozen=True, slots=True)
class Weighed:
    """`unlike`: the reason of bank questions like this that must not be answered. `unstated`: it asks what no document
    states, `entered`: but the office does. `leads`: a clause that comes before benefits; `alone`: where nothing is
    computed, also before what is unstated or off the topic; `unanswered`: the clause that was found does not answer;
    `doubtful`: perhaps it does not."""

    asked: Understanding
    entitlements: Sequence[Entitlement]
    unlike: str | None
    unstated: Unstated | None
    entered: OfficeEntry | None
    leads: Found | None
    alone: bool
    off_topic: bool
    unanswered: bool
    doubtful: bool


def weigh(
    asked: Understanding,
    searched: Searched,
    entitlements: Sequence[Entitlement],
    words: Words,
    calibration: Calibration,
) -> Weighed:
    asked, entitlements = _of_the_named(asked, entitlements, searched.named)
    unstated = next((u for u in words.unstated if _applies(u, asked, searched)), None)
    # Who names a clause by its number is shown it: a bare number is like anything.
    unlike = None if asked.locators else _like_one_not_answered(searched.whole, known=bool(asked.benefits))
    entered = next((e for e in words.office if unstated and e.id == unstated.office and _holds(e, asked)), None)
    off_topic = unlike == "out_of_scope" or calibration.off_topic.holds(
        off_topic_features(searched.whole, asked.on_topic)
    )
    newer = _asked_for(searched, entitlements, unstated)
    if newer is None and _says_more(searched, sure=unstated is not None):
        newer = searched.unasked
    chance = _unanswered(asked, searched, calibration)
    return Weighed(
        asked,
        entitlements,
        unlike,
        unstated,
        None if any(one.eligible for one in entitlements) else entered,
        newer,
        newer is not None and _says_more(searched, sure=off_topic or unlike is not None or unstated is not None),
        off_topic,
        chance >= calibration.unanswered.threshold,
        chance >= calibration.doubtful,
    )


def _unanswered(asked: Understanding, searched: Searched, calibration: Calibration) -> float:
    """The chance of it; 0 for a clause or a document that is named, several questions at once, or one that goes on."""
    if asked.locators or searched.named or asked.parts or asked.query != asked.text:
        return 0.0
    features = unanswered_features(searched.whole, len(asked.synonyms), len(asked.said))
    return calibration.unanswered.chance(features) if features else 0.0


def _of_the_named(
    asked: Understanding, entitlements: Sequence[Entitlement], document: str
) -> tuple[Understanding, list[Entitlement]]:
    """Who names a document asks for none of the benefits that have nothing to do with it."""
    kept = [one for one in entitlements if not document or _rests_on(one, document)]
    return (asked if len(kept) == len(entitlements) else replace(asked, benefits=(), subjects=())), kept


def _applies(unstated: Unstated, asked: Understanding, searched: Searched) -> bool:
    """What no document states is said of the plan; another document that is named speaks for itself."""
    if not unstated.phrases.said_in(asked.text) or unstated.unless.said_in(asked.text):
        return False
    return not searched.named or any(ref.startswith(f"{searched.named}#") for ref in unstated.refs)


def _holds(entry: OfficeEntry, asked: Understanding) -> bool:
    return entry.holding(asked.on, asked.about) is not None


def _rests_on(entitlement: Entitlement, document: str) -> bool:
    benefit = benefits()[entitlement.benefit]
    numbers = (held.ref for parameter in benefit.parameters.values() for held in parameter.values)
    changes = (change.ref for change in benefit.changes)
    return any(ref.partition("#")[0] == document for ref in (benefit.basis, *numbers, *changes))


def _like_one_not_answered(results: Results, *, known: bool) -> str | None:
    """The reason for which the bank questions nearest to this one must not be answered, where enough of them agree.

    Harm and distress need fewer votes than a missing basis: a needless handover costs less than a wrong answer; more
    where it is `known` which benefit is to be computed for whom.
    """
    for side, votes in _AGAINST.items():
        enough = max(votes, _KNOWN_CASE) if known else votes
        likeness = results.likeness.get(side, 0.0)
        grave = side in {"!refused", "!handed_over"} and likeness >= _LIKE_A_BANK_QUESTION
        likely = grave or likeness > results.likeness.get("", 0.0)
        if results.shares.get(side, 0.0) >= enough and likely:
            return side.removeprefix("!")
    return None


def _asked_for(searched: Searched, entitlements: Sequence[Entitlement], unstated: Unstated | None) -> Found | None:
    """The clause for which the bank has this very question, where a benefit or what is unstated would come before."""
    for hit in searched.whole.found[:1]:
        ref = str(hit.clause.ref)
        others = {benefits()[one.benefit].basis for one in entitlements} | set(unstated.refs if unstated else ())
        if others and hit.likeness >= _THE_SAME and ref not in others:
            return hit
    return None


def _says_more(searched: Searched, *, sure: bool) -> bool:
    """Whether a clause that no way of asking speaks for answers by its words; `sure`: against what the office says."""
    unasked = searched.unasked
    if unasked is None:
        return False
    results = searched.whole
    asked_before = results.likeness.get("", 0.0) >= _ASKED_LIKE_THIS or any(
        hit.likeness >= _ASKED_BEFORE and hit.support >= AS_MUCH * unasked.support for hit in results.found[:1]
    )
    return not asked_before and unasked.support >= (_BY_ITS_WORDS if sure else _HARDLY)
