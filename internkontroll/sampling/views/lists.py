"""Listan: hand it in, choose its columns, look at it, freeze it."""

from flask import make_response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables import population_columns
from internkontroll.organisation.models import Board
from internkontroll.sampling.forms import (
    ColumnsForm,
    ControlSumsForm,
    PopulationForm,
)
from internkontroll.sampling.models import (
    Population,
    PopulationState,
)
from internkontroll.sampling.queries import (
    control_differences,
    current_draw,
    is_unreconciled,
    latest_population,
)
from internkontroll.sampling.rules.filters import Filter, FilterKind, make_filter
from internkontroll.sampling.services import (
    answer_control_sums,
    choose_columns,
    freeze_population,
    look_at_rows,
    receive_population,
    store_upload,
    take_away_population,
)
from internkontroll.sampling.views.walls import (
    address,
    bp,
    load_occurrence,
    load_population,
    may_see_hash,
    uploads_folder,
    wake_worker,
)
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import frame_of_occurrence
from internkontroll.schedule.words import period_words
from internkontroll.web.access import (
    current_actor,
    demand,
    may,
    now,
    recorded_reading,
    requires,
    session,
    today,
)
from internkontroll.web.forms import BaseForm, ButtonForm, choices
from internkontroll.web.submission import page, submit

REFRESH_SECONDS = 2
RUNNING_NUMBERS = "lopnummer"
NO_AMOUNT = "inget"
KINDS = (
    (FilterKind.EQUALS.value, "är"),
    (FilterKind.DIFFERS.value, "är inte"),
    (FilterKind.CONTAINS.value, "innehåller"),
    (FilterKind.AMOUNT.value, "belopp från och till"),
    (FilterKind.DAY.value, "dag från och till"),
)


def _frame_page(board: Board, occurrence: Occurrence, form: PopulationForm) -> ResponseReturnValue:
    return page(
        "sampling/population_new.html",
        form=form,
        board=board,
        occurrence=occurrence,
        replaces=latest_population(session(), occurrence.id) is not None,
        has_draw=current_draw(session(), occurrence.id) is not None,
    )


