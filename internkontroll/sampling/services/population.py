"""Take in a list, choose its columns and its filters, or take it away."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.core.free_text import checked_text
from internkontroll.core.personal_id import names_a_person
from internkontroll.core.text import clean_line
from internkontroll.core.transaction import after_commit
from internkontroll.files.tables import population_columns, read_population
from internkontroll.files.tables.kinds import file_label
from internkontroll.sampling.models import (
    Population,
    PopulationState,
    SamplingEvent,
)
from internkontroll.sampling.queries import remembered_columns
from internkontroll.sampling.rules.figures import grouped
from internkontroll.sampling.rules.filters import MOST_FILTERS, Filter
from internkontroll.sampling.services.changing import ask_and_lock, change, trail_list
from internkontroll.sampling.services.contents import remove_rows
from internkontroll.sampling.services.guards import (
    ask,
    lock,
    refuse_beside_attachments,
    refuse_closed,
)
from internkontroll.sampling.services.reading import MOST_ROWS, READING_LIMITS
from internkontroll.sampling.services.uploads import StoredFile
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.services import mark_started


def receive_population(
    session: Session,
    occurrence: Occurrence,
    *,
    upload: StoredFile,
    file_name: str,
    description: str,
    source: str,
    query: str | None = None,
    taken_out_by: str,
    taken_out_on: date | None,
    reconciliation: str | None,
    made_by_controlled: bool,
    is_secret: bool,
    known_departures: bool = False,
    expected_rows: int | None = None,
    expected_sum: int | None = None,
    attachments_confirmed: bool = False,
    actor: Actor,
    at: datetime,
) -> Population:
    """Ta emot en lista: the file is safe and its headings are read, its rows are read later.

    The columns are those that the same kontrollmoment used the last time, if the headings are the
    same; else they are taken from the headings when they are beyond doubt, else asked for. A list
    of the same kontrolltillfälle that was never frozen gives way. Begins the kontrolltillfälle.
    ``expected_rows`` and ``expected_sum`` (öre) are control sums of the source system.

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
    if names_a_person(label):
        raise InvalidInput(
            "Filens namn innehåller ett personnummer. Byt namn på filen och välj den igen.",
            field="file",
        )
    header = _header(upload, label)
    columns = remembered_columns(session, occurrence, header)
    id_column, amount_column = columns or _beyond_doubt(header)
    population = Population(
        board_id=occurrence.board_id,
        occurrence_id=occurrence.id,
        description=checked_text(description, "Skriv vad listan innehåller.", "description"),
        source=checked_text(source, "Skriv varifrån listan kommer.", "source"),
        query=_optional(query, "query"),
        taken_out_by=checked_text(taken_out_by, "Skriv vem som tog ut listan.", "taken_out_by"),
        taken_out_on=taken_out_on,
        reconciliation=_optional(reconciliation, "reconciliation"),
        made_by_controlled=made_by_controlled,
        is_secret=is_secret,
        known_departures=known_departures,
        file_name=label,
        stored_name=upload.name,
        header=header,
        id_column=id_column,
        amount_column=amount_column,
        renumbered=columns is not None and id_column is None,
        columns_remembered=columns is not None,
        expected_rows=expected_rows_checked(expected_rows),
        expected_sum=expected_sum,
        seal_key=secrets.token_hex(32),
        received_by_id=actor.user_id,
        received_at=at,
    )
    for earlier in _not_frozen(session, occurrence.id):
        _put_away(session, earlier, "En nyare lista lästes in i stället.", actor=actor, at=at)
    mark_started(session, occurrence, actor=actor, at=at)
    session.add(population)
    session.flush()
    trail_list(
        session,
        population,
        SamplingEvent.POPULATION_RECEIVED,
        {
            "occurrence": occurrence.id,
            "state": {"old": None, "new": PopulationState.LOADING.value},
            "made_by_controlled": made_by_controlled,
            "secret": is_secret,
            "known_departures": known_departures,
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
    if any(names_a_person(name) for name in header):
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


def expected_rows_checked(rows: int | None) -> int | None:
    """The control sum of rows, or InvalidInput for one that no list can have."""
    if rows is not None and not 1 <= rows <= MOST_ROWS:
        raise InvalidInput(
            f"Antalet rader ska vara från 1 till {grouped(MOST_ROWS)}. Rätta det eller lämna tomt.",
            field="expected_rows",
        )
    return rows


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
    filters: Sequence[Filter] = (),
    actor: Actor,
    at: datetime,
) -> Population:
    """Välj kolumner och avgränsning, and read the file (again) by them.

    ``id_column`` None gives the rows running numbers 1..N instead of the file's references. Rows
    that a filter does not let through are not of the population.
    Raises NotAllowed, InvalidTransition for a list that is frozen, being read or whose file is
    gone, InvalidInput for a column that the file lacks or that holds persons.
    """
    ask_and_lock(session, population, actor, at)
    if not population.file_wanted or population.stored_name is None:
        raise InvalidTransition("Filen finns inte kvar. Läs in den igen som en ny lista.")
    if population.claim is not None:
        raise InvalidTransition("Listan läses just nu. Vänta tills den är inläst.")
    _check_columns(population.header, id_column, amount_column)
    _check_filters(population.header, filters)
    old = population.state
    remove_rows(session, population.id)
    change(
        session,
        population,
        {
            "state": PopulationState.LOADING,
            "id_column": id_column,
            "amount_column": amount_column,
            "renumbered": id_column is None,
            "columns_remembered": False,
            "filters": [each.stored() for each in filters],
            "refusal": None,
            **NOTHING_READ,
        },
    )
    trail_list(
        session,
        population,
        SamplingEvent.COLUMNS_CHOSEN,
        {
            "state": {"old": old.value, "new": PopulationState.LOADING.value},
            "renumbered": id_column is None,
            "amounts": amount_column is not None,
            # What they say is told when the list is frozen, and known to name no item.
            "filters": len(filters),
        },
        actor=actor,
        at=at,
    )
    return population


NOTHING_READ: Mapping[str, Any] = {
    "notice": None,
    "rows_read": 0,
    "rows_total": None,
    "rows_in_file": None,
    "sum_in_file": None,
    "size": None,
    "positive_sum": None,
    "negative_count": None,
    "negative_sum": None,
    "zero_count": None,
    "difference_reason": None,
}
"""What a list that is to be read (again), or is put away, does not have."""


def _check_filters(header: Sequence[str], filters: Sequence[Filter]) -> None:
    if len(filters) > MOST_FILTERS:
        raise InvalidInput(f"Skriv högst {MOST_FILTERS} avgränsningar.", field="filters")
    personal = [header[place] for place in population_columns(header).personal]
    for place, each in enumerate(filters):
        if each.column not in header:
            raise InvalidInput(
                "Kolumnen finns inte i filen. Välj en i listan.", field=f"filters-{place}-column"
            )
        if each.column in personal:
            raise InvalidInput(
                "Kolumnen pekar ut personer och kan inte användas för att avgränsa.",
                field=f"filters-{place}-column",
            )
        if names_a_person(each.sentence):
            raise InvalidInput(
                "Texten innehåller ett personnummer. Ta bort det.", field=f"filters-{place}-low"
            )


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


def take_away_population(
    session: Session, population: Population, *, actor: Actor, at: datetime
) -> Population:
    """Ta bort en lista som inte är fryst: its rows and its file go, that it was there stays.

    Stops a reading that is going on. Raises NotAllowed and InvalidTransition.
    """
    ask_and_lock(session, population, actor, at)
    _put_away(session, population, "Inläsningen avbröts.", actor=actor, at=at)
    return population


def _put_away(
    session: Session, population: Population, sentence: str, *, actor: Actor, at: datetime
) -> None:
    old = population.state
    change(
        session,
        population,
        {
            "state": PopulationState.REFUSED,
            "refusal": sentence,
            "file_wanted": False,
            "claim": None,
            "claimed_at": None,
            **NOTHING_READ,
        },
    )
    remove_rows(session, population.id)
    trail_list(
        session,
        population,
        SamplingEvent.POPULATION_REPLACED,
        {"state": {"old": old.value, "new": PopulationState.REFUSED.value}},
        actor=actor,
        at=at,
        reason=sentence,
    )
