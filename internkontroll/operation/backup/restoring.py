"""Restore a backup into an empty installation: all of it, checked row by row, or nothing."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Config
from internkontroll.core.database import intent_to_write
from internkontroll.core.errors import InvalidInput
from internkontroll.core.migrate import known_revisions, migrate, migrate_down, revision_of
from internkontroll.core.transaction import transaction
from internkontroll.operation.backup.archive import (
    Contents,
    Reader,
    damaged,
    file_entry,
    opened_archive,
    table_entry,
)
from internkontroll.operation.backup.making import chains_of
from internkontroll.operation.backup.rows import StoredTable, fill, stored_tables, sum_of

FOLDERS = ("attachments", "uploads")
NOT_EMPTY = (
    "{what} är inte tom. En säkerhetskopia återställs bara i en tom installation: ange en ny "
    "INSTANCE_DIR och en tom databas."
)

IN_USE = (
    "Databasen är öppen i ett annat program, troligen servern. Stoppa det, till exempel med "
    "systemctl stop internkontroll, och återställ igen. Inget har ändrats."
)
OTHERS_GET = 1000
"""Milliseconds for somebody who only looks in, a doctor or a backup, to be done."""


@dataclass(frozen=True)
class BackupRestored:
    """What was restored. ``with_key``: the secret key was in the file and is in place."""

    rows: int
    files: int
    heads: dict[str, str]
    with_key: bool


def _engine(url: str) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.NullPool)


def _refuse_filled(connection: sa.Connection) -> None:
    for table in sa.inspect(connection).get_table_names():
        if table == "alembic_version":
            continue
        if connection.execute(
            sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)
        ).first():
            raise InvalidInput(NOT_EMPTY.format(what="Databasen"))


def _refuse_unknown(contents: Contents, path: Path) -> None:
    if contents.schema not in known_revisions():
        raise InvalidInput(
            f"{path.name} är gjord av en nyare version av programmet (databasversion "
            f"{contents.schema}). Installera den versionen och försök igen."
        )


@contextmanager
def _foreign_keys_resting(connection: sa.Connection) -> Iterator[None]:
    """On PostgreSQL the keys are taken off and put back, which checks every row, in one go."""
    if connection.dialect.name != "postgresql":
        yield
        return
    keys = connection.execute(
        sa.text(
            "SELECT c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid)"
            " FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace"
            " WHERE c.contype = 'f' AND n.nspname = current_schema() ORDER BY 1, 2"
        )
    ).all()
    for table, name, _ in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, definition in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _set_sequences(connection: sa.Connection, tables: list[StoredTable]) -> None:
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        if table.key != ("id",):
            continue
        connection.execute(
            sa.text(
                "SELECT setval(pg_get_serial_sequence(:name, 'id'), "  # noqa: S608 -- a table's own name
                f"greatest(max(id), 1), max(id) IS NOT NULL) FROM {table.name}"
            ),
            {"name": table.name},
        )


def _load(connection: sa.Connection, reader: Reader) -> None:
    tables = stored_tables(connection)
    expected = reader.contents.tables
    if {table.name: table.column_names for table in tables} != {
        name: list(found.columns) for name, found in expected.items()
    }:
        raise damaged(reader.path, "tabellerna är inte de som databasversionen har")
    with _foreign_keys_resting(connection):
        for table in tables:
            with reader.open(table_entry(table.name)) as lines:
                fill(connection, table, lines)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise damaged(reader.path, "rader hänvisar till rader som inte finns")
    _set_sequences(connection, tables)
    for table in tables:
        found, wanted = sum_of(connection, table), expected[table.name]
        if (found.rows, found.sha256) != (wanted.rows, wanted.sha256):
            raise damaged(reader.path, f"tabellen {table.name} blev inte densamma")
    if chains_of(connection) != reader.contents.chains:
        raise damaged(reader.path, "spårets kedjor är inte de som säkerhetskopierades")


def _load_in_one(url: str, reader: Reader) -> None:
    engine = _engine(url)
    try:
        with intent_to_write(), engine.connect() as connection:
            if engine.name == "sqlite":
                # Before the transaction begins: within it the setting has no effect.
                raw = connection.connection.dbapi_connection
                assert raw is not None  # noqa: S101 -- an open connection has one
                raw.execute("PRAGMA foreign_keys=OFF")
            with Session(connection) as session, transaction(session):
                # Asked for first, so that it is the session's own transaction that is committed.
                within = session.connection()
                _refuse_filled(within)
                _load(within, reader)
    except (SQLAlchemyError, ValueError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise damaged(reader.path, "en rad i den går inte att läsa in") from error
    finally:
        engine.dispose()


def _remove_all(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        path.unlink()


def _keep_others_out(connection: sa.Connection) -> None:
    """Lock the SQLite file until the connection closes; refused while anybody else has it open.

    A server would write on in a file that is no longer there, and all of that be lost. Whoever has
    the file open in WAL mode holds a lock on it also between requests, and leaving that mode asks
    for it alone. It also takes the files beside it away, which belong to what is replaced.
    """
    raw = connection.connection.dbapi_connection
    assert raw is not None  # noqa: S101 -- an open connection has one
    raw.execute(f"PRAGMA busy_timeout={OTHERS_GET}")
    raw.execute("PRAGMA locking_mode=EXCLUSIVE")
    try:
        (mode,) = raw.execute("PRAGMA journal_mode=DELETE").fetchone()
        raw.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        raise InvalidInput(IN_USE) from error
    if mode != "delete":
        raise InvalidInput(IN_USE)
    # The lock stays: this connection lets go of none before it closes.
    raw.execute("COMMIT")


def _sqlite(config: Config, reader: Reader, stack: ExitStack) -> Path:
    """Build the database beside its place; it is moved there when everything else stands."""
    place = Path(str(sa.make_url(config.SQLALCHEMY_DATABASE_URI).database))
    if place.exists():
        engine = _engine(config.SQLALCHEMY_DATABASE_URI)
        stack.callback(engine.dispose)
        connection = stack.enter_context(engine.connect())
        _refuse_filled(connection)
        connection.rollback()
        _keep_others_out(connection)
        # Again: a server may have filled it a moment ago.
        _refuse_filled(connection)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    built = place.with_name(place.name + ".aterstalls")
    _remove_all(place.parent, f"{built.name}*")
    stack.callback(_remove_all, place.parent, f"{built.name}*")
    url = f"sqlite:///{built}"
    migrate(url, revision=reader.contents.schema)
    built.chmod(0o600)
    _load_in_one(url, reader)
    migrate(url)
    engine = _engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return built


def _prepare_postgres(config: Config, reader: Reader) -> None:
    owner = config.DATABASE_OWNER_URL
    engine = _engine(owner)
    try:
        with engine.connect() as connection:
            _refuse_filled(connection)
            revision = revision_of(connection)
    finally:
        engine.dispose()
    if revision not in (None, reader.contents.schema):
        migrate_down(owner, "base")
    migrate(owner, revision=reader.contents.schema)


def _stage_files(config: Config, reader: Reader, stack: ExitStack) -> Path:
    for name in FOLDERS:
        folder = config.INSTANCE_DIR / name
        if folder.exists() and any(folder.iterdir()):
            raise InvalidInput(NOT_EMPTY.format(what=f"Mappen {name}"))
    staged = config.INSTANCE_DIR / ".aterstalls"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(mode=0o700)
    stack.callback(lambda: shutil.rmtree(staged, ignore_errors=True))
    for name in reader.contents.files:
        target = staged / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with reader.open(file_entry(name)) as source, target.open("xb") as stream:
            shutil.copyfileobj(source, stream)
        target.chmod(0o600)
    return staged


def _place_files(config: Config, staged: Path, stack: ExitStack) -> None:
    for folder in staged.iterdir():
        place = config.INSTANCE_DIR / folder.name
        if place.exists():
            place.rmdir()
        folder.rename(place)
        stack.callback(shutil.rmtree, place)


def _keep_key(config: Config, key: str | None) -> bool:
    if key is None:
        return False
    path = config.INSTANCE_DIR / "secret_key"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(key)
    return True


def restore(config: Config, path: Path, *, sha256: str | None = None) -> BackupRestored:
    """Återställ into an empty installation, whichever database it has.

    Everything is checked before it is shown: the seal, each entry's hash, each table's rows read
    back from the database, every chain of the trail. An older backup is brought to the program's
    version afterwards. Nobody stays logged in. Raises InvalidInput with the reason; then nothing
    has been restored.
    """
    with ExitStack() as undo, opened_archive(path, config.SECRET_KEY, sha256) as reader:
        _refuse_unknown(reader.contents, path)
        reader.check()
        with ExitStack() as tidy:
            staged = _stage_files(config, reader, tidy)
            if config.SQLALCHEMY_DATABASE_URI.startswith("sqlite"):
                built = _sqlite(config, reader, tidy)
                _place_files(config, staged, undo)
                place = Path(str(sa.make_url(config.SQLALCHEMY_DATABASE_URI).database))
                for rest in ("-wal", "-shm"):
                    place.with_name(place.name + rest).unlink(missing_ok=True)
                built.replace(place)
            else:
                _prepare_postgres(config, reader)
                _place_files(config, staged, undo)
                _load_in_one(config.DATABASE_OWNER_URL, reader)
        undo.pop_all()
        kept = _keep_key(config, reader.key())
        heads = {chain: found.head for chain, found in reader.contents.chains.items()}
        done = BackupRestored(reader.contents.rows, len(reader.contents.files), heads, kept)
    if not config.SQLALCHEMY_DATABASE_URI.startswith("sqlite"):
        role = sa.make_url(config.SQLALCHEMY_DATABASE_URI).username
        migrate(config.DATABASE_OWNER_URL, role)
    return done
