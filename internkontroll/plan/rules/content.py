"""Planens innehåll: what the board decides, as plain data, one JSON text and one hash.

What the frozen content holds is what the board saw: the plan's own words, how they were read, the
risks behind and what was still open. Who is responsible is appointed by förvaltningen and is not
part of it.
"""

from collections.abc import Iterable
from typing import Any

from internkontroll.core.canonical import canonical_json, plain, sha256_of
from internkontroll.plan.models import Control, Plan
from internkontroll.risk.models import Risk

FORMAT = "internkontrollplan-1"
"""Name and version of the frozen content's form."""


def plan_title(year: int) -> str:
    """The plan's title on screens and in documents."""
    return f"Internkontrollplan {year}"


def plan_content(
    plan: Plan, controls: Iterable[Control], *, board_code: str, board_name: str
) -> dict[str, Any]:
    """The content of a plan as plain data. Areas, risks and marks of the controls are loaded."""
    rows = list(controls)
    risks = {risk.id: risk for control in rows for risk in control.risks}
    areas = {control.area.id: control.area for control in rows}
    content = {
        "format": FORMAT,
        "board": {"code": board_code, "name": board_name},
        "year": plan.year,
        "kind": plan.kind,
        "version": plan.version,
        "title": plan_title(plan.year),
        "source_sha256": plan.source_sha256,
        "areas": [area.name for area in sorted(areas.values(), key=lambda a: a.position)],
        "risks": [_risk(risk) for risk in sorted(risks.values(), key=lambda r: r.number)],
        "controls": [_control(control) for control in sorted(rows, key=lambda c: c.number)],
    }
    found: dict[str, Any] = plain(content)
    return found


def _risk(risk: Risk) -> dict[str, Any]:
    latest = max(risk.assessments, key=lambda row: (row.assessed_on, row.id), default=None)
    return {
        "number": risk.number,
        "description": risk.description,
        "assessment": None
        if latest is None
        else {
            "kind": latest.kind,
            "likelihood": latest.likelihood,
            "impact": latest.impact,
            "score": latest.score,
            "assessed_on": latest.assessed_on,
            "scale": latest.scale,
        },
    }


def _control(control: Control) -> dict[str, Any]:
    return {
        "number": control.number,
        "lineage": control.lineage,
        "area": control.area.name,
        "risks": sorted(risk.number for risk in control.risks),
        "text": control.text,
        "method_text": control.method_text,
        "reporting_text": control.reporting_text,
        "responsible_text": control.responsible_text,
        "performed_by": control.performed_by,
        "technique": control.technique,
        "sample": {"kind": control.sample_kind, "n": control.sample_n},
        "frequency": control.frequency,
        "points": list(control.points),
        "extra": control.extra,
        "criteria": [
            {"text": row.text, "counts": row.counts}
            for row in sorted(control.criteria, key=lambda row: row.position)
        ],
        "marks": [
            {
                "kind": mark.kind,
                "code": mark.code,
                "field": mark.field,
                "text": mark.text,
                "answer": mark.settled_answer,
            }
            for mark in sorted(control.marks, key=lambda mark: mark.id)
        ],
    }


def frozen(content: dict[str, Any]) -> tuple[str, str]:
    """The canonical JSON of the content and its SHA-256."""
    return canonical_json(content), sha256_of(content)
