"""Det som står ovanför tabellen: who and what the plan says that it is for. Pure."""

import re
from collections.abc import Iterable

from internkontroll.core.text import clean_line
from internkontroll.files.tables import Row

_NAMED_VALUE = re.compile(r"(?P<name>[A-ZÅÄÖ][\wåäöÅÄÖ /-]{1,40}?)\s*:\s*")


def title_block(rows: Iterable[Row]) -> tuple[tuple[str, str], ...]:
    """What stands above the header, as (name, value); a text without a name has the name ""."""
    metadata: list[tuple[str, str]] = []
    for row in rows:
        waiting: str | None = None
        for column, cell in enumerate(row.cells):
            if not cell or column in row.filled:
                continue
            if waiting is not None and not _NAMED_VALUE.search(cell):
                metadata.append((waiting, clean_line(cell)))
                waiting = None
                continue
            if waiting is not None:
                metadata.append((waiting, ""))
            waiting = _named_values(cell, metadata)
        if waiting is not None:
            metadata.append((waiting, ""))
    return tuple(metadata)


def _named_values(cell: str, metadata: list[tuple[str, str]]) -> str | None:
    """Add the cell's values to ``metadata``; returns a last name whose value is yet to come."""
    line = clean_line(cell)
    names = list(_NAMED_VALUE.finditer(line))
    start = names[0].start() if names else len(line)
    if line[:start].strip():
        metadata.append(("", line[:start].strip()))
    for index, name in enumerate(names):
        end = names[index + 1].start() if index + 1 < len(names) else len(line)
        value = line[name.end() : end].strip()
        if not value and index + 1 == len(names):
            return name["name"].strip()
        metadata.append((name["name"].strip(), value))
    return None
