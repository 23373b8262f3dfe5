"""The command: what it prints, what it leaves, and how it refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from internkontroll.cli import main
from tests.factories import plan_csv

FIELDS = (
    "row",
    "area",
    "risk",
    "control",
    "method",
    "technique",
    "sample",
    "frequency",
    "points",
    "notes",
)
"""What a row of a reading tells, at least."""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command on a fresh database; gives exit code, stdout, stderr."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INSTANCE_DIR", str(tmp_path / "instance"))
    monkeypatch.setenv("SECRET_KEY", "only for tests")

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def count(database_url: str, table: str) -> int:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = connection.execute(sa.select(sa.func.count()).select_from(sa.table(table)))
        number = int(found.scalar_one())
    engine.dispose()
    return number


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_personnummer_above_the_table_stops_the_command_as_it_stops_the_page(
    run: Run, tmp_path: Path, database_url: str, more: tuple[str, ...]
) -> None:
    file = tmp_path / "plan.csv"
    file.write_bytes(b"Plan, 811228-9874\n" + plan_csv())

    code, out, err = run("import-plan", str(file), "--board", "SCN", "--year", "2020", *more)

    assert (code, out) == (2, "")
    assert "personnummer" in err
    assert count(database_url, "plan") == 0


def test_a_dry_run_prints_the_reading_and_saves_nothing(
    run: Run, tmp_path: Path, database_url: str
) -> None:
    file = tmp_path / "plan.csv"
    file.write_bytes(plan_csv())

    code, out, _err = run(
        "import-plan", str(file), "--board", "SCN", "--year", "2020", "--dry-run", "--json"
    )

    reading = json.loads(out)
    assert code == 0
    assert set(reading) >= {
        "controls",
        "risks",
        "areas",
        "reporting",
        "questions",
        "refused",
        "rows",
    }
    assert (reading["controls"], reading["risks"]) == (3, 2)
    assert set(reading["rows"][0]) >= {*FIELDS}
    assert reading["rows"][0]["sample"] == {"kind": "at_least", "n": 3}
    assert count(database_url, "plan") == 0


@pytest.mark.real_input
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_real_plan_is_read_with_its_counts(run: Run, real_input: Path, ending: str) -> None:
    file = real_input / f"internkontrollplan_scn_2020.{ending}"

    code, out, _err = run(
        "import-plan", str(file), "--board", "SCN", "--year", "2020", "--dry-run", "--json"
    )

    reading = json.loads(out)
    assert code == 0
    assert (reading["controls"], reading["risks"]) == (24, 14)
    assert list(reading["areas"].values()) == [1, 4, 3, 15, 1]
    assert sorted(reading["reporting"].values()) == [1, 3, 4, 16]
    assert reading["refused"] == []
    rows = {row["row"]: row for row in reading["rows"]}
    assert rows[1]["sample"] == {"kind": "at_least", "n": 3}
    assert sum(row["sample"] == {"kind": "exact", "n": 5} for row in rows.values()) == 13
    assert rows[12]["sample"] == {"kind": "exact", "n": 10}
    assert any(question["row"] == 6 for question in reading["questions"])
    assert rows[13]["technique"] == "census"
    assert rows[5]["notes"]
    assert rows[8]["notes"]
    assert (
        sum(len(row["points"]) for row in rows.values() if row["frequency"] != "per_meeting") == 55
    )


def test_a_demo_can_be_imported_into_reported_and_verified(
    run: Run, tmp_path: Path, database_url: str
) -> None:
    code, _out, _err = run("demo", "--data-only")
    assert code == 0
    users = count(database_url, "user_account")
    assert run("demo", "--data-only")[0] == 0
    assert count(database_url, "user_account") == users

    file = tmp_path / "plan.csv"
    file.write_bytes(plan_csv())
    before = count(database_url, "plan")
    assert run("import-plan", str(file), "--board", "OSN", "--year", "2031")[0] == 0
    assert count(database_url, "plan") == before + 1
    code, _out, err = run("import-plan", str(file), "--board", "OSN", "--year", "2031")
    assert code == 2
    assert "2031" in err

    year = str(max(_years(database_url)))
    folder = tmp_path / "ut"
    code, out, _err = run(
        "report", "--board", "SCN", "--year", year, "--point", "april", "--out", str(folder)
    )
    assert code == 0
    assert {path.name for path in folder.iterdir()} == {"report.html", "report.pdf", "report.json"}
    assert json.loads((folder / "report.json").read_text("utf-8"))["board_code"] == "SCN"
    assert str(folder / "report.pdf") in out

    code, out, _err = run("verify-trail")
    assert code == 0
    assert "SCN: hel" in out
    assert run("run-jobs")[0] == 0


def _years(database_url: str) -> list[int]:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        years = [
            int(row[0]) for row in connection.execute(sa.text("SELECT year FROM reporting_point"))
        ]
    engine.dispose()
    return years


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("import-plan", "finns-inte.csv", "--board", "SCN", "--year", "2020"), "finns-inte.csv"),
        (("report", "--board", "XYZ", "--year", "2020", "--point", "april", "--out", "ut"), "XYZ"),
    ],
)
def test_a_refusal_is_a_sentence_and_exit_code_two(
    run: Run, arguments: tuple[str, ...], word: str
) -> None:
    code, out, err = run(*arguments)

    assert code == 2
    assert word in err
    assert err.strip().endswith(".")
    assert out == ""


def test_an_image_called_xlsx_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "plan.xlsx"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)

    code, _out, err = run("import-plan", str(file), "--board", "SCN", "--year", "2020", "--dry-run")

    assert code == 2
    assert "bild" in err


def test_a_user_is_created_with_a_role(
    run: Run, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("NEW_PASSWORD", "ett längre lösenord")

    assert run("create-user", "Drift", "--role", "administratör")[0] == 0
    code, _out, err = run("create-user", "drift")

    assert code == 2
    assert "upptaget" in err
    assert count(database_url, "role_grant") == 1
