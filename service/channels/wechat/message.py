"""What a citizen sent → Message; what we say → the platform's reply."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.channels.wechat.xml import Malformed, element

SUCCESS = b"success"
Kind = Literal["text", "voice", "event", "other"]
_NAME = re.compile(r"[A-Za-z0-9_@.-]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Message:
    """`said` is the text, or what the platform heard; `key` and `event` only of events; `to` is our account."""

    to: str
    sender: str
    created: str
    kind: Kind
    said: str
    event: str
    key: str
    id: str

    @property
    def identity(self) -> tuple[str, ...]:
        """The same for every delivery of one message; events have no number of their own."""
        if self.kind == "event":
            return ("event", self.sender, self.created, self.event, self.key)
        return ("message", self.to, self.id)


def message_of(fields: Mapping[str, str]) -> Message:
    """Raises Malformed where a name or number is none, or a message that is no event has no id."""
    kind = fields.get("MsgType", "").lower()
    if not kind:
        raise Malformed
    event = kind == "event"
    return Message(
        to=_written(_NAME, fields, "ToUserName"),
        sender=_written(_NAME, fields, "FromUserName"),
        created=_written(_NUMBER, fields, "CreateTime"),
        kind=_KINDS.get(kind, "other"),
        said=fields.get("Recognition" if kind == "voice" else "Content", ""),
        event=fields.get("Event", "").upper() if event else "",
        key=fields.get("EventKey", "") if event else "",
        id="" if event else _written(_NUMBER, fields, "MsgId", "MsgID"),
    )


_KINDS: Mapping[str, Kind] = {"text": "text", "voice": "voice", "event": "event"}


def _written(pattern: re.Pattern[str], fields: Mapping[str, str], *names: str) -> str:
    value = next((fields[name] for name in names if name in fields), "")
    if not pattern.fullmatch(value):
        raise Malformed
    return value


def write_reply(message: Message, text: str, now: datetime) -> bytes:
    """A text reply to the sender, UTF-8."""
    return (
        "<xml>"
        + element("ToUserName", message.sender)
        + element("FromUserName", message.to)
        + f"<CreateTime>{int(now.timestamp())}</CreateTime>"
        + element("MsgType", "text")
        + element("Content", text)
        + "</xml>"
    ).encode()
