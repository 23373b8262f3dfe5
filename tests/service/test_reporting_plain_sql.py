"""Each figure of actions, corrections and risks is what plain SQL counts."""

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.clock import end_of_day
from internkontroll.reporting.queries import find_point
from internkontroll.reporting.rules import ActionCount, CorrectionCount, RiskCount
from tests.report_years import Years, make_years
from tests.service.report_asked_later import CUT_OFF, DECEMBER, MAY, april, happen_actions


@pytest.fixture
def years(session: Session) -> Years:
    return make_years(session)


ACTIONS = """
SELECT count(*) AS total,
  count(*) FILTER (WHERE ended AND state = 'done') AS done,
  count(*) FILTER (WHERE ended AND state = 'cancelled') AS cancelled,
  count(*) FILTER (WHERE NOT ended) AS open,
  count(*) FILTER (WHERE NOT ended AND due < :day) AS late,
  count(*) FILTER (WHERE moves > 0) AS moved,
  count(*) FILTER (WHERE NOT ended AND NOT manned) AS unmanned
FROM (
  SELECT a.state, a.ended_at IS NOT NULL AND a.ended_at <= :moment AS ended,
    coalesce((SELECT m.old_due_on FROM action_move m WHERE m.action_id = a.id
      AND m.recorded_at > :moment ORDER BY m.id LIMIT 1), a.due_on) AS due,
    (SELECT count(*) FROM action_move m WHERE m.action_id = a.id
      AND m.recorded_at <= :moment) AS moves,
    EXISTS (SELECT 1 FROM role_grant g WHERE g.board_id = f.board_id AND g.user_id = coalesce(
      (SELECT s.old_responsible_id FROM action_assignment s WHERE s.action_id = a.id
        AND s.recorded_at > :moment ORDER BY s.id LIMIT 1), a.responsible_id)
      AND g.valid_from <= :day AND (g.valid_to IS NULL OR g.valid_to >= :day)) AS manned
  FROM action a JOIN finding f ON f.id = a.finding_id
  WHERE f.board_id = :board AND a.recorded_at <= {known}
    AND (f.year = :year OR (:year = 0 AND (a.ended_at IS NULL OR a.ended_at > :before)))
) AS told
"""
CORRECTIONS = """
SELECT count(*) AS items_to_correct,
  count(*) FILTER (WHERE outcome = 'corrected') AS corrected,
  count(*) FILTER (WHERE outcome = 'impossible') AS impossible,
  count(*) FILTER (WHERE outcome IS NULL) AS waiting
FROM (
  SELECT (SELECT c.outcome FROM correction c WHERE c.finding_id = f.id
    AND c.recorded_at <= :moment ORDER BY c.id DESC LIMIT 1) AS outcome
  FROM finding f WHERE f.board_id = :board AND f.year = 2020 AND f.item_id IS NOT NULL
    AND f.recorded_at <= :moment
) AS told
"""
RISKS = """
SELECT count(*) AS total,
  count(*) FILTER (WHERE done > 0) AS known,
  count(*) FILTER (WHERE done = 0 AND due > 0) AS undone,
  count(*) FILTER (WHERE done = 0 AND due = 0) AS not_yet
FROM (
  SELECT r.id, count(c.id) AS done, count(o.id) FILTER (WHERE o.due_on <= :day) AS due
  FROM control_risk x JOIN risk r ON r.id = x.risk_id JOIN control k ON k.id = x.control_id
  JOIN plan p ON p.id = k.plan_id AND p.year = 2020 AND p.board_id = :board AND p.version = 1
  LEFT JOIN occurrence o ON o.control_id = k.id
    AND o.scheduled_on BETWEEN '2020-01-01' AND '2020-04-30'
  LEFT JOIN conclusion c ON c.occurrence_id = o.id AND c.signed_at <= :moment
  GROUP BY r.id
) AS told
"""


def counted(session: Session, years: Years, text: str, **more: Any) -> dict[str, int]:
    postgres = session.get_bind().dialect.name == "postgresql"

    def moment(at: datetime) -> Any:
        return at if postgres else at.replace(tzinfo=None).isoformat(" ")

    values = {
        "board": years.board.id,
        "moment": moment(CUT_OFF),
        "day": date(2020, 5, 21) if postgres else "2020-05-21",
        **more,
    }
    if "before" in values:
        values["before"] = moment(values["before"])
    used = {name: value for name, value in values.items() if f":{name}" in text}
    row = session.execute(sa.text(text), used).one()
    return {name: int(value) for name, value in row._mapping.items()}


@pytest.mark.parametrize("late", [False, True], ids=["then", "in december"])
def test_the_new_figures_are_those_that_plain_sql_counts(
    session: Session, years: Years, late: bool
) -> None:
    if late:
        happen_actions(session, years)
    report = april(session, years, DECEMBER if late else MAY)
    own = counted(session, years, ACTIONS.format(known=":moment"), year=2020, before=CUT_OFF)
    assert report.actions == ActionCount(**own) == ActionCount(total=1, open=1)
    closed = find_point(session, years.board.id, 2019, "årsbokslut")
    assert closed is not None
    before = counted(
        session,
        years,
        ACTIONS.format(known=":before"),
        year=0,
        before=end_of_day(closed.point.cut_off),
    )
    assert report.earlier_actions == ActionCount(**before)
    assert report.earlier_actions == ActionCount(
        total=4, done=1, open=3, late=1, moved=1, unmanned=1
    )
    corrections = counted(session, years, CORRECTIONS)
    assert report.corrections == CorrectionCount(**corrections)
    assert report.corrections == CorrectionCount(items_to_correct=1, corrected=1)
    assert report.risks == RiskCount(**counted(session, years, RISKS))
    assert report.risks.known + report.risks.undone >= 4
