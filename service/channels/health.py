"""/livez: the process runs. /readyz: it can answer, if only with the rules."""

from fastapi import APIRouter
from pydantic import BaseModel

from service.pipeline import Parts, level_of


class Ready(BaseModel):
    ready: bool
    snapshot: str
    level: str


class Live(BaseModel):
    live: bool


def router(parts: Parts) -> APIRouter:
    health = APIRouter()

    @health.get("/livez")
    async def livez() -> Live:
        return Live(live=True)

    @health.get("/readyz")
    def readyz() -> Ready:
        with parts.live.lease() as (snapshot, last_good):
            level = level_of(snapshot, last_good)
            return Ready(ready=True, snapshot=snapshot.id if snapshot else "", level=level.value)

    return health
