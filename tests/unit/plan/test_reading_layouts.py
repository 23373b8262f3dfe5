"""One invented plan in many municipalities' layouts gives one and the same reading."""

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables import Row, Sheet, Workbook
from internkontroll.plan.rules.answers import apply_answers
from internkontroll.plan.rules.headers import SYNONYMS, Field, recognise
from internkontroll.plan.rules.reading import read_plan
from tests.unit.plan.plan_files import HEADER, from_csv, from_xlsx

ECONOMY, CARE = "Ekonomi och inköp", "Vård och omsorg"
PAY, KEYS = "Lön betalas ut till den som har slutat", "Nycklar kommer bort"
ROWS = [
    (ECONOMY, PAY, "Avslut registreras i tid", "Stickprov på åtta avslut", "Årsbokslut"),
    (ECONOMY, PAY, "Löneskuld återkrävs", "Stickprov, minst fyra ärenden", "Bokslut per augusti"),
    (
        CARE,
        KEYS,
        "Kvittens finns för nycklar",
        "Samtliga kvittenser gås igenom",
        "Bokslut per april",
    ),
]
EXPECTED = [
    (ECONOMY, PAY, "Avslut registreras i tid", "sample", "exact", 8, ("årsbokslut",)),
    (ECONOMY, PAY, "Löneskuld återkrävs", "sample", "at_least", 4, ("augusti",)),
    (CARE, KEYS, "Kvittens finns för nycklar", "census", "census", None, ("april",)),
]


def _read(reading):
    return [
        (r.area, r.risk, r.control, str(r.technique), str(r.sample_kind), r.n, r.points)
        for r in reading.rows
    ]


def _codes(reading):
    return [note.code for note in reading.notes]


