"""How large a file may be, per kind of file. Checked before anything is parsed."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The largest file that is read. Sizes are bytes; ``rows`` and ``columns`` are inclusive.

    ``area`` bounds rows times columns of one sheet, because a reader lays it out as a full grid.
    """

    size: int
    unzipped: int = 100 * MEGABYTE
    entries: int = 2_000
    columns: int = 200
    rows: int = 100_000
    area: int = 1_000_000
    cell: int = 100_000
    sheets: int = 100


PLAN_LIMITS = Limits(size=20 * MEGABYTE)
POPULATION_LIMITS = Limits(size=200 * MEGABYTE, rows=1_000_000)
