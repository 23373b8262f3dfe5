"""Every number of the samlade bild's workbook and CSV, each known by its sheet, row and column.

All numbers are read, whatever column they stand in, so that no new figure goes unread.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

import openpyxl

from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.words import STATES
from tests.report_figures import COUNTS, Figures

SEVERITIES = {
    "Allvarlig, avvikelser": "serious",
    "Väsentlig, avvikelser": "material",
    "Mindre, avvikelser": "minor",
}
ACTIONS = {
    "Åtgärder": "total",
    "Klara": "done",
    "Avbrutna": "cancelled",
    "Pågår": "open",
    "Sena": "late",
}
PER_TEN = "Avvikelser per tio kontrollmoment"
SUBJECTS = {
    "sammanfattning": ("Uppgift",),
    "namnder": ("Nämnd",),
    "kontrollmoment": ("Nämnd", "Nr"),
    "obligatoriska": ("Nr", "Nämnd"),
    "gemensamma-monster": ("Kontrollområde", "Nämnd"),
}
"""The columns that tell what a row is about, by sheet."""
NO_FIGURES = {"Kontrollmomentens nummer"}


def _counted(count: Mapping[str, int]) -> dict[str, int]:
    pending = count["not_yet_due"] - count["early"]
    told = {
        column: pending if figure == "pending" else count[figure]
        for column, figure in COUNTS.items()
    }
    return {**told, "Gjort i förtid": count["early"]}


def _items(one: Mapping[str, Any], deviating: str = "Med avvikelse") -> dict[str, int]:
    return {"Granskade": one["reviewed"], deviating: one["deviating"]}


def _found(severities: Mapping[str, int]) -> dict[str, int]:
    return {column: severities[kind] for column, kind in SEVERITIES.items()}


def _per_ten(one: Mapping[str, Any]) -> dict[str, float]:
    controls, found = one["controls"], sum(one["severities"].values())
    if not controls:
        return {}
    return {PER_TEN: ((200 * found + controls) // (2 * controls)) / 10}


def _actions(actions: Mapping[str, int] | None) -> dict[str, int]:
    return {column: actions[name] for column, name in ACTIONS.items()} if actions else {}


def _whole(total: Mapping[str, Any]) -> dict[str, float]:
    """The sheet that tells the sums, one to a row."""
    return {
        "Nämnder": total["boards"],
        "Ska lämna": total["asked"],
        "Har lämnat": total["sent"],
        "Är sena": total["overdue"],
        "Kontrollmoment i planerna": total["plan_size"],
        "Kontrollmoment som rapporteras": total["controls"],
        **_counted(total["count"]),
        "Granskade poster": total["reviewed"],
        "Granskade poster med avvikelse": total["deviating"],
        **_found(total["severities"]),
        **_per_ten(total),
        **{
            f"Kontrollmoment med bedömningen {STATES[kind].word.lower()}": total["assessments"][
                kind.value
            ]
            for kind in Assessment
        },
        **{
            f"Nämnder med bedömningen {STATES[kind].word.lower()}": total["overall"][kind.value]
            for kind in OverallAssessment
        },
        "Nämnder som berättar om åtgärder": total["told_actions"],
        **(_actions(total["actions"]) if total["told_actions"] else {}),
    }


def _of_board(line: Mapping[str, Any]) -> dict[str, float]:
    late = {"Dagar sen": line["days_late"]} if line["days_late"] else {}
    if line["report"] is None:
        return late
    return {
        **late,
        "Kontrollmoment i planen": line["plan_size"],
        "Kontrollmoment som rapporteras": line["controls"],
        **_counted(line["count"]),
        **_items(line),
        **_found(line["severities"]),
        **_per_ten(line),
        **_actions(line["report"]["actions"]),
        **({"Uppföljningens version": version} if (version := line["report"]["version"]) else {}),
    }


def expected(data: Mapping[str, Any]) -> Figures:
    """The figures of the picture's JSON, as the sheets tell them."""
    told: dict[tuple[Any, ...], Mapping[str, float]] = {
        ("sammanfattning", label): {"Värde": value}
        for label, value in _whole(data["total"]).items()
    }
    for line in data["boards"]:
        told["namnder", line["name"]] = _of_board(line)
        for row in line["report"]["rows"] if line["report"] else ():
            told["kontrollmoment", line["name"], row["number"]] = {
                **_counted(row["count"]),
                **_items(row),
                **_found(row["severities"]),
            }
    for one in data["obligatory"]:
        for answer in one["answers"]:
            if row := answer["row"]:
                told["obligatoriska", one["number"], answer["name"]] = {
                    "Skulle göras": row["count"]["due"],
                    "Gjort": row["count"]["in_time"] + row["count"]["late"],
                    "Avvikelser": sum(row["severities"].values()),
                }
    for one in data["common"]:
        for board in one["boards"]:
            told["gemensamma-monster", one["area"], board["name"]] = _found(board["severities"])
    return {
        (*subject, column): value
        for subject, columns in told.items()
        for column, value in columns.items()
    }


def _value(cell: Any) -> Any:
    """A number of either form; anything else as it stands."""
    if isinstance(cell, str) and re.fullmatch(r"-?\d+(,\d+)?", cell):
        return float(cell.replace(",", "."))
    return cell


def _read(sheet: str, rows: Iterable[Mapping[str, Any]]) -> Figures:
    made: Figures = {}
    for row in rows:
        values = {column: _value(cell) for column, cell in row.items()}
        subject = tuple(values[column] for column in SUBJECTS[sheet])
        for column, value in values.items():
            if isinstance(value, int | float) and column not in (*SUBJECTS[sheet], *NO_FIGURES):
                made[(sheet, *subject, column)] = value
    return made


def from_xlsx(content: bytes) -> Figures:
    """The figures of the workbook, whose sheets stand in the order of ``SUBJECTS``."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    made: Figures = {}
    for sheet, opened in zip(SUBJECTS, book.worksheets, strict=True):
        header, *rows = opened.iter_rows(values_only=True)
        made |= _read(sheet, (dict(zip(header, row, strict=True)) for row in rows))
    return made


def from_csv(contents: Mapping[str, bytes]) -> Figures:
    """The figures of the CSV files, by the name of their table."""
    made: Figures = {}
    assert set(contents) == set(SUBJECTS)
    for sheet, body in contents.items():
        text = io.StringIO(body.decode("utf-8-sig"))
        made |= _read(sheet, csv.DictReader(text, delimiter=";"))
    return made
