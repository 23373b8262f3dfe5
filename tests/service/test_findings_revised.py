"""What a finding said before stays, and a report tells what was known at its cut-off."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.findings.models import ClosingOutcome, Finding, FindingRevision, Severity
from internkontroll.findings.queries import first_change_after
from internkontroll.findings.services import cancel_action
from internkontroll.reporting.queries import find_point
from internkontroll.reporting.queries.facts import report_facts
from internkontroll.trail.models import TrailPayload
from tests.factories import make_points
from tests.service.followed_findings import Found, act, close, later, make_found, revise


@pytest.fixture
def found(session: Session) -> Found:
    return make_found(session)


def test_what_a_finding_said_before_can_be_read_as_of_then(session: Session, found: Found) -> None:
    revise(session, found)
    revise(session, found, severity=Severity.MINOR, at=later(9), reason="Den hade fått veta.")
    assert found.finding.severity is Severity.MINOR

    def said(moment: datetime) -> FindingRevision | None:
        then = sa.select(Finding, FindingRevision)
        row = session.execute(then.outerjoin(FindingRevision, first_change_after(moment))).one()
        return row.FindingRevision

    then, between = said(later(4)), said(later(5))
    assert then is not None
    assert between is not None
    assert (then.severity, then.description) == (Severity.MATERIAL, "Skälen saknas.")
    assert between.severity is Severity.SERIOUS
    assert said(later(9)) is None
    rows = session.scalars(sa.select(FindingRevision).order_by(FindingRevision.revision)).all()
    assert [row.reason for row in rows] == ["Fler uppgifter kom fram.", "Den hade fått veta."]


def test_a_report_goes_on_telling_what_was_known_at_its_cut_off(
    session: Session, found: Found
) -> None:
    make_points(session, found.board)
    entry = find_point(session, found.board.id, 2020, "april")
    assert entry is not None
    cancelled = act(session, found)
    revise(session, found, at=later(5))
    cancel_action(session, cancelled, "Behövs inte.", actor=found.controller, at=later(6))
    close(session, found, ClosingOutcome.MISTAKEN, reason="Skälen fanns.", at=later(9))

    def told(moment: datetime) -> list[tuple[Severity, str]]:
        facts = report_facts(session, found.board, entry, known_at=moment)
        assert facts is not None
        return [(fact.severity, fact.description) for fact in facts.findings]

    assert told(later(4)) == [(Severity.MATERIAL, "Skälen saknas.")]
    assert [severity for severity, _ in told(later(8))] == [Severity.SERIOUS]
    assert told(later(9)) == []


def test_a_change_has_a_reason_and_loses_to_an_earlier_one(session: Session, found: Found) -> None:
    with pytest.raises(InvalidInput) as refused:
        revise(session, found, reason=" ")
    assert refused.value.field == "reason"
    seen = found.finding.row_version
    revise(session, found)
    with pytest.raises(Conflict):
        revise(session, found, row_version=seen, severity=Severity.MINOR)
    assert found.finding.severity is Severity.SERIOUS
    same = revise(session, found, reason="")
    assert same.row_version == seen + 1
    bodies = " ".join(str(body) for body in session.scalars(sa.select(TrailPayload.body)))
    assert "den enskilde har inte fått" not in bodies
