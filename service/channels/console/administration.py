"""Accounts and the audit: for admins."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from service.accounts import Refused, Role, Seat
from service.channels.console.gate import Console, gate
from service.channels.console.pages import ROLES, page
from service.channels.errors import NotFound

ACTIONS = {
    "sign_in": "登录",
    "sign_in_failed": "登录没有成功",
    "sign_out": "退出",
    "invite": "发邀请",
    "accept_invitation": "设置密码",
    "close_account": "停用账号",
    "open_clause": "打开条款",
    "ask": "提问",
    "judge_right": "判断：答对了",
    "judge_wrong": "判断：答错了",
    "queue": "放进待解答",
    "what_if": "试算",
    "list_handovers": "看转来的对话",
    "read_conversation": "读一段对话",
    "take": "接手对话",
    "take_too_late": "接手时已被别人接走",
    "list_unanswered": "看待解答",
    "close_answerable": "处理：已补进问法库",
    "close_asked_unit": "处理：已转责任单位",
    "close_not_ours": "处理：不归本系统答",
    "add_document": "读进一份原文",
    "edit_document": "改文件",
    "diff": "看发布会变什么",
    "confirm": "核实：对照了新条款",
    "propose": "提出发布",
    "approve": "批准发布",
    "publish": "发布",
    "publish_alone": "一个人发布",
    "decline": "退回发布",
    "rollback": "回退",
    "read_report": "看月报",
    "list_office_values": "看单位的值",
    "add_office_value": "录入单位的值",
    "check_office_value": "核对单位的值",
    "read_freshness": "看核对日历",
    "close_office": "处理：去填单位的值",
    "close_approved_answer": "处理：拟了核准回答",
    "bank_questions": "处理：把问法写进问法库",
    "list_approved": "看核准的回答",
    "propose_answer": "提出核准回答",
    "approve_answer": "核准回答",
    "reword_answer": "改写拟的回答（旧编号 新编号）",
    "decline_answer": "不核准回答",
    "withdraw_answer": "撤下核准的回答",
    "list_accounts": "看账号",
    "read_audit": "看审计",
    "list_switches": "看开关",
    "channel_on": "打开渠道",
    "channel_off": "停用渠道",
    "purge_audit": "清理到期的审计",
    "forget": "按群众要求删除一段对话",
    "backup": "备份",
    "restore": "恢复备份",
}


def router(console: Console, public_url: str) -> APIRouter:
    administration = APIRouter(include_in_schema=False)
    admin, accounts = gate(console, Role.ADMIN), console.accounts

    def shown(seat: Seat, status: int = 200, link: str = "", wrong: str = "") -> Response:
        return page("accounts", seat, status, accounts=accounts.all(), roles=ROLES, link=link, wrong=wrong)

    @administration.get("/accounts")
    def list_accounts(seat: Seat = Depends(admin)) -> Response:
        console.note(seat, "list_accounts")
        return shown(seat)

    @administration.post("/accounts")
    def invite(
        request: Request,
        role: Annotated[Role, Form()],
        name: Annotated[str, Form(max_length=64)] = "",
        seat: Seat = Depends(admin),
    ) -> Response:
        """The link is shown this once: only its hash is kept."""
        try:
            token = accounts.invite(name, role, console.now())
        except Refused as refused:
            return shown(seat, 422, wrong=str(refused))
        console.note(seat, "invite", f"{name} {role.value}")
        return shown(seat, link=f"{public_url or str(request.base_url).rstrip('/')}/console/invitation/{token}")

    @administration.post("/accounts/{name}/close")
    def close(name: str, seat: Seat = Depends(admin)) -> Response:
        if name == seat.name:
            return shown(seat, 422, wrong="不能停用自己的账号")
        if not accounts.close(name):
            raise NotFound("没有这个账号", "name")
        console.note(seat, "close_account", name)
        return RedirectResponse("/console/accounts", 303)

    @administration.get("/audit")
    def audit(seat: Seat = Depends(admin)) -> Response:
        broken = console.audit.verify()
        console.note(seat, "read_audit")
        return page("audit", seat, broken=broken, entries=console.audit.latest(), actions=ACTIONS)

    return administration
