"""The figures that only some documents tell: of pictures, of each sample, beside earlier ones."""

import io
import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import docx
import openpyxl

from internkontroll.core.dates import MONTHS, long_date
from internkontroll.reporting import documents
from internkontroll.reporting.rules import ShownReport
from tests.pdf_tables import pdf_tables
from tests.report_figures import Figures, HtmlTables, Table, differences

SEVERITIES = ("serious", "material", "minor")


def expected(data: Mapping[str, Any]) -> Figures:
    """The figures of the pictures in a report's JSON."""
    made: Figures = {}
    for one in data["months"]:
        month, count = date.fromisoformat(one["month"]), one["count"]
        subject = ("month", f"{MONTHS[month.month - 1]} {month.year}".capitalize())
        made |= {
            (*subject, "due"): count["due"],
            (*subject, "in_time"): count["in_time"],
            (*subject, "late"): count["late"],
            (*subject, "undone"): count["not_performed"] + count["missed"],
        }
    found = {one["area"] for one in data["by_year"] if sum(one[kind] for kind in SEVERITIES)}
    for one in data["by_year"]:
        if one["area"] in found:
            subject = ("year", one["area"], one["year"])
            made |= {(*subject, kind): one[kind] for kind in SEVERITIES}
            made[(*subject, "all")] = sum(one[kind] for kind in SEVERITIES)
    for row in data["rows"]:
        if row["previous"] or row["last_year"]:
            count = row["count"]
            made |= {
                ("now", row["number"], "performed"): count["in_time"] + count["late"],
                ("now", row["number"], "due"): count["due"],
                ("now", row["number"], "deviating"): row["deviating"],
            }
    for row in data["rows"]:
        made |= _worst(row["number"], [one for one in row["bounds"] if _is_drawn(one)])
    return made


def _is_drawn(line: Mapping[str, Any]) -> bool:
    """Whether the chart of samples tells of it: random, and of a list whose length is known."""
    known = line["at_most"] is not None and line["population"] and line["reviewed"]
    return bool(line["is_bound"] and known)


def _worst(number: int, drawn: list[dict[str, Any]]) -> Figures:
    """How many samples a kontrollmoment has, and the worst of them in each way, the first if two
    are alike.
    """
    if not drawn:
        return {}
    most = max(drawn, key=lambda one: Fraction(one["deviating"], one["reviewed"]))
    farthest = max(
        drawn,
        key=lambda one: Fraction(max(one["at_most"], one["deviating"]), one["population"]),
    )
    subject = ("bound", number)
    return {
        (*subject, "samples"): len(drawn),
        (*subject, "most"): (most["deviating"], most["reviewed"], _occasion(most)),
        (*subject, "farthest"): (farthest["at_most"], farthest["population"], _occasion(farthest)),
    }


def _occasion(line: Mapping[str, Any]) -> str:
    day = long_date(date.fromisoformat(line["scheduled_on"]))
    return f"{day}, {line['where']}" if line["where"] else day


def _told_sample(text: str) -> tuple[int, int, str]:
    """ "1 av 5, 30 april 2020, Individutskott 1"."""
    found = re.fullmatch(r"([\d\s]+) av ([\d\s]+?), (.+)", " ".join(text.split()))
    assert found is not None, text
    return _number(found[1]), _number(found[2]), found[3]


def _samples(data: Mapping[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    return [(row["number"], line) for row in data["rows"] for line in row["bounds"]]


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _read(tables: list[Table]) -> Figures:
    made: Figures = {}
    for header, *rows in tables:
        for row in rows:
            if header[0] == "Skulle vara klart":
                names = ("due", "in_time", "late", "undone")
                subject: tuple[Any, ...] = ("month", row[0])
                figures = map(_number, row[1:])
            elif header[:2] == ["Kontrollområde", "År"]:
                names = (*SEVERITIES, "all")
                subject = ("year", row[0], int(row[1]))
                figures = map(_number, row[2:])
            elif header[-1] == "Inte uteslutet som mest":
                subject = ("bound", int(row[0].split(".")[0]))
                made |= {
                    (*subject, "samples"): _number(row[1]),
                    (*subject, "most"): _told_sample(row[2]),
                    (*subject, "farthest"): _told_sample(row[3]),
                }
                continue
            elif header[:3] == ["Nr", "Kontrollmoment", "Nu"]:
                names = ("performed", "due", "deviating")
                subject = ("now", int(row[0]))
                told = re.search(r"(\d+) av (\d+) gjorda, (\d+) med", " ".join(row[2].split()))
                assert told
                figures = map(_number, told.groups())
            else:
                continue
            made |= {(*subject, name): one for name, one in zip(names, figures, strict=True)}
    return made


def _tables_of(shown: ShownReport) -> dict[str, list[Table]]:
    parser = HtmlTables()
    parser.feed(documents.report_html(shown).decode("utf-8"))
    word = docx.Document(io.BytesIO(documents.report_docx(shown)))
    return {
        "HTML": parser.tables,
        "PDF": pdf_tables(documents.report_pdf(shown)),
        "DOCX": [[[cell.text for cell in row.cells] for row in one.rows] for one in word.tables],
    }


def check(shown: ShownReport, data: Mapping[str, Any]) -> int:
    """Hold the tables of the pictures, and the workbook's samples, against the JSON.

    Gives how many figures that were.
    """
    wanted = expected(data)
    figures = 0
    for form, tables in _tables_of(shown).items():
        assert differences(_read(tables), wanted) == [], form
        figures += len(wanted)
    assert sum(one["count"]["due"] for one in data["months"]) == data["total"]["due"]
    book = openpyxl.load_workbook(io.BytesIO(documents.report_xlsx(shown)))
    _, *rows = book["Stickproven"].iter_rows(values_only=True)
    told = [(row[0], *row[3:6]) for row in rows]
    names = ("reviewed", "population", "deviating")
    assert told == [
        (number, *(line[name] or (None if name == "population" else 0) for name in names))
        for number, line in _samples(data)
    ]
    return figures + 3 * len(told)
