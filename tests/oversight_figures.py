"""Every figure of kommunstyrelsens samlade bild read back out of a document.

A table that no reader knows is refused, so that no new figure goes unread.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import docx

from tests.pdf_tables import pdf_tables
from tests.pdf_text import pdf_text
from tests.report_figures import Figures, HtmlTables
from tests.report_tables import Table

SEVERITIES = ("serious", "material", "minor")
_NUMBER = r"\d{1,3}(?:[\s\u00a0]\d{3})*"


def _per_ten(findings: int, controls: int) -> str:
    """How many per ten kontrollmoment, half a tenth rounded up: "1,3"; a dash for none."""
    if not controls:
        return "–"
    tenths = (200 * findings + controls) // (2 * controls)
    return f"{tenths // 10},{tenths % 10}"


def _of_line(subject: tuple[Any, ...], line: Mapping[str, Any], actions: Any) -> Figures:
    count, severities = line["count"], line["severities"]
    made: Figures = {
        (*subject, "controls"): line["controls"],
        (*subject, "plan_size"): line["plan_size"],
        (*subject, "performed"): count["in_time"] + count["late"],
        (*subject, "due"): count["due"],
        (*subject, "per_ten"): _per_ten(sum(severities.values()), line["controls"]),
        (*subject, "actions"): actions["done"] if actions else None,
        (*subject, "of_actions"): actions["total"] - actions["cancelled"] if actions else None,
        (*subject, "late_actions"): actions["late"] if actions else 0,
    }
    return made | {(*subject, kind): severities[kind] for kind in SEVERITIES}


def expected(data: Mapping[str, Any]) -> Figures:
    """The figures of the picture's JSON."""
    total = data["total"]
    made = _of_line(("total",), total, total["actions"] if total["told_actions"] else None)
    made |= {("sent", "of"): total["asked"], ("sent",): total["sent"]}
    made[("overdue",)] = total["overdue"]
    for line in data["boards"]:
        name, count = line["name"], line["count"]
        made["days_late", name] = line["days_late"]
        report = line["report"]
        if report is None:
            continue
        made |= _of_line(("board", name), line, report["actions"])
        made |= {
            ("done", name, "due"): count["due"],
            ("done", name, "in_time"): count["in_time"],
            ("done", name, "late"): count["late"],
            ("done", name, "undone"): count["not_performed"] + count["missed"],
        }
        found = sum(line["severities"].values())
        if any(sum(one["severities"].values()) for one in data["boards"]):
            made |= {("found", name, kind): line["severities"][kind] for kind in SEVERITIES}
            made["found", name, "all"] = found
        for row in report["rows"]:
            findings = sum(row["severities"].values())
            if findings or row["assessment"] in SEVERITIES:
                made["deviating", name, row["number"]] = findings
    for one in data["common"]:
        made["common", one["area"], "controls"] = one["controls"]
        made["common", one["area"], "findings"] = sum(one["severities"].values())
    for one in data["obligatory"]:
        count, subject = one["count"], ("obligatory", one["number"])
        made[(*subject, "performed")] = count["in_time"] + count["late"]
        made[(*subject, "due")] = count["due"]
        made[(*subject, "findings")] = sum(one["severities"].values())
        made[(*subject, "not_applicable")] = sum(
            answer["standing"] == "not_applicable" for answer in one["answers"]
        )
    return made


def _number(text: str) -> int | None:
    found = re.match(rf"\s*({_NUMBER})", text)
    return int(re.sub(r"\D", "", found[1])) if found else None


def _pair(text: str) -> tuple[int | None, int | None]:
    found = re.match(rf"\s*({_NUMBER})[\s\u00a0]av[\s\u00a0]({_NUMBER})", text)
    return (_number(found[1]), _number(found[2])) if found else (None, None)


def _records(table: Table) -> Iterator[dict[str, str]]:
    header, *rows = table
    yield from (dict(zip(header, row, strict=True)) for row in rows)


def _of_standing(table: Table) -> Figures:
    made: Figures = {}
    for record in _records(table):
        late = re.search(rf"({_NUMBER})[\s\u00a0]dag", record["Läge"])
        made["days_late", record["Nämnd"]] = _number(late[1]) if late else 0
    return made


