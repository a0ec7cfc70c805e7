"""build_app(settings): builds every part once and mounts every channel."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from fastapi import FastAPI

from corpus.embedder import Embedder, EmbedderUnavailable, load_embedder
from corpus.index import Weights
from corpus.live import LiveSnapshot
from corpus.settings import OFFICE, WORDS
from corpus.tokens import tokenize
from service.accounts import Accounts
from service.audit import Audit
from service.calibration import load_calibration
from service.channels import api, health
from service.channels.console.gate import Console
from service.channels.console.routes import router as console_routes
from service.channels.errors import install_errors
from service.channels.headers import SecurityHeaders
from service.channels.limits import Limiter
from service.database import open_database
from service.desk import Desk
from service.pipeline import Parts
from service.records import Records
from service.rules.catalogue import benefits
from service.settings import Settings
from service.unanswered import Unanswered
from service.words import LiveWords

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now_in_shanghai() -> datetime:
    return datetime.now(SHANGHAI)  # noqa: TID251 - the one clock, handed down from here


def build_app(settings: Settings, now: Callable[[], datetime] = now_in_shanghai) -> FastAPI:
    log = structlog.get_logger("tiaowen")

    def warn(message: str) -> None:
        log.warning("degraded", message=message)

    parts = build_parts(settings, warn)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.records_url)
    limiter = Limiter(settings.rate_limit == "on", settings.redis_url)
    desk = Desk(parts, Records(database), now, log.info)
    https = settings.public_url.startswith("https:")
    console = Console(desk, limiter, Accounts(database), Audit(database), Unanswered(database), https)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        parts.live.close()

    app = FastAPI(
        title="条问", version="0.1.0", docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan
    )
    app.include_router(api.router(desk, limiter))
    app.include_router(health.router(parts))
    app.include_router(console_routes(console, settings.public_url))
    install_errors(app)
    app.add_middleware(SecurityHeaders, origins=settings.widget_origins, https=https)
    return app


def build_parts(settings: Settings, warn: Callable[[str], None]) -> Parts:
    """Everything the pipeline needs; an encoder that cannot be loaded leaves keyword search."""
    benefits()
    live = LiveSnapshot(settings.data_dir, _embedder(settings.embedding_model, warn), warn)
    words = LiveWords(WORDS, OFFICE, warn)
    words.current()
    tokenize("启动")  # loads the dictionary now, not with the first question
    return Parts(
        live,
        words,
        Weights(settings.dense_weight, settings.synonym_weight, settings.bank_weight),
        load_calibration(),
        warn,
    )


def _embedder(name: str, warn: Callable[[str], None]) -> Embedder | None:
    try:
        return load_embedder(name)
    except EmbedderUnavailable as error:
        warn(str(error))
        return None


def configure_logging() -> None:
    logging.basicConfig(level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
