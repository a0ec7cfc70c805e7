"""Bytes → text in the encodings that offices use, and .txt and .md files → paragraphs."""

import codecs
import re
from dataclasses import dataclass

from ingest.reading.extract import Dropped, Extract, Piece, Remark, Unreadable, count

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HAN = re.compile("[\u3400-\u9fff]")
_COMMON_SHARE = 0.9  # in GB 2312 and, for traditional pages, in Big5
_UNKNOWN = Unreadable("认不出文字编码，或者不是文字文件", "用编辑器打开，确认文字正常后另存为 UTF-8")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text and, where the file said something else about its encoding, a remark."""

    text: str
    remark: str


def decode(content: bytes) -> Decoded:
    """UTF-8, else what the page declares, else GB 18030; raises Unreadable when none fits."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return Decoded(_chinese(_decoded(content, name)), "")
    declared = _DECLARED.search(content[:4096])
    said = declared[1].decode("ascii").lower() if declared else ""
    try:
        return Decoded(_sound(content.decode("utf-8")), "" if said in ("", "utf-8", "utf8") else _wrong(said, "UTF-8"))
    except UnicodeDecodeError as error:
        before = _HAN.findall(content[: error.start].decode("utf-8"))
        if len(before) > 20:
            line = content.count(b"\n", 0, error.start) + 1
            raise Unreadable(f"第 {line} 行的 UTF-8 编码坏了，或文件不完整", "重新下载或另存一份") from None
    if said == "big5":
        return Decoded(_decoded(content, "big5"), "")
    text = _chinese(_decoded(content, "gb18030"))
    return Decoded(text, _wrong(said, "GB 18030") if said in ("utf-8", "utf8") else "")


def read_text(content: bytes, *, markdown: bool) -> Extract:
    decoded = decode(content)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    dropped: list[Dropped] = []
    extracted = count(text)
    pieces: list[Piece] = []
    if markdown and text.startswith("---\n") and (end := text.find("\n---\n", 3)) > 0:
        dropped.append(Dropped("第1行", text[: end + 5], "原有的文件信息"))
        text = "\n" * text.count("\n", 0, end + 5) + text[end + 5 :]
    comment = False
    for number, line in enumerate(text.split("\n"), start=1):
        kept, comment = _without_comments(line, comment, f"第{number}行", dropped) if markdown else (line, False)
        pieces.append(Piece(f"第{number}行", kept))
    remarks = (Remark("全文", decoded.remark),) if decoded.remark else ()
    return Extract("", tuple(pieces), (), tuple(dropped), remarks, extracted)


def _without_comments(line: str, inside: bool, place: str, dropped: list[Dropped]) -> tuple[str, bool]:
    kept = []
    while line:
        end = line.find("-->") + 3 if inside else line.find("<!--")
        found = end > 2 if inside else end >= 0
        part, line = (line[:end], line[end:]) if found else (line, "")
        if inside:
            dropped.append(Dropped(place, part, "注释"))
        else:
            kept.append(part)
        inside = inside != found
    return "".join(kept), inside


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return _sound(content.decode(encoding))
    except UnicodeDecodeError:
        raise _UNKNOWN from None


def _sound(text: str) -> str:
    if len(_CONTROL.findall(text[:100_000])) > len(text[:100_000]) / 1000:
        raise _UNKNOWN
    return text


def _chinese(text: str) -> str:
    """Bytes read in the wrong encoding look like rare characters or like none at all."""
    han = _HAN.findall(text)
    if not han or sum(map(_is_common, han)) < _COMMON_SHARE * len(han):
        raise _UNKNOWN
    return text


def _is_common(one: str) -> bool:
    return any(one.encode(name, "ignore") for name in ("gb2312", "big5"))


def _wrong(said: str, real: str) -> str:
    return f"网页自称编码是 {said}，其实是 {real}，已按 {real} 读"