@bp.get("/kontroller/<int:occurrence_id>/lista")
@requires(Permission.POPULATION_LOAD)
def population_new(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """The form in which a list is handed in."""
    occurrence = load_occurrence(board, occurrence_id)
    demand(Permission.POPULATION_LOAD, occurrence.subcommittee_id)
    frame = frame_of_occurrence(session(), occurrence)
    form = PopulationForm(query=period_words(frame) if frame else None)
    return _frame_page(board, occurrence, form)


@bp.post("/kontroller/<int:occurrence_id>/lista")
@requires(Permission.POPULATION_LOAD)
def receive(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Take in the list; its rows are read in the background."""
    occurrence = load_occurrence(board, occurrence_id)
    demand(Permission.POPULATION_LOAD, occurrence.subcommittee_id)
    form = PopulationForm()
    if form.validate():
        try:
            answer = _received(board, occurrence, form)
        except InvalidInput as error:
            form.refuse(error)
        else:
            if answer:
                return answer
    return _frame_page(board, occurrence, form)


def _received(
    board: Board, occurrence: Occurrence, form: PopulationForm
) -> ResponseReturnValue | None:
    with store_upload(form.file.data.stream, uploads_folder()) as upload:

        def act(open_session: Session) -> str:
            population = receive_population(
                open_session,
                occurrence,
                upload=upload,
                file_name=form.file.data.filename,
                description=form.description.data or "",
                source=form.source.data or "",
                query=form.query.data,
                taken_out_by=form.taken_out_by.data or "",
                taken_out_on=form.taken_out_on.data,
                reconciliation=form.reconciliation.data,
                made_by_controlled=form.made_by_controlled.data,
                is_secret=form.is_secret.data,
                expected_rows=form.expected_rows.data,
                expected_sum=form.expected_sum.data,
                known_departures=form.known_departures.data,
                attachments_confirmed=bool(form.attachments_confirmed.data),
                actor=current_actor(),
                at=now(),
            )
            wake_worker(open_session)
            return address("sampling.population", board, population_id=population.id)

        return submit(form, act)


def _columns_form(population: Population) -> ColumnsForm:
    """The form with the columns that the headings suggest, or those that were chosen."""
    header = population.header
    found = population_columns(header)
    proposed = found.id_column if population.id_column is None else None
    id_place = header.index(population.id_column) if population.id_column else proposed
    amount_place = (
        header.index(population.amount_column)
        if population.amount_column
        else found.amount_column
        if population.id_column is None
        else None
    )
    form = ColumnsForm(
        id_column=RUNNING_NUMBERS if population.renumbered else _place_or_ask(id_place),
        amount_column=NO_AMOUNT if amount_place is None else str(amount_place),
        filters=[_filter_line(header, Filter.from_stored(each)) for each in population.filters],
    )
    columns = [(str(i), name) for i, name in enumerate(header) if i not in found.personal]
    for line in form.filters:
        line.form.column.choices = choices([("", "Ingen avgränsning"), *columns])
        line.form.kind.choices = choices(KINDS)
    form.id_column.choices = choices(
        [
            ("", "Välj kolumn"),
            *columns,
            (RUNNING_NUMBERS, "Ingen kolumn: ge raderna löpnummer 1, 2, 3 …"),
        ]
    )
    form.amount_column.choices = choices(
        [(NO_AMOUNT, "Listan har inga belopp"), *((str(i), n) for i, n in enumerate(header))]
    )
    return form


def _filter_line(header: list[str], chosen: Filter) -> dict[str, str]:
    low, high = chosen.typed
    return {
        "column": str(header.index(chosen.column)),
        "kind": chosen.kind.value,
        "low": low,
        "high": high,
    }


def _filters_of(form: ColumnsForm, header: list[str]) -> list[Filter]:
    """The filters that were typed; lines without a column are passed over."""
    return [
        make_filter(
            header[int(line.form.column.data)],
            FilterKind(line.form.kind.data),
            line.form.low.data or "",
            line.form.high.data or "",
            today=today(),
            field=f"filters-{place}-",
        )
        for place, line in enumerate(form.filters)
        if line.form.column.data
    ]


def _sums_form(population: Population) -> ControlSumsForm:
    return ControlSumsForm(
        expected_rows=population.expected_rows,
        expected_sum=population.expected_sum,
        difference_reason=population.difference_reason,
    )


def _place_or_ask(place: int | None) -> str:
    return "" if place is None else str(place)


def _waits_for_columns(population: Population) -> bool:
    return (
        population.state is PopulationState.LOADING
        and population.id_column is None
        and not population.renumbered
    )


def _is_being_read(population: Population) -> bool:
    return population.state is PopulationState.LOADING and not _waits_for_columns(population)


def _shows_rows(population: Population) -> bool:
    return population.state is PopulationState.LOADED and may(
        Permission.POPULATION_LOAD, population.occurrence.subcommittee_id
    )


def _population_page(
    board: Board, population: Population, form: BaseForm | None = None
) -> ResponseReturnValue:
    committee = population.occurrence.subcommittee_id
    may_load = may(Permission.POPULATION_LOAD, committee)
    rows = (
        look_at_rows(session(), population, actor=current_actor(), at=now())
        if _shows_rows(population)
        else ()
    )
    # Columns can be chosen anew as long as the file is there and nobody is reading it.
    choosable = may_load and population.file_wanted and (population.claim is None)
    columns = form if isinstance(form, ColumnsForm) else _columns_form(population)
    answer = make_response(
        page(
            "sampling/population.html",
            form=form or ButtonForm(),
            columns=columns,
            sums=form if isinstance(form, ControlSumsForm) else _sums_form(population),
            differences=control_differences(population)
            if population.state is PopulationState.LOADED
            else (),
            filters=[Filter.from_stored(each).sentence for each in population.filters],
            board=board,
            population=population,
            occurrence=population.occurrence,
            unreconciled=is_unreconciled(population),
            waiting=_waits_for_columns(population),
            reading=_is_being_read(population),
            choosable=choosable and population.state is not PopulationState.FROZEN,
            rows=rows,
            may_load=may_load,
            may_draw=may(Permission.SAMPLE_DRAW, committee),
            may_see_hash=may_see_hash(population),
            draw=current_draw(session(), population.occurrence_id),
            running_numbers=RUNNING_NUMBERS,
            amount_place=columns.amount_column.data,
        )
    )
    if _is_being_read(population):
        answer.headers["Refresh"] = str(REFRESH_SECONDS)
    return answer


def _shown(board: Board, population_id: int, form: BaseForm | None = None) -> ResponseReturnValue:
    """The list's page; when it shows rows of a secret list it is recorded, or not shown at all."""
    found = load_population(board, population_id)
    if _shows_rows(found) and found.is_secret:
        with recorded_reading():
            return _population_page(board, load_population(board, population_id), form)
    return _population_page(board, found, form)


@bp.get("/lista/<int:population_id>")
@requires(Permission.OCCURRENCE_READ)
def population(board: Board, population_id: int) -> ResponseReturnValue:
    """The list: how far its reading has come, what was found, its first rows, its freezing."""
    return _shown(board, population_id)


@bp.post("/lista/<int:population_id>/kolumner")
@requires(Permission.POPULATION_LOAD)
def columns(board: Board, population_id: int) -> ResponseReturnValue:
    """Choose the columns and read the file by them."""
    found = load_population(board, population_id)
    demand(Permission.POPULATION_LOAD, found.occurrence.subcommittee_id)
    form = _columns_form(found)

    def named(value: str) -> str | None:
        return found.header[int(value)] if value.isdigit() else None

    def act(open_session: Session) -> str:
        choose_columns(
            open_session,
            found,
            id_column=named(form.id_column.data),
            amount_column=named(form.amount_column.data),
            filters=_filters_of(form, found.header),
            actor=current_actor(),
            at=now(),
        )
        wake_worker(open_session)
        return address("sampling.population", board, population_id=population_id)

    if form.validate() and (answer := submit(form, act)):
        return answer
    return _shown(board, population_id, form)


@bp.post("/lista/<int:population_id>/kontrollsummor")
@requires(Permission.POPULATION_LOAD)
def control_sums(board: Board, population_id: int) -> ResponseReturnValue:
    """Correct the control sums, or tell why the list differs from them."""
    found = load_population(board, population_id)
    demand(Permission.POPULATION_LOAD, found.occurrence.subcommittee_id)
    form = _sums_form(found)

    def act(open_session: Session) -> str:
        answer_control_sums(
            open_session,
            found,
            expected_rows=form.expected_rows.data,
            expected_sum=form.expected_sum.data,
            reason=form.difference_reason.data,
            actor=current_actor(),
            at=now(),
        )
        return address("sampling.population", board, population_id=population_id)

    if form.validate() and (answer := submit(form, act, done="Kontrollsummorna är sparade.")):
        return answer
    return _shown(board, population_id, form)


@bp.post("/lista/<int:population_id>/frys")
@requires(Permission.POPULATION_LOAD)
def freeze(board: Board, population_id: int) -> ResponseReturnValue:
    """Freeze the list."""
    found = load_population(board, population_id)
    demand(Permission.POPULATION_LOAD, found.occurrence.subcommittee_id)
    form = ButtonForm()

    def act(open_session: Session) -> str:
        freeze_population(open_session, found, actor=current_actor(), at=now())
        return address("sampling.population", board, population_id=population_id)

    if form.validate() and (answer := submit(form, act, done="Listan är fryst.")):
        return answer
    return _shown(board, population_id, form)


@bp.post("/lista/<int:population_id>/ta-bort")
@requires(Permission.POPULATION_LOAD)
def take_away(board: Board, population_id: int) -> ResponseReturnValue:
    """Take away a list that is not frozen, also while it is being read."""
    found = load_population(board, population_id)
    demand(Permission.POPULATION_LOAD, found.occurrence.subcommittee_id)
    form = ButtonForm()

    def act(open_session: Session) -> str:
        take_away_population(open_session, found, actor=current_actor(), at=now())
        return address("sampling.population", board, population_id=population_id)

    if form.validate() and (answer := submit(form, act, done="Listan är borttagen.")):
        return answer
    return _shown(board, population_id, form)
