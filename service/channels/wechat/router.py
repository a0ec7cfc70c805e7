"""GET and POST /wechat: never a redirect, never JSON, and nothing of the address in a log."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from service.channels.wechat.counter import Counter
from service.channels.wechat.gate import Account, Refused, admit, verified_echo
from service.channels.wechat.message import SUCCESS

_TOLD = {400: "读不懂这条消息", 403: "校验没有通过"}


def router(account: Account, counter: Counter) -> APIRouter:
    wechat, desk = APIRouter(include_in_schema=False), counter.clerk.desk

    @wechat.get("/wechat")
    async def verify(request: Request) -> Response:
        try:
            return _plain(verified_echo(account, request.scope["query_string"], desk.now()))
        except Refused as refused:
            return _refusal(refused)

    @wechat.post("/wechat")
    async def receive(request: Request) -> Response:
        body = await request.body()
        try:
            letter = admit(account, request.scope["query_string"], body, desk.now())
        except Refused as refused:
            return _refusal(refused)
        reply = await counter.answer(letter)
        return _plain(reply) if reply == SUCCESS else Response(reply, media_type="application/xml")

    def _refusal(refused: Refused) -> Response:
        desk.log("wechat_refused", check=str(refused), status=refused.status)
        return PlainTextResponse(_TOLD[refused.status], refused.status)

    return wechat


def _plain(body: bytes) -> Response:
    return Response(body, media_type="text/plain")
