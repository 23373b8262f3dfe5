from internkontroll.plan.rules.comparison import DraftControl, compare
from tests.unit.plan.plan_files import HEADER, from_csv

ROWS = [
    ("Ekonomi", "Fel betalning", "Att attest görs av rätt person", "Stickprov på fem", "April"),
    ("Ekonomi", "Fel konto", "Att konteringen är rätt", "Alla fakturor", "Augusti"),
    ("Vård", "Fel insats", "Att planen följs", "Stickprov på tio", "Årsbokslut"),
]


def draft(rows=ROWS, **more):
    return [
        DraftControl(
            id=100 + number,
            number=number,
            area=area,
            risks=(risk,),
            text=text,
            method_text=method,
            reporting_text=reporting,
            responsible_text="",
            extra={},
            **more,
        )
        for number, (area, risk, text, method, reporting) in enumerate(rows, start=1)
    ]


def told(rows, existing=None):
    return compare(from_csv([HEADER, *rows]), draft() if existing is None else existing)


def test_the_same_file_again_changes_nothing():
    compared = told(ROWS)
    assert compared.changes_nothing
    assert [control.number for _, control in compared.untouched] == [1, 2, 3]
    assert compared.kept == ()


def test_order_case_and_spacing_make_no_difference():
    again = [tuple(f" {text} " for text in row) for row in reversed(ROWS)]
    assert told(again).changes_nothing


def test_every_row_and_control_stands_in_one_part():
    compared = told([ROWS[0], ("Ny", "Risk", "Något helt annat görs", "Alla", "April")])
    assert [row.control for row in compared.new] == ["Något helt annat görs"]
    assert [control.number for control in compared.kept] == [2, 3]
    assert len(compared.untouched) == 1


def test_another_method_is_a_change_with_both_texts():
    compared = told([(*ROWS[0][:3], "Stickprov på tio", ROWS[0][4]), *ROWS[1:]])
    (one,) = compared.changed
    assert [(d.term, d.old, d.new) for d in one.differences] == [
        ("Kontrollmetod", "Stickprov på fem", "Stickprov på tio")
    ]
    assert one.control.number == 1


def test_a_reworded_control_is_a_change_and_not_a_new_one():
    reworded = (*ROWS[0][:2], "Att attest alltid görs av rätt person", *ROWS[0][3:])
    compared = told([reworded, *ROWS[1:]])
    assert [one.control.number for one in compared.changed] == [1]
    assert compared.new == compared.kept == ()


def test_two_rows_with_the_same_text_meet_two_controls():
    twice = [ROWS[0], ROWS[0]]
    assert told(twice, draft(twice)).changes_nothing
    assert len(told([*twice, ROWS[0]], draft(twice)).new) == 1


def test_a_control_in_another_area_is_moved_and_not_doubled():
    compared = told([("Styrning", *ROWS[0][1:]), *ROWS[1:]])
    assert [d.term for d in compared.changed[0].differences] == ["Kontrollområde"]


def test_a_column_that_the_file_lacks_says_nothing():
    compared = compare(from_csv([HEADER[2:4], *(row[2:4] for row in ROWS)]), draft())
    assert compared.changes_nothing


def test_a_control_that_no_file_may_change_is_untouched():
    other = [(*row[:3], "Något annat", row[4]) for row in ROWS]
    assert told(other, draft(fixed=True)).changes_nothing


def test_the_same_text_in_two_areas_is_two_controls():
    twice = [ROWS[0], ("Vård", *ROWS[0][1:])]
    compared = told(twice[:1], draft(twice))
    assert [control.number for _, control in compared.untouched] == [1]
    assert [control.number for control in compared.kept] == [2]
