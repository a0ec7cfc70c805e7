"""Every setting of the service, from the environment or `.env`; read by app.py only."""

from pydantic import Field

from corpus.settings import CorpusSettings


class Settings(CorpusSettings):
    """`database_url` empty: SQLite in the data folder; the weights say how the searches are fused."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    database_url: str = ""
    bank_weight: float = Field(0.45, ge=0, le=1)
    dense_weight: float = Field(0.55, ge=0, le=1)
    synonym_weight: float = Field(0.4, ge=0, le=2)
