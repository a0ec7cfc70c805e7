"""One database for what the service remembers: SQLite by default, another by URL; every table is made at the start."""

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase


class Table(DeclarativeBase):
    """The tables of this service; each is declared in the file that reads and writes it."""


def open_database(url: str) -> Engine:
    """Raises sqlalchemy.exc.SQLAlchemyError when it cannot be reached. The files that declare tables come first."""
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine)
    Table.metadata.create_all(engine)
    _add_missing_columns(engine)
    return engine


def scrub(engine: Engine) -> None:
    """What SQLite deleted is zeros in its file already; it leaves the log of changes here. Others tidy up themselves.
    Whoever is reading keeps the log a while longer: the next call takes it."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as db:
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _add_missing_columns(engine: Engine) -> None:
    """Tables that an earlier version made: columns added since may be null, so that the old rows stand."""
    try:
        with engine.begin() as db:
            for table, column in _missing(db):
                kind = Table.metadata.tables[table].columns[column].type.compile(engine.dialect)
                quoted = engine.dialect.identifier_preparer.quote
                db.exec_driver_sql(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(column)} {kind}")
    except DBAPIError:  # another process may add them at the same time
        with engine.connect() as db:
            if _missing(db):
                raise


def _missing(db: Connection) -> list[tuple[str, str]]:
    there = inspect(db)
    return [
        (table.name, name)
        for table in Table.metadata.sorted_tables
        for name in sorted(set(table.columns.keys()) - {column["name"] for column in there.get_columns(table.name)})
    ]


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection, _record) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
