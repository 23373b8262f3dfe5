"""Demonstrationens uppföljning av avvikelser: put right, acted against, some of it late."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.clock import start_of_day, swedish_day
from internkontroll.demo.accounts import Organisation
from internkontroll.findings.models import Action, CorrectionOutcome, Finding
from internkontroll.findings.queries import retest_candidates
from internkontroll.findings.services import (
    add_action,
    choose_retest,
    finish_action,
    move_action,
    record_correction,
    start_action,
)

CORRECTIONS = {
    1: (CorrectionOutcome.CORRECTED, "Utredningen är kompletterad och finns i akten."),
    5: (CorrectionOutcome.CORRECTED, "Beslutet är prövat på nytt av den som har rätten."),
    7: (CorrectionOutcome.IMPOSSIBLE, "Leveransen är äldre än ett år och följesedeln gallrad."),
}
ACTIONS = {
    1: "Lägg in en påminnelse i mallen om vad beslutet bygger på.",
    5: "Gå igenom delegationsordningen med alla som fattar beslut.",
    7: "Inför en rutin för mottagande av varor, med underskrift.",
}
"""What is done, by the number of the control."""


def follow_up(session: Session, town: Organisation, today: date) -> None:
    """Carry the findings on: the first to its retest, the others less far."""
    findings = session.scalars(
        sa.select(Finding).order_by(Finding.recorded_at, Finding.number)
    ).all()
    for turn, finding in enumerate(findings):
        _follow(session, town, finding, turn, today)


def _follow(session: Session, town: Organisation, finding: Finding, turn: int, today: date) -> None:
    found_on = swedish_day(finding.recorded_at)
    number = finding.occurrence.control.number
    manager = town.actors["enhetschef"]
    corrected_on = found_on + timedelta(days=10)
    if corrected_on >= today or number not in ACTIONS or turn % 4 == 3:
        return
    outcome, text = CORRECTIONS[number]
    is_corrected = outcome is CorrectionOutcome.CORRECTED
    record_correction(
        session,
        finding,
        outcome=outcome,
        text=text,
        done_on=corrected_on if is_corrected else None,
        done_by="Utredning vuxna" if is_corrected else None,
        actor=manager,
        at=start_of_day(corrected_on) + timedelta(hours=10),
    )
    if turn % 3 == 2:
        return
    action = add_action(
        session,
        finding,
        description=ACTIONS[number],
        responsible=town.people["enhetschef" if turn % 2 else "kontrollansvarig"],
        due_on=corrected_on + timedelta(days=60),
        actor=town.actors["controller"],
        at=start_of_day(corrected_on) + timedelta(hours=11),
    )
    _act(session, town, finding, action, turn, today)


def _act(
    session: Session, town: Organisation, finding: Finding, action: Action, turn: int, today: date
) -> None:
    begun_on = swedish_day(action.recorded_at) + timedelta(days=20)
    if begun_on >= today:
        return
    actor, at = town.actors["kontrollansvarig"], start_of_day(begun_on) + timedelta(hours=9)
    start_action(session, action, actor=actor, at=at)
    if turn:
        reason = "Personalen var inte på plats förrän senare."
        due_on = action.due_on + timedelta(days=21)
        move_action(session, action, due_on, reason, actor=actor, at=at)
        return
    finish_action(
        session,
        action,
        outcome="Alla har gått igenom vad som gäller, och en lathund finns.",
        done_on=begun_on,
        actor=actor,
        at=at + timedelta(hours=1),
    )
    if later := retest_candidates(session, finding):
        choose_retest(session, finding, later[0], actor=actor, at=at + timedelta(hours=2))
