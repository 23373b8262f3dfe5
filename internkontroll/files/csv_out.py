"""CSV ut: a table as Swedish Excel opens it, and nothing in it that Excel would run."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

Cell = str | int | Decimal | date | None

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Also the wide signs of East Asian keyboards, which some programs read as the narrow ones."""


def _told(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",")
    return str(cell)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as a CSV file: ``;``, UTF-8 with its mark, CRLF, decimal comma, days as ISO.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers do not.
    Raises ValueError for a row of another width than the header.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_told(name) for name in header])
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row has {len(row)} cells, the header {len(header)}")
        writer.writerow([_told(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")
