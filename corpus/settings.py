"""The settings that ingest and service share, from the environment or `.env`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parents[1]
DOCUMENTS = ROOT / "corpus" / "documents"
WORDS = ROOT / "corpus" / "words"
OFFICE = ROOT / "corpus" / "office.yaml"


class CorpusSettings(BaseSettings):
    """Raises pydantic.ValidationError naming each setting that cannot be read."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    data_dir: Path = ROOT / "var"
    embedding_model: str = Field("builtin", min_length=1)
