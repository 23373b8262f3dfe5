"""The figures of a report counted once more in plain SQL, as they were known at a moment.

Nothing of the program counts here: the statements are written by hand, for both kinds of database.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.base import UtcDateTime
from internkontroll.core.clock import swedish_day

FIGURES = (
    "due",
    "in_time",
    "late",
    "not_performed",
    "missed",
    "not_yet_due",
    "early",
    "expired",
    "reviewed",
    "deviating",
    "findings",
)

_KNOWN = """
WITH known AS (
  SELECT p.id, p.version FROM plan p JOIN decision d ON d.id = p.decision_id
  WHERE p.board_id = :board AND p.year = :year AND p.kind = 'internal_control'
    AND d.recorded_at <= :moment),
newest AS (
  SELECT k.lineage, max(known.version) AS version
  FROM control k JOIN known ON known.id = k.plan_id GROUP BY k.lineage),
told AS (
  SELECT k.lineage, k.number, a.name AS area, CAST(k.points AS TEXT) AS points,
    CASE WHEN known.version = (SELECT max(version) FROM known) THEN 1 ELSE 0 END AS in_force
  FROM control k JOIN known ON known.id = k.plan_id
  JOIN newest n ON n.lineage = k.lineage AND n.version = known.version
  JOIN control_area a ON a.id = k.area_id),
days AS (
  SELECT o.id, k.lineage,
    CASE WHEN o.expired_at <= :moment THEN 1 ELSE 0 END AS gone,
    coalesce((SELECT m.old_scheduled_on FROM occurrence_move m WHERE m.occurrence_id = o.id
      AND m.recorded_at > :moment ORDER BY m.id LIMIT 1), o.scheduled_on) AS scheduled_on,
    coalesce((SELECT m.old_due_on FROM occurrence_move m WHERE m.occurrence_id = o.id
      AND m.recorded_at > :moment ORDER BY m.id LIMIT 1), o.due_on) AS due_on,
    (SELECT min(c.signed_at) FROM conclusion c WHERE c.occurrence_id = o.id
      AND c.signed_at <= :moment) AS signed_at,
    (SELECT max(c.id) FROM conclusion c WHERE c.occurrence_id = o.id
      AND c.signed_at <= :moment) AS conclusion_id,
    CASE WHEN EXISTS (SELECT 1 FROM non_performance n WHERE n.occurrence_id = o.id
      AND n.recorded_at <= :moment AND (n.withdrawn_at IS NULL OR n.withdrawn_at > :moment))
      THEN 1 ELSE 0 END AS excused
  FROM occurrence o JOIN control k ON k.id = o.control_id JOIN plan p ON p.id = k.plan_id
  WHERE o.board_id = :board AND o.recorded_at <= :moment
    AND p.year = :year AND p.kind = 'internal_control'),
counted AS (
  SELECT days.*, CASE WHEN due_on <= :day THEN 1 ELSE 0 END AS passed FROM days
  WHERE scheduled_on BETWEEN :first AND :last)
"""
_ROWS = """
SELECT t.number, t.area, t.in_force, count(c.id) AS known,
  count(*) FILTER (WHERE c.passed = 1 AND (c.signed_at IS NOT NULL OR c.gone = 0)) AS due,
  count(*) FILTER (WHERE c.passed = 1 AND date(c.signed_at) <= c.due_on) AS in_time,
  count(*) FILTER (WHERE c.passed = 1 AND date(c.signed_at) > c.due_on) AS late,
  count(*) FILTER (WHERE c.passed = 1 AND c.signed_at IS NULL AND c.gone = 0
    AND c.excused = 1) AS not_performed,
  count(*) FILTER (WHERE c.passed = 1 AND c.signed_at IS NULL AND c.gone = 0
    AND c.excused = 0) AS missed,
  count(*) FILTER (WHERE c.passed = 0 AND (c.signed_at IS NOT NULL OR c.gone = 0)) AS not_yet_due,
  count(*) FILTER (WHERE c.passed = 0 AND c.signed_at IS NOT NULL) AS early,
  count(*) FILTER (WHERE c.signed_at IS NULL AND c.gone = 1) AS expired,
  coalesce(sum(v.reviewed), 0) AS reviewed, coalesce(sum(v.deviating), 0) AS deviating,
  coalesce((SELECT count(*) FROM finding f JOIN counted x ON x.id = f.occurrence_id
    WHERE x.lineage = t.lineage AND f.recorded_at <= :moment), 0) AS findings
