"""The real plan in all its formats, recounted here from the file in another way."""

import csv
import os
import re
from pathlib import Path

import pytest

from internkontroll.files.tables import PLAN_LIMITS, read_pasted, read_table
from internkontroll.plan.rules.reading import read_plan

pytestmark = pytest.mark.real_input

FILES = tuple(f"internkontrollplan_scn_2020.{kind}" for kind in ("xlsx", "csv", "docx"))
ALL = ("april", "augusti", "årsbokslut")


def _path(name):
    path = Path(os.environ.get("REAL_INPUT_DIR", "../shared/data")) / name
    if not path.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{path} saknas: sätt REAL_INPUT_DIR")
        pytest.skip(f"{path} saknas: sätt REAL_INPUT_DIR")
    return path


@pytest.fixture(params=FILES)
def plan(request):
    path = _path(request.param)
    return read_plan(read_table(path.read_bytes(), path.name), year=2020)


def _text():
    return _path(FILES[1]).read_text(encoding="utf-8-sig").splitlines(keepends=True)


def _cells():
    with _path(FILES[1]).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))[1:]


def test_there_are_24_controls_14_risks_and_nothing_refused(plan):
    assert len(plan.rows) == 24
    assert len(plan.risks) == len({cells[1].casefold() for cells in _cells()}) == 14
    assert plan.refused == ()
    assert [row.row for row in plan.rows] == list(range(1, 25))


def test_the_areas_hold_1_4_3_15_and_1(plan):
    assert list(plan.areas.values()) == [1, 4, 3, 15, 1]
    assert [row.area for row in plan.rows] == [cells[0] for cells in _cells()]


def test_every_text_is_kept_verbatim(plan):
    read = [(row.risk, row.control, row.method, row.reporting_text) for row in plan.rows]
    assert read == [tuple(cells[1:]) for cells in _cells()]


def test_the_reporting_points_are_counted_1_4_3_and_16_and_make_55_occurrences(plan):
    points = [row.points for row in plan.rows]
    assert points.count(("april", "årsbokslut")) == 1
    assert points.count(("årsbokslut",)) == 4
    assert points.count(("augusti",)) == 3
    assert points.count(ALL) == 16
    others = [row for row in plan.rows if str(row.frequency) == "reporting_point"]
    assert sum(len(row.points) for row in others) == 55
    assert sorted(plan.reporting.values()) == [1, 3, 4, 16]


def test_the_samples_are_at_least_three_thirteen_fives_and_a_ten(plan):
    first = plan.rows[0]
    assert (str(first.sample_kind), first.n, str(first.frequency)) == ("at_least", 3, "per_meeting")
    fives = [row.row for row in plan.rows if (str(row.sample_kind), row.n) == ("exact", 5)]
    said = [n for n, cells in enumerate(_cells(), start=1) if re.search(r"\bfem\b", cells[3])]
    assert fives == said
    assert len(fives) == 13
    assert [row.row for row in plan.rows if row.n == 10] == [12]


def test_two_samples_and_samples_without_a_size_are_asked_about(plan):
    asked = {
        question.row: question.code
        for question in plan.questions
        if question.row and question.field == "sample"
    }
    assert asked == {6: "sample_count"} | dict.fromkeys((2, 3, 4, 5, 7, 8), "size_unstated")
    assert plan.rows[5].n is None


def test_the_meaning_of_interim_is_asked_once_for_its_16_rows(plan):
    (question,) = [q for q in plan.questions if q.code == "interim_meaning"]
    assert len(question.rows) == 16
    assert question.proposed == "april,augusti"


def test_row_13_is_a_census_and_row_24_a_survey_by_another_body(plan):
    assert str(plan.rows[12].technique) == str(plan.rows[12].sample_kind) == "census"
    assert str(plan.rows[23].technique) == "survey"
    assert [row.row for row in plan.rows if row.performed_by] == [24]
    assert plan.rows[23].performed_by == "kommunövergripande"


def test_what_is_odd_is_pointed_out_and_never_mended(plan):
    odd = {
        (note.row, note.code)
        for row in plan.rows
        for note in row.notes
        if note.code != "filled_down"
    }
    assert odd == {
        (1, "reported_more_often"),
        (5, "log_frame_differs"),
        (8, "interim_only_method"),
        (24, "performed_by_other"),
    }
    assert plan.rows[7].points == ALL


def test_what_can_be_judged_thing_by_thing_is_proposed(plan):
    proposed = {
        question.row: (question.code, len(question.items))
        for question in plan.questions
        if question.field == "criteria"
    }
    assert proposed == {
        1: ("criteria_either", 1),
        2: ("criteria_proposed", 2),
        6: ("criteria_proposed", 2),
        12: ("criteria_proposed", 2),
    }


def test_vague_limits_are_asked_for_as_figures(plan):
    asked = {
        question.row: question.items[0].split()[-1]
        for question in plan.questions
        if question.field == "limit"
    }
    assert asked == {6: "tid", 7: "korrespondens"}


def test_cells_copied_from_the_file_are_the_same_plan(plan):
    lines = ["\t".join(cells) for cells in csv.reader(_text(), delimiter=";")]
    copied = read_plan(read_pasted("\n".join(lines), PLAN_LIMITS), year=2020)
    assert [row.control for row in copied.rows] == [row.control for row in plan.rows]
    assert [q.id for q in copied.questions] == [q.id for q in plan.questions]


def test_all_files_give_the_same_reading():
    readings = [read_plan(read_table(_path(f).read_bytes(), f), year=2020) for f in FILES]
    without_place = [
        [
            {k: v for k, v in row.to_json().items() if k not in ("file_row", "notes")}
            for row in reading.rows
        ]
        for reading in readings
    ]
    assert without_place[0] == without_place[1] == without_place[2]
    assert len({tuple(q.id for q in reading.questions) for reading in readings}) == 1
