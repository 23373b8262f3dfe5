"""What a plan's rows lack or repeat is asked about, pointed out or refused, and nothing is lost."""

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.plan.rules.answers import apply_answers
from tests.unit.plan.one_plan import CARE, ECONOMY, EXPECTED, KEYS, PAY, ROWS, codes, read
from tests.unit.plan.plan_files import HEADER, from_csv, from_xlsx


def test_a_title_block_of_another_year_is_pointed_out():
    reading = from_xlsx([["Internkontrollplan 2019"], HEADER, *ROWS], year=2020)
    assert codes(reading) == ["title_year"]
    assert "2019" in reading.notes[0].text
    decided = [["Internkontrollplan 2020, beslutad 2019-12-18"], HEADER, *ROWS]
    assert codes(from_xlsx(decided, year=2020)) == []


def test_an_empty_risk_is_the_one_above_and_never_one_of_another_area():
    rows = [ROWS[0], (ECONOMY, "", *ROWS[1][2:]), (CARE, "", *ROWS[2][2:])]
    reading = from_csv([HEADER, *rows])
    assert [(r.area, r.risk) for r in reading.rows] == [(ECONOMY, PAY), (ECONOMY, PAY), (CARE, "")]
    assert "risk_missing" in [n.code for n in reading.rows[2].notes]


def test_an_empty_area_is_asked_about_once_and_never_taken_from_the_row_above():
    rows = [ROWS[0], ("", *ROWS[1][1:]), ("", *ROWS[2][1:])]
    reading = from_csv([HEADER, *rows])
    assert [row.area for row in reading.rows] == [ECONOMY, "", ""]
    (question,) = reading.questions
    assert (question.code, question.rows, question.proposed) == ("area_above", (2, 3), "above")


def test_headings_repeated_on_each_page_and_totals_are_passed_and_pointed_out():
    rows = [ROWS[0], HEADER, ROWS[1], ["Summa", "", "2"], HEADER, ROWS[2], ["Totalt 3 kontroller"]]
    reading = from_csv([HEADER, *rows])
    assert read(reading) == EXPECTED
    assert [(n.code, n.file_row) for n in reading.notes] == [
        ("repeated_header", 3),
        ("total_row", 5),
        ("repeated_header", 6),
        ("total_row", 8),
    ]
    assert [row.file_row for row in reading.rows] == [2, 4, 7]


def test_a_control_that_begins_with_a_word_like_total_is_no_total_row():
    control = "Totalkontroll av kontanter"
    reading = from_csv([HEADER, ("", "", control, "", "Årsbokslut"), ROWS[0]])
    assert reading.rows[0].control == control


def test_no_method_column_asks_and_loses_nothing():
    header = [HEADER[0], HEADER[1], "Kontroll", HEADER[4]]
    reading = from_csv([header, *[(*row[:3], row[4]) for row in ROWS]])
    assert [row.points for row in reading.rows] == [row[-1] for row in EXPECTED]
    assert [q.code for q in reading.questions] == ["technique_unclear"] * 3


def test_two_sheets_with_headers_are_refused_by_name_unless_one_is_chosen():
    def arrange(book, _):
        second = book.create_sheet("Utkast")
        for row in (HEADER, ROWS[2]):
            second.append(row)

    with pytest.raises(InvalidInput, match="”Plan” och ”Utkast”") as caught:
        from_xlsx([HEADER, *ROWS], arrange=arrange)
    assert caught.value.field == "sheet"
    assert len(from_xlsx([HEADER, *ROWS], arrange=arrange, sheet="Utkast").rows) == 1


def test_a_plan_in_a_hidden_sheet_only_is_refused_with_what_to_do():
    def arrange(book, sheet):
        book.create_sheet("Framsida").append(["Hej"])
        sheet.sheet_state = "hidden"
        book.active = 1

    with pytest.raises(InvalidInput, match=r"”Plan”, som är dolt\. Visa bladet"):
        from_xlsx([HEADER, *ROWS], arrange=arrange)


