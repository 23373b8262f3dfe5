"""An installation to back up, empty ones to restore into, and what is counted in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from config import Config
from internkontroll.operation.backup.rows import stored_tables, sum_of
from tests.databases import Databases

AT = datetime(2020, 11, 22, 9, tzinfo=UTC)
KEY = "en nyckel som bara finns i provet 1234567890"


def config_of(url: str, folder: Path, key: str = KEY, owner: str | None = None) -> Config:
    folder.mkdir(exist_ok=True)
    return Config(
        {
            "DATABASE_URL": url,
            "DATABASE_OWNER_URL": owner or url,
            "INSTANCE_DIR": str(folder),
            "SECRET_KEY": key,
        }
    )


def sums(url: str) -> dict[str, tuple[int, str]]:
    """Rows and digest of every table that is carried."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = {t.name: sum_of(connection, t) for t in stored_tables(connection)}
    engine.dispose()
    return {name: (one.rows, one.sha256) for name, one in found.items()}


def rows_in(url: str, table: str) -> int:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table)))
    engine.dispose()
    return int(found or 0)


def change(url: str, statement: str, **values: object) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(statement), values)
    engine.dispose()


def kept_attachments(url: str) -> list[str]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        names = connection.scalars(
            sa.text("SELECT stored_name FROM attachment WHERE removed_at IS NULL")
        ).all()
    engine.dispose()
    return list(names)


@dataclass
class Source:
    """An installation with the demonstration's data, its files, and one that nobody needs."""

    config: Config
    url: str
    backup: Path
    attachments: list[str]


@contextmanager
def made_source(databases: Databases, tmp_path: Path) -> Iterator[Source]:
    with databases.fresh_world() as url:
        folder = tmp_path / "source"
        config = config_of(url, folder)
        for name, text in (("uploads/ab12", "lista"), ("uploads/kvarglomd", "gammal")):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        change(
            url,
            "UPDATE population SET stored_name = 'ab12', file_wanted = :yes "
            "WHERE id = (SELECT min(id) FROM population)",
            yes=True,
        )
        attachments = kept_attachments(url)
        for name in attachments:
            (folder / "attachments").mkdir(exist_ok=True)
            (folder / "attachments" / name).write_text(f"bilagan {name}")
        yield Source(config, url, tmp_path / "kopia.zip", attachments)


def empty_sqlite(folder: Path) -> Config:
    folder.mkdir()
    return config_of(f"sqlite:///{folder / 'internkontroll.sqlite'}", folder)


def nothing_in(config: Config) -> bool:
    return not [path for path in config.INSTANCE_DIR.rglob("*") if path.is_file()]
