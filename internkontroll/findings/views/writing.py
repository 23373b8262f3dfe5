"""En avvikelse: visa den, skriv en ny, ändra vad den säger."""

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.findings.forms import FindingForm, ReviseForm
from internkontroll.findings.models import Finding, FindingState, Severity
from internkontroll.findings.queries import FollowUp, finding_select, follow_up_of, label
from internkontroll.findings.rules import Step, next_step
from internkontroll.findings.services import may_close, record_finding, revise_finding
from internkontroll.findings.views.blueprint import (
    Asked,
    address_of,
    ask,
    bp,
    committees_of,
    crumbs_of,
    load_finding,
    severity_choices,
)
from internkontroll.findings.words import SEVERITY_MEANS, STEPS, moved_words
from internkontroll.organisation.models import Board
from internkontroll.review.queries import blind_to, item_by_position, reasons_of_item
from internkontroll.review.services import TEXT_MAX
from internkontroll.review.words import item_words
from internkontroll.sampling.models import Population, SampleItem
from internkontroll.sampling.queries import sampling_progress
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import occurrence_select
from internkontroll.schedule.words import late_word
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
from internkontroll.web.submission import page, submit

MEANS = {"severity": {degree.value: line for degree, line in SEVERITY_MEANS.items()}}
NO_NAMES = "Skriv inga namn, personnummer eller beteckningar. Det här kan bli en allmän handling."


def _occurrence(board: Board, occurrence_id: int) -> Occurrence:
    return load_or_404(occurrence_select(board.id, occurrence_id, committees=committees_of(board)))


def _thing(population: Population | None) -> str:
    return item_words(is_secret=population is not None and population.is_secret).title


_NEXT: dict[Step, tuple[str, Permission]] = {
    Step.CORRECT: ("findings.correct", Permission.FINDING_HANDLE),
    Step.ADD_ACTION: ("findings.new_action", Permission.FINDING_HANDLE),
    Step.CHOOSE_RETEST: ("findings.retest", Permission.FINDING_HANDLE),
    Step.CLOSE: ("findings.close", Permission.FINDING_CLOSE),
}
"""The page of each next step, and who may do it."""


def _next_url(
    board: Board, finding: Finding, follow_up: FollowUp, step: Step, *, closes: bool
) -> str | None:
    code = board.code.lower()
    if step is Step.AWAIT_RETEST and follow_up.retest:
        return url_for(
            "schedule.show", board_code=code, occurrence_id=follow_up.retest.occurrence_id
        )
    if step not in _NEXT:
        return None
    endpoint, permission = _NEXT[step]
    allowed = may(permission, finding.occurrence.subcommittee_id)
    if step is Step.CLOSE:
        allowed = allowed and closes
    return url_for(endpoint, board_code=code, finding_id=finding.id) if allowed else None


def _doors(board: Board, finding: Finding, step: Step, *, closes: bool) -> list[tuple[str, str]]:
    """Everything else that the reader may do with the finding."""
    committee_id, doors = finding.occurrence.subcommittee_id, []

    def door(endpoint: str, words: str, permission: Permission) -> None:
        if may(permission, committee_id) and _NEXT.get(step, ("",))[0] != endpoint:
            doors.append(
                (words, url_for(endpoint, board_code=board.code.lower(), finding_id=finding.id))
            )

    if finding.state is FindingState.CLOSED:
        door("findings.reopen", "Öppna avvikelsen igen", Permission.FINDING_CLOSE)
        return doors
    door("findings.correct", "Anteckna rättelse", Permission.FINDING_HANDLE)
    door("findings.new_action", "Lägg till åtgärd", Permission.FINDING_HANDLE)
    door("findings.retest", "Välj omtest", Permission.FINDING_HANDLE)
    if closes:
        door("findings.close", "Avsluta avvikelsen", Permission.FINDING_CLOSE)
    door("findings.revise", "Ändra avvikelsen", Permission.FINDING_RECORD)
    return doors


