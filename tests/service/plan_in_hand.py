"""A plan being written by hand: its first area, and a kontrollmoment as it is wanted."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import system_actor
from internkontroll.plan.models import Control, ControlArea, Plan
from internkontroll.plan.rules.vocabulary import ControlKind, Frequency, SampleKind, Technique
from internkontroll.plan.services.controls import ControlContent, add_control
from internkontroll.trail.models import TrailRow
from tests.factories import AT

SYSTEM = system_actor("provning")


def wanted(area: ControlArea, text: str = "Fakturor är attesterade.") -> ControlContent:
    return ControlContent(
        area_id=area.id,
        text=text,
        technique=Technique.SAMPLE,
        sample_kind=SampleKind.AT_LEAST,
        sample_n=3,
        frequency=Frequency.QUARTER,
        points=("årsbokslut", "april"),
        method_text="Tre fakturor jämförs med attestlistan.",
        kind=ControlKind.DETECTIVE,
        frame_text="Alla fakturor under kvartalet",
        responsible_text="Ekonomichef",
    )


def add(session: Session, area: ControlArea, *texts: str) -> list[Control]:
    return [
        add_control(session, area.plan, wanted(area, text), actor=SYSTEM, at=AT) for text in texts
    ]


def order(session: Session, plan: Plan) -> list[str]:
    select = sa.select(Control.number, Control.text).where(Control.plan_id == plan.id)
    rows = session.execute(select.order_by(Control.number)).all()
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    return [row.text for row in rows]


def events(session: Session) -> list[str]:
    return list(session.scalars(sa.select(TrailRow.event).order_by(TrailRow.id)))
