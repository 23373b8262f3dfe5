"""Make a backup while the program runs: one moment of the database, and the files it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import Config
from internkontroll.core.errors import InvalidInput
from internkontroll.core.migrate import revision_of
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.operation.backup.archive import (
    KEY,
    PIECE,
    ChainSum,
    Contents,
    Writer,
    file_entry,
    is_safe_name,
    new_archive,
    sha256_of_file,
    table_entry,
)
from internkontroll.operation.backup.rows import LineCount, TableSum, lines_of, stored_tables
from internkontroll.trail.queries import verify_trail

_NAMED_FILES = (
    ("attachment", "attachments", "removed_at IS NULL"),
    ("population", "uploads", "stored_name IS NOT NULL AND file_wanted"),
)
"""Table, folder, and which of its rows name a file that is needed."""


@dataclass(frozen=True)
class BackupMade:
    """What a backup holds. ``missing`` are files that the database names and the disk lacks."""

    rows: int
    files: int
    size: int
    sha256: str
    heads: dict[str, str]
    missing: tuple[str, ...]


def chains_of(connection: sa.Connection) -> dict[str, ChainSum]:
    """How every chain of the trail stands, each row of it checked."""
    with Session(connection) as session:
        return {
            verdict.chain: ChainSum(verdict.rows, verdict.head, verdict.broken_at)
            for verdict in verify_trail(session)
        }


def _named_files(connection: sa.Connection) -> Iterator[str]:
    known = set(sa.inspect(connection).get_table_names())
    for table, folder, needed in _NAMED_FILES:
        if table in known:
            select = sa.text(f"SELECT stored_name FROM {table} WHERE {needed} ORDER BY 1")  # noqa: S608 -- our own constants
            for name in connection.scalars(select):
                yield f"{folder}/{name}"


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _write_files(connection: sa.Connection, folder: Path, writer: Writer, to: Contents) -> None:
    for name in _named_files(connection):
        path = folder / name
        if not is_safe_name(name) or not path.is_file():
            to.missing.append(name)
            continue
        to.files[name] = writer.add(file_entry(name), _pieces(path))


def _write(config: Config, writer: Writer, connection: sa.Connection, at: datetime) -> Contents:
    revision = revision_of(connection)
    if revision is None:
        raise InvalidInput("Databasen är tom: det finns inget att säkerhetskopiera.")
    contents = Contents(schema=revision, made_at=at.isoformat())
    for table in stored_tables(connection):
        count = LineCount()
        writer.add(table_entry(table.name), count.passing(lines_of(connection, table)))
        contents.tables[table.name] = TableSum(count.rows, count.sha256, table.column_names)
    contents.chains = chains_of(connection)
    _write_files(connection, config.INSTANCE_DIR, writer, contents)
    return contents


@within(EVERY_BOARD)
def back_up(config: Config, path: Path, *, at: datetime, with_key: bool = False) -> BackupMade:
    """Säkerhetskopiera everything to a new file.

    The rows are those of one moment: one read transaction (REPEATABLE READ on PostgreSQL, the
    write-ahead log's snapshot on SQLite) in which nobody is kept from writing. Raises InvalidInput
    when the file exists or cannot be written, or the database has no tables.
    """
    engine = sa.create_engine(config.SQLALCHEMY_DATABASE_URI, poolclass=sa.NullPool)
    level = {"isolation_level": "REPEATABLE READ"} if engine.name == "postgresql" else {}
    try:
        with (
            new_archive(path, config.SECRET_KEY) as writer,
            engine.connect().execution_options(**level) as connection,
        ):
            contents = _write(config, writer, connection, at)
            if with_key:
                contents.with_key = True
                writer.add(KEY, [config.SECRET_KEY.encode()])
            writer.add_contents(contents)
    finally:
        engine.dispose()
    return BackupMade(
        rows=contents.rows,
        files=len(contents.files),
        size=path.stat().st_size,
        sha256=sha256_of_file(path),
        heads={chain: found.head for chain, found in contents.chains.items()},
        missing=tuple(contents.missing),
    )