@bp.get("/avvikelser/<int:finding_id>")
@requires(Permission.FINDING_READ)
def show(board: Board, finding_id: int) -> ResponseReturnValue:
    """One finding: what is wrong, and everything that was done with it."""
    finding = load_finding(board, finding_id)
    follow_up = follow_up_of(session(), finding)
    step = next_step(follow_up.facts)
    population = sampling_progress(session(), finding.occurrence_id).population
    closes = may_close(session(), finding, current_actor())
    on = today()
    return page(
        "findings/show.html",
        board=board,
        finding=finding,
        name=label(finding, board),
        risk_rows=[("Risk", risk.description) for risk in finding.occurrence.control.risks],
        position=finding.item.position if finding.item else None,
        thing=_thing(population),
        follow_up=follow_up,
        step=STEPS[step],
        next_url=_next_url(board, finding, follow_up, step, closes=closes),
        doors=_doors(board, finding, step, closes=closes),
        late={
            action.id: late_word((on - action.due_on).days)
            for action in follow_up.actions
            if action.outcome is None
        },
        moved={action.id: moved_words(len(action.moves)) for action in follow_up.actions},
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
    form.severity.choices = severity_choices()
    return form


def _new_page(board: Board, occurrence: Occurrence, form: FindingForm) -> ResponseReturnValue:
    return page(
        "findings/new.html",
        form,
        board=board,
        occurrence=occurrence,
        position=form.read_position(),
        thing=_thing(sampling_progress(session(), occurrence.id).population),
        means=MEANS["severity"],
        no_names=NO_NAMES,
        text_max=TEXT_MAX,
    )


@bp.get("/avvikelser/ny/<int:occurrence_id>")
@requires(Permission.FINDING_RECORD)
def new(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Ask for a finding about one item (``?post=``) or about the whole control.

    What was written at Nej is proposed as the description, but not to one who reads the items
    again and is not to see the first answers.
    """
    occurrence = _occurrence(board, occurrence_id)
    demand(Permission.FINDING_RECORD, occurrence.subcommittee_id)
    form = _form()
    form.position.data = request.args.get("post", "")
    item = _named_item(occurrence, form.read_position())
    blind = blind_to(session(), [occurrence.id], current_actor().user_id) is not None
    if item is not None and not blind:
        reasons = reasons_of_item(session(), occurrence.id, item.id)
        form.description.data = "\n".join(row.comment for row in reasons if row.comment)
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
            description=form.description.data or "",
            cause=form.cause.data,
            actor=current_actor(),
            at=now(),
        )
        return address_of(board, finding.id)

    if form.validate() and (answer := submit(form, act, done="Avvikelsen är sparad.")):
        return answer
    return _new_page(board, occurrence, form)


def _revise_form(finding: Finding, **more: Any) -> ReviseForm:
    form = ReviseForm(
        severity=finding.severity.value,
        description=finding.description,
        cause=finding.cause,
        row_version=finding.row_version,
        **more,
    )
    form.severity.choices = severity_choices()
    return form


def _revise_page(board: Board, finding: Finding, form: ReviseForm) -> ResponseReturnValue:
    return ask(
        form,
        Asked(
            title="Ändra avvikelsen",
            lead="Det som stod förut sparas. En uppföljning som redan är beslutad ändras inte.",
            button="Spara ändringen",
            action=url_for(
                "findings.save_revision", board_code=board.code.lower(), finding_id=finding.id
            ),
            back=address_of(board, finding.id),
            crumbs=crumbs_of(board, finding),
            hints={"description": NO_NAMES, "cause": "Lämna tomt om orsaken inte är utredd."},
            means=MEANS,
        ),
    )


@bp.get("/avvikelser/<int:finding_id>/andra")
@requires(Permission.FINDING_RECORD)
def revise(board: Board, finding_id: int) -> ResponseReturnValue:
    """Ask what the finding is to say instead, and why."""
    finding = load_finding(board, finding_id, Permission.FINDING_RECORD)
    return _revise_page(board, finding, _revise_form(finding))


@bp.post("/avvikelser/<int:finding_id>/andra")
@requires(Permission.FINDING_RECORD)
def save_revision(board: Board, finding_id: int) -> ResponseReturnValue:
    """Change what the finding says; what somebody else wrote meanwhile is shown beside it."""
    finding = load_finding(board, finding_id, Permission.FINDING_RECORD)
    form = _revise_form(finding)

    def act(open_session: Session) -> str:
        revise_finding(
            open_session,
            finding,
            severity=Severity(form.severity.data),
            description=form.description.data or "",
            cause=form.cause.data,
            reason=form.reason.data or "",
            row_version=form.version,
            actor=current_actor(),
            at=now(),
        )
        return address_of(board, finding.id)

    if form.validate():
        if result := submit(form, act, done="Ändringen är sparad."):
            return result
        if form.refused_with == 409:
            finding = load_or_404(finding_select(board.id, finding_id))
            form.set_beside(_revise_form(finding, formdata=None, reason=form.reason.data))
    return _revise_page(board, finding, form)
