"""Vad som hände ett kontrolltillfälle: each thing with the moment at which it became known."""

from collections.abc import Iterable
from datetime import datetime

from internkontroll.core.dates import long_date
from internkontroll.findings.models import ActionState, CorrectionOutcome
from internkontroll.reporting.rules.count import OccurrenceFact
from internkontroll.reporting.rules.facts import ActionFact, CorrectionFact
from internkontroll.reporting.rules.report import LaterKind


def news_of(fact: OccurrenceFact, occasion: str) -> Iterable[tuple[LaterKind, datetime, str]]:
    """Everything that happened to an occurrence, whenever it did."""
    if fact.verdict:
        yield LaterKind.SIGNED, fact.verdict.signed_at, f"{occasion} blev klart."
    for correction in fact.corrections:
        text = f"{occasion} fick ett rättat resultat."
        yield LaterKind.CORRECTED, correction.signed_at, text
    for absence in fact.absences:
        text = f"{occasion} blev ej genomfört: {absence.reason}"
        yield LaterKind.NOT_PERFORMED, absence.recorded_at, text
        if absence.withdrawn_at:
            yield LaterKind.RESUMED, absence.withdrawn_at, f"{occasion} togs upp igen."
    for move in fact.moves:
        if not move.changes_day:
            continue
        days = f"{long_date(move.old_due_on)} till {long_date(move.new_due_on)}"
        text = f"{occasion} flyttades från {days}: {move.reason}"
        yield LaterKind.MOVED, move.recorded_at, text
    if fact.expired_at:
        text = f"{occasion} utgick: {fact.expired_reason}"
        yield LaterKind.EXPIRED, fact.expired_at, text


def news_of_correction(row: CorrectionFact, label: str) -> tuple[LaterKind, datetime, str]:
    """That the single item was put right, or that it cannot be."""
    told = "rättades" if row.outcome is CorrectionOutcome.CORRECTED else "kan inte rättas"
    return LaterKind.ITEM_CORRECTED, row.recorded_at, f"{label}: posten {told}."


def news_of_action(fact: ActionFact) -> list[tuple[LaterKind, datetime, str]]:
    """Everything that happened to an action, whenever it did."""
    which = f"Åtgärd {fact.number} mot {fact.label}"
    text = f"{which} bestämdes, klar senast {long_date(fact.due_at(fact.recorded_at))}."
    told = [(LaterKind.ACTION, fact.recorded_at, text)]
    days = [*(move.old_due_on for move in fact.moves), fact.due_on]
    for place, move in enumerate(fact.moves, start=1):
        text = f"{which} flyttades till {long_date(days[place])}."
        told.append((LaterKind.ACTION_MOVED, move.recorded_at, text))
    if fact.ended_at is not None:
        done = fact.state is ActionState.DONE
        text = f"{which} {'blev klar' if done else 'avbröts'}."
        told.append((LaterKind.ACTION_ENDED, fact.ended_at, text))
    return told
