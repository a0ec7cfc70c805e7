"""A bare reply to what was asked (2 · 是 · 小班 · 60万 · 2026年3月1日) → the fact, where it can only be that one."""

import re
from collections.abc import Sequence
from datetime import date

from corpus.numerals import read_number
from corpus.phrases import NUMERAL
from service.dates import day_named
from service.fact_values import fitting
from service.rules.facts import BadFact, FactType, FactValue, fact_types
from service.words import Words

_MONEY = r"[0-9零一二两三四五六七八九十百千万亿点.,]+[wW]?"
_PLAIN = re.compile(
    rf"(?:我?(?:选|回复)?|是|就|一共|总共|大约)?(?P<number>{_MONEY}|{NUMERAL})"
    r"(?:元|块|块钱|万元|个学期|学期|天|个月|周岁|岁|个|次|%|平)?(?:钱|整)?[。!]?"
)
_SHORT = 12


def bare_answers(text: str, asked: Sequence[str], words: Words, on: date) -> dict[str, FactValue]:
    """`text` is normalized; `asked` are the facts of the last question, in their order. Two numbers are not guessed."""
    if len(text) > _SHORT or not asked or words.intents["cannot_say"].said_in(text):
        return {}
    kinds = [fact_types()[name] for name in asked if name in fact_types()]
    told = [
        (kind, value) for kind in kinds if (value := _read(kind, text, words, on, alone=len(kinds) == 1)) is not None
    ]
    return {told[0][0].name: told[0][1]} if len(told) == 1 else {}


def _read(kind: FactType, text: str, words: Words, on: date, *, alone: bool) -> FactValue | None:
    if kind.type == "bool":
        return _yes_or_no(text, words)
    if kind.type == "choice" or (kind.choices and alone):
        return _chosen(kind, text, words, alone=alone)
    if kind.type == "date":
        return fitting(kind.name, day_named(text, on), on)
    number = _PLAIN.fullmatch(text)
    value = read_number(number["number"]) if number else None
    try:
        return None if value is None else kind.parse(value)
    except BadFact:
        return None


def _yes_or_no(text: str, words: Words) -> bool | None:
    """The longer word decides (没错 is no 没); a question back (有没有) is neither."""
    if words.intents["either"].said_in(text):
        return None
    yes, no = (max((m.end - m.start for m in words.intents[one].find(text)), default=0) for one in ("yes", "no"))
    return None if yes == no else yes > no


def _chosen(kind: FactType, text: str, words: Words, *, alone: bool) -> FactValue | None:
    """By its number in the list, where nothing else was asked; by its name; by yes or no where it is asked so."""
    number = _PLAIN.fullmatch(text)
    place = read_number(number["number"]) if number else None
    values = list(kind.choices)
    if place is not None:
        within = alone and place == int(place) and 1 <= place <= len(values)
        return kind.parse(values[int(place) - 1]) if within else None
    named = [value for value, label in kind.choices.items() if _name(label) in text or text in label]
    if len(named) == 1:
        return kind.parse(named[0])
    meant = kind.if_yes_or_no.get(_yes_or_no(text, words))
    return kind.parse(meant) if meant else None


def _name(label: str) -> str:
    return re.split(r"[（、，]", label)[0]
