"""Take in a list, choose its columns, freeze it or take it away."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.personal_id import find_personal_ids
from internkontroll.core.text import clean_line
from internkontroll.core.transaction import after_commit
from internkontroll.files.tables import population_columns, read_population
from internkontroll.files.tables.kinds import file_label
from internkontroll.sampling.models import (
    Population,
    PopulationRow,
    PopulationState,
    SamplingEvent,
)
from internkontroll.sampling.queries import reference_in_text, rows_of
from internkontroll.sampling.rules import population_facts
from internkontroll.sampling.services.guards import (
    ask,
    chain_of,
    checked_text,
    lock,
    refuse_beside_attachments,
    refuse_closed,
)
from internkontroll.sampling.services.reading import READING_LIMITS
from internkontroll.sampling.services.uploads import StoredFile
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.services import mark_started
from internkontroll.trail.services import record

_UNFROZEN = (PopulationState.LOADING, PopulationState.LOADED, PopulationState.REFUSED)
_FROZEN = (
    "Listan är fryst och kan inte ändras. Läs in en ny lista och gör om dragningen om något är fel."
)


def receive_population(
    session: Session,
    occurrence: Occurrence,
    *,
    upload: StoredFile,
    file_name: str,
    description: str,
    source: str,
    taken_out_by: str,
    taken_out_on: date | None,
    reconciliation: str | None,
    made_by_controlled: bool,
    is_secret: bool,
    attachments_confirmed: bool = False,
    actor: Actor,
    at: datetime,
) -> Population:
    """Ta emot en lista: the file is safe and its headings are read, its rows are read later.

    The columns are taken from the headings when they are beyond doubt, else asked for. A list of
    the same kontrolltillfälle that was never frozen gives way. Begins the kontrolltillfälle.

    Raises NotAllowed (needs population:load in the committee), InvalidTransition for one that is
    closed, InvalidInput for a file that is no table, for texts that are missing, and for a secret
    list where attachments stand that nobody has answered for.
    """
    ask(actor, Permission.POPULATION_LOAD, [occurrence], at)
    lock(session, occurrence)
    refuse_closed(occurrence)
    if is_secret:
        refuse_beside_attachments(occurrence, confirmed=attachments_confirmed)
    if taken_out_on is not None and taken_out_on > swedish_day(at):
        raise InvalidInput(
            "Dagen har inte varit än. Skriv dagen då listan togs ut.", field="taken_out_on"
        )
    label = file_label(file_name)
    if any(certain for _, _, certain in find_personal_ids(label)):
        raise InvalidInput(
            "Filens namn innehåller ett personnummer. Byt namn på filen och välj den igen.",
            field="file",
        )
    header = _header(upload, label)
    id_column, amount_column = _beyond_doubt(header)
    population = Population(
        board_id=occurrence.board_id,
        occurrence_id=occurrence.id,
        description=checked_text(description, "Skriv vad listan innehåller.", "description"),
        source=checked_text(source, "Skriv varifrån listan kommer.", "source"),
        taken_out_by=checked_text(taken_out_by, "Skriv vem som tog ut listan.", "taken_out_by"),
        taken_out_on=taken_out_on,
        reconciliation=_optional(reconciliation, "reconciliation"),
        made_by_controlled=made_by_controlled,
        is_secret=is_secret,
        file_name=label,
        stored_name=upload.name,
        header=header,
        id_column=id_column,
        amount_column=amount_column,
        seal_key=secrets.token_hex(32),
        received_by_id=actor.user_id,
        received_at=at,
    )
    for earlier in _not_frozen(session, occurrence.id):
        _put_away(session, earlier, "En nyare lista lästes in i stället.", actor=actor, at=at)
    mark_started(session, occurrence, actor=actor, at=at)
    session.add(population)
    session.flush()
    _trail(
        session,
        population,
        SamplingEvent.POPULATION_RECEIVED,
        {
            "occurrence": occurrence.id,
            "state": {"old": None, "new": PopulationState.LOADING.value},
            "made_by_controlled": made_by_controlled,
            "secret": is_secret,
        },
        actor=actor,
        at=at,
    )
    after_commit(session, upload.keep)
    return population


def _header(upload: StoredFile, label: str) -> list[str]:
    try:
        with upload.path.open("rb") as stream:
            header = list(read_population(stream, label, limits=READING_LIMITS).header)
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field="file") from error
    if any(certain for name in header for _, _, certain in find_personal_ids(name)):
        raise InvalidInput(
            "Filens första rad innehåller ett personnummer, så den ser inte ut som en rubrikrad. "
            "Lägg till en rad med rubriker överst i filen.",
            field="file",
        )
    return header


def _beyond_doubt(header: list[str]) -> tuple[str | None, str | None]:
    """The columns when exactly one can be meant; otherwise the person is asked for both."""
    found = population_columns(header)
    if len(found.id_candidates) != 1 or len(found.amount_candidates) > 1:
        return None, None
    amount = found.amount_column
    return header[found.id_candidates[0]], None if amount is None else header[amount]


def _optional(text: str | None, field: str) -> str | None:
    return checked_text(text, "", field) if clean_line(text or "") else None


def _not_frozen(session: Session, occurrence_id: int) -> list[Population]:
    found = session.scalars(
        sa.select(Population).where(
            Population.occurrence_id == occurrence_id,
            Population.state.in_([PopulationState.LOADING, PopulationState.LOADED]),
        )
    )
    return list(found)


def choose_columns(
    session: Session,
    population: Population,
    *,
    id_column: str | None,
    amount_column: str | None,
    actor: Actor,
    at: datetime,
) -> Population:
    """Välj kolumner and read the file (again) by them.

    ``id_column`` None gives the rows running numbers 1..N instead of the file's references.
    Raises NotAllowed, InvalidTransition for a list that is frozen, being read or whose file is
    gone, InvalidInput for a column that the file lacks or that holds persons.
    """
    _ask_and_lock(session, population, actor, at)
    if not population.file_wanted or population.stored_name is None:
        raise InvalidTransition("Filen finns inte kvar. Läs in den igen som en ny lista.")
    if population.claim is not None:
        raise InvalidTransition("Listan läses just nu. Vänta tills den är inläst.")
    _check_columns(population.header, id_column, amount_column)
    old = population.state
    session.execute(sa.delete(PopulationRow).where(PopulationRow.population_id == population.id))
    _change(
        session,
        population,
        {
            "state": PopulationState.LOADING,
            "id_column": id_column,
            "amount_column": amount_column,
            "renumbered": id_column is None,
            "refusal": None,
            "notice": None,
            "rows_read": 0,
            "rows_total": None,
        },
    )
    _trail(
        session,
        population,
        SamplingEvent.COLUMNS_CHOSEN,
        {
            "state": {"old": old.value, "new": PopulationState.LOADING.value},
            "renumbered": id_column is None,
            "amounts": amount_column is not None,
        },
        actor=actor,
        at=at,
    )
    return population


def _check_columns(header: list[str], id_column: str | None, amount_column: str | None) -> None:
    for name, field in ((id_column, "id_column"), (amount_column, "amount_column")):
        if name is not None and name not in header:
            raise InvalidInput("Kolumnen finns inte i filen. Välj en i listan.", field=field)
    if id_column is not None and id_column == amount_column:
        raise InvalidInput("Välj olika kolumner för beteckning och belopp.", field="amount_column")
    personal = [header[place] for place in population_columns(header).personal]
    if id_column in personal:
        raise InvalidInput(
            "Kolumnen pekar ut personer och får inte användas. Välj en annan, eller löpnummer.",
            field="id_column",
        )


def freeze_population(
    session: Session, population: Population, *, actor: Actor, at: datetime
) -> Population:
    """Frys listan: N, T and P are counted from the stored rows; after that nothing changes them.

    Raises NotAllowed, InvalidTransition for a list that is not read in or is frozen already, and
    InvalidInput if the description of the list names one of its items.
    """
    _ask_and_lock(session, population, actor, at)
    if population.state is not PopulationState.LOADED:
        raise InvalidTransition("Listan är inte färdigläst. Vänta, eller läs in den igen.")
    _refuse_named_items(session, population)
    facts = population_facts(rows_of(session, population.id))
    _change(
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
    _trail(
        session,
        population,
        SamplingEvent.POPULATION_FROZEN,
        {
            "state": {"old": PopulationState.LOADED.value, "new": PopulationState.FROZEN.value},
            "N": facts.count,
            "T": facts.total,
            **bound("P", facts.digest, key=population.seal_key, secret=population.is_secret),
        },
        actor=actor,
        at=at,
    )
    return population


def bound(name: str, value: str, *, key: str, secret: bool) -> dict[str, str]:
    """A value as the trail has it: itself, or for a secret frame HMAC-SHA-256 under its key.

    With P or the seed in the open, the few possible case numbers of a small frame could be tried.
    """
    if not secret:
        return {name: value}
    digest = hmac.new(bytes.fromhex(key), value.encode("ascii"), hashlib.sha256).hexdigest()
    return {f"hmac_{name}": digest}


def _refuse_named_items(session: Session, population: Population) -> None:
    texts = (
        population.description,
        population.source,
        population.taken_out_by,
        population.reconciliation or "",
    )
    if population.is_secret and reference_in_text(session, population.board_id, "\n".join(texts)):
        raise InvalidInput(
            "Uppgifterna om listan nämner en beteckning ur den. De följer med i protokoll som "
            "lämnas ut: läs in listan igen och skriv uppgifterna utan beteckningar."
        )


def take_away_population(
    session: Session, population: Population, *, actor: Actor, at: datetime
) -> Population:
    """Ta bort en lista som inte är fryst: its rows and its file go, that it was there stays.

    Stops a reading that is going on. Raises NotAllowed and InvalidTransition.
    """
    _ask_and_lock(session, population, actor, at)
    _put_away(session, population, "Inläsningen avbröts.", actor=actor, at=at)
    return population


def _ask_and_lock(session: Session, population: Population, actor: Actor, at: datetime) -> None:
    ask(actor, Permission.POPULATION_LOAD, [population.occurrence], at)
    lock(session, population.occurrence)
    refuse_closed(population.occurrence)
    session.refresh(population, with_for_update={"key_share": True, "of": Population})
    if population.state is PopulationState.FROZEN:
        raise InvalidTransition(_FROZEN)


def _put_away(
    session: Session, population: Population, sentence: str, *, actor: Actor, at: datetime
) -> None:
    old = population.state
    _change(
        session,
        population,
        {
            "state": PopulationState.REFUSED,
            "refusal": sentence,
            "file_wanted": False,
            "claim": None,
            "claimed_at": None,
        },
    )
    session.execute(sa.delete(PopulationRow).where(PopulationRow.population_id == population.id))
    _trail(
        session,
        population,
        SamplingEvent.POPULATION_REPLACED,
        {"state": {"old": old.value, "new": PopulationState.REFUSED.value}},
        actor=actor,
        at=at,
        reason=sentence,
    )


def _change(session: Session, population: Population, values: Mapping[str, Any]) -> None:
    """Change what is not frozen, from the state that was read. Raises Conflict if that is gone."""
    old = population.state
    session.flush()
    changed = session.scalar(
        sa.update(Population)
        .where(
            Population.id == population.id,
            Population.state == old,
            Population.state.in_(_UNFROZEN),
        )
        .values(**values)
        .returning(Population.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(population)
    if changed is None:
        raise Conflict("Någon annan hann ändra listan. Läs om sidan och se vad som gäller nu.")


def _trail(
    session: Session,
    population: Population,
    event: SamplingEvent,
    data: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
) -> None:
    record(
        session,
        chain=chain_of(session, population.board_id),
        actor=actor,
        at=at,
        event=event,
        subject=("population", population.id),
        data=data,
        reason=reason,
    )
