import json

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.plan.rules.answers import apply_answers
from tests.unit.plan.plan_files import HEADER, from_csv, one_row

ROWS = [
    ("A", "Risk ett", "Moment ett", "Två stickprov", "Delårs- och årsbokslut"),
    ("A", "Risk ett", "Moment två", "Stickprov på fem akter", "Delårs- och årsbokslut"),
    ("", "", "Moment tre", "Kontroll", "Vid nymåne"),
    ("B", "Risk två", "Moment fyra", "Stickprov på fem akter", "Vid nymåne"),
]


def _plan():
    return from_csv([HEADER, *ROWS])


def _ids(reading):
    return {question.code: question.id for question in reading.questions}


def test_each_thing_is_asked_once_with_the_rows_it_is_about():
    asked = {question.code: question.rows for question in _plan().questions}
    assert asked == {
        "area_above": (3,),
        "interim_meaning": (1, 2),
        "reporting_unknown": (3, 4),
        "sample_count": (1,),
        "technique_unclear": (3,),
    }


def test_the_ids_are_the_same_from_one_reading_to_the_next():
    assert _ids(_plan()) == _ids(_plan())


def test_what_is_not_answered_stays_as_marks_on_its_control():
    reading = apply_answers(_plan(), {})
    assert reading == _plan()
    assert [(mark.kind, mark.code) for mark in reading.marks(3)] == [
        ("question", "reporting_unknown"),
        ("question", "area_missing"),
        ("question", "technique_unclear"),
    ]
    assert [mark.code for mark in reading.marks(4)] == ["reporting_unknown"]
    assert set(reading.marks(3)[0].to_json()) == {"kind", "code", "text", "field", "choices"}


def test_an_answer_changes_all_its_rows_and_takes_their_mark_away():
    plan = _plan()
    ids = _ids(plan)
    answers = {
        ids["reporting_unknown"]: "april, augusti",
        ids["area_above"]: "above",
        ids["technique_unclear"]: "interview",
    }
    reading = apply_answers(plan, answers)
    assert [row.points for row in reading.rows[2:]] == [("april", "augusti")] * 2
    assert str(reading.rows[2].technique) == "interview"
    assert (reading.marks(3), reading.marks(4)) == ((), ())
    assert [question.code for question in reading.questions] == ["interim_meaning", "sample_count"]
    assert [(question.code, value) for question, value in reading.answered] == [
        ("reporting_unknown", "april, augusti"),
        ("area_above", "above"),
        ("technique_unclear", "interview"),
    ]


@pytest.mark.parametrize(
    ("value", "points"),
    [
        ("april,augusti", ("april", "augusti", "årsbokslut")),
        ("augusti", ("augusti", "årsbokslut")),
        ("april", ("april", "årsbokslut")),
    ],
)
def test_the_meaning_of_interim_is_answered_once_for_the_file(value, points):
    reading = apply_answers(_plan(), {"interim": value})
    assert [row.points for row in reading.rows[:2]] == [points] * 2
    assert [row.reporting_text for row in reading.rows[:2]] == ["Delårs- och årsbokslut"] * 2


@pytest.mark.parametrize(
    ("value", "kind", "n", "technique"),
    [
        ("exact:5", "exact", 5, "sample"),
        ("5", "exact", 5, "sample"),
        ("tolv", "exact", 12, "sample"),
        ("minst 5", "at_least", 5, "sample"),
        ("at_least:30", "at_least", 30, "sample"),
        ("samtliga", "census", None, "census"),
        ("census", "census", None, "census"),
    ],
)
def test_a_size_may_be_answered_in_words(value, kind, n, technique):
    plan = _plan()
    row = apply_answers(plan, {_ids(plan)["sample_count"]: value}).rows[0]
    assert (str(row.sample_kind), row.n, str(row.technique)) == (kind, n, technique)


