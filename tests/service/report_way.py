"""A board with a written April report, and those who take it through the board."""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.organisation.models import ReportingPoint
from internkontroll.plan.models import Control
from internkontroll.reporting import services
from internkontroll.reporting.models import FollowUpReport, OverallAssessment
from internkontroll.reporting.queries import find_point, shown_report
from internkontroll.reporting.rules import Report
from internkontroll.reporting.services import Minutes
from internkontroll.trail.queries import history_of
from tests.factories import make_actor, make_board
from tests.report_rows import make_spring

WRITTEN = datetime(2020, 5, 18, 7, tzinfo=UTC)
APPROVED = datetime(2020, 5, 19, 7, tzinfo=UTC)
AT = datetime(2020, 5, 29, 9, tzinfo=UTC)
LATER = datetime(2020, 9, 10, 9, tzinfo=UTC)
MINUTES = {"paragraph": "87", "registry_number": "SCN-2020-0211", "decided_on": date(2020, 5, 28)}


class Way:
    """A board with a written April report, and the verbs with its people filled in."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.board = make_board(session)
        self.spring = make_spring(session, self.board)
        self.point = session.get_one(ReportingPoint, self.spring.april_id)
        self.controller = make_actor(session, Role.CONTROLLER, self.board)
        self.director = make_actor(session, Role.DIRECTOR, self.board)
        self.secretary = make_actor(session, Role.SECRETARY, self.board)
        self.oversight = make_actor(session, Role.OVERSIGHT_CONTROLLER, None)

    def overall(self, **given: Any) -> FollowUpReport:
        given = {
            "overall": OverallAssessment.PARTLY,
            "grounds": "Två kontroller är inte gjorda.",
            "actor": self.controller,
            "at": WRITTEN,
            **given,
        }
        return services.set_overall(self.session, self.board, self.point, **given)

    def approve(self, **given: Any) -> FollowUpReport:
        given = {"actor": self.director, "at": APPROVED, **given}
        return services.approve_report(self.session, self.board, self.point, **given)

    def decide(self, **given: Any) -> FollowUpReport:
        given = {**MINUTES, "actor": self.secretary, "at": AT, **given}
        return services.decide_report(self.session, self.board, self.point, **given)

    def act(self, verb: str, *given: Any, **more: Any) -> FollowUpReport:
        more = {"actor": self.secretary, "at": AT, **more}
        return getattr(services, verb)(self.session, self.board, self.point, *given, **more)

    def comment(self, number: int = 3, **given: Any) -> None:
        given = {"comment": "Rutinen ses över.", "actor": self.controller, "at": WRITTEN, **given}
        control = self.session.get_one(Control, self.spring.controls[number - 1])
        services.remark_control(self.session, self.board, self.point, control, **given)

    def shown(self, at: datetime = AT) -> Report:
        entry = find_point(self.session, self.board.id, 2020, "april")
        assert entry is not None
        shown = shown_report(self.session, self.board, entry, at=at)
        assert shown is not None
        return shown.report

    def events(self) -> list[str]:
        report = self.session.scalars(sa.select(FollowUpReport)).one()
        rows = history_of(self.session, self.board.code, "report", report.id)
        return [row.event for row in sorted(rows, key=lambda row: row.seq)]


def minutes(**given: Any) -> Minutes:
    return Minutes(**{**MINUTES, **given})
