"""Commit to a draw before any seed exists."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.plan.models import Criterion
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    DrawState,
    DrawStratum,
    Population,
    PopulationState,
    SamplingEvent,
    SelectionMethod,
)
from internkontroll.sampling.queries import (
    PlannedStratum,
    current_draw,
    occasion_of,
    occurrences_of_draw,
    planned_strata,
    rows_of,
)
from internkontroll.sampling.rules import MUS_METHODS, Stratification, as_ranges
from internkontroll.sampling.rules.figures import grouped
from internkontroll.sampling.services.changing import bound
from internkontroll.sampling.services.guards import (
    ask_to_draw,
    chain_of,
    checked_reason,
    lock,
    refuse_closed,
)
from internkontroll.sampling.services.size import size_limits
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.services import mark_started
from internkontroll.trail.services import chain_of_reader, record

METHODS = tuple(method for method in SelectionMethod if method is not SelectionMethod.TARGETED)
"""Methods that can be committed to."""


def commit_draw(
    session: Session,
    population: Population,
    occurrences: Sequence[Occurrence],
    *,
    method: SelectionMethod,
    n: int,
    k: int = 0,
    parted: Stratification | None = None,
    redraw_of: Draw | None = None,
    reason: str | None = None,
    actor: Actor,
    at: datetime,
) -> Draw:
    """Besluta om ett urval: method, n, k and checklist stand in the trail before any seed exists.

    ``parted`` divides the list by amount: its strata and how many of each are committed to too. A
    redraw names the draw it replaces and why; both stay visible. n = N is a census. Raises
    NotAllowed (needs sample:draw in every committee), InvalidTransition for a list that is not
    frozen, a closed kontrolltillfälle or one that has a draw already, InvalidInput for an n that
    the list or the plan's rule refuses, for a method that the list's amounts do not allow, for
    kontrolltillfällen that cannot share a draw and for a redraw without a reason.
    """
    if not occurrences:
        raise ValueError("a draw serves at least one occurrence")
    ask_to_draw(session, occurrences, actor, at)
    for occurrence in sorted(occurrences, key=lambda each: each.id):
        lock(session, occurrence)
        refuse_closed(occurrence)
    _check_shared(population, occurrences)
    session.refresh(population)
    if population.state is not PopulationState.FROZEN or population.size is None:
        raise InvalidTransition("Listan är inte fryst. Frys den innan urvalet beslutas.")
    if method not in METHODS:
        raise InvalidInput("Välj ett av urvalssätten i listan.", field="method")
    limits = size_limits(
        [(each.control.sample_kind, each.control.sample_n) for each in occurrences],
        population.size,
    )
    limits.check(n, population.size)
    if not 0 <= k < n:
        raise InvalidInput(
            "Antalet avvikelser som får finnas ska vara 0 eller mer, mindre än antalet som dras.",
            field="k",
        )
    if method.value in MUS_METHODS:
        _check_amounts(session, population, n)
    strata = (
        planned_strata(session, population, method=method, n=n, parted=parted) if parted else []
    )
    why = check_redraw(session, population.board_id, occurrences, redraw_of, reason)
    draw = Draw(
        board_id=population.board_id,
        population_id=population.id,
        method=method,
        n=n,
        k=k,
        parameters=_parameters(session, occurrences) | _parting(parted),
        committed_at=at,
        committed_by_id=actor.user_id,
        redraw_of_id=redraw_of.id if redraw_of else None,
        redraw_reason=why,
        seal_key=secrets.token_hex(32),
    )
    session.add(draw)
    session.flush()
    session.add_all(
        DrawOccurrence(draw_id=draw.id, occurrence_id=occurrence.id) for occurrence in occurrences
    )
    session.add_all(
        DrawStratum(
            draw_id=draw.id,
            position=position,
            name=each.band.name,
            size=len(each.band.rows),
            n=each.n,
            rows=as_ranges(each.band.rows),
        )
        for position, each in enumerate(strata, start=1)
    )
    for occurrence in occurrences:
        mark_started(session, occurrence, actor=actor, at=at)
    trail_draw(
        session,
        draw,
        SamplingEvent.DRAW_COMMITTED,
        {
            "state": {"old": None, "new": DrawState.COMMITTED.value},
            "population": population.id,
            "occurrences": sorted(occurrence.id for occurrence in occurrences),
            "N": population.size,
            "method": method.value,
            "n": n,
            "k": k,
            "parameters": draw.parameters,
            **_told(strata),
            "redraw_of": draw.redraw_of_id,
            **bound_by(population, draw, "P", population.sha256 or ""),
        },
        actor=actor,
        at=at,
        reason=why,
    )
    return draw


def _check_amounts(session: Session, population: Population, n: int) -> None:
    """A beloppsviktat urval needs an amount on every row, kronor to hit, and is never the whole."""
    total = population.positive_sum
    if total is None:
        raise InvalidInput(
            "Listan har inga belopp. Läs in den med en beloppskolumn, eller välj ett annat "
            "urvalssätt.",
            field="method",
        )
    if total <= 0:
        raise InvalidInput(
            "Listan har inga positiva belopp, så ett beloppsviktat urval kan inte dras. Välj ett "
            "annat urvalssätt.",
            field="method",
        )
    if n > total:
        raise InvalidInput(
            f"Antalet är större än summan av beloppen, {grouped(total)} öre. Granska alla rader "
            "i stället.",
            field="n",
        )
    if n == population.size:
        raise InvalidInput(
            "Ett beloppsviktat urval kan träffa samma rad flera gånger och missa andra, så alla "
            "rader blir inte granskade. Välj ett annat urvalssätt när alla ska granskas.",
            field="method",
        )
    if any(amount is None for _, amount in rows_of(session, population.id)):
        raise InvalidInput(
            "En rad i listan saknar belopp, så ett beloppsviktat urval kan inte dras. Välj ett "
            "annat urvalssätt.",
            field="method",
        )


def _parting(parted: Stratification | None) -> dict[str, Any]:
    if parted is None:
        return {}
    limits = list(parted.limits)
    return {"strata_by": {"limits": limits, "allocation": parted.allocation.value}}


def _told(strata: Sequence[PlannedStratum]) -> dict[str, Any]:
    """The strata as the trail has them: row numbers stand in the record, not here."""
    if not strata:
        return {}
    return {
        "strata": [
            {"name": each.band.name, "rows": len(each.band.rows), "n": each.n} for each in strata
        ]
    }


def _check_shared(population: Population, occurrences: Sequence[Occurrence]) -> None:
    """Draws of different meetings or kinds are never pooled as one random sample."""
    if not population.is_frame:
        raise InvalidInput(
            "Posterna är nämnda en och en och är ingen lista att dra ur. Läs in en lista först."
        )
    if any(occurrence.board_id != population.board_id for occurrence in occurrences):
        raise InvalidInput("Listan hör till en annan nämnd.")
    own = population.occurrence
    for occurrence in occurrences:
        if occasion_of(occurrence) != occasion_of(own):
            raise InvalidInput(
                "Kontrolltillfällena hör till olika sammanträden eller tidpunkter och kan inte "
                "dela stickprov. Dra ett för varje."
            )
        if population.is_secret and occurrence.id != own.id and occurrence.attachments:
            raise InvalidInput(
                f"Kontroll {occurrence.control.number} har bilagor, och listan är hemlig. Ta bort "
                "bilagorna där, eller låt kontrollen stå utanför det gemensamma stickprovet.",
                field="also",
            )


def check_redraw(
    session: Session,
    board_id: int,
    occurrences: Sequence[Occurrence],
    redraw_of: Draw | None,
    reason: str | None,
) -> str | None:
    """The reason of a redraw, None for the first draw.

    Raises InvalidTransition for a second draw that is no redraw, Conflict for one of a draw that
    is redrawn already, InvalidInput for other kontrolltillfällen and for a missing reason.
    """
    current = {
        draw.id
        for occurrence in occurrences
        if (draw := current_draw(session, occurrence.id)) is not None
    }
    if redraw_of is None:
        if current:
            raise InvalidTransition(
                "Det finns redan ett beslutat urval. Ett nytt kräver att du gör om dragningen "
                "och skriver varför."
            )
        return None
    if current != {redraw_of.id}:
        raise Conflict("Dragningen är redan omgjord. Läs om sidan och se vilken som gäller.")
    served = {each.id for each in occurrences_of_draw(session, redraw_of.id)}
    if served != {occurrence.id for occurrence in occurrences}:
        raise InvalidInput("Gör om dragningen för samma kontrolltillfällen som den gäller.")
    return checked_reason(session, board_id, reason, "Skriv varför dragningen görs om.")


def _parameters(session: Session, occurrences: Iterable[Occurrence]) -> dict[str, Any]:
    """The checklist as it stands at the commitment; it is what the items will be judged against."""
    rows = session.execute(
        sa.select(Criterion.control_id, Criterion.text)
        .where(Criterion.control_id.in_({occurrence.control_id for occurrence in occurrences}))
        .order_by(Criterion.control_id, Criterion.position)
    )
    checklist: dict[int, list[str]] = {}
    for control_id, text in rows:
        checklist.setdefault(control_id, []).append(text)
    return {
        "checklist": [
            {"control": number, "criteria": checklist.get(control_id, [])}
            for number, control_id in sorted(
                {(each.control.number, each.control_id) for each in occurrences}
            )
        ]
    }


def bound_by(population: Population, draw: Draw, name: str, value: str) -> dict[str, str]:
    """P or the seed as the trail has it, bound by the draw's own key."""
    return bound(name, value, key=draw.seal_key, secret=population.is_secret)


def trail_draw(
    session: Session,
    draw: Draw,
    event: SamplingEvent,
    data: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
) -> None:
    """One row of the draw's history."""
    record(
        session,
        chain=chain_of_reader(actor, at, chain_of(session, draw.board_id)),
        actor=actor,
        at=at,
        event=event,
        subject=("draw", draw.id),
        data=data,
        reason=reason,
    )
