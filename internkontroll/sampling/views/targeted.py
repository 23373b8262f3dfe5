"""Riktat urval: choose items one by one, each with its reason."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.sampling.forms import TargetedForm
from internkontroll.sampling.models import Draw
from internkontroll.sampling.queries import current_draw, frozen_population
from internkontroll.sampling.services import ChosenItem, NamedItems, choose_items
from internkontroll.sampling.views.walls import address, bp, load_occurrence
from internkontroll.schedule.models import Occurrence
from internkontroll.web.access import current_actor, demand, now, requires, session
from internkontroll.web.submission import page, submit

MORE_LINES = 5
LINES_MAX = 200


def _form_of(before: Draw | None, *, listed: bool) -> TargetedForm:
    form = TargetedForm()
    if listed:
        del form.description, form.source, form.is_secret, form.attachments_confirmed
    if before is None:
        del form.reason
    return form


def _targeted_page(
    board: Board, occurrence: Occurrence, form: TargetedForm | None = None
) -> ResponseReturnValue:
    before = current_draw(session(), occurrence.id)
    found = frozen_population(session(), occurrence.id)
    return page(
        "sampling/targeted.html",
        form=form or _form_of(before, listed=found is not None),
        board=board,
        occurrence=occurrence,
        found=found,
        before=before,
    )


@bp.get("/kontroller/<int:occurrence_id>/riktat-urval")
@requires(Permission.SAMPLE_DRAW)
def targeted_new(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """The form in which items are chosen, each with its reason."""
    occurrence = load_occurrence(board, occurrence_id)
    demand(Permission.SAMPLE_DRAW, occurrence.subcommittee_id)
    return _targeted_page(board, occurrence)


@bp.post("/kontroller/<int:occurrence_id>/riktat-urval")
@requires(Permission.SAMPLE_DRAW)
def choose(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Choose the items, or show more lines to fill in."""
    occurrence = load_occurrence(board, occurrence_id)
    demand(Permission.SAMPLE_DRAW, occurrence.subcommittee_id)
    before = current_draw(session(), occurrence.id)
    listed = frozen_population(session(), occurrence.id) is not None
    form = _form_of(before, listed=listed)
    if request.form.get("after") == "more":
        for _ in range(min(MORE_LINES, LINES_MAX - len(form.items))):
            form.items.append_entry()
        return _targeted_page(board, occurrence, form)

    def act(open_session: Session) -> str:
        named = None
        if not listed:
            named = NamedItems(
                description=form.description.data or "",
                source=form.source.data or "",
                is_secret=bool(form.is_secret.data),
                attachments_confirmed=bool(form.attachments_confirmed.data),
            )
        made = choose_items(
            open_session,
            occurrence,
            [
                ChosenItem(line.form.reference.data or "", line.form.reason.data or "", number)
                for number, line in enumerate(form.items)
            ],
            named=named,
            redraw_of=before,
            reason=form.reason.data if before else None,
            actor=current_actor(),
            at=now(),
        )
        return address("sampling.draw", board, draw_id=made.id)

    if form.validate() and (answer := submit(form, act, done="Urvalet är gjort.")):
        return answer
    return _targeted_page(board, occurrence, form)
