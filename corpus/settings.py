"""The settings that ingest and service share, from the environment or `.env`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parents[1]
DOCUMENTS = ROOT / "corpus" / "documents"
WORDS = ROOT / "corpus" / "words"
OFFICE = ROOT / "corpus" / "office.yaml"


class CorpusSettings(BaseSettings):
    """Raises pydantic.ValidationError naming each setting that cannot be read.

    `corpus_dir` holds what the office edits: documents/, questions/, words/ and office.yaml. `snapshots_kept`: an
    answer can be made again for as long as its snapshot is kept.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    data_dir: Path = ROOT / "var"
    corpus_dir: Path = ROOT / "corpus"
    snapshots_kept: int = Field(3, ge=2, le=1000)
    embedding_model: str = Field("builtin", min_length=1)

    @property
    def documents(self) -> Path:
        return self.corpus_dir / "documents"

    @property
    def questions(self) -> Path:
        return self.corpus_dir / "questions"

    @property
    def words(self) -> Path:
        return self.corpus_dir / "words"

    @property
    def office(self) -> Path:
        return self.corpus_dir / "office.yaml"
