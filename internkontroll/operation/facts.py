"""Read what the doctor judges: the database, its role, the folder, the disk, the clocks."""

import shutil
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.exc import SQLAlchemyError

from internkontroll.accounts.models import User
from internkontroll.core.migrate import APPEND_ONLY, head_revision, known_revisions, revision_of
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.monitoring.models import JobOutcome, JobRun
from internkontroll.trail.models import TrailRow

MOST_PASSWORDS = 300
"""How many accounts, the newest first, are tried with the demonstration's password."""


@dataclass(frozen=True)
class DatabaseFacts:
    """What a database said. ``clock`` is its own time; SQLite has none."""

    revision: str | None
    head: str
    revision_is_known: bool
    kind: str
    role: str | None
    owner_of_tables: bool
    may_change_trail: bool
    demo_accounts: int
    accounts_with_demo_password: int
    clock: datetime | None
    last_event_at: datetime | None
    last_job_at: datetime | None


@dataclass(frozen=True)
class PlaceFacts:
    """What the machine said. ``open_to_others`` are names that other users may read."""

    open_to_others: Sequence[str]
    free_bytes: int


def place_facts(instance: Path) -> PlaceFacts:
    """The instance folder and its disk."""
    looked_at = [instance, *(path for path in instance.glob("*") if not path.is_symlink())]
    shown = stat.S_IRWXG | stat.S_IRWXO
    closed = not instance.stat().st_mode & shown
    open_ones = [] if closed else [path.name for path in looked_at if path.stat().st_mode & shown]
    return PlaceFacts(sorted(open_ones), shutil.disk_usage(instance).free)


def _has(password_hash: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _accounts_with(connection: sa.Connection, password: str) -> int:
    hashes = connection.scalars(
        sa.select(User.password_hash)
        .where(User.is_active, ~User.is_demo)
        .order_by(User.id.desc())
        .limit(MOST_PASSWORDS)
    ).all()
    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(lambda found: _has(found, password), hashes))


def _role_facts(connection: sa.Connection) -> tuple[str | None, bool, bool]:
    if connection.dialect.name != "postgresql":
        return None, False, False
    role = connection.scalar(sa.text("SELECT current_user"))
    owner = connection.scalar(
        sa.text(
            "SELECT bool_or(tableowner = current_user) OR "
            "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user) "
            "FROM pg_tables WHERE schemaname = current_schema()"
        )
    )
    changes = any(
        connection.scalar(
            sa.text("SELECT has_table_privilege(current_user, :name, 'UPDATE, DELETE, TRUNCATE')"),
            {"name": table},
        )
        for table in APPEND_ONLY
    )
    return str(role), bool(owner), changes


def _read(connection: sa.Connection, demo_password: str) -> DatabaseFacts:
    revision, head = revision_of(connection), head_revision()
    kind = connection.dialect.name
    bare = DatabaseFacts(
        revision, head, revision in known_revisions(), kind, None, False, False, 0, 0, None,
        None, None,
    )  # fmt: skip
    if revision != head:
        return bare
    server = kind == "postgresql"
    role, owner, changes = _role_facts(connection)
    clock = connection.scalar(sa.text("SELECT CURRENT_TIMESTAMP")) if server else None
    return DatabaseFacts(
        revision,
        head,
        True,
        kind,
        role,
        owner,
        changes,
        connection.scalar(
            sa.select(sa.func.count()).select_from(User).where(User.is_active, User.is_demo)
        )
        or 0,
        _accounts_with(connection, demo_password),
        clock,
        connection.scalar(sa.select(sa.func.max(TrailRow.at))),
        connection.scalar(
            sa.select(sa.func.max(JobRun.ended_at)).where(JobRun.outcome == JobOutcome.DONE)
        ),
    )


@within(EVERY_BOARD)
def database_facts(url: str, demo_password: str) -> DatabaseFacts | None:
    """What the database says of itself; None when it does not answer."""
    timeout = {"connect_timeout": 10} if url.startswith("postgresql") else {}
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=timeout)
    try:
        with engine.connect() as connection:
            return _read(connection, demo_password)
    except SQLAlchemyError:
        return None
    finally:
        engine.dispose()


A_DAY = timedelta(hours=26)
"""A daily job that is two hours late has not been run for a day."""
