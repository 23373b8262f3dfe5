"""One invented plan in many municipalities' layouts gives one and the same reading."""

import pytest

from internkontroll.files.tables import Row, Sheet, Workbook
from internkontroll.plan.rules.headers import SYNONYMS, Field, recognise
from internkontroll.plan.rules.reading import read_plan
from tests.unit.plan.one_plan import CARE, ECONOMY, EXPECTED, KEYS, PAY, ROWS, codes, read
from tests.unit.plan.plan_files import HEADER, from_csv, from_xlsx


def test_the_plain_layout():
    reading = from_csv([HEADER, *ROWS])
    assert read(reading) == EXPECTED
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
    assert read(from_csv([HEADER, *ROWS], encoding=encoding, delimiter=delimiter)) == EXPECTED


def test_capitals_stars_colons_and_headings_broken_over_lines():
    header = [
        "KONTROLL-\nOMRÅDE",
        "Risk-\nbeskrivning*",
        "Kontroll-\nmoment:",
        "Metod.",
        "Tidpunkt för\nrapportering:",
    ]
    assert read(from_xlsx([header, *ROWS])) == EXPECTED


def test_other_words_in_another_order_with_unknown_columns():
    order = (4, 2, 0, 3, 1)
    header = ["Rapporteras när", "Granskning", "Perspektiv", "Hur", "Oönskad händelse", "Budget"]
    reading = from_csv([header, *[[*(row[i] for i in order), "10 tkr"] for row in ROWS]])
    assert read(reading) == EXPECTED
    assert [dict(row.extra) for row in reading.rows] == [{"Budget": "10 tkr"}] * 3
    assert codes(reading) == ["unknown_column"]
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
    assert read(reading) == EXPECTED
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
    assert read(reading) == EXPECTED
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
    assert codes(reading) == ["merged_cells"]
    assert [n.code for n in reading.rows[1].notes] == ["filled_down", "filled_down"]
    assert "rad 10" in reading.rows[1].notes[0].text
    assert reading.marks(2) == ()


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
    assert read(reading) == EXPECTED
    assert codes(reading) == ["empty_heading"]
    assert "Fotnot om planen" in reading.notes[0].text


def test_headings_in_two_rows_with_the_risk_values_below():
    top = ["Kontrollområde", "Risk", "Värdering", "", "Kontrollmoment", "Metod", "Rapportering"]
    below = ["", "", "Sannolikhet", "Konsekvens", "", "", ""]
    rows = [[row[0], row[1], "2", "3", *row[2:]] for row in ROWS]
    reading = from_csv([top, below, *rows])
    assert read(reading) == EXPECTED
    assert [row.score for row in reading.rows] == [6, 6, 6]


def test_the_sample_in_a_column_of_its_own():
    header = [*HEADER[:3], "Metod", "Omfattning/avgränsning:", HEADER[4]]
    rows = [
        [*ROWS[0][:3], "Stickprov", "8 st", ROWS[0][4]],
        [*ROWS[1][:3], "Stickprov", "Minst 4", ROWS[1][4]],
        [*ROWS[2][:3], "Genomgång", "100 %", ROWS[2][4]],
    ]
    assert read(from_csv([header, *rows])) == EXPECTED


def test_a_plan_with_its_table_in_the_second_sheet_and_notes_in_others():
    def arrange(book, sheet):
        plan = book.create_sheet("Tabell")
        for row in (HEADER, *ROWS):
            plan.append(row)
        book.create_sheet("Gamla").append(["Riskbeskrivning", "Kontrollmoment"])
        book["Gamla"].sheet_state = "hidden"

    reading = from_xlsx([["Om planen"], ["Den gäller från januari."]], arrange=arrange)
    assert read(reading) == EXPECTED
    assert reading.sheet == "Tabell"
    assert codes(reading) == ["other_sheet", "hidden_sheet"]
    assert "”Gamla” är dolt" in reading.notes[1].text


def test_a_misspelled_heading_is_read_by_likeness_and_pointed_out():
    reading = from_csv([("Kontrollområde", "Riskbeskrivning", "Kontrolmoment", *HEADER[3:]), *ROWS])
    assert read(reading) == EXPECTED
    assert codes(reading) == ["guessed_heading"]


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
