"""A CSV file opens in Swedish Excel as it was meant, and nothing in it runs."""

from datetime import date
from decimal import Decimal

import pytest

from internkontroll.files.csv_out import csv_bytes


def lines(*rows: tuple[object, ...], header: tuple[str, ...] = ("A", "B")) -> list[str]:
    text = csv_bytes(header, rows).decode("utf-8-sig")  # type: ignore[arg-type]
    assert text.endswith("\r\n")
    return text.removesuffix("\r\n").split("\r\n")


def test_the_file_has_its_mark_semicolons_and_crlf() -> None:
    assert csv_bytes(("Å", "Ö"), [("å", 1)]) == b"\xef\xbb\xbf\xc3\x85;\xc3\x96\r\n\xc3\xa5;1\r\n"


def test_numbers_have_a_decimal_comma_and_days_are_iso() -> None:
    assert lines((Decimal("-1234.50"), date(2020, 3, 12)), (None, -5)) == [
        "A;B",
        "-1234,50;2020-03-12",
        ";-5",
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_that_looks_like_a_formula_is_held_back(start: str) -> None:
    [_, row] = lines((f"{start}SUM(A1)", "x"))
    assert row == f"'{start}SUM(A1);x"


def test_a_leading_carriage_return_and_quotes_stay_in_their_cell() -> None:
    assert csv_bytes(("A",), [('\r=1 "två"; tre',)]).decode("utf-8-sig") == (
        'A\r\n"\'\r=1 ""två""; tre"\r\n'
    )


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells, the header 2"):
        lines(("bara en",))
