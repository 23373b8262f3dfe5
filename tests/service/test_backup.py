"""A backup holds everything of one moment, and comes back whole into an empty place."""

import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.services import create_user
from internkontroll.core.access import system_actor
from internkontroll.core.database import intent_to_write
from internkontroll.core.errors import InvalidInput
from internkontroll.core.migrate import head_revision, known_revisions, migrate, revision_of
from internkontroll.operation.backup import back_up, restore
from internkontroll.operation.backup.archive import CONTENTS
from internkontroll.trail.queries import verify_trail
from tests.databases import Databases
from tests.service.backed_up import (
    AT,
    KEY,
    Source,
    change,
    config_of,
    empty_sqlite,
    made_source,
    rows_in,
    sums,
)


@pytest.fixture
def source(databases: Databases, tmp_path: Path) -> Iterator[Source]:
    with made_source(databases, tmp_path) as made:
        yield made


def test_everything_comes_back_into_an_empty_sqlite_installation(
    source: Source, tmp_path: Path
) -> None:
    made = back_up(source.config, source.backup, at=AT)
    target = empty_sqlite(tmp_path / "target")

    done = restore(target, source.backup)

    url = target.SQLALCHEMY_DATABASE_URI
    assert sums(url) == sums(source.url)
    assert rows_in(url, "trail_row") == rows_in(source.url, "trail_row") > 50
    files = 1 + len(source.attachments)
    assert (made.rows, made.files, made.missing) == (done.rows, files, ())
    assert done.files == files
    for name in source.attachments:
        kept = target.INSTANCE_DIR / "attachments" / name
        assert kept.read_text() == f"bilagan {name}"
    assert (target.INSTANCE_DIR / "uploads" / "ab12").read_text() == "lista"
    assert not (target.INSTANCE_DIR / "uploads" / "kvarglomd").exists()
    assert not list(target.INSTANCE_DIR.glob("*.aterstalls*"))
    assert source.backup.stat().st_mode & 0o077 == 0


@pytest.mark.postgres
def test_a_backup_moves_from_sqlite_to_postgresql_and_back(
    source: Source, databases: Databases, tmp_path: Path
) -> None:
    back_up(source.config, source.backup, at=AT)
    with databases.fresh("postgresql") as url:
        owner = databases.owner_of(url)
        there = config_of(url, tmp_path / "postgres", owner=owner)
        restore(there, source.backup)
        assert sums(url) == sums(source.url)

        # The next row gets the next number, and the program's role still cannot change the trail.
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with Session(engine) as session:
            create_user(
                session,
                username="ny",
                title="Ny",
                password="ett längre lösenord",
                actor=system_actor("prov"),
                at=AT,
            )
            session.commit()
            with pytest.raises(sa.exc.ProgrammingError, match="permission"):
                session.execute(sa.text("UPDATE trail_row SET seq = seq"))
        engine.dispose()
        back_up(there, tmp_path / "tillbaka.zip", at=AT)
        after = sums(url)
    home = empty_sqlite(tmp_path / "home")

    restore(home, tmp_path / "tillbaka.zip")

    assert sums(home.SQLALCHEMY_DATABASE_URI) == after
    assert rows_in(home.SQLALCHEMY_DATABASE_URI, "user_account") == 1 + rows_in(
        source.url, "user_account"
    )


def test_nobody_stays_logged_in(source: Source, tmp_path: Path) -> None:
    change(
        source.url,
        "INSERT INTO login_session "
        "(digest, user_id, created_at, last_seen_at, is_strong, from_provider) "
        "SELECT 'x', min(id), '2020-11-22', '2020-11-22', false, false FROM user_account",
    )
    back_up(source.config, source.backup, at=AT)
    target = empty_sqlite(tmp_path / "target")

    restore(target, source.backup)

    assert rows_in(target.SQLALCHEMY_DATABASE_URI, "login_session") == 0


