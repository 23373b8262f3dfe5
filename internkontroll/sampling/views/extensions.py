"""Utökningen av ett stickprov: decide it, draw it."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.sampling.forms import ExtensionForm
from internkontroll.sampling.models import Draw
from internkontroll.sampling.queries import occurrences_of_draw
from internkontroll.sampling.services import commit_extension, seed_extension
from internkontroll.sampling.views.draws import answer_seed, is_ceremony
from internkontroll.sampling.views.walls import address, bp, load_draw
from internkontroll.web.access import current_actor, demand, now, requires, session
from internkontroll.web.submission import page, submit


def _extension_page(board: Board, found: Draw, form: ExtensionForm) -> ResponseReturnValue:
    return page(
        "sampling/extension_new.html",
        form=form,
        board=board,
        draw=found,
        population=found.population,
        occurrence=found.population.occurrence,
        served=occurrences_of_draw(session(), found.id),
        ceremony=is_ceremony(found),
    )


@bp.get("/dragning/<int:draw_id>/utoka")
@requires(Permission.SAMPLE_DRAW)
def extension_new(board: Board, draw_id: int) -> ResponseReturnValue:
    """The form in which an extension is decided."""
    found = load_draw(board, draw_id)
    demand(Permission.SAMPLE_DRAW, found.population.occurrence.subcommittee_id)
    return _extension_page(board, found, ExtensionForm())


@bp.post("/dragning/<int:draw_id>/utoka")
@requires(Permission.SAMPLE_DRAW)
def extend(board: Board, draw_id: int) -> ResponseReturnValue:
    """Decide the extension, before it has a seed."""
    found = load_draw(board, draw_id)
    demand(Permission.SAMPLE_DRAW, found.population.occurrence.subcommittee_id)
    form = ExtensionForm()

    def act(open_session: Session) -> str:
        commit_extension(
            open_session,
            found,
            n=form.n.data,
            reason=form.reason.data or "",
            actor=current_actor(),
            at=now(),
        )
        return address("sampling.draw", board, draw_id=draw_id)

    if form.validate() and (answer := submit(form, act)):
        return answer
    return _extension_page(board, load_draw(board, draw_id), form)


@bp.post("/dragning/<int:draw_id>/utoka/fro")
@requires(Permission.SAMPLE_DRAW)
def extension_seed(board: Board, draw_id: int) -> ResponseReturnValue:
    """Record the waiting extension's own seed and draw it."""
    return answer_seed(board, draw_id, seed_extension, "Utökningen är dragen.")
