"""One database for what the service remembers: SQLite by default, another by URL; every table is made at the start."""

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import DeclarativeBase


class Table(DeclarativeBase):
    """The tables of this service; each is declared in the file that reads and writes it."""


def open_database(url: str) -> Engine:
    """Raises sqlalchemy.exc.SQLAlchemyError when it cannot be reached. The files that declare tables come first."""
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine)
    Table.metadata.create_all(engine)
    return engine


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection, _record) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")