def test_the_plain_layout():
    reading = from_csv([HEADER, *ROWS])
    assert _read(reading) == EXPECTED
    assert reading.to_json()["areas"] == {ECONOMY: 2, CARE: 1}
    assert (len(reading.risks), reading.questions, reading.refused, reading.notes) == (
        2,
        (),
        (),
        (),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_encoding_and_separator(encoding, delimiter):
    assert _read(from_csv([HEADER, *ROWS], encoding=encoding, delimiter=delimiter)) == EXPECTED


def test_capitals_stars_colons_and_headings_broken_over_lines():
    header = [
        "KONTROLL-\nOMRÅDE",
        "Risk-\nbeskrivning*",
        "Kontroll-\nmoment:",
        "Metod.",
        "Tidpunkt för\nrapportering:",
    ]
    assert _read(from_xlsx([header, *ROWS])) == EXPECTED


def test_other_words_in_another_order_with_unknown_columns():
    order = (4, 2, 0, 3, 1)
    header = ["Rapporteras när", "Granskning", "Perspektiv", "Hur", "Oönskad händelse", "Budget"]
    reading = from_csv([header, *[[*(row[i] for i in order), "10 tkr"] for row in ROWS]])
    assert _read(reading) == EXPECTED
    assert [dict(row.extra) for row in reading.rows] == [{"Budget": "10 tkr"}] * 3
    assert _codes(reading) == ["unknown_column"]
    assert "”Budget”" in reading.notes[0].text


def test_number_process_risk_values_frequency_and_responsible():
    header = [
        "Nr.",
        "Process",
        "Riskbeskrivning",
        "S",
        "K",
        "Riskvärde",
        "Kontrollmoment",
        "Granskningsmetod",
        "Frekvens",
        "Kontrollansvarig",
        "Rapporteras när",
        "Rapportering till",
    ]
    reading = from_csv(
        [
            header,
            [
                "1",
                ECONOMY,
                PAY,
                "3",
                "4",
                "12",
                ROWS[0][2],
                ROWS[0][3],
                "2 ggr/år",
                "HR",
                "Helår",
                "KS",
            ],
            [
                "2",
                ECONOMY,
                PAY,
                "3",
                "4",
                "12",
                ROWS[1][2],
                ROWS[1][3],
                "Månadsvis",
                "HR",
                "T2",
                "KS",
            ],
            ["3", CARE, KEYS, "2", "2", "4", ROWS[2][2], ROWS[2][3], "Vid behov", "EC", "T1", ""],
        ]
    )
    assert _read(reading) == EXPECTED
    assert [str(row.frequency) for row in reading.rows] == ["half_year", "month", "on_demand"]
    first = reading.rows[0]
    assert (first.likelihood, first.impact, first.score) == (3, 4, 12)
    assert (first.number_text, first.process, first.responsible) == ("1", ECONOMY, "HR")
    assert first.report_to == "KS"
    assert reading.questions == ()


def test_title_block_above_a_header_in_row_nine_with_merged_cells():
    def arrange(_, sheet):
        sheet.merge_cells("A1:E1")
        sheet.merge_cells("A10:A11")
        sheet.merge_cells("B10:B11")

    above = [
        ["Internkontrollplan 2021"],
        [],
        ["Nämnd:", "Tekniska nämnden"],
        ["År: 2021  Fastställd: 2020-11-25 Beslutsnummer:"],
        [],
        ["Diarienummer:", "TN 2020-000123", "Version: 2"],
        ["Gäller alla enheter"],
        [],
    ]
    rows = [ROWS[0], (None, None, *ROWS[1][2:]), ROWS[2]]
    reading = from_xlsx([*above, HEADER, *rows], arrange=arrange, year=2021)
    assert _read(reading) == EXPECTED
    assert reading.header_row == 9
    assert reading.metadata == (
        ("", "Internkontrollplan 2021"),
        ("Nämnd", "Tekniska nämnden"),
        ("År", "2021"),
        ("Fastställd", "2020-11-25"),
        ("Beslutsnummer", ""),
        ("Diarienummer", "TN 2020-000123"),
        ("Version", "2"),
        ("", "Gäller alla enheter"),
    )
    assert _codes(reading) == ["merged_cells"]
    assert [n.code for n in reading.rows[1].notes] == ["filled_down", "filled_down"]
    assert "rad 10" in reading.rows[1].notes[0].text
    assert reading.marks(2) == ()


def test_a_title_block_of_another_year_is_pointed_out():
    reading = from_xlsx([["Internkontrollplan 2019"], HEADER, *ROWS], year=2020)
    assert _codes(reading) == ["title_year"]
    assert "2019" in reading.notes[0].text
    decided = [["Internkontrollplan 2020, beslutad 2019-12-18"], HEADER, *ROWS]
    assert _codes(from_xlsx(decided, year=2020)) == []


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


def test_areas_as_rows_of_their_own_above_their_controls():
    header = ["Nr", *HEADER[1:]]
    rows = [
        [ECONOMY],
        ["1", *ROWS[0][1:]],
        ["2", *ROWS[1][1:]],
        [CARE],
        ["3", *ROWS[2][1:]],
        ["Fotnot om planen"],
    ]
    reading = from_xlsx([header, *rows])
    assert _read(reading) == EXPECTED
    assert _codes(reading) == ["empty_heading"]
    assert "Fotnot om planen" in reading.notes[0].text


def test_headings_repeated_on_each_page_and_totals_are_passed_and_pointed_out():
    rows = [ROWS[0], HEADER, ROWS[1], ["Summa", "", "2"], HEADER, ROWS[2], ["Totalt 3 kontroller"]]
    reading = from_csv([HEADER, *rows])
    assert _read(reading) == EXPECTED
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


def test_headings_in_two_rows_with_the_risk_values_below():
    top = ["Kontrollområde", "Risk", "Värdering", "", "Kontrollmoment", "Metod", "Rapportering"]
    below = ["", "", "Sannolikhet", "Konsekvens", "", "", ""]
    rows = [[row[0], row[1], "2", "3", *row[2:]] for row in ROWS]
    reading = from_csv([top, below, *rows])
    assert _read(reading) == EXPECTED
    assert [row.score for row in reading.rows] == [6, 6, 6]


def test_the_sample_in_a_column_of_its_own():
    header = [*HEADER[:3], "Metod", "Omfattning/avgränsning:", HEADER[4]]
    rows = [
        [*ROWS[0][:3], "Stickprov", "8 st", ROWS[0][4]],
        [*ROWS[1][:3], "Stickprov", "Minst 4", ROWS[1][4]],
        [*ROWS[2][:3], "Genomgång", "100 %", ROWS[2][4]],
    ]
    assert _read(from_csv([header, *rows])) == EXPECTED


def test_no_method_column_asks_and_loses_nothing():
    header = [HEADER[0], HEADER[1], "Kontroll", HEADER[4]]
    reading = from_csv([header, *[(*row[:3], row[4]) for row in ROWS]])
    assert [row.points for row in reading.rows] == [row[-1] for row in EXPECTED]
    assert [q.code for q in reading.questions] == ["technique_unclear"] * 3


def test_a_plan_with_its_table_in_the_second_sheet_and_notes_in_others():
    def arrange(book, sheet):
        plan = book.create_sheet("Tabell")
        for row in (HEADER, *ROWS):
            plan.append(row)
        book.create_sheet("Gamla").append(["Riskbeskrivning", "Kontrollmoment"])
        book["Gamla"].sheet_state = "hidden"

    reading = from_xlsx([["Om planen"], ["Den gäller från januari."]], arrange=arrange)
    assert _read(reading) == EXPECTED
    assert reading.sheet == "Tabell"
    assert _codes(reading) == ["other_sheet", "hidden_sheet"]
    assert "”Gamla” är dolt" in reading.notes[1].text


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
    assert _read(apply_answers(reading, {question.id: "above"})) == [EXPECTED[0], EXPECTED[2]]


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


def test_a_misspelled_heading_is_read_by_likeness_and_pointed_out():
    reading = from_csv([("Kontrollområde", "Riskbeskrivning", "Kontrolmoment", *HEADER[3:]), *ROWS])
    assert _read(reading) == EXPECTED
    assert _codes(reading) == ["guessed_heading"]


def test_two_columns_for_the_same_thing_keep_both_texts():
    header = [*HEADER, "Kontroll"]
    reading = from_csv([header, [*ROWS[0], "Något annat"]])
    assert reading.rows[0].control == ROWS[0][2]
    assert dict(reading.rows[0].extra) == {"Kontroll": "Något annat"}
    assert _codes(reading) == ["double_column"]


def test_text_in_a_column_without_a_heading_is_kept_and_pointed_out():
    reading = from_csv([[*HEADER, ""], [*ROWS[0], "lös text"]])
    assert dict(reading.rows[0].extra) == {"": "lös text"}
    assert "text_without_heading" in [n.code for n in reading.rows[0].notes]


@pytest.mark.parametrize(
    ("field", "synonym"), [(field, name) for field, names in SYNONYMS.items() for name in names]
)
def test_every_synonym_is_recognised_however_it_is_typed(field, synonym):
    for typed in (synonym, synonym.upper(), f" {synonym.capitalize()}: ", f"{synonym}*"):
        found = recognise(typed)
        assert found is not None, typed
        assert found[0] is field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Risk 1-16=SxK*", Field.SCORE),
        ("Riskvärde (S x K)", Field.SCORE),
        ("Sannolikhet (1-4)", Field.LIKELIHOOD),
        ("Konsekvens 1–4", Field.IMPACT),
        ("Vad ska kontrolleras?", Field.CONTROL),
        ("Avsnitt (Nämndens/Kommungemensamma granskningar)", Field.AREA),
        ("Kontrollmetod och frekvens", Field.METHOD),
        ("Kontroll område", Field.AREA),
        ("Resultat", None),
        ("", None),
    ],
)
def test_headings_with_scales_questions_and_several_words(heading, field):
    found = recognise(heading)
    assert (found[0] if found else None) is field


def test_a_synonym_belongs_to_one_field_only():
    names = [name for names in SYNONYMS.values() for name in names]
    assert len(names) == len(set(names))


def test_a_reading_is_the_same_each_time_and_knows_nothing_of_the_file_it_came_from():
    sheet = Sheet("A", (Row(1, HEADER), Row(2, ROWS[0])))
    book = Workbook("x.xlsx", "xlsx", (sheet,))
    assert read_plan(book) == read_plan(book)
