"""/metrics: how many questions were asked, how they were answered and how long it took; counts alone, no words."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


class Metrics:
    """Listens to the events that are logged."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._asks = Counter("tiaowen_asks", "提问数", ["channel", "status"], registry=self._registry)
        self._seconds = Histogram(
            "tiaowen_ask_seconds", "回答一问用的秒数", ["channel"], registry=self._registry, buckets=_SECONDS
        )
        self._others = Counter("tiaowen_events", "其他事件数", ["event"], registry=self._registry)

    def observe(self, event: str, channel: str = "", status: str = "", took_ms: int = 0, **_: object) -> None:
        """An event of the log with its fields; those that are not counted are passed over."""
        if event != "ask":
            self._others.labels(event).inc()
            return
        self._asks.labels(channel, status).inc()
        self._seconds.labels(channel).observe(took_ms / 1000)

    def router(self) -> APIRouter:
        metrics = APIRouter(include_in_schema=False)

        @metrics.get("/metrics")
        def show() -> Response:
            return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

        return metrics
