"""A backup holds everything of one moment, and comes back whole into an empty place or not."""

import json
import random
import shutil
import threading
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import Config
from internkontroll.accounts.services import create_user
from internkontroll.core.access import system_actor
from internkontroll.core.database import intent_to_write
from internkontroll.core.errors import InvalidInput
from internkontroll.core.migrate import head_revision, known_revisions, migrate, revision_of
from internkontroll.operation.backup import back_up, restore, restoring
from internkontroll.operation.backup.archive import CONTENTS, Contents, new_archive
from internkontroll.operation.backup.rows import StoredTable, stored_tables, sum_of
from internkontroll.trail.queries import verify_trail
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


@pytest.fixture
def source(databases: Databases, tmp_path: Path) -> Iterator[Source]:
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


def test_a_hundred_damaged_backups_are_all_refused_and_leave_nothing(
    source: Source, tmp_path: Path
) -> None:
    back_up(source.config, source.backup, at=AT)
    whole = source.backup.read_bytes()
    target = empty_sqlite(tmp_path / "target")
    rng = random.Random(20201122)  # noqa: S311 -- which bit is flipped
    accepted, sentences = [], set()
    for number in range(100):
        data = bytearray(whole)
        if number % 4 == 0:
            del data[rng.randrange(len(data)) :]
        else:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        broken = tmp_path / "bruten.zip"
        broken.write_bytes(data)
        try:
            restore(target, broken)
        except InvalidInput as error:
            sentences.add(error.sentence)
        else:
            accepted.append(number)

    assert accepted == []
    assert all("Inget är återställt" in sentence for sentence in sentences)
    assert nothing_in(target)


def forged(source: Source, path: Path, key: str) -> None:
    """The same backup with one row changed and every sum of it made anew, sealed by a key."""
    with zipfile.ZipFile(source.backup) as archive:
        whole = json.loads(archive.read(CONTENTS))
        contents = Contents(schema=whole["schema"], made_at=whole["made_at"])
        contents.tables = whole["tables"]
        contents.files = whole["files"]
        contents.chains = whole["chains"]
        with new_archive(path, key) as writer:
            for name in archive.namelist():
                if name == CONTENTS:
                    continue
                data = archive.read(name)
                if name == "tabeller/trail_payload.jsonl":
                    data = data.replace(b'"reason":null', b'"reason":"x"', 1)
                added = writer.add(name, [data])
                if name.startswith("tabeller/"):
                    table = name.removeprefix("tabeller/").removesuffix(".jsonl")
                    whole["tables"][table]["sha256"] = added.sha256
            contents.made_at = whole["made_at"]
            writer._zip.writestr(
                CONTENTS,
                json.dumps({**whole, "tables": whole["tables"]}, sort_keys=True),
            )


def test_a_forged_backup_is_refused_by_its_seal_and_by_the_trail(
    source: Source, tmp_path: Path
) -> None:
    back_up(source.config, source.backup, at=AT)
    target = empty_sqlite(tmp_path / "target")
    forged(source, tmp_path / "annan-nyckel.zip", "en annan nyckel som är lång nog 123")
    forged(source, tmp_path / "samma-nyckel.zip", KEY)

    with pytest.raises(InvalidInput, match="annan nyckel än installationens"):
        restore(target, tmp_path / "annan-nyckel.zip")
    with pytest.raises(InvalidInput, match="spårets kedjor"):
        restore(target, tmp_path / "samma-nyckel.zip")
    assert nothing_in(target)


def test_a_row_lost_on_the_way_is_noticed_and_nothing_is_left(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(source.config, source.backup, at=AT)
    target = empty_sqlite(tmp_path / "target")
    whole = restoring.fill

    def losing(connection: sa.Connection, table: StoredTable, lines: Iterable[bytes]) -> None:
        whole(connection, table, list(lines)[:-1] if table.name == "criterion" else lines)

    monkeypatch.setattr(restoring, "fill", losing)

    with pytest.raises(InvalidInput, match="tabellen criterion blev inte densamma"):
        restore(target, source.backup)
    assert nothing_in(target)


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


def test_a_database_with_rows_is_left_as_it_is(source: Source) -> None:
    back_up(source.config, source.backup, at=AT)
    before = sums(source.url)
    for folder in ("attachments", "uploads"):
        shutil.rmtree(source.config.INSTANCE_DIR / folder, ignore_errors=True)

    with pytest.raises(InvalidInput, match="Databasen är inte tom"):
        restore(source.config, source.backup)
    assert sums(source.url) == before


def test_a_folder_with_files_is_left_as_it_is(source: Source, tmp_path: Path) -> None:
    back_up(source.config, source.backup, at=AT)
    target = empty_sqlite(tmp_path / "target")
    (target.INSTANCE_DIR / "uploads").mkdir()
    (target.INSTANCE_DIR / "uploads" / "egen").write_text("kvar")

    with pytest.raises(InvalidInput, match="Mappen uploads är inte tom"):
        restore(target, source.backup)
    assert [path.name for path in target.INSTANCE_DIR.rglob("*") if path.is_file()] == ["egen"]


@pytest.mark.parametrize("what", ["text", "zip"])
def test_a_foreign_file_is_refused(source: Source, tmp_path: Path, what: str) -> None:
    foreign = tmp_path / "annat.zip"
    if what == "text":
        foreign.write_text("inte en zip " * 100)
    else:
        with new_archive(foreign, KEY) as writer:
            writer.add("bild.png", [b"x" * 500])
    target = empty_sqlite(tmp_path / "target")

    with pytest.raises(InvalidInput, match="ingen säkerhetskopia från internkontroll"):
        restore(target, foreign)
    assert nothing_in(target)


def test_a_backup_of_a_newer_database_is_refused(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(source.url, "UPDATE alembic_version SET version_num = '9999'")
    back_up(source.config, source.backup, at=AT)
    target = empty_sqlite(tmp_path / "target")

    with pytest.raises(InvalidInput, match=r"nyare version av programmet.*9999"):
        restore(target, source.backup)
    assert nothing_in(target)


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