def test_no_header_lists_what_was_looked_for():
    with pytest.raises(InvalidInput) as caught:
        from_csv([["a", "b"], ["c", "d"]])
    for word in ("kontrollmoment", "riskbeskrivning", "kontrollmetod", "30 raderna"):
        assert word in caught.value.sentence


def test_a_header_without_the_control_says_which_headings_were_found():
    with pytest.raises(
        InvalidInput, match=r"har Kontrollområde, Riskbeskrivning, .*men ingen kolumn"
    ):
        from_csv([("Område", "Risk", "Något", "Metod", "x"), *ROWS])


def test_a_header_below_row_30_is_not_found():
    with pytest.raises(InvalidInput, match="Ingen rubrikrad"):
        from_csv([*[["text"]] * 30, HEADER, *ROWS])
    assert len(from_csv([*[["text"]] * 29, HEADER, *ROWS]).rows) == 3


def test_a_header_with_nothing_under_it_is_refused():
    with pytest.raises(InvalidInput, match="finns inget kontrollmoment"):
        from_csv([HEADER])


def test_a_row_without_a_control_is_refused_with_row_column_and_why():
    reading = from_csv([HEADER, ROWS[0], (CARE, KEYS, "", "Stickprov", "Årsbokslut"), ROWS[2]])
    (refusal,) = reading.refused
    assert (refusal.file_row, refusal.code, refusal.field) == (3, "control_missing", "control")
    assert "Rad 3, kolumn C (”Kontrollmoment”) är tom" in refusal.text
    assert KEYS in refusal.text
    assert len(reading.rows) == 2


def test_a_refused_row_still_gives_its_area_and_risk_to_the_rows_below():
    refused = (CARE, KEYS, "", "Stickprov", "Årsbokslut")
    reading = from_csv([HEADER, ROWS[0], refused, ("", "", *ROWS[2][2:])])
    (question,) = reading.questions
    assert question.code == "area_above"
    assert read(apply_answers(reading, {question.id: "above"})) == [EXPECTED[0], EXPECTED[2]]


def test_a_row_without_an_area_is_asked_about_and_kept():
    reading = from_csv([HEADER, ("", *ROWS[0][1:]), ROWS[2]])
    (question,) = reading.questions
    assert (question.code, question.rows, question.file_row) == ("area_missing", (1,), 2)
    assert [choice.value for choice in question.choices] == [CARE]
    assert reading.areas == {"": 1, CARE: 1}
    assert reading.marks(1)[0].kind == "question"


def test_a_plan_without_areas_asks_once():
    reading = from_csv([HEADER[1:], *[row[1:] for row in ROWS]])
    (question,) = reading.questions
    assert (question.id, question.rows, question.row) == ("area", (1, 2, 3), None)


def test_an_area_spelled_in_two_ways_is_one_and_pointed_out():
    reading = from_csv([HEADER, ROWS[0], ("EKONOMI  och inköp:", *ROWS[1][1:])])
    assert reading.areas == {ECONOMY: 2}
    assert [n.code for n in reading.rows[1].notes] == ["area_spelling"]


def test_two_columns_for_the_same_thing_keep_both_texts():
    header = [*HEADER, "Kontroll"]
    reading = from_csv([header, [*ROWS[0], "Något annat"]])
    assert reading.rows[0].control == ROWS[0][2]
    assert dict(reading.rows[0].extra) == {"Kontroll": "Något annat"}
    assert codes(reading) == ["double_column"]


def test_text_in_a_column_without_a_heading_is_kept_and_pointed_out():
    reading = from_csv([[*HEADER, ""], [*ROWS[0], "lös text"]])
    assert dict(reading.rows[0].extra) == {"": "lös text"}
    assert "text_without_heading" in [n.code for n in reading.rows[0].notes]