def _of_figures(table: Table) -> Figures:
    made: Figures = {}
    for record in _records(table):
        name = record["Nämnd"]
        subject = ("total",) if name == "Totalt" else ("board", name)
        told = record["Åtgärder klara"]
        late = re.search(rf"({_NUMBER})[\s\u00a0]sena?\b", told)
        pairs = (_pair(record["Kontrollmoment"]), _pair(record["Gjort"]), _pair(told))
        names = ("controls", "plan_size", "performed", "due", "actions", "of_actions")
        figures = [figure for pair in pairs for figure in pair]
        made |= {(*subject, one): figure for one, figure in zip(names, figures, strict=True)}
        made |= {
            (*subject, "per_ten"): record["Per tio"],
            (*subject, "late_actions"): _number(late[1]) if late else 0,
            (*subject, "serious"): _number(record["Allvarliga"]),
            (*subject, "material"): _number(record["Väsentliga"]),
            (*subject, "minor"): _number(record["Mindre"]),
        }
    return made


def _of_done(table: Table) -> Figures:
    columns = {"Skulle göras": "due", "I tid": "in_time", "Sent": "late", "Inte gjort": "undone"}
    return {
        ("done", record["Nämnd"], figure): _number(record[column])
        for record in _records(table)
        for column, figure in columns.items()
    }


def _of_found(table: Table) -> Figures:
    header = table[0]
    return {
        ("found", row[0], figure): _number(row[header.index(header[place])])
        for row in table[1:]
        for place, figure in enumerate((*SEVERITIES, "all"), start=1)
    }


def _of_deviating(table: Table) -> Figures:
    return {
        ("deviating", record["Nämnd"], _number(record["Nr"])): _number(record["Avvikelser"])
        for record in _records(table)
    }


def _of_common(table: Table) -> Figures:
    return {
        ("common", record["Kontrollområde"], figure): _number(record[column])
        for record in _records(table)
        for column, figure in (("Kontrollmoment", "controls"), ("Avvikelser", "findings"))
    }


def _of_obligatory(table: Table) -> Figures:
    made: Figures = {}
    for record in _records(table):
        subject = ("obligatory", _number(record["Kontrollmoment"]))
        performed, due = _pair(record["Gjort"])
        made |= {
            (*subject, "performed"): performed,
            (*subject, "due"): due,
            (*subject, "findings"): _number(record["Avvikelser"]),
            (*subject, "not_applicable"): _number(record["Ej tillämpligt"]),
        }
    return made


READERS: tuple[tuple[str, str, Callable[[Table], Figures]], ...] = (
    ("Nämnd", "Egen bedömning", _of_standing),
    ("Nämnd", "Åtgärder klara", _of_figures),
    ("Nämnd", "Inte gjort", _of_done),
    ("Nämnd", "Totalt", _of_found),
    ("Nämnd", "Bedömning", _of_deviating),
    ("Kontrollområde", "Avvikelser", _of_common),
    ("Kontrollmoment", "Saknas i planen hos", _of_obligatory),
)
"""How a table is read, by its first and last heading."""


def _of_document(tables: list[Table], text: str) -> Figures:
    made: Figures = {}
    for table in tables:
        ends = (table[0][0], table[0][-1])
        readers = [read for first, last, read in READERS if (first, last) == ends]
        assert readers, f"a table that nobody reads: {table[0]}"
        made |= readers[0](table)
    sent = re.search(rf"Lämnat\s*({_NUMBER}) av ({_NUMBER}) nämnder", text)
    overdue = re.search(rf"Saknas\s*({_NUMBER})\b", text)
    assert sent
    assert overdue
    return made | {
        ("sent",): _number(sent[1]),
        ("sent", "of"): _number(sent[2]),
        ("overdue",): _number(overdue[1]),
    }


def from_html(content: bytes) -> Figures:
    """The figures of the HTML file."""
    parser = HtmlTables()
    parser.feed(content.decode("utf-8"))
    return _of_document(parser.tables, " ".join(parser.text.split()))


def from_pdf(content: bytes) -> Figures:
    """The figures of the PDF: of its tagged tables, and of its text."""
    return _of_document(pdf_tables(content), pdf_text(content))


def from_docx(content: bytes) -> Figures:
    """The figures of the Word document."""
    opened = docx.Document(io.BytesIO(content))
    tables = [[[cell.text for cell in row.cells] for row in one.rows] for one in opened.tables]
    return _of_document(tables, "\n".join(one.text for one in opened.paragraphs))
