"""Demonstrationens nästa år: what kommunstyrelsen makes obligatory, and a draft that has begun."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from internkontroll.demo.accounts import Organisation
from internkontroll.plan.models import Plan
from internkontroll.plan.queries import controls_of
from internkontroll.plan.rules.sections import TextSection
from internkontroll.plan.rules.vocabulary import ControlKind, Frequency, SampleKind, Technique
from internkontroll.plan.services.obligatory import (
    ObligatoryContent,
    set_applicability,
    write_obligatory,
)
from internkontroll.plan.services.risks import RiskContent, edit_risk
from internkontroll.plan.services.starting import copy_plan
from internkontroll.plan.services.texts import write_text

OBLIGATORY = (
    ObligatoryContent(
        area_name="Förtroende och oegentligheter",
        text="Bisysslor är anmälda och bedömda.",
        kind=ControlKind.PREVENTIVE,
        method_text="Stickprov på tio anställda: finns en anmälan, och är den bedömd av chefen?",
        technique=Technique.SAMPLE,
        sample_kind=SampleKind.AT_LEAST,
        sample_n=10,
        frequency=Frequency.YEAR,
        points=("årsbokslut",),
        risk_text="En bisyssla rubbar förtroendet för den anställde eller kommunen.",
        criteria=("En anmälan finns.", "Chefen har bedömt anmälan och skrivit under."),
    ),
    ObligatoryContent(
        area_name="Förtroende och oegentligheter",
        text="Representation har syfte och deltagare angivna.",
        kind=ControlKind.DETECTIVE,
        method_text="Stickprov på fem fakturor för representation.",
        technique=Technique.SAMPLE,
        sample_kind=SampleKind.EXACT,
        sample_n=5,
        frequency=Frequency.REPORTING_POINT,
        points=("augusti", "årsbokslut"),
        risk_text="Kommunens pengar används till något som inte hör till uppdraget.",
    ),
)
"""What kommunstyrelsen's controller has made obligatory for next year."""

SCORES = {1: (3, 4), 2: (2, 3), 3: (2, 4), 5: (3, 3), 7: (3, 2), 9: (2, 2)}
"""Likelihood and impact of risks that have been assessed, by number; the rest wait."""


def make_obligatory(session: Session, town: Organisation, year: int, *, at: datetime) -> None:
    """Kommunstyrelsen's obligatory kontrollmoment of a year."""
    for content in OBLIGATORY:
        write_obligatory(session, year, content, actor=town.actors["ks-controller"], at=at)


def begin_next_plan(session: Session, town: Organisation, plan: Plan, *, at: datetime) -> Plan:
    """A draft for the year after ``plan``, copied from it, with a text of its own."""
    controller, board = town.actors["controller"], town.boards["SCN"]
    draft = copy_plan(session, board, plan.year + 1, plan, actor=controller, at=at).plan
    write_text(
        session,
        draft,
        TextSection.DEVELOPMENT,
        "Årets uppföljning visade att rätten att besluta behöver bli tydligare. Kontrollen av "
        "delegationsbeslut görs därför oftare nästa år.\n\n"
        "Kontrollen av loggar har fått ett större stickprov.",
        revision=0,
        actor=controller,
        at=at + timedelta(minutes=5),
    )
    first = {risk.number: risk for row in controls_of(session, draft.id) for risk in row.risks}
    for number, (likelihood, impact) in SCORES.items():
        risk = first[number]
        content = RiskContent(risk.description, likelihood=likelihood, impact=impact)
        edit_risk(
            session,
            draft,
            risk,
            content,
            row_version=risk.row_version,
            actor=controller,
            at=at + timedelta(minutes=7),
        )
    last = [row for row in controls_of(session, draft.id) if row.obligatory_id is not None][-1]
    set_applicability(
        session,
        last,
        reason="Nämnden har ingen egen representation. Den sköts av kommunstyrelsens förvaltning.",
        row_version=last.row_version,
        actor=controller,
        at=at + timedelta(minutes=10),
    )
    return draft
