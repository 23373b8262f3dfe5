"""Every figure of a report read back out of a document, whatever form the document has.

A figure is told by what it is about: ("row", 4, "deviating") is how many of the items of
kontrollmoment 4 deviated. What is read is compared with the report's JSON, figure by figure.
"""

import csv
import datetime
import html.parser
import io
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import docx
import openpyxl

from internkontroll.core.dates import long_date
from internkontroll.reporting.models import Assessment
from internkontroll.reporting.rules.lines import ActionStanding
from internkontroll.reporting.words import NOT_YET, STATES
from tests.pdf_tables import pdf_tables
from tests.pdf_text import pdf_text
from tests.report_tables import COUNTS, THEN, Figures, Table, of_tables, of_text

WORDS: dict[str | None, str] = {
    **{kind.value: STATES[kind].word for kind in Assessment},
    **{kind.value: STATES[kind].word for kind in ActionStanding},
    None: NOT_YET.word,
}
"""What the documents call the assessments and the states of actions in a report's JSON."""
ITEMS = ("reviewed", "population", "deviating")


def _count(subject: tuple[Any, ...], count: Mapping[str, int]) -> Figures:
    pending = count["not_yet_due"] - count["early"]
    return {
        (*subject, figure): pending if figure == "pending" else count[figure]
        for figure in COUNTS.values()
    }


def _items(subject: tuple[Any, ...], row: Mapping[str, Any]) -> Figures:
    if not (row["reviewed"] or row["population"]):
        return {(*subject, figure): None for figure in ITEMS}
    told = {(*subject, figure): row[figure] for figure in ITEMS}
    return {**told, (*subject, "population"): row["population"] or None}


def _of_row(subject: tuple[Any, ...], row: Mapping[str, Any]) -> Figures:
    count = row["count"]
    return {
        (*subject, "due"): count["due"],
        (*subject, "performed"): count["in_time"] + count["late"],
        (*subject, "late"): count["late"],
        (*subject, "early"): count["early"],
        **_items(subject, row),
    }


def expected(data: Mapping[str, Any], words: Mapping[str | None, str]) -> Figures:
    """The figures of a report's JSON. ``words`` tells each assessment in Swedish."""
    made: Figures = _count(("total",), data["total"])
    for area in data["areas"]:
        made |= _count(("area", area["name"]), area["count"])
    for row in data["rows"]:
        subject = ("row", row["number"])
        made |= _of_row(subject, row)
        made[(*subject, "assessment")] = words[row["assessment"]]
    for row in data["committees"]:
        subject = ("committee", row["name"])
        made |= _of_row(subject, row)
        made[(*subject, "undone")] = row["count"]["not_performed"] + row["count"]["missed"]
        made[(*subject, "expired")] = row["count"]["expired"]
    for row in data["others"]:
        subject = ("other", row["number"])
        count = row["count"]
        made[(*subject, "due")] = count["due"]
        made[(*subject, "performed")] = count["in_time"] + count["late"]
        made[(*subject, "undone")] = count["not_performed"] + count["missed"]
        made[(*subject, "findings")] = len(row["findings"])
    for figure in ("reviewed", "deviating", "findings"):
        made[("sum", figure)] = data[figure]
    for row in data["rows"]:
        for one in row["findings"]:
            for place, action in enumerate(one["actions"]):
                subject = ("action", one["label"], place)
                made[(*subject, "due_on")] = long_date(
                    datetime.date.fromisoformat(action["due_on"])
                )
                made[(*subject, "standing")] = words[action["standing"]]
        for name in ("previous", "last_year"):
            # Where nothing was assessed then, a document for people says so and gives no figures.
            if (then := row[name]) is not None and then["assessment"] is not None:
                subject = ("then", row["number"], name)
                made |= {(*subject, figure): then[figure] for figure in THEN}
    labels = [one["label"] for row in data["rows"] for one in row["findings"]]
    return (
        made
        | {("finding", label): 1 for label in labels}
        | {("later", place): one["number"] for place, one in enumerate(data["later"])}
    )


