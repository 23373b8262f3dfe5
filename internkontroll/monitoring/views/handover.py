"""Lämna över: everything that one person answers for in the board, to another at once."""

from collections.abc import Sequence

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.accounts.queries import people_with_role
from internkontroll.core.access import Permission
from internkontroll.findings.policy import HANDLERS
from internkontroll.monitoring.forms import ChooseForm, HandOverForm
from internkontroll.monitoring.queries import duties_of, people_with_duties
from internkontroll.monitoring.services import hand_over as hand_over_all
from internkontroll.monitoring.services import refusals
from internkontroll.monitoring.views.blueprint import bp
from internkontroll.organisation.models import Board
from internkontroll.plan.policy import RESPONSIBLE_ROLES
from internkontroll.web.access import current_actor, now, requires, session, today
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit


def _choose(givers: Sequence[User], takers: Sequence[User]) -> ChooseForm:
    form = ChooseForm(formdata=request.args)
    for field, people in ((form.fran, givers), (form.till, takers)):
        field.choices = choices(
            [
                ("", "Välj"),
                *(
                    (str(user.id), user.title if user.is_active else f"{user.title} (stängt konto)")
                    for user in people
                ),
            ]
        )
    return form


def _person(people: Sequence[User], chosen: str | None) -> User | None:
    return next((user for user in people if str(user.id) == chosen), None)


def _page(board: Board, fran: str, till: str, form: HandOverForm | None) -> ResponseReturnValue:
    givers = people_with_duties(session(), board.id)
    takers = people_with_role(session(), board.id, RESPONSIBLE_ROLES | HANDLERS, today())
    choose = _choose(givers, takers)
    choose.fran.data, choose.till.data = fran, till
    giver, taker = _person(givers, fran), _person(takers, till)
    duties = next(iter(duties_of(session(), giver.id, board.id)), None) if giver else None
    ready = duties and taker and giver and taker.id != giver.id
    if ready and form is None:
        form = HandOverForm(
            formdata=None, from_user=fran, to_user=till, expected=str(duties.total if duties else 0)
        )
    elif form is not None and form.refused_with == 409 and duties:
        form.expected.data = str(duties.total)
    return page(
        "monitoring/handover.html",
        form=form,
        board=board,
        choose=choose,
        givers=givers,
        giver=giver,
        taker=taker,
        duties=duties,
        refused=refusals(session(), board, duties, taker, at=now()) if duties and taker else [],
        ready=ready,
    )


@bp.get("/namnd/<board_code>/lamna-over")
@requires(Permission.TASKS_HAND_OVER)
def handover(board: Board) -> ResponseReturnValue:
    """Choose two people and see what would be handed over."""
    return _page(board, request.args.get("fran", ""), request.args.get("till", ""), None)


@bp.post("/namnd/<board_code>/lamna-over/allt")
@requires(Permission.TASKS_HAND_OVER)
def hand_over(board: Board) -> ResponseReturnValue:
    """Hand over everything, in one transaction."""
    form = HandOverForm()
    fran, till = form.from_user.data or "", form.to_user.data or ""
    giver = _person(people_with_duties(session(), board.id), fran)
    taker = _person(
        people_with_role(session(), board.id, RESPONSIBLE_ROLES | HANDLERS, today()), till
    )

    def act(open_session: Session) -> str:
        if giver is None or taker is None:
            abort(404)
        typed = form.expected.data or ""
        hand_over_all(
            open_session,
            board,
            giver,
            taker,
            reason=form.reason.data or "",
            expected=int(typed) if typed.isascii() and typed.isdigit() else 0,
            actor=current_actor(),
            at=now(),
        )
        return url_for("monitoring.handover", board_code=board.code.lower(), till=till)

    if form.validate() and (answer := submit(form, act, done="Uppgifterna är överlämnade.")):
        return answer
    return _page(board, fran, till, form)
