"""Det som inte kan vänta: kind, function and day. The page says where visselblåsning goes."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.review.forms import UrgentForm
from internkontroll.review.models import UrgentKind
from internkontroll.review.queries import deadline_of, handovers_of
from internkontroll.review.services import HANDED_TO_MAX, hand_over
from internkontroll.review.views.committee.blueprint import address, bp, review_occurrence
from internkontroll.review.words import WORDS
from internkontroll.schedule.models import Occurrence
from internkontroll.web.access import current_actor, demand, now, requires, session
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit


def _form() -> UrgentForm:
    form = UrgentForm()
    form.kind.choices = choices([(kind.value, WORDS[kind]) for kind in UrgentKind])
    return form


def _urgent_page(board: Board, occurrence: Occurrence, form: UrgentForm) -> ResponseReturnValue:
    return page(
        "review/committee/urgent.html",
        form=form,
        board=board,
        occurrence=occurrence,
        handovers=[
            (row, deadline_of(row, now())) for row in handovers_of(session(), [occurrence.id])
        ],
        handed_to_max=HANDED_TO_MAX,
    )


@bp.get("/<int:occurrence_id>/kan-inte-vanta")
@requires(Permission.OCCURRENCE_PERFORM)
def urgent(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """What could not wait, and a form for one more."""
    occurrence = review_occurrence(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    return _urgent_page(board, occurrence, _form())


@bp.post("/<int:occurrence_id>/kan-inte-vanta")
@requires(Permission.OCCURRENCE_PERFORM)
def save_urgent(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Record that it was handed over."""
    occurrence = review_occurrence(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    form = _form()

    def act(open_session: Session) -> str:
        hand_over(
            open_session,
            occurrence,
            kind=UrgentKind(form.kind.data),
            handed_to=form.handed_to.data or "",
            handed_on=form.handed_on.data,
            noticed_at=form.noticed_at(),
            actor=current_actor(),
            at=now(),
        )
        return address("urgent", board, occurrence_id=occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Överlämnandet är antecknat.")):
        return answer
    return _urgent_page(board, occurrence, form)