class HtmlTables(html.parser.HTMLParser):
    """Tables of an HTML file, and all that is read outside of style."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.items: list[str] = []
        self.text = ""
        self._cell: str | None = None
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = self._silent or tag == "style"
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self._cell = ""
        elif tag == "li":
            self.items.append("")
        elif tag in {"br", "p", "span"}:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._silent = False
        elif tag in {"td", "th"} and self._cell is not None:
            self.tables[-1][-1].append(" ".join(self._cell.split()))
            self._cell = None
        elif tag in {"p", "li", "h2", "h3"}:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.text += data
        if self._cell is not None:
            self._cell += data
        elif self.items:
            self.items[-1] += data


def from_html(content: bytes) -> Figures:
    """The figures of the HTML file, which tells the last two tables as lists."""
    parser = HtmlTables()
    parser.feed(content.decode("utf-8"))
    made = of_tables(parser.tables) | of_text(parser.text)
    changed = re.compile(
        r"Kontroll (\d+), .*: (\d+) av (\d+) gjorda(?: \(\d+ sent\))?, (\d+) avvikelser\."
    )
    later = re.compile(r"\d+ \w+ \d{4}, kontroll (\d+): ")
    place = 0
    for item in (" ".join(one.split()) for one in parser.items):
        if found := changed.match(item):
            number, performed, due, findings = map(int, found.groups())
            made |= {
                ("other", number, "due"): due,
                ("other", number, "performed"): performed,
                ("other", number, "undone"): due - performed,
                ("other", number, "findings"): findings,
            }
        elif found := later.match(item):
            made["later", place] = int(found[1])
            place += 1
    return made


def from_pdf(content: bytes) -> Figures:
    """The figures of the PDF: of its tagged tables, and of its text."""
    return of_tables(pdf_tables(content)) | of_text(pdf_text(content))


def from_docx(content: bytes) -> Figures:
    """The figures of the Word document."""
    opened = docx.Document(io.BytesIO(content))
    tables = [[[cell.text for cell in row.cells] for row in one.rows] for one in opened.tables]
    return of_tables(tables) | of_text("\n".join(one.text for one in opened.paragraphs))


def _typed(
    rows: list[dict[str, Any]], sums: Mapping[str, Any], tables: Mapping[str, Any]
) -> Figures:
    """The figures of tables in which each has a cell of its own."""
    made: Figures = {("total", COUNTS[one]): sums[one] for one in COUNTS}
    made |= {
        ("sum", "reviewed"): sums["Granskade poster"],
        ("sum", "deviating"): sums["Granskade poster med avvikelse"],
        ("sum", "findings"): sums["Beskrivna avvikelser"],
    }
    for record in tables["omraden"]:
        made |= {("area", record["Kontrollområde"], COUNTS[one]): record[one] for one in COUNTS}
    subjects = [(("row", record["Nr"]), record) for record in rows]
    subjects += [(("committee", record["Utskott"]), record) for record in tables["utskott"]]
    for subject, record in subjects:
        made |= {
            (*subject, "due"): record["Skulle göras"],
            (*subject, "performed"): record["Gjort i tid"] + record["Gjort sent"],
            (*subject, "late"): record["Gjort sent"],
            (*subject, "early"): record["Gjort i förtid"],
            (*subject, "reviewed"): record["Granskade"],
            (*subject, "population"): record["Av så många"],
            (*subject, "deviating"): record["Med avvikelse"],
        }
        undone = record["Inte gjort, med orsak"] + record["Inte gjort, utan orsak"]
        if subject[0] == "row":
            made[(*subject, "assessment")] = record["Bedömning"]
        else:
            made |= {(*subject, "undone"): undone, (*subject, "expired"): record["Utgått"]}
    for record in tables["ovriga-kontrollmoment"]:
        if record["Rapporteras"]:
            continue
        subject = ("other", record["Nr"])
        made |= {
            (*subject, "due"): record["Skulle göras"],
            (*subject, "performed"): record["Gjort i tid"] + record["Gjort sent"],
            (*subject, "undone"): record["Inte gjort, med orsak"]
            + record["Inte gjort, utan orsak"],
            (*subject, "findings"): record["Avvikelser"],
        }
    numbers = {record["Nr"] for record in rows}
    found = [one for one in tables["avvikelser-och-atgarder"] if one["Nr"] in numbers]
    elsewhere = {(one["Nr"], one["Avvikelse"]) for one in tables["avvikelser-och-atgarder"]}
    counted = Counter(number for number, _ in elsewhere if number not in numbers)
    others = {key[1]: made[key] for key in made if key[0] == "other" and key[2] == "findings"}
    assert counted == Counter(others)
    made |= {("finding", one["Avvikelse"]): 1 for one in found}
    places: Counter[str] = Counter()
    for one in found:
        if one["Åtgärd"]:
            subject = ("action", one["Avvikelse"], places[one["Avvikelse"]])
            places[one["Avvikelse"]] += 1
            made[(*subject, "due_on")] = long_date(
                datetime.date.fromisoformat(str(one["Klar senast"])[:10])
            )
            made[(*subject, "standing")] = one["Åtgärdens läge"]
    seen: Counter[int] = Counter()
    for one in tables["jamfort-med-tidigare"]:
        name = ("previous", "last_year")[seen[one["Nr"]]]
        seen[one["Nr"]] += 1
        cells = ("Gjort då", "Skulle göras då", "Med avvikelse då")
        if one["Bedömning då"] is None:
            assert [one[cell] for cell in cells] == [0, 0, 0]
            continue
        made |= {
            ("then", one["Nr"], name, figure): one[cell]
            for figure, cell in zip(THEN, cells, strict=True)
        }
    return made | {
        ("later", place): one["Nr"] for place, one in enumerate(tables["tillkommet-efter"])
    }


def from_xlsx(content: bytes, names: Mapping[str, str]) -> Figures:
    """The figures of the workbook, whose sheets have the names given."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    tables = {}
    for key, name in names.items():
        header, *rows = book[name].iter_rows(values_only=True)
        tables[key] = [dict(zip(header, row, strict=True)) for row in rows]
    sums = {row["Uppgift"]: row["Värde"] for row in tables["sammanfattning"]}
    return _typed(tables["kontrollmoment"], sums, tables)


def _csv_value(text: str) -> Any:
    if not text:
        return None
    return int(text) if text.isdecimal() else text


def from_csv(contents: Mapping[str, bytes]) -> Figures:
    """The figures of the CSV files, by the name of their table."""
    tables = {
        key: [
            {name: _csv_value(value) for name, value in row.items()}
            for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")), delimiter=";")
        ]
        for key, body in contents.items()
    }
    sums = {row["Uppgift"]: row["Värde"] for row in tables["sammanfattning"]}
    return _typed(tables["kontrollmoment"], sums, tables)


def differences(found: Figures, wanted: Figures) -> list[str]:
    """What a document tells otherwise than it should, leaves out or has made up."""
    return [
        f"{key}: {found.get(key, 'saknas')!r}, not {wanted.get(key, 'inget')!r}"
        for key in sorted({*found, *wanted}, key=str)
        if key not in found or key not in wanted or found[key] != wanted[key]
    ]
