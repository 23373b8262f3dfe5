import gc
import io
import os
from pathlib import Path

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables import (
    Limits,
    population_columns,
    read_population,
    row_amount_ore,
)
from tests.unit.files.workbooks import workbook

CSV = "Köp 2020\n\nVerifikation;Belopp (kr)\n0001;8 055,67\n\n0002; -5\u00a0\n"


def _refusal(data, **options):
    with (
        pytest.raises(InvalidInput) as caught,
        read_population(io.BytesIO(data), "lista.csv", **options) as p,
    ):
        list(p)
    return caught.value.sentence


def test_rows_come_one_by_one_with_the_number_that_the_file_gives_them():
    with read_population(io.BytesIO(CSV.encode("cp1252")), "l.csv") as p:
        assert p.header == ("Verifikation", "Belopp (kr)")
        assert p.header_row == 3
        assert p.encoding == "cp1252"
        rows = list(p)
    assert rows == [(4, ("0001", "8 055,67")), (6, ("0002", "-5"))]


def test_the_file_is_read_on_only_as_it_is_iterated():
    data = b"Id;Belopp\n" + b"".join(b"%06d;1,00\n" % n for n in range(50_000))
    stream = io.BytesIO(data)
    with read_population(stream, "l.csv") as p:
        rows = iter(p)
        next(rows)
        assert stream.tell() < len(data) / 2
        assert sum(1 for _ in rows) == 49_999
        assert stream.tell() == len(data)


def test_a_path_is_closed_and_a_stream_that_was_handed_in_is_not(tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes(b"Id;B\n1;2\n")
    with read_population(path) as p:
        assert list(p) == [(2, ("1", "2"))]
    stream = io.BytesIO(path.read_bytes())
    with read_population(stream, "l.csv") as p:
        next(iter(p))
    assert not stream.closed


def test_a_workbook_population_is_read_with_its_references_untouched():
    stream = io.BytesIO(workbook([["Dnr", "Belopp"], ["0012", 8.5]]))
    with read_population(stream, "l.xlsx") as p:
        assert list(p) == [(2, ("0012", "8,5"))]


def test_a_reference_with_a_line_break_is_handed_on_for_the_freeze_to_refuse():
    with read_population(io.BytesIO(b'Id;B\n"a\nb";1\n'), "l.csv") as p:
        assert list(p) == [(2, ("a\nb", "1"))]


def test_columns_are_proposed_by_their_headings():
    columns = population_columns(["Löpnr", "Namn", "Belopp", "ÄRENDENUMMER", "Summa"])
    assert columns.id_column == 3
    assert columns.id_candidates == (3, 0)
    assert columns.amount_column == 2
    assert columns.personal == (1,)
    assert population_columns(["a"]).id_column is None


def test_an_amount_that_is_no_number_names_its_row_and_column():
    assert row_amount_ore("8 055,67", row=2, column="Belopp") == 805567
    with pytest.raises(InvalidInput, match="Rad 7, kolumnen ”Belopp”: ”okänt” är inte ett tal"):
        row_amount_ore("okänt", row=7, column="Belopp")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "är tom"),
        (b"\n \n", "inga rader med text"),
        (b"Id;;Belopp\n1;2;3\n", "Kolumn B på rubrikraden (rad 1)"),
        (b"Id;Id\n1;2\n", "står två gånger på rad 1"),
        (b"Id;B\n1;2\n3;4;5\n", "Rad 3 "),
        (b'Id;B\n1;2\n"3;4\n', "rad 3 "),
        ("Id;B\n1;pÃ¥\n".encode(), "förvanskade"),
        (b"%PDF-1.4 x", "är en PDF"),
    ],
)
def test_a_list_that_cannot_be_used_gets_its_sentence(data, says):
    assert says in _refusal(data)


def test_a_list_with_too_many_rows_or_bytes_is_refused():
    assert "fler än 2 rader" in _refusal(b"Id;B\n1;2\n3;4\n", limits=Limits(size=100, rows=2))
    assert "läses" in _refusal(b"Id;B\n1;2\n3;4\n", limits=Limits(size=5))


def test_a_workbook_with_two_lists_is_refused_with_the_names_of_its_sheets():
    data = workbook([["Id"]], arrange=lambda book, _: book.create_sheet("B").append(["Id"]))
    assert "”Plan”, ”B”" in _refusal(data)


def _real(name):
    folder = Path(os.environ.get("REAL_INPUT_DIR", "../shared/data"))
    path = folder / name
    if not path.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{path} saknas: sätt REAL_INPUT_DIR")
        pytest.skip(f"{path} saknas: sätt REAL_INPUT_DIR")
    return path


@pytest.mark.real_input
def test_the_list_of_cases_is_read_whole():
    path = _real("population_arenden_2020.csv")
    with read_population(path) as p:
        columns = population_columns(p.header)
        ids = [cells[columns.id_column] for _, cells in p]
    lines = path.read_text("utf-8-sig").splitlines()[1:]
    assert p.encoding == "utf-8-sig"
    assert ids == [line.split(";")[0] for line in lines]
    assert (len(ids), len(set(ids)), columns.amount_column) == (1842, 1842, None)


@pytest.mark.real_input
def test_the_list_of_invoices_is_read_whole_and_sums_as_counted_another_way():
    path = _real("population_fakturor_2020.csv")
    with read_population(path) as p:
        columns = population_columns(p.header)
        ore = [
            row_amount_ore(cells[columns.amount_column], row=number, column="Belopp")
            for number, cells in p
        ]
    lines = path.read_text("cp1252").splitlines()[1:]
    plain = [line.split(";")[-1].replace(" ", "").replace("\xa0", "") for line in lines]
    assert p.encoding == "cp1252"
    assert ore == [int(text.replace(",", "")) for text in plain]
    assert len(ore) == 6000
    assert min(ore) < 0 < max(ore)
    assert 0 in ore


def test_a_fault_in_the_middle_of_a_long_file_leaves_nothing_open(tmp_path: Path) -> None:
    path = tmp_path / "lang.csv"
    rows = [f"{n};x" for n in range(3_000)]
    rows[2_000] = "2000;x;y;z"
    path.write_text("Löpnr;Typ\n" + "\n".join(rows), "utf-8")

    with pytest.raises(InvalidInput, match="2002"), read_population(path) as opened:
        for _row in opened:
            pass
    gc.collect()
