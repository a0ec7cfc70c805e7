"""Figures as a Chinese reader writes them, and what channels, statuses and complaints are called in the report."""

from datetime import timedelta

from service.dialogue import Status

CHANNELS = {"wechat": "微信公众号", "api": "网站小组件和接口", "console": "坐席台"}
STATUSES = {
    Status.ANSWERED: "给出答案",
    Status.ASKS_FOR_FACT: "反问还缺的情况",
    Status.NO_BASIS: "文件没有写",
    Status.OUT_OF_SCOPE: "不归这里答",
    Status.REFUSED: "不能照办",
    Status.HANDED_OVER: "转人工",
    Status.FAILED: "系统故障，没能查",
}
# What was not answered outright, in the order of the report.
NOT_ANSWERED = (Status.NO_BASIS, Status.OUT_OF_SCOPE, Status.REFUSED, Status.HANDED_OVER, Status.FAILED)
COMPLAINTS = {
    "wrong": "说错了",
    "unclear": "看不懂、没说清",
    "incomplete": "没答全",
    "outdated": "过时了",
    "other": "其他",
}


def number(value: int) -> str:
    return f"{value:,}"


def share(part: int, whole: int) -> str:
    """`62.5%`; a dash where there is no whole."""
    return f"{100 * part / whole:.1f}%" if whole else "—"


def change(now: int, before: int | None) -> str:
    """Against the month before; "" where that month is not known to be whole."""
    if before is None:
        return ""
    if not before:
        return "上月没有提问"
    grown = 100 * (now - before) / before
    if not round(grown, 1):
        return f"与上月（{number(before)}）持平"
    return f"比上月（{number(before)}）{'多' if grown > 0 else '少'} {abs(grown):.1f}%"


def milliseconds(value: int) -> str:
    return f"{value} 毫秒" if value < 1000 else f"{value / 1000:.1f} 秒"


def lasting(value: timedelta) -> str:
    """Whole minutes, hours or days, as one would say it."""
    minutes = int(value.total_seconds() // 60)
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < 60:
        return f"{minutes} 分钟"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} 小时 {minutes} 分钟" if minutes else f"{hours} 小时"
    days, hours = divmod(hours, 24)
    return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
