"""A report asked for later, when everything it is made of has gone on."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from internkontroll.core.clock import end_of_day
from internkontroll.findings.models import CorrectionOutcome
from internkontroll.findings.services import (
    assign_action,
    cancel_action,
    finish_action,
    move_action,
    record_correction,
)
from internkontroll.reporting.queries import find_point, shown_report
from internkontroll.reporting.rules import Report
from tests.report_years import SYSTEM, Years, act

MAY = datetime(2020, 5, 29, 9, tzinfo=UTC)
JUNE = datetime(2020, 6, 10, 9, tzinfo=UTC)
DECEMBER = datetime(2020, 12, 1, 9, tzinfo=UTC)
CUT_OFF = end_of_day(date(2020, 5, 21))


def april(session: Session, years: Years, at: datetime) -> Report:
    entry = find_point(session, years.board.id, 2020, "april")
    assert entry is not None
    shown = shown_report(session, years.board, entry, at=at)
    assert shown is not None
    return shown.report


def happen_actions(session: Session, years: Years) -> None:
    """Every action gets another life after the cut-off, and a new one comes."""
    actions = years.actions
    assign_action(
        session, actions["unmanned"], years.other, actor=SYSTEM, at=JUNE, reason="Har slutat."
    )
    move_action(session, actions["late"], date(2020, 9, 1), "Sen.", actor=SYSTEM, at=JUNE)
    finish_action(
        session,
        actions["late"],
        outcome="Till slut.",
        done_on=date(2020, 5, 19),
        actor=SYSTEM,
        at=JUNE,
    )
    cancel_action(session, actions["moved"], "Behövs inte.", actor=SYSTEM, at=JUNE)
    finish_action(
        session,
        actions["new"],
        outcome="Klart.",
        done_on=date(2020, 5, 20),
        actor=SYSTEM,
        at=JUNE,
    )
    act(session, years.finding, years.other, date(2020, 10, 1), JUNE)
    record_correction(
        session,
        years.finding,
        outcome=CorrectionOutcome.IMPOSSIBLE,
        text="Det gick inte.",
        actor=SYSTEM,
        at=JUNE,
    )