def test_a_backup_is_of_one_moment_while_others_write(database_url: str, tmp_path: Path) -> None:
    """Each account comes with its trail row in one transaction: a torn backup would differ."""
    config = config_of(database_url, tmp_path / "source")
    stop = threading.Event()

    def write() -> None:
        engine = sa.create_engine(database_url, poolclass=sa.NullPool)
        number = 0
        while not stop.is_set():
            number += 1
            with intent_to_write(), Session(engine) as session:
                create_user(
                    session,
                    username=f"konto{number}",
                    title="Konto",
                    password="ett längre lösenord",
                    actor=system_actor("prov"),
                    at=AT,
                )
                session.commit()
        engine.dispose()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = []
        for number in range(5):
            path = tmp_path / f"kopia{number}.zip"
            back_up(config, path, at=AT)
            with zipfile.ZipFile(path) as archive:
                tables = json.loads(archive.read(CONTENTS))["tables"]
            seen.append((tables["user_account"]["rows"], tables["trail_row"]["rows"]))
    finally:
        stop.set()
        writer.join()
    target = empty_sqlite(tmp_path / "target")

    restore(target, tmp_path / "kopia4.zip")

    assert all(users == rows for users, rows in seen)
    assert seen[-1][0] > seen[0][0]
    assert rows_in(target.SQLALCHEMY_DATABASE_URI, "user_account") == seen[-1][0]


def test_with_another_key_the_checksum_that_was_written_down_opens_it(
    source: Source, tmp_path: Path
) -> None:
    made = back_up(source.config, source.backup, at=AT)
    target = empty_sqlite(tmp_path / "target")
    target.SECRET_KEY = "en helt annan nyckel 0987654321 abcdef"

    with pytest.raises(InvalidInput, match="kontrollsumma"):
        restore(target, source.backup, sha256="0" * 64)
    restore(target, source.backup, sha256=made.sha256)

    assert sums(target.SQLALCHEMY_DATABASE_URI) == sums(source.url)


def test_the_key_is_in_the_file_only_when_told(source: Source, tmp_path: Path) -> None:
    back_up(source.config, source.backup, at=AT)
    with zipfile.ZipFile(source.backup) as archive:
        assert "hemlig_nyckel" not in archive.namelist()
    made = back_up(source.config, tmp_path / "med.zip", at=AT, with_key=True)
    target = empty_sqlite(tmp_path / "target")

    done = restore(target, tmp_path / "med.zip", sha256=made.sha256)

    kept = target.INSTANCE_DIR / "secret_key"
    assert done.with_key
    assert kept.read_text() == KEY
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_an_older_backup_is_brought_to_the_programs_version(
    databases: Databases, tmp_path: Path, kind: str
) -> None:
    old = known_revisions()[-1]
    url = f"sqlite:///{tmp_path / 'gammal.sqlite'}"
    migrate(url, revision=old)
    change(url, "INSERT INTO municipality (id, name) VALUES (1, 'Provköping')")
    back_up(config_of(url, tmp_path / "source"), tmp_path / "gammal.zip", at=AT)
    with databases.fresh(kind) as target_url:
        target = config_of(target_url, tmp_path / "t", owner=databases.owner_of(target_url))

        restore(target, tmp_path / "gammal.zip")

        engine = sa.create_engine(target_url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            assert revision_of(connection) == head_revision()
            assert connection.scalar(sa.text("SELECT name FROM municipality")) == "Provköping"
        engine.dispose()


def test_a_file_that_the_disk_lacks_is_told_of(source: Source) -> None:
    (source.config.INSTANCE_DIR / "uploads" / "ab12").unlink()

    made = back_up(source.config, source.backup, at=AT)

    assert made.missing == ("uploads/ab12",)


def test_a_backup_is_never_written_over(source: Source) -> None:
    source.backup.write_text("den förra")

    with pytest.raises(InvalidInput, match="finns redan"):
        back_up(source.config, source.backup, at=AT)
    assert source.backup.read_text() == "den förra"


def test_the_restored_trail_holds_and_goes_on(source: Source, tmp_path: Path) -> None:
    back_up(source.config, source.backup, at=AT)
    target = empty_sqlite(tmp_path / "target")
    restore(target, source.backup)

    engine = sa.create_engine(target.SQLALCHEMY_DATABASE_URI, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        create_user(
            session,
            username="ny",
            title="Ny",
            password="ett längre lösenord",
            actor=system_actor("prov"),
            at=AT,
        )
        verdicts = verify_trail(session)
        session.commit()
    engine.dispose()

    assert all(verdict.whole for verdict in verdicts)
