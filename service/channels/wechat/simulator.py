"""The platform's side, for people and tests: signs and seals what a citizen sends, and reads what comes back.

python -m service.channels.wechat.simulator [--url http://127.0.0.1:8000] [--openid o-zhangsan]
"""

import itertools
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from corpus.command_line import CommandLine
from service.channels.wechat.cipher import CannotOpen, open_, seal
from service.channels.wechat.gate import Account
from service.channels.wechat.signature import agrees, sign
from service.channels.wechat.xml import Malformed, element, read_fields
from service.settings import Settings, wechat_account

_HELP = (
    """直接打字就是发消息。还可以：/关注  /取消关注  /菜单 键  /语音 听到的字  /图片  /重发（平台重试上一条）  /退出"""
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes to /wechat: the query string and the body."""

    query: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Platform:
    """`clock` gives seconds since 1970. `citizen` is the openid of the sender."""

    account: Account
    clock: Callable[[], int]
    citizen: str = "o-zhangsan_1"
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(secrets.randbits(48)))

    def check(self, echo: str = "5837419") -> str:
        """The query string of the check of our address."""
        return f"{self._signed()}&{urlencode({'echostr': echo})}"

    def text(self, said: str) -> bytes:
        return self.message("text", Content=said, MsgId=str(next(self.ids)))

    def voice(self, heard: str) -> bytes:
        return self.message("voice", MediaId="m1", Format="amr", Recognition=heard, MsgId=str(next(self.ids)))

    def picture(self) -> bytes:
        return self.message("image", PicUrl="http://example.invalid/1", MediaId="m1", MsgId=str(next(self.ids)))

    def event(self, event: str, key: str = "") -> bytes:
        return self.message("event", Event=event, EventKey=key)

    def message(self, kind: str, **fields: str) -> bytes:
        """The plain XML of one message."""
        head = {"ToUserName": self.account.name or "gh_simulated", "FromUserName": self.citizen}
        named = "".join(element(name, text) for name, text in (head | {"MsgType": kind} | fields).items())
        return f"<xml>{named}<CreateTime>{self.clock()}</CreateTime></xml>".encode()

    def deliver(self, message: bytes) -> Delivery:
        """As the account's mode has it; each time under another signed address, as the platform's retries are."""
        if self.account.mode == "plain":
            return Delivery(self._signed(), message)
        sealed = seal(message, self.account.keys[0], self.account.app_id)
        beside = message.removeprefix(b"<xml>").removesuffix(b"</xml>")
        outer = beside if self.account.mode == "compatible" else element("ToUserName", "gh_simulated").encode()
        return Delivery(self._signed(sealed), b"<xml>%b%b</xml>" % (outer, element("Encrypt", sealed).encode()))

    def read(self, reply: bytes) -> str:
        """What the citizen sees; empty for what shows nothing. Raises ValueError for what would be an error."""
        if reply in {b"", b"success"}:
            return ""
        fields = self.opened(reply)
        if fields["MsgType"] != "text" or fields["ToUserName"] != self.citizen or not fields["Content"]:
            raise ValueError("回复的内容不对")
        return fields["Content"]

    def opened(self, reply: bytes) -> Mapping[str, str]:
        """Raises ValueError for a signature that is none, and what reading and opening raise."""
        fields = read_fields(reply)
        if self.account.mode != "plain":
            covered = (fields["TimeStamp"].encode(), fields["Nonce"].encode(), fields["Encrypt"].encode())
            if not agrees(fields["MsgSignature"].encode(), self.account.token.encode(), *covered):
                raise ValueError("回复的签名不对")
            fields = read_fields(open_(fields["Encrypt"], self.account.keys, self.account.app_id)[0])
        return fields

    def _signed(self, sealed: str = "") -> str:
        timestamp, nonce = str(self.clock()), str(secrets.randbits(32))
        base = (self.account.token.encode(), timestamp.encode(), nonce.encode())
        given = {"signature": sign(*base), "timestamp": timestamp, "nonce": nonce, "openid": self.citizen}
        if sealed:
            given |= {"encrypt_type": "aes", "msg_signature": sign(*base, sealed.encode())}
        return urlencode(given)


def main() -> int:
    arguments = CommandLine("python -m service.channels.wechat.simulator", "模拟微信平台，给本机的条问发消息")
    settings = Settings()
    arguments.add_argument("--url", default=f"http://127.0.0.1:{settings.port}")
    arguments.add_argument("--openid", default="o-zhangsan_1")
    given = arguments.parse_args()
    if not settings.wechat_token.get_secret_value():
        print("没有设置 WECHAT_TOKEN，没有微信渠道可试", file=sys.stderr)
        return 1
    platform = Platform(wechat_account(settings), lambda: int(time.time()), given.openid)
    print(f"模拟公众号（{settings.wechat_mode}）→ {given.url}/wechat\n{_HELP}")
    last = platform.event("subscribe")
    for line in map(str.strip, sys.stdin):
        if line == "/退出":
            break
        last = _typed(platform, line, last)
        print(_sent(platform, given.url, last), flush=True)
    return 0


def _typed(platform: Platform, line: str, last: bytes) -> bytes:
    command, _, rest = line.partition(" ")
    commands: dict[str, Callable[[], bytes]] = {
        "/关注": lambda: platform.event("subscribe"),
        "/取消关注": lambda: platform.event("unsubscribe"),
        "/菜单": lambda: platform.event("CLICK", rest),
        "/语音": lambda: platform.voice(rest),
        "/图片": platform.picture,
        "/重发": lambda: last,
    }
    return commands[command]() if command in commands else platform.text(line)


def _sent(platform: Platform, url: str, message: bytes) -> str:
    delivery, started = platform.deliver(message), time.perf_counter()
    request = urllib.request.Request(f"{url}/wechat?{delivery.query}", delivery.body)  # noqa: S310 - of whoever types it
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
            body = response.read()
        shown = platform.read(body) or f"（没有回复，平台收到 {body.decode()}）"
    except urllib.error.HTTPError as error:
        return f"该公众号提供的服务出现故障，请稍后再试（{error.code} {error.read().decode()}）"
    except (OSError, ValueError, KeyError, Malformed, CannotOpen) as error:
        return f"该公众号提供的服务出现故障，请稍后再试（{error}）"
    return f"{shown}\n—— {1000 * (time.perf_counter() - started):.0f} 毫秒，{len(shown.encode())} 字节 ——\n"


if __name__ == "__main__":
    sys.exit(main())
