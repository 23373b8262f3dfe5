"""A backup that is damaged, forged, foreign or newer is refused, and nothing is left behind."""

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from internkontroll.core.errors import InvalidInput
from internkontroll.core.migrate import migrate
from internkontroll.operation.backup import back_up, restore, restoring
from internkontroll.operation.backup.archive import CONTENTS, Contents, new_archive
from internkontroll.operation.backup.rows import StoredTable
from tests.databases import Databases
from tests.service.backed_up import (
    AT,
    KEY,
    Source,
    change,
    empty_sqlite,
    made_source,
    nothing_in,
    rows_in,
    sums,
)


@pytest.fixture
def source(databases: Databases, tmp_path: Path) -> Iterator[Source]:
    with made_source(databases, tmp_path) as made:
        yield made


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


LOOKS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA journal_mode=WAL")
print(connection.execute("SELECT count(*) FROM board").fetchone()[0], flush=True)
sys.stdin.read()
"""


def test_a_database_that_a_server_has_open_is_left_as_it_is(source: Source, tmp_path: Path) -> None:
    """Between its requests too; when it has stopped the same command restores."""
    back_up(source.config, source.backup, at=AT)
    target = empty_sqlite(tmp_path / "target")
    migrate(target.SQLALCHEMY_DATABASE_URI)
    place = tmp_path / "target" / "internkontroll.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", LOOKS, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "0\n"
        with pytest.raises(InvalidInput, match=r"öppen i ett annat program.*Stoppa det"):
            restore(target, source.backup)
        assert rows_in(target.SQLALCHEMY_DATABASE_URI, "board") == 0
        assert not list(target.INSTANCE_DIR.glob("*aterstalls*"))
        server.communicate("")

    restore(target, source.backup)

    assert sums(target.SQLALCHEMY_DATABASE_URI) == sums(source.url)
    assert [path.name for path in place.parent.glob(f"{place.name}*")] == [place.name]


def test_a_server_that_starts_during_a_restore_waits_for_it(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(source.config, source.backup, at=AT)
    target = empty_sqlite(tmp_path / "target")
    migrate(target.SQLALCHEMY_DATABASE_URI)
    place = tmp_path / "target" / "internkontroll.sqlite"
    real = restoring._place_files

    def place_files(*given: Any) -> None:
        late = sqlite3.connect(place, timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            late.execute("SELECT count(*) FROM board")
        late.close()
        real(*given)

    monkeypatch.setattr(restoring, "_place_files", place_files)
    restore(target, source.backup)

    assert sums(target.SQLALCHEMY_DATABASE_URI) == sums(source.url)


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
