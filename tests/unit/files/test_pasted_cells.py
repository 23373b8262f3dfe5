import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables import PLAN_LIMITS, Limits, read_pasted

HEADER = "Område\tKontrollmoment\tMetod"


def rows(text, limits=PLAN_LIMITS):
    (sheet,) = read_pasted(text, limits).sheets
    return [line.cells for line in sheet.rows]


def refusal(text, limits=PLAN_LIMITS):
    with pytest.raises(InvalidInput) as caught:
        read_pasted(text, limits)
    return caught.value.sentence


def test_cells_parted_by_tabs_are_a_table():
    assert rows(f"{HEADER}\r\nA\tB\tC\r\n\r\nD\tE\t\r\n") == [
        ("Område", "Kontrollmoment", "Metod"),
        ("A", "B", "C"),
        ("D", "E", ""),
    ]


def test_excel_quotes_a_cell_with_lines_of_its_own():
    assert rows(f'{HEADER}\nA\t"Första\nandra ""raden"""\tC')[1] == (
        "A",
        'Första\nandra "raden"',
        "C",
    )


def test_word_breaks_a_cell_over_lines_and_they_are_put_together():
    book = read_pasted(f"{HEADER}\nA\tFörsta\nandra\ntredje\tC\nD\tE\tF", PLAN_LIMITS)
    assert [line.cells for line in book.sheets[0].rows][1:] == [
        ("A", "Första\nandra\ntredje", "C"),
        ("D", "E", "F"),
    ]
    assert "rad 2" in book.notes[0]


def test_a_heading_row_alone_on_its_line_never_swallows_the_whole_row_below():
    assert rows(f"{HEADER}\nEkonomi\nA\tB\tC")[1:] == [("Ekonomi",), ("A", "B", "C")]


def test_a_quotation_mark_in_the_text_itself_is_text():
    assert rows(f'{HEADER}\nA\t"Så" skrev de\tC')[1][1] == '"Så" skrev de'


def test_semicolons_part_the_cells_where_there_is_no_tab():
    assert rows("Område;Kontrollmoment\nA;B")[1] == ("A", "B")


@pytest.mark.parametrize("text", ["", "  \n ", "bara en text\nutan celler"])
def test_what_is_no_table_is_refused(text):
    assert refusal(text).endswith(".")


def test_the_limits_hold_for_pasted_cells():
    assert "201 kolumner" in refusal("\t".join("x" * 201) + "\n")
    assert len(rows("\t".join("x" * 200) + "\n")[0]) == 200
    assert "MB" in refusal("a\tb\n" * 400_000, Limits(2**20))
    assert "fler än 5 rader" in refusal("a\tb\n" * 6, Limits(2**20, rows=5))
    assert "förvanskade" in refusal("a\tFÃ¶rfall\n")
