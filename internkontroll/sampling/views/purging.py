"""Gallra beteckningarna i en lista."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.sampling.forms import PurgeForm
from internkontroll.sampling.queries import why_not_purged
from internkontroll.sampling.services import purge_references
from internkontroll.sampling.views.walls import address, bp, load_population
from internkontroll.web.access import current_actor, demand, now, requires, session
from internkontroll.web.submission import page, submit


def _purge_page(board: Board, population_id: int, form: PurgeForm) -> ResponseReturnValue:
    found = load_population(board, population_id)
    return page(
        "sampling/purge.html",
        form=form,
        board=board,
        population=found,
        occurrence=found.occurrence,
        too_early=why_not_purged(session(), found),
    )


@bp.get("/lista/<int:population_id>/gallra")
@requires(Permission.POPULATION_PURGE)
def purge_new(board: Board, population_id: int) -> ResponseReturnValue:
    """What gallring does, and the form for its decision once it may be done."""
    found = load_population(board, population_id)
    demand(Permission.POPULATION_PURGE, found.occurrence.subcommittee_id)
    return _purge_page(board, population_id, PurgeForm())


@bp.post("/lista/<int:population_id>/gallra")
@requires(Permission.POPULATION_PURGE)
def purge(board: Board, population_id: int) -> ResponseReturnValue:
    """Destroy the references of the list."""
    found = load_population(board, population_id)
    demand(Permission.POPULATION_PURGE, found.occurrence.subcommittee_id)
    form = PurgeForm()

    def act(open_session: Session) -> str:
        purge_references(
            open_session, found, decision=form.decision.data or "", actor=current_actor(), at=now()
        )
        return address("sampling.population", board, population_id=population_id)

    if form.validate() and (answer := submit(form, act, done="Beteckningarna är gallrade.")):
        return answer
    return _purge_page(board, population_id, form)
