"""What every response says to the browser: own scripts only, no guessing of types, no address passed on."""

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'; frame-ancestors "
)
_EVERY_TIME = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_EMBEDDED = ("/widget", "/widget.js")


class SecurityHeaders:
    """`origins` are the sites that may embed the widget, compared letter by letter."""

    def __init__(self, app: ASGIApp, origins: Iterable[str], https: bool) -> None:
        self._app = app
        self._origins = tuple(origins)
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope["path"], Headers(scope=scope).get("origin"))
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _add(self, headers: MutableHeaders, path: str, origin: str | None) -> None:
        embedded = path in _EMBEDDED
        ancestors = " ".join(("'self'", *self._origins)) if embedded else "'none'"
        headers["Content-Security-Policy"] = _POLICY + ancestors
        for name, value in _EVERY_TIME.items():
            headers.setdefault(name, value)
        if not embedded:
            headers["X-Frame-Options"] = "DENY"
        if self._https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        headers.setdefault("Cache-Control", "no-store")
        if path == "/widget.js":
            headers.add_vary_header("Origin")
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            if origin in self._origins:
                headers["Access-Control-Allow-Origin"] = origin