FROM told t LEFT JOIN counted c ON c.lineage = t.lineage
LEFT JOIN conclusion v ON v.id = c.conclusion_id
WHERE t.points LIKE :point
GROUP BY t.lineage, t.number, t.area, t.in_force ORDER BY t.number
"""
_SEVERITIES = """
SELECT f.severity, count(*) FROM finding f JOIN counted c ON c.id = f.occurrence_id
JOIN told t ON t.lineage = c.lineage WHERE t.points LIKE :point AND f.recorded_at <= :moment
GROUP BY f.severity
"""
_ACTIONS = """
SELECT count(*) AS total,
  count(*) FILTER (WHERE a.ended_at <= :moment AND a.state = 'done') AS done,
  count(*) FILTER (WHERE a.ended_at <= :moment AND a.state = 'cancelled') AS cancelled,
  count(*) FILTER (WHERE (a.ended_at IS NULL OR a.ended_at > :moment) AND coalesce(
    (SELECT m.old_due_on FROM action_move m WHERE m.action_id = a.id AND m.recorded_at > :moment
     ORDER BY m.id LIMIT 1), a.due_on) < :day) AS late
FROM action a JOIN finding f ON f.id = a.finding_id JOIN counted c ON c.id = f.occurrence_id
JOIN told t ON t.lineage = c.lineage
WHERE t.points LIKE :point AND f.recorded_at <= :moment AND a.recorded_at <= :moment
"""
_PLAN_SIZE = """
SELECT count(*) FROM control k JOIN plan p ON p.id = k.plan_id
WHERE p.board_id = :board AND p.year = :year AND p.kind = 'internal_control' AND p.version =
  (SELECT max(q.version) FROM plan q JOIN decision d ON d.id = q.decision_id
   WHERE q.board_id = :board AND q.year = :year AND q.kind = 'internal_control'
     AND d.recorded_at <= :moment)
"""
ITEM_BY_ITEM = """
SELECT c.id, c.reviewed, c.deviating, count(DISTINCT r.item_id),
  count(DISTINCT CASE WHEN r.answer IN ('no', 'evidence_missing') THEN r.item_id END)
FROM conclusion c JOIN item_result r ON r.occurrence_id = c.occurrence_id
WHERE c.signed_at IS NOT NULL AND r.recorded_at <= c.written_at AND r.revision =
  (SELECT max(x.revision) FROM item_result x WHERE x.item_id = r.item_id
   AND x.criterion_id = r.criterion_id AND x.recorded_at <= c.written_at)
GROUP BY c.id, c.reviewed, c.deviating
"""
"""Every signed conclusion of a sample: what it says, and the same from the answers to each item."""


def _ask(session: Session, statement: str, values: Mapping[str, Any]) -> list[Any]:
    kinds = {"moment": UtcDateTime(), "day": sa.Date(), "first": sa.Date(), "last": sa.Date()}
    used = [name for name in values if f":{name}" in statement]
    told = sa.text(statement).bindparams(
        *(sa.bindparam(name, type_=kinds.get(name)) for name in used)
    )
    return list(session.execute(told, {name: values[name] for name in used}))


def recount(
    session: Session, board_id: int, year: int, point: str, period_end: date, at: datetime
) -> dict[str, Any]:
    """A board's figures of a point as known then: each kontrollmoment, each area and the whole."""
    values = {
        "board": board_id,
        "year": year,
        "moment": at,
        "day": swedish_day(at),
        "first": date(year, 1, 1),
        "last": period_end,
        # A letter outside ASCII may stand as its number in the column's JSON.
        "point": f"%{point.removeprefix('å')}%",
    }
    rows = [
        row._mapping
        for row in _ask(session, _KNOWN + _ROWS, values)
        if row.in_force or row.known or row.findings
    ]
    (actions,) = _ask(session, _KNOWN + _ACTIONS, values)
    ((plan_size,),) = _ask(session, _PLAN_SIZE, values)
    return {
        "rows": {row["number"]: {name: int(row[name]) for name in FIGURES} for row in rows},
        "areas": {
            area: summed(row for row in rows if row["area"] == area)
            for area in {row["area"] for row in rows}
        },
        "total": summed(rows),
        "severities": dict(tuple(row) for row in _ask(session, _KNOWN + _SEVERITIES, values)),
        "actions": {name: int(value) for name, value in actions._mapping.items()},
        "plan_size": int(plan_size),
    }


def summed(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The sum of rows; that it closes is seen on the way."""
    rows = list(rows)
    made = {name: sum(int(row[name]) for row in rows) for name in FIGURES}
    settled = made["in_time"] + made["late"] + made["not_performed"] + made["missed"]
    assert made["due"] == settled, made
    return made


def told_by(report: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a report's JSON."""
    rows = [
        {
            **row["count"],
            "number": row["number"],
            "area": row["area"],
            "reviewed": row["reviewed"],
            "deviating": row["deviating"],
            "findings": len(row["findings"]),
        }
        for row in report["rows"]
    ]
    severities = Counter(one["severity"] for row in report["rows"] for one in row["findings"])
    beside = {name: report[name] for name in ("reviewed", "deviating", "findings")}
    return {
        "rows": {row["number"]: {name: row[name] for name in FIGURES} for row in rows},
        "areas": {
            area["name"]: {
                **summed(row for row in rows if row["area"] == area["name"]),
                **area["count"],
            }
            for area in report["areas"]
        },
        "total": {**report["total"], **beside},
        "severities": dict(severities),
        "actions": {
            name: report["actions"][name] for name in ("total", "done", "cancelled", "late")
        },
    }
