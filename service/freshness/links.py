"""Whether the documents' source pages still answer: asked politely, only on the public internet, and written down."""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from sqlalchemy import DateTime, Engine, String, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.database import Table

TIMEOUT = 10.0
_REDIRECTS = 5
# Addresses of the old internet written in the new, the ways between them, and what only networks use among themselves:
# what they lead to may be inside.
_INSIDE = tuple(
    map(
        ipaddress.ip_network,
        (
            *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10"),
            *("192.0.0.0/24", "192.88.99.0/24"),
        ),
    )
)
_AGENT = "TiaowenLinkCheck/1.0"


class _LinkRow(Table):
    __tablename__ = "links"
    url: Mapped[str] = mapped_column(String(2000), primary_key=True)
    fault: Mapped[str] = mapped_column(String(200))
    checked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Link:
    """What an address did when it was last asked; `fault` in Chinese, "": it answers."""

    url: str
    fault: str
    checked_at: datetime


class Links:
    """The last outcome for each address."""

    def __init__(self, engine: Engine) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine = engine

    def record(self, links: Iterable[Link]) -> None:
        """In place of everything recorded before."""
        rows = [{"url": one.url, "fault": one.fault, "checked_at": one.checked_at.astimezone(UTC)} for one in links]
        with self._engine.begin() as db:
            db.execute(delete(_LinkRow))
            if rows:
                db.execute(insert(_LinkRow), rows)

    def all(self) -> list[Link]:
        """By address; SQLite forgets the zone, all times are UTC."""
        with Session(self._engine) as session:
            rows = session.scalars(select(_LinkRow).order_by(_LinkRow.url)).all()
        return [Link(row.url, row.fault, row.checked_at.replace(tzinfo=UTC)) for row in rows]


@dataclass(frozen=True, slots=True)
class Reply:
    """`location` is where a redirect leads, else ""."""

    status: int
    location: str = ""


Resolve = Callable[[str], Sequence[str]]
"""A host's addresses; raises OSError."""

Fetch = Callable[[str, str, str], Reply]
"""(method, url, address): one request to that very address, following nothing; raises OSError or HTTPException."""


def fault_of(url: str, resolve: Resolve, fetch: Fetch) -> str:
    """HEAD, then GET for those who do not take HEAD; "" when it answers, else what is wrong, in Chinese."""
    return _asked("HEAD", url, resolve, fetch) and _asked("GET", url, resolve, fetch)


def _asked(method: str, url: str, resolve: Resolve, fetch: Fetch) -> str:
    for _ in range(_REDIRECTS + 1):
        try:
            reply = fetch(method, url, _public_address(url, resolve))
        except _NotAsked as refused:
            return str(refused)
        except TimeoutError:
            return f"{TIMEOUT:.0f}秒内没有答复"
        except (OSError, http.client.HTTPException, UnicodeError):
            return "连不上"
        if not (300 <= reply.status < 400 and reply.location):
            return "" if reply.status < 400 else f"答复{reply.status}"
        url = urljoin(url, reply.location)
    return "跳转太多"


class _NotAsked(Exception):
    """`str()` says why, in Chinese."""


def _public_address(url: str, resolve: Resolve) -> str:
    """The address is looked up once and used as it is, so that a second look-up cannot lead elsewhere."""
    host = _split(url).hostname or ""
    try:
        addresses = resolve(host)
    except OSError:
        addresses = ()
    if not addresses:
        raise _NotAsked("查不到这个域名")
    if not all(_public(address) for address in addresses):
        raise _NotAsked("指向内部网络，没有去问")
    return addresses[0]


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise _NotAsked("不是 http 或 https 网址，没有去问")
    return parts


def _public(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _INSIDE)


def resolve(host: str) -> Sequence[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except UnicodeError as error:
        raise OSError(str(error)) from error


def fetch(method: str, url: str, address: str) -> Reply:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host = (parts.hostname or "").encode("idna").decode("ascii")
    port = parts.port or (443 if secure else 80)
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(host, port, timeout=TIMEOUT)
    opened = socket.create_connection((address, port), timeout=TIMEOUT)
    try:
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(opened, server_hostname=host) if secure else opened
        connection.request(method, _target(parts), headers={"User-Agent": _AGENT})
        response = connection.getresponse()
        return Reply(response.status, response.getheader("Location") or "")
    finally:
        connection.close()
        opened.close()


def _target(parts: SplitResult) -> str:
    """What is written in Chinese is encoded, what is encoded already stays."""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return quote(target, safe="/%:@!$&'()*+,;=~?")