def test_an_area_is_answered_with_a_known_or_a_new_name():
    plan = from_csv([HEADER, ("", *ROWS[1][1:]), ("Vård", *ROWS[1][1:])])
    identity = _ids(plan)["area_missing"]
    assert apply_answers(plan, {identity: " vård "}).rows[0].area == "Vård"
    assert apply_answers(plan, {identity: "Nytt område"}).rows[0].area == "Nytt område"


def test_an_empty_area_is_the_one_above_only_when_a_person_says_so():
    plan = _plan()
    assert [row.area for row in plan.rows] == ["A", "A", "", "B"]
    assert apply_answers(plan, {"area:above": "above"}).rows[2].area == "A"
    assert apply_answers(plan, {"area:above": "B"}).rows[2].area == "B"
    with pytest.raises(InvalidInput, match="inget svar"):
        apply_answers(plan, {"area:above": "C"})
    mark = next(mark for mark in plan.marks(3) if mark.code == "area_missing")
    assert mark.asked is not None
    assert [choice.value for choice in mark.asked.choices] == ["A", "B"]


def test_a_risk_value_is_answered_with_a_possible_one():
    plan = one_row(Riskvärde="7")
    identity = plan.questions[0].id
    assert apply_answers(plan, {identity: "8"}).rows[0].score == 8
    with pytest.raises(InvalidInput, match="inget svar"):
        apply_answers(plan, {identity: "7"})


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("interim_meaning", "årsbokslut"),
        ("interim_meaning", "juni"),
        ("reporting_unknown", "juni"),
        ("reporting_unknown", ","),
        ("sample_count", "många"),
        ("sample_count", "0"),
        ("sample_count", "-5"),
        ("sample_count", "9" * 50),
        ("technique_unclear", "stickprov"),
    ],
)
def test_an_answer_that_is_none_is_refused_and_names_its_question(code, value):
    plan = _plan()
    identity = _ids(plan)[code]
    with pytest.raises(InvalidInput) as caught:
        apply_answers(plan, {identity: value})
    assert caught.value.field == identity


def test_an_answer_to_a_question_that_is_not_asked_is_refused():
    with pytest.raises(InvalidInput, match="finns inte längre"):
        apply_answers(_plan(), {"sample:99": "5"})


def test_an_empty_answer_leaves_the_question_open():
    assert apply_answers(_plan(), {"interim": "  "}) == _plan()


def test_every_choice_and_every_proposal_is_an_answer():
    plan = from_csv(
        [
            [*HEADER, "Frekvens", "Riskvärde"],
            ("", "R", "M", "Två stickprov", "Halvår", "Löpande", "7"),
            ("B", "R", "M", "Kontroll", "Delår", "Månadsvis och vid behov", "16"),
            ("B", "R", "M", "Stickprov ca 5 akter", "Delår", "", ""),
        ]
    )
    assert {question.field for question in plan.questions} == {
        "area",
        "method",
        "sample",
        "frequency",
        "reporting",
        "score",
    }
    for question in plan.questions:
        values = [choice.value for choice in question.choices]
        for value in (*values, question.proposed):
            left = apply_answers(plan, {question.id: value}).questions
            assert (question in left) == (value == "")


def test_the_json_has_what_a_dry_run_prints():
    printed = json.loads(json.dumps(_plan().to_json()))
    assert set(printed) == {
        "controls",
        "risks",
        "areas",
        "reporting",
        "questions",
        "refused",
        "rows",
    }
    assert (printed["controls"], printed["risks"]) == (4, 2)
    assert printed["areas"] == {"A": 2, "": 1, "B": 1}
    assert printed["reporting"] == {"Delårs- och årsbokslut": 2, "Vid nymåne": 2}
    row = printed["rows"][1]
    assert row["sample"] == {"kind": "exact", "n": 5}
    assert {"row", "area", "risk", "control", "method", "technique", "frequency", "points"} <= set(
        row
    )
    question = printed["questions"][0]
    assert {"row", "field", "code", "text", "proposed", "choices"} <= set(question)


def test_the_counts_add_up_to_the_controls():
    printed = _plan().to_json()
    assert sum(printed["areas"].values()) == sum(printed["reporting"].values()) == 4
