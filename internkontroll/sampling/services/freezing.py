"""Answer for the control sums, and freeze the list."""

from datetime import datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.core.text import clean_text
from internkontroll.sampling.models import Population, PopulationState, SamplingEvent
from internkontroll.sampling.queries import canonical_of, control_differences, reference_in_text
from internkontroll.sampling.rules.content import facts_of
from internkontroll.sampling.rules.control_sums import differences
from internkontroll.sampling.rules.filters import Filter
from internkontroll.sampling.services.changing import ask_and_lock, bound, change, trail_list
from internkontroll.sampling.services.guards import checked_reason
from internkontroll.sampling.services.population import expected_rows_checked

_NOT_READ = "Listan är inte färdigläst. Vänta, eller läs in den igen."
_ANSWER = "Rätta siffran, läs in en annan lista eller skriv varför det skiljer."


def answer_control_sums(
    session: Session,
    population: Population,
    *,
    expected_rows: int | None,
    expected_sum: int | None,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> Population:
    """Svara för kontrollsummorna: the figures are corrected, or the difference is explained.

    ``expected_sum`` is öre. A reason stands only where there is a difference. Raises NotAllowed,
    InvalidTransition for a list that is not read in or is frozen, and InvalidInput (field
    "difference_reason") for a difference without a reason, with one that names an item, and for a
    reason where nothing differs.
    """
    ask_and_lock(session, population, actor, at)
    if population.state is not PopulationState.LOADED:
        raise InvalidTransition(_NOT_READ)
    told = differences(
        rows=population.rows_in_file or 0,
        total=population.sum_in_file,
        expected_rows=expected_rows_checked(expected_rows),
        expected_total=expected_sum,
    )
    why = clean_text(reason or "") or None
    if told:
        missing = f"{' '.join(told)} {_ANSWER}"
        why = checked_reason(session, population.board_id, why, missing, "difference_reason")
    elif why is not None:
        raise InvalidInput(
            "Siffrorna stämmer med filen, så det finns inget att förklara. Töm fältet.",
            field="difference_reason",
        )
    before = (population.expected_rows, population.expected_sum)
    change(
        session,
        population,
        {
            "expected_rows": expected_rows,
            "expected_sum": expected_sum,
            "difference_reason": why,
        },
    )
    trail_list(
        session,
        population,
        SamplingEvent.CONTROL_SUMS_ANSWERED,
        {
            "expected_rows": {"old": before[0], "new": expected_rows},
            "expected_sum": {"old": before[1], "new": expected_sum},
            "differs": bool(told),
        },
        actor=actor,
        at=at,
        reason=why,
    )
    return population


def freeze_population(
    session: Session, population: Population, *, actor: Actor, at: datetime
) -> Population:
    """Frys listan: N, T and P are counted from the stored rows; after that nothing changes them.

    Raises NotAllowed, InvalidTransition for a list that is not read in or is frozen already, and
    InvalidInput if what is told of the list names one of its items, or if it differs from its
    control sums and nobody has said why.
    """
    ask_and_lock(session, population, actor, at)
    if population.state is not PopulationState.LOADED:
        raise InvalidTransition(_NOT_READ)
    told = control_differences(population)
    if told and not population.difference_reason:
        raise InvalidInput(f"{' '.join(told)} {_ANSWER}")
    _refuse_named_items(session, population)
    facts = facts_of(canonical_of(session, population.id))
    change(
        session,
        population,
        {
            "state": PopulationState.FROZEN,
            "size": facts.count,
            "positive_sum": facts.total,
            "negative_count": facts.negative_count,
            "negative_sum": facts.negative_sum,
            "zero_count": facts.zero_count,
            "sha256": facts.digest,
            "sorted_sha256": facts.sorted_digest,
            "frozen_at": at,
            "frozen_by_id": actor.user_id,
            "file_wanted": False,
        },
    )
    trail_list(
        session,
        population,
        SamplingEvent.POPULATION_FROZEN,
        {
            "state": {"old": PopulationState.LOADED.value, "new": PopulationState.FROZEN.value},
            "N": facts.count,
            "T": facts.total,
            "rows_in_file": population.rows_in_file,
            # A filter may name an item that it takes away, which no search of the list finds.
            "filters": len(population.filters) if population.is_secret else population.filters,
            **bound("P", facts.digest, key=population.seal_key, secret=population.is_secret),
        },
        actor=actor,
        at=at,
    )
    return population


def _refuse_named_items(session: Session, population: Population) -> None:
    """Nothing of the frame may name an item of a secret list: it goes into what is handed out."""
    texts = (
        population.description,
        population.source,
        population.query or "",
        population.taken_out_by,
        population.reconciliation or "",
        population.difference_reason or "",
        *(Filter.from_stored(each).sentence for each in population.filters),
    )
    if population.is_secret and reference_in_text(session, population.board_id, "\n".join(texts)):
        raise InvalidInput(
            "Uppgifterna om listan nämner en beteckning ur den. De följer med i protokoll som "
            "lämnas ut: läs in listan igen och skriv uppgifterna utan beteckningar."
        )
