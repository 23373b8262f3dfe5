"""Avvikelser: listan, en avvikelse, och att skriva en ny."""

from dataclasses import dataclass

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.findings.forms import FilterForm, FindingForm
from internkontroll.findings.models import Finding, Severity
from internkontroll.findings.queries import (
    finding_select,
    findings_select,
    label,
    positions_of,
    years_of,
)
from internkontroll.findings.services import record_finding
from internkontroll.findings.words import SEVERITY_MEANS, STATES
from internkontroll.organisation.models import Board
from internkontroll.review.queries import item_by_position
from internkontroll.review.services import TEXT_MAX
from internkontroll.review.words import item_words
from internkontroll.sampling.models import Population, SampleItem
from internkontroll.sampling.queries import sampling_progress
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import occurrence_select
from internkontroll.web.access import (
    current_actor,
    demand,
    load_or_404,
    may,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import choices
from internkontroll.web.pagination import paginate, requested_page
from internkontroll.web.submission import page, submit

bp = Blueprint("findings", __name__, url_prefix="/namnd/<board_code>")


@dataclass(frozen=True)
class FindingRow:
    """En rad i listan."""

    finding: Finding
    position: int | None


def _committees(board: Board) -> frozenset[int] | None:
    return committees_within_reach(current_actor(), board.id, today())


def _occurrence(board: Board, occurrence_id: int) -> Occurrence:
    return load_or_404(occurrence_select(board.id, occurrence_id, committees=_committees(board)))


def _thing(population: Population | None) -> str:
    return item_words(is_secret=population is not None and population.is_secret).title


def _filters(years: list[int]) -> FilterForm:
    form = FilterForm(formdata=request.args)
    form.ar.choices = choices((str(year), str(year)) for year in years)
    form.allvar.choices = choices(
        [("", "Alla"), *((degree.value, STATES[degree].word) for degree in Severity)]
    )
    if form.ar.data not in {str(year) for year in years}:
        form.ar.data = str(years[0])
    if form.allvar.data not in {degree.value for degree in Severity}:
        form.allvar.data = ""
    return form


@bp.get("/avvikelser")
@requires(Permission.FINDING_READ)
def index(board: Board) -> ResponseReturnValue:
    """The board's findings of a year."""
    committees = _committees(board)
    years = list(years_of(session(), board.id, committees=committees)) or [today().year]
    filters = _filters(years)
    severity = Severity(filters.allvar.data) if filters.allvar.data else None
    select = findings_select(
        board.id, int(filters.ar.data), severity=severity, committees=committees
    )
    found = paginate(session(), select, requested_page(request.args))
    positions = positions_of(session(), found.items)
    return page(
        "findings/index.html",
        board=board,
        filters=filters,
        year=int(filters.ar.data),
        found=found,
        rows=[FindingRow(finding, positions.get(finding.id)) for finding in found.items],
    )


@bp.get("/avvikelser/<int:finding_id>")
@requires(Permission.FINDING_READ)
def show(board: Board, finding_id: int) -> ResponseReturnValue:
    """One finding."""
    finding = load_or_404(finding_select(board.id, finding_id, committees=_committees(board)))
    population = sampling_progress(session(), finding.occurrence_id).population
    return page(
        "findings/show.html",
        board=board,
        finding=finding,
        name=label(finding, board),
        risk_rows=[("Risk", risk.description) for risk in finding.occurrence.control.risks],
        position=positions_of(session(), [finding]).get(finding.id),
        thing=_thing(population),
        may_read_trail=may(Permission.TRAIL_READ),
    )


def _named_item(occurrence: Occurrence, position: int | None) -> SampleItem | None:
    """The item with the running number; none asked for is none, an unknown one does not exist."""
    if position is None:
        return None
    draw = sampling_progress(session(), occurrence.id).draw
    item = item_by_position(session(), draw.id, position) if draw else None
    if item is None:
        abort(404)
    return item


def _form() -> FindingForm:
    form = FindingForm()
    form.severity.choices = choices((degree.value, STATES[degree].word) for degree in Severity)
    return form


def _new_page(board: Board, occurrence: Occurrence, form: FindingForm) -> ResponseReturnValue:
    return page(
        "findings/new.html",
        form,
        board=board,
        occurrence=occurrence,
        position=form.read_position(),
        thing=_thing(sampling_progress(session(), occurrence.id).population),
        means={degree.value: line for degree, line in SEVERITY_MEANS.items()},
        text_max=TEXT_MAX,
    )


@bp.get("/avvikelser/ny/<int:occurrence_id>")
@requires(Permission.FINDING_RECORD)
def new(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Ask for a finding about one item (``?post=``) or about the whole control."""
    occurrence = _occurrence(board, occurrence_id)
    demand(Permission.FINDING_RECORD, occurrence.subcommittee_id)
    form = _form()
    form.position.data = request.args.get("post", "")
    _named_item(occurrence, form.read_position())
    return _new_page(board, occurrence, form)


@bp.post("/avvikelser/ny/<int:occurrence_id>")
@requires(Permission.FINDING_RECORD)
def create(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Record a finding."""
    occurrence = _occurrence(board, occurrence_id)
    demand(Permission.FINDING_RECORD, occurrence.subcommittee_id)
    form = _form()
    item = _named_item(occurrence, form.read_position())

    def act(open_session: Session) -> str:
        finding = record_finding(
            open_session,
            occurrence,
            item=item,
            severity=Severity(form.severity.data),
            description=form.description.data,
            cause=form.cause.data,
            actor=current_actor(),
            at=now(),
        )
        return url_for("findings.show", board_code=board.code.lower(), finding_id=finding.id)

    if form.validate() and (answer := submit(form, act, done="Avvikelsen är sparad.")):
        return answer
    return _new_page(board, occurrence, form)
