"""build_app(settings): builds every part once and mounts every channel."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import datetime

import structlog
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from service.accounts import Accounts
from service.approved import Approved, LiveApproved
from service.audit import Audit
from service.basis import VERSION
from service.channels import api, health
from service.channels.console import routes as console
from service.channels.console.child import Ingest, IngestCommand
from service.channels.console.forms import install_faults, largest_body, refuse_body, tell_fault
from service.channels.console.gate import Console
from service.channels.errors import install_errors
from service.channels.headers import SecurityHeaders
from service.channels.limits import Limiter
from service.channels.metrics import Metrics
from service.channels.wechat import router as wechat
from service.channels.wechat.clerk import Clerk
from service.channels.wechat.counter import Counter, Deadlines
from service.channels.wechat.customer_service import NoCustomerService
from service.channels.wechat.mailbox import Mailbox
from service.channels.wechat.texts import LiveTexts
from service.channels.widget import router as widget
from service.clock import now_in_shanghai
from service.database import open_database
from service.desk import Desk
from service.freshness import Limits, Upkeep
from service.freshness.links import Links
from service.handovers import Handovers
from service.parts import build_parts
from service.publications import Publications
from service.records import Records
from service.retention import Retention
from service.settings import Settings, wechat_account
from service.switches import Switches
from service.unanswered import Unanswered

_DAY = 24 * 60 * 60


def build_app(
    settings: Settings, now: Callable[[], datetime] = now_in_shanghai, ingest: Ingest | None = None
) -> FastAPI:
    """`ingest` runs the commands of the console's editors; by default `python -m ingest` in a child process."""
    log, metrics = structlog.get_logger("tiaowen"), Metrics()

    def warn(message: str) -> None:
        log.warning("degraded", message=message)

    def tell(event: str, **fields: object) -> None:
        log.info(event, **fields)
        metrics.observe(event, **fields)  # type: ignore[arg-type]

    parts = build_parts(settings, warn)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.records_url)
    parts = replace(parts, approved=LiveApproved(Approved(database), time.monotonic, warn))
    desk = Desk(parts, Records(database), Handovers(database), Unanswered(database), Switches(database, now), now, tell)
    retention = Retention(database, settings.data_dir, settings.words, settings.office)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        purging = asyncio.create_task(_purge_daily(desk, retention))
        yield
        purging.cancel()
        parts.live.close()

    app = FastAPI(
        title="条问", version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan
    )
    app.include_router(health.router(parts))
    app.include_router(metrics.router())
    office = _open_doors(app, settings, desk, database, ingest or IngestCommand(settings.for_children), warn)
    install_errors(app, largest_body(office), refuse_body, tell_fault)
    install_faults(app)
    https = settings.public_url.startswith("https:")
    app.add_middleware(SecurityHeaders, origins=settings.widget_origins, https=https)
    return app


async def _purge_daily(desk: Desk, retention: Retention) -> None:
    """What may no longer be kept goes at the start and every day; a database that is down is asked again tomorrow."""
    while True:
        try:
            purged = await run_in_threadpool(retention.purge, desk.now())
            desk.log("purge", **asdict(purged))
        except (SQLAlchemyError, OSError) as error:
            desk.log("records_unavailable", error=type(error).__name__)
        await asyncio.sleep(_DAY)


def _open_doors(
    app: FastAPI, settings: Settings, desk: Desk, database: Engine, ingest: Ingest, warn: Callable[[str], None]
) -> Console:
    """The API, the widget, the operators' console and, where it is set up, WeChat; → the console."""
    limiter = Limiter(settings.rate_limit == "on", settings.redis_url)
    app.include_router(api.router(desk, limiter))
    static = widget.Static()
    app.include_router(widget.router(desk, settings.widget_origins, static))
    app.mount("/widget", static)
    https = settings.public_url.startswith("https:")
    office = Console(
        desk,
        limiter,
        Accounts(database),
        Audit(database),
        desk.unanswered,
        Approved(database),
        settings.questions,
        Publications(database),
        ingest,
        https,
    )
    app.include_router(console.router(office, settings.public_url, build_upkeep(settings, database), settings.data_dir))
    if settings.wechat_token.get_secret_value():
        account, texts = wechat_account(settings), LiveTexts(settings.words / "wechat.yaml", warn)
        mailbox = Mailbox(database, account.store_key)
        clerk = Clerk(desk, limiter, mailbox, texts, settings.public_url, NoCustomerService())
        app.include_router(wechat.router(account, Counter(clerk, Deadlines())))
    return office


def build_upkeep(settings: Settings, database: Engine) -> Upkeep:
    limits = Limits(settings.check_again_days, settings.due_soon_days)
    return Upkeep(settings.documents, settings.office, Links(database), limits)


def configure_logging() -> None:
    logging.basicConfig(level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
