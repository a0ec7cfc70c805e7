"""The platform's XML, read strictly: one flat level, no document type, no entities, bounded in depth and number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

_DEEPEST = 4
_MOST = 64
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARED = re.compile(r"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.IGNORECASE)


class Malformed(Exception):
    """No message that the platform would send."""


def read_fields(body: bytes) -> Mapping[str, str]:
    """The elements right under <xml> by name; what they hold of further elements is left out. Raises Malformed."""
    target = _Flat()
    parser = DefusedXMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        text = body.decode("utf-8")
        if _DECLARED.match(text):
            raise Malformed
        parser.feed(text)
        parser.close()
    except (UnicodeError, ParseError, DefusedXmlException) as error:
        raise Malformed from error
    return target.fields


@dataclass
class _Flat:
    """Takes the parser's events; stops at the first that no message has."""

    fields: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    seen: int = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.open.append(tag)
        self.seen += 1
        if self.open[0] != "xml" or len(self.open) > _DEEPEST or self.seen > _MOST or attributes:
            raise Malformed
        if len(self.open) == 2:
            if tag in self.fields:
                raise Malformed
            self.fields[tag] = ""

    def data(self, text: str) -> None:
        if len(self.open) == 2:
            self.fields[self.open[1]] += text

    def end(self, _tag: str) -> None:
        self.open.pop()

    def close(self) -> None:
        pass


def element(name: str, text: str) -> str:
    """Text that reads back as it is, less what XML cannot hold."""
    legal = legal_in_xml(text)
    return f"<{name}><![CDATA[{legal.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"


def legal_in_xml(text: str) -> str:
    """A carriage return goes too: every reader would turn it into a line feed."""
    return _ILLEGAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
