"""The figures of a report's tables and sentences, whatever page or document they stand in."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Figures = dict[tuple[Any, ...], Any]
Table = list[list[str]]
COUNTS = {
    "Skulle göras": "due",
    "Gjort i tid": "in_time",
    "Gjort sent": "late",
    "Inte gjort, med orsak": "not_performed",
    "Inte gjort, utan orsak": "missed",
    "Ännu inte aktuellt": "pending",
    "Utgått": "expired",
}
THEN = ("performed", "due", "deviating")


def _number(text: str) -> int | None:
    """ "1 842" or "–" as a figure; only the first line counts."""
    found = re.match(r"\s*(\d{1,3}(?:[\s\u00a0]\d{3})+(?!\d)|\d+)", text)
    return int(re.sub(r"\D", "", found[1])) if found else None


def _beside(text: str, word: str) -> int:
    """The figure before a word: "1 sent"."""
    found = re.search(rf"(\d+)[\s\u00a0](?:gjort[\s\u00a0])?{word}", text)
    return int(found[1]) if found else 0


def _pair(text: str) -> tuple[int | None, int | None]:
    """ "21 av 173", "21" or a dash."""
    parts = re.split(r"[\s\u00a0]av[\s\u00a0]", text)
    return _number(parts[0]), _number(parts[1]) if len(parts) == 2 else None


def _told_row(subject: tuple[Any, ...], record: Mapping[str, str]) -> Figures:
    """A row of kontrollmoment or of a committee, as documents for people tell it."""
    notes = f"{record['Gjort']} {record.get('Kontrollmoment', '')}"
    performed, due = _pair(record["Gjort"].split(" sent")[0])
    if "Skulle göras" in record:
        due = _number(record["Skulle göras"])
    elif performed is None:
        performed, due = 0, 0
    reviewed, population = _pair(record["Granskade"])
    return {
        (*subject, "due"): due,
        (*subject, "performed"): performed,
        (*subject, "late"): _beside(notes, "sent"),
        (*subject, "early"): _beside(notes, "i förtid"),
        (*subject, "reviewed"): reviewed,
        (*subject, "population"): population,
        (*subject, "deviating"): _number(record["Med avvikelse"]),
    }


def _records(table: Table) -> Iterator[dict[str, str]]:
    header, *rows = table
    yield from (dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header))


def _of_areas(table: Table) -> Figures:
    made: Figures = {}
    for record in _records(table):
        name = record["Kontrollområde"]
        subject = ("total",) if name == "Totalt" else ("area", name)
        made |= {(*subject, COUNTS[one]): _number(record[one]) for one in COUNTS}
    return made


def _of_outcomes(table: Table) -> Figures:
    made: Figures = {}
    for record in _records(table):
        subject = ("row", int(record["Nr"]))
        made |= _told_row(subject, record)
        made[(*subject, "assessment")] = record["Bedömning"]
    return made


def _of_committees(table: Table) -> Figures:
    made: Figures = {}
    for record in _records(table):
        subject = ("committee", record["Utskott"])
        made |= _told_row(subject, record)
        made[(*subject, "undone")] = _number(record["Inte gjort"])
        made[(*subject, "expired")] = _number(record["Utgått"])
    return made


def _of_others(table: Table) -> Figures:
    made: Figures = {}
    for record in _records(table):
        subject = ("other", int(record["Nr"]))
        performed, due = _pair(record["Gjort"])
        made |= {
            (*subject, "due"): due,
            (*subject, "performed"): performed,
            (*subject, "undone"): _number(record["Inte gjort"]),
            (*subject, "findings"): _number(record["Avvikelser"]),
        }
    return made


def _of_earlier(table: Table) -> Figures:
    made: Figures = {}
    for record in _records(table):
        told = [text for name, text in record.items() if name.startswith("Mot ")]
        for name, text in zip(("previous", "last_year"), told, strict=False):
            if found := _THEN.search(" ".join(text.split())):
                figures = zip(THEN, map(int, found.groups()), strict=True)
                subject = ("then", int(record["Nr"]), name)
                made |= {(*subject, figure): value for figure, value in figures}
    return made


def _of_later(table: Table) -> Figures:
    return {
        ("later", place): _number(record["Kontroll"])
        for place, record in enumerate(_records(table))
    }


def _reader(header: list[str]) -> Callable[[Table], Figures] | None:
    """How a table with that header is read; None for one that has no figures of its own."""
    kinds: tuple[tuple[bool, Callable[[Table], Figures]], ...] = (
        (header[0] == "Kontrollområde" and "Utgått" in header, _of_areas),
        (header[0] == "Nr" and header[-1] == "Bedömning", _of_outcomes),
        (header[0] == "Utskott", _of_committees),
        (header[0] == "Nr" and header[-1] == "Avvikelser", _of_others),
        (header == FOLLOWED, _of_actions),
        (header[:3] == ["Nr", "Kontrollmoment", "Nu"], _of_earlier),
        (header[0] == "Registrerat", _of_later),
    )
    return next((read for fits, read in kinds if fits), None)


def of_tables(tables: list[Table]) -> Figures:
    """The figures of a document's tables, each known by its header."""
    made: Figures = {}
    for table in tables:
        if read := _reader(table[0]):
            made |= read(table)
    return made


FOLLOWED = ["Kontroll", "Avvikelse", "Rättelse", "Åtgärd", "Klar senast", "Läge"]
_THEN = re.compile(r"(\d+) av (\d+) gjorda, (\d+) med avvikelse")


def _of_actions(table: Table) -> Figures:
    """The actions of the findings in their order."""
    made: Figures = {}
    places: Counter[str] = Counter()
    for record in _records(table):
        if record["Åtgärd"] == "Ingen åtgärd":
            continue
        found = re.match(r"Avvikelse \d{4}:\d+ \([A-ZÅÄÖ]+\)", record["Avvikelse"])
        assert found is not None
        subject = ("action", found[0], places[found[0]])
        places[found[0]] += 1
        made[(*subject, "due_on")] = " ".join(record["Klar senast"].split())
        made[(*subject, "standing")] = record["Läge"].split()[0]
    return made


_SUMS = re.compile(
    r"(?:([\d\s\u00a0]*\d) poster är granskade, ([\d\s\u00a0]*\d) av dem har en avvikelse"
    r"|(1) post är granskad\. Den har (en|ingen) avvikelse)\. "
    r"([\d\s\u00a0]*\d) avvikelse"
)
_LABEL = re.compile(r"Avvikelse \d{4}:\d+ \([A-ZÅÄÖ]+\)(?=, )")


def of_text(text: str) -> Figures:
    """The figures that stand in sentences."""
    sums = _SUMS.search(" ".join(text.split()))
    assert sums is not None
    many, of_many, one, of_one, findings = sums.groups()
    deviating = of_many if one is None else str(int(of_one == "en"))
    figures = {"reviewed": one or many, "deviating": deviating, "findings": findings}
    made: Figures = {("sum", figure): _number(told.strip()) for figure, told in figures.items()}
    return made | {("finding", label): 1 for label in _LABEL.findall(" ".join(text.split()))}
