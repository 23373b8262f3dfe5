"""The last rows of the chains are kept outside, and tell when a chain is cut or made anew."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from internkontroll.cli import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command on a fresh SQLite database; gives exit code and all that was printed."""
    for name, value in (
        ("DATABASE_URL", sqlite_url),
        ("INSTANCE_DIR", str(tmp_path / "instance")),
        ("SECRET_KEY", "only for tests"),
        ("NEW_PASSWORD", "ett eget långt lösenord"),
    ):
        monkeypatch.setenv(name, value)

    def command(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return command


def cut_the_last_row(url: str) -> None:
    """As somebody who owns the database could: the triggers go first."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for name in ("trail_row_stays", "trail_payload_stays"):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        last = connection.exec_driver_sql("SELECT max(id) FROM trail_row").scalar_one()
        for table, column in (("trail_payload", "row_id"), ("trail_row", "id")):
            found = sa.column(column) == last
            connection.execute(sa.delete(sa.table(table, sa.column(column))).where(found))
    engine.dispose()


def test_a_cut_tail_is_found_against_the_kept_heads_and_not_without_them(
    run: Run, tmp_path: Path, sqlite_url: str
) -> None:
    for name in ("ett", "tva"):
        run("create-user", name, "--role", "administratör")
    kept = tmp_path / "slutrader.json"
    assert run("chain-heads", "--out", str(kept)) == (0, f"1 slutrader i {kept}\n")
    [head] = json.loads(kept.read_text())["heads"]
    assert (head["chain"], head["seq"]) == ("kommun", 4)
    assert run("verify-trail", "--heads", str(kept))[0] == 0

    cut_the_last_row(sqlite_url)

    code, told = run("verify-trail")
    assert code == 0
    assert "syns bara mot en slutrad" in told
    code, told = run("verify-trail", "--heads", str(kept))
    assert code == 1
    assert "kommun: bruten på rad 4" in told


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"heads": [{"chain": "kommun"}]}'])
def test_a_file_that_holds_no_heads_is_refused_with_a_sentence(
    run: Run, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "x.json"
    file.write_text(content)

    code, told = run("verify-trail", "--heads", str(file))

    assert code == 2
    assert told.endswith(("gav.\n", "skrev.\n"))


def test_the_table_of_permissions_is_printed(run: Run) -> None:
    code, told = run("permissions")

    assert code == 0
    assert told.startswith("# Behörigheter")
