"""An Impact as a clerk reads it on a screen of text."""

from collections import Counter
from collections.abc import Iterator, Mapping

from service.changes import KINDS, Change, Kind, Piece
from service.impact import LISTED, Impact, Resting

SOURCES = {"bank": "问法库", "approved": "核准的回答", "recorded": "群众问过"}
_AROUND = 24


def impact_told(impact: Impact) -> str:
    """Clauses, then what has to be confirmed, then the answers that change."""
    return "\n".join(_lines(impact))


def _lines(impact: Impact) -> Iterator[str]:
    counts = Counter(change.kind for change in impact.changes)
    if counts:
        yield f"文件和条款：{_counted(counts)}"
    else:
        yield "条款和文件头部没有变化。"
    for change in impact.changes:
        yield from _change(change)
    yield ""
    if impact.bank:
        yield f"问法库：{_counted(impact.bank_counts)}"
        yield from (
            f"  {KINDS[one.kind]}　{one.text}　{one.old or '（无）'} → {one.new or '（无）'}"
            for one in impact.bank[:LISTED]
        )
        if len(impact.bank) > LISTED:
            yield f"  另有 {len(impact.bank) - LISTED} 个没有列出"
        yield ""
    if impact.astray:
        yield "新问法没有答到它的条款（发布以后照样问，回答里没有引它；核对写在哪一条下面，或者换个说法）："
        yield from (f"  {one.text}　{one.ref}　按 {one.on} 问" for one in impact.astray)
        yield ""
    if not impact.changes and not impact.bank:
        return
    if impact.resting:
        yield "依据这些条款的参数和回答（没有核实的，不能发布）："
        yield from (f"  {_resting(one)}" for one in impact.resting)
    else:
        yield "没有参数或核准的回答依据这些条款。"
    yield ""
    if impact.untried:
        yield "没有可以试问的：这些条款还没有问法，群众怎么问、答得对不对都没有试过。"
        yield "先在 questions/ 里补问法，再看一次。"
        return
    days = "、".join(map(str, impact.days))
    whole, differ = impact.asked + impact.left, len(impact.answers)
    yield f"按 {days} 试问了 {impact.asked} 个问题，共 {whole} 个；回答不同的 {differ} 个："
    for answer in impact.answers:
        yield f"  {answer.on} 问（{SOURCES[answer.source]}）：{answer.question}"
        yield f"    旧：{_one_line(answer.old)}"
        yield f"    新：{_one_line(answer.new)}"


def _counted(counts: Mapping[Kind, int]) -> str:
    return "，".join(f"{KINDS[kind]} {counts[kind]}" for kind in Kind if counts[kind])


def _change(change: Change) -> Iterator[str]:
    days = "".join(
        f"　{day} {word}" for day, word in ((change.begins, "起"), (change.until, "起失效")) if day is not None
    )
    yield f"  {KINDS[change.kind]}　{change.place}　{change.ref}{days}"
    yield from (f"    {field.name}：{field.old or '（空）'} → {field.new or '（空）'}" for field in change.fields)
    if change.instead_of:
        yield f"    和它代替的 {'、'.join(change.instead_of)} 对照："
    if change.kind is Kind.CHANGED or change.instead_of:
        yield f"    {''.join(_piece(piece) for piece in change.pieces)}"
    elif change.kind is Kind.ADDED:
        yield from (f"    {line}" for piece in change.pieces for line in piece.new.splitlines())


def _piece(piece: Piece) -> str:
    if piece.old == piece.new:
        text = piece.old.replace("\n", " ")
        return text if len(text) <= 2 * _AROUND else f"{text[:_AROUND]}…{text[-_AROUND:]}"
    return f"[-{piece.old}-]" * bool(piece.old) + f"{{+{piece.new}+}}" * bool(piece.new)


def _resting(one: Resting) -> str:
    state = "已核实" if one.confirmed else "没有核实" if one.stands else f"原句「{one.phrase}」不在新条款里，先改参数"
    return f"{one.subject}　{one.what}　{state}"


def _one_line(text: str) -> str:
    return text.replace("\n", " ")
