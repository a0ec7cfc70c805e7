"""/livez: the process runs. /readyz: it can answer, if only with the rules."""

from fastapi import APIRouter
from pydantic import BaseModel

from service.pipeline import Parts


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
            if snapshot is None:
                return Ready(ready=True, snapshot="", level="rules_only")
            level = "last_good" if last_good else ("extract" if snapshot.index.has_vectors else "keywords")
            return Ready(ready=True, snapshot=snapshot.id, level=level)

    return health
