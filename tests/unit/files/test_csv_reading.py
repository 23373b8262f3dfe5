import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables import PLAN_LIMITS, Limits, read_table

TEXT = "Område;Åtgärd\nVård;”Ö – ä”\n"


def _rows(data, name="plan.csv"):
    (sheet,) = read_table(data, name).sheets
    return [row.cells for row in sheet.rows]


def _refusal(data, **options):
    with pytest.raises(InvalidInput) as caught:
        read_table(data, "plan.csv", **options)
    return caught.value.sentence


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
    ],
)
def test_every_usual_encoding_gives_the_same_table(data, encoding):
    book = read_table(data, "plan.csv")
    assert book.encoding == encoding
    assert [row.cells for row in book.sheets[0].rows] == [("Område", "Åtgärd"), ("Vård", "”Ö – ä”")]


@pytest.mark.parametrize(
    "data",
    [
        "Område;Rad\nÅtgärd;1\n".encode().decode("cp1252").encode(),
        "Område;Rad\nSköta gården;1\n".encode("cp850"),
        "Omr\ufffdde;Rad\n".encode(),
        "a;b\nbl\u00e5;gr\u00f6nt\n".encode("mac_roman"),
    ],
)
def test_text_whose_letters_were_destroyed_is_refused_with_its_line(data):
    sentence = _refusal(data)
    assert "förvanskade" in sentence or "går att läsa" in sentence


def test_the_line_of_the_mangled_word_is_named():
    assert "”pÃ¥” (rad 3)" in _refusal("a;b\nc;d\ne;sitta pÃ¥;\n".encode())


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_found_by_trying(separator):
    lines = [
        ["Titel över tabellen"],
        ["Nr", "Risk", "Belopp"],
        ["1", "Brand", "5"],
        ["2", "Is", "7"],
    ]
    data = "\n".join(separator.join(line) for line in lines).encode()
    assert read_table(data, "plan.csv").separator == separator
    assert _rows(data)[1:] == [("Nr", "Risk", "Belopp"), ("1", "Brand", "5"), ("2", "Is", "7")]


def test_commas_in_text_and_amounts_do_not_make_a_separator():
    data = "A;B\nett, två, tre;8 055,67\nfyra, fem;-1,5\nsex, sju, åtta, nio;2,0".encode()
    assert _rows(data)[1] == ("ett, två, tre", "8 055,67")


def test_a_declared_separator_is_followed_and_its_line_counts_as_a_row():
    book = read_table(b"sep=|\r\na|b\r\n1|2\r\n", "plan.csv")
    assert [(row.number, row.cells) for row in book.sheets[0].rows] == [
        (2, ("a", "b")),
        (3, ("1", "2")),
    ]


def test_a_quoted_cell_may_hold_lines_quotes_and_separators_and_rows_are_numbered_as_in_excel():
    data = 'a;b\r\n"ett\r\ntvå;""tre""";x\r\n\r\nsist;y\r\n'.encode()
    (sheet,) = read_table(data, "plan.csv").sheets
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (1, ("a", "b")),
        (2, ('ett\ntvå;"tre"', "x")),
        (4, ("sist", "y")),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a;b\nc;d\n"öppen;e\nf;g\n', 3),
        ('a;b\n"ett\ntvå";c\n"öppen;d\n"e";f\n', 4),
    ],
)
def test_a_quote_that_is_never_closed_names_the_line_where_it_opens(text, line):
    assert f"rad {line} " in _refusal(text.encode())


def test_leading_zeros_and_dates_stay_as_written():
    assert _rows(b"id;dag\n0012;2020-01-02\n")[1] == ("0012", "2020-01-02")


def test_one_enormous_line_is_refused_with_its_number():
    assert "Rad 2 " in _refusal(b"a;b\n" + b"x" * 1_100_000)


def test_too_many_columns_and_rows_are_refused_with_the_row():
    assert "Rad 2 " in _refusal(b"a;b\n" + b";".join([b"x"] * 201))
    assert "fler än 2 rader" in _refusal(
        b"a;b\n1;2\n3;4\n", limits=Limits(PLAN_LIMITS.size, rows=2)
    )


def test_bytes_that_are_no_text_in_any_encoding_are_refused():
    assert "ingen textfil" in _refusal(b"a;b\n\x81\x8d;\xff\n")


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_a_table_or_a_sentence(data):
    try:
        assert read_table(data, "plan.csv").sheets
    except InvalidInput as error:
        assert error.sentence  # noqa: PT017


def test_rows_written_by_a_csv_writer_are_read_back():
    rng = random.Random(3)  # noqa: S311 - test data
    alphabet = 'aåö ";,\n\t1'
    for _ in range(100):
        rows = [
            ["h1", "h2", "h3"],
            *[
                ["x" + "".join(rng.choice(alphabet) for _ in range(8)) + "x" for _ in range(3)]
                for _ in range(4)
            ],
        ]
        written = "".join(
            ";".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows
        )
        expected = [tuple(_plain(cell) for cell in row) for row in rows]
        assert _rows(written.encode("utf-8-sig")) == expected


def _plain(cell):
    return "\n".join(line.strip() for line in cell.replace("\t", " ").split("\n"))
