"""A nämnd's year through the screen only: from the real plan file to two decided reports."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from config import ROOT
from internkontroll.core.access import Role
from tests.browser.screens import (
    DICE,
    Person,
    Year,
    closing_count,
    conclude,
    decide_the_plan,
    decide_the_report,
    draw_a_sample,
    judge_everything,
    open_the_year,
    prepare_the_meeting,
    read_the_plan,
)


def redraw_outside(person: Person, folder: Path) -> None:
    """The verifier redraws the full record, and says of the sealed one that it cannot."""
    files = {}
    for name in ("Fullständigt protokoll (JSON)", "Listan som fil", "Förseglat protokoll (JSON)"):
        with person.page.expect_download() as coming:
            person.page.get_by_role("link", name=name).click()
        files[name] = folder / coming.value.suggested_filename
        coming.value.save_as(files[name])
    (folder / "empty").mkdir()
    for record, code, word in (
        ("Fullständigt protokoll (JSON)", 0, "OK"),
        ("Förseglat protokoll (JSON)", 2, "förseglat"),
    ):
        done = subprocess.run(
            [
                sys.executable,
                "-I",
                ROOT / "docs" / "verify_draw.py",
                files[record],
                files["Listan som fil"],
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=folder / "empty",
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert word in done.stdout


def test_the_year_from_the_real_file_to_two_decided_reports(
    year: Year, plan_file: Path, real_input: Path, tmp_path: Path
) -> None:
    read_the_plan(year, plan_file)
    decide_the_plan(year)
    open_the_year(year)

    year.clock.move_to(2020, 1, 11)
    cases = tmp_path / "beslut.csv"
    cases.write_text("Ärendenummer\n" + "".join(f"A-{n}\n" for n in range(1, 22)), "utf-8")
    (meeting,) = year.rows("SELECT id FROM meeting WHERE held_on = '2020-01-12'")
    reviewed = year.occurrence(1, f"meeting:{meeting[0]}")
    with year.person(Role.CHAIR, "IU1") as chair:
        prepare_the_meeting(chair, int(str(meeting[0])), "IU1")
        chair.sees("särskilda kostnader")
    with year.person(Role.MEMBER, "IU1", width=768) as verifier:
        seed = {"source": "dice", "digits": DICE, "reference": "ordförande"}
        draw_a_sample(year, verifier, reviewed, cases, seed, "3")
        judge_everything(year, verifier, reviewed, wrong=set())
        conclude(year, verifier, reviewed, (Role.CHAIR, "IU1"))

    year.clock.move_to(2020, 5, 4)
    sampled = year.occurrence(12, "point:april")
    with year.person(Role.RESPONSIBLE) as tester:
        seed = {"source": "public", "digits": DICE, "reference": "Lottodragning 2 maj 2020"}
        population = real_input / "population_arenden_2020.csv"
        draw_a_sample(year, tester, sampled, population, seed, "10")
        judge_everything(year, tester, sampled, wrong={2})
        conclude(year, tester, sampled, (Role.REVIEWER, "SCN"))
        (draw,) = year.rows(
            "SELECT draw_id FROM draw_occurrence WHERE occurrence_id = :id", id=sampled
        )
        tester.open(f"/namnd/scn/dragning/{draw[0]}")
        redraw_outside(tester, tmp_path)

    skipped = year.occurrence(4, "point:april")
    with year.person(Role.CONTROLLER) as controller:
        controller.open(f"/namnd/scn/kontroller/{skipped}/ej-genomford")
        controller.fill({"reason": "Loggen gick inte att ta ut i april."})
        controller.send()

    april = decide_the_report(year, "april", date(2020, 5, 28))
    december = decide_the_report(year, "årsbokslut", date(2021, 2, 18))

    # Recounted by hand: eight meetings by April (two done or missed) and sixteen points of April.
    assert closing_count(april) == {"due": 24, "done": 2, "not_performed": 1, "missed": 21}
    # Twenty meetings; sixteen controls at three points each; four at årsbokslut only.
    assert closing_count(december) == {"due": 72, "done": 2, "not_performed": 1, "missed": 69}
    assert year.rows("SELECT count(*) FROM follow_up_report WHERE state = 'decided'") == [(2,)]
    assert year.rows("SELECT count(*) FROM finding") == [(1,)]


@pytest.fixture(params=["xlsx", "csv"])
def plan_file(request: pytest.FixtureRequest, real_input: Path) -> Path:
    """The real plan as a workbook and as text."""
    return real_input / f"internkontrollplan_scn_2020.{request.param}"
