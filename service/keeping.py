"""How long what people said and did is kept: one table, which everything that shows or deletes it goes by.

Approved answers are not in it: they are the office's own words, stay for good, and name nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Keeping:
    """`name` is what the kind is called in Chinese; `since` from when its time counts."""

    name: str
    time: timedelta
    since: str

    def oldest(self, now: datetime) -> datetime:
        """Whatever is before it has expired."""
        return now - self.time


ANSWERS = Keeping("提问（打过码）和回答", timedelta(days=90), "回答时")
FEEDBACK = Keeping("评价", timedelta(days=90), "评价时")
HANDOVERS = Keeping("转人工的对话", timedelta(days=90), "对话的最后一个回答")
DIALOGUES = Keeping("接着说时记得的情况", timedelta(hours=24), "最后一句话")
UNANSWERED = Keeping("待解答的问题", timedelta(days=90), "放进待解答时")
AUDIT = Keeping("审计", timedelta(days=365), "做那件事时")
WECHAT_REPLIES = Keeping("微信已发的答复", timedelta(minutes=30), "收到消息时")
WECHAT_READERS = Keeping("微信没看完的内容", timedelta(hours=24), "最后一条消息")

KEPT = (ANSWERS, FEEDBACK, HANDOVERS, DIALOGUES, UNANSWERED, AUDIT, WECHAT_REPLIES, WECHAT_READERS)
