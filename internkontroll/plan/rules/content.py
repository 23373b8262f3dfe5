"""Planens innehåll: what the board decides, as plain data, one JSON text and one hash.

What the frozen content holds is what the board saw: the plan's own words, how they were read, the
risks behind and what was still open. Who is responsible is appointed by förvaltningen and is not
part of it.
"""

from collections.abc import Iterable
from typing import Any

from internkontroll.core.canonical import canonical_json, plain, sha256_of
from internkontroll.plan.models import Control, Plan, PlanText
from internkontroll.plan.rules.sections import SECTION_TITLES, TextSection, default_text
from internkontroll.risk.models import Risk

FORMAT = "internkontrollplan-2"
"""Name and version of the frozen content's form.

1: areas, risks (number, description, assessment), controls. 2 adds the text sections; a risk's
cause, consequence, category, owner and flag; a control's kind, frame and whether it is obligatory;
a criterion's help. A control whose criteria come from the library of checklists also says which
one and which version; the criteria stand as they were decided. What was frozen in form 1 stays as
it was: the hash is of the text itself, and :mod:`internkontroll.plan.documents` reads both.
"""


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
        "texts": [
            {"section": section, "title": SECTION_TITLES[section], "text": text}
            for section, text in section_texts(plan.texts, board_name=board_name, year=plan.year)
        ],
        "areas": [area.name for area in sorted(areas.values(), key=lambda a: a.position)],
        "risks": [_risk(risk) for risk in sorted(risks.values(), key=lambda r: r.number)],
        "controls": [_control(control) for control in sorted(rows, key=lambda c: c.number)],
    }
    found: dict[str, Any] = plain(content)
    return found


def section_texts(
    rows: Iterable[PlanText], *, board_name: str, year: int
) -> list[tuple[TextSection, str]]:
    """The text of every section in the document's order: the latest version, or the default."""
    latest = {row.section: row.text for row in sorted(rows, key=lambda row: row.revision)}
    return [
        (section, latest.get(section, default_text(section, board_name=board_name, year=year)))
        for section in TextSection
    ]


def _risk(risk: Risk) -> dict[str, Any]:
    latest = max(risk.assessments, key=lambda row: (row.assessed_on, row.id), default=None)
    return {
        "number": risk.number,
        "description": risk.description,
        "cause": risk.cause,
        "consequence": risk.consequence,
        "category": risk.category,
        "owner": risk.owner,
        "concerns_irregularities": bool(risk.concerns_irregularities),
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
        "kind": control.kind,
        "obligatory": control.obligatory_id is not None,
        "not_applicable_reason": control.not_applicable_reason,
        "method_text": control.method_text,
        "reporting_text": control.reporting_text,
        "responsible_text": control.responsible_text,
        "performed_by": control.performed_by,
        "technique": control.technique,
        "sample": {"kind": control.sample_kind, "n": control.sample_n},
        "frame_text": control.frame_text,
        "frequency": control.frequency,
        "points": list(control.points),
        "extra": control.extra,
        "criteria": [
            {"text": row.text, "counts": row.counts, "help": row.help_text}
            for row in sorted(control.criteria, key=lambda row: row.position)
        ],
        **_checklist(control),
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


def _checklist(control: Control) -> dict[str, Any]:
    version = control.checklist_version
    if version is None:
        return {}
    return {"checklist": {"name": version.checklist.name, "version": version.number}}


def frozen(content: dict[str, Any]) -> tuple[str, str]:
    """The canonical JSON of the content and its SHA-256."""
    return canonical_json(content), sha256_of(content)
