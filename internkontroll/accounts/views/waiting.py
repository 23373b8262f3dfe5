"""Roller som väntar på en andra person: for administrators, and for a board's controller."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.accounts.forms import SettleForm
from internkontroll.accounts.models import RoleProposal
from internkontroll.accounts.queries import proposal_select, proposals_select
from internkontroll.accounts.services import confirm_role, refuse_role
from internkontroll.accounts.views.blueprint import bp
from internkontroll.accounts.views.roles import terms_words
from internkontroll.accounts.words import place_words
from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.web.access import current_actor, load_or_404, now, requires, session
from internkontroll.web.submission import page, submit

board_bp = Blueprint("roles", __name__, url_prefix="/namnd/<board_code>")


def place_of_proposal(proposal: RoleProposal) -> str:
    """Where the proposed role would hold, in words."""
    return place_words(
        proposal.board.name if proposal.board else None,
        proposal.subcommittee.name if proposal.subcommittee else None,
        proposal.unit.name if proposal.unit else None,
    )


def _list_address(board: Board | None) -> str:
    if board is None:
        return url_for("accounts.waiting")
    return url_for("roles.waiting", board_code=board.code.lower())


def _address(board: Board | None, proposal: RoleProposal) -> str:
    if board is None:
        return url_for("accounts.settle", proposal_id=proposal.id)
    return url_for("roles.settle", board_code=board.code.lower(), proposal_id=proposal.id)


def _list(board: Board | None) -> ResponseReturnValue:
    select = proposals_select(board_id=board.id if board else None)
    found = session().scalars(select).all()
    return page(
        "accounts/waiting.html",
        board=board,
        rows=[(one, place_of_proposal(one), _address(board, one)) for one in found],
        own=current_actor().user_id,
    )


def _page(board: Board | None, proposal: RoleProposal, form: SettleForm) -> ResponseReturnValue:
    own = current_actor().user_id
    return page(
        "accounts/proposal.html",
        form=form,
        board=board,
        proposal=proposal,
        place=place_of_proposal(proposal),
        terms=terms_words(proposal),
        address=_address(board, proposal),
        back=_list_address(board),
        is_proposer=own == proposal.proposed_by_id,
        is_receiver=own == proposal.user_id,
    )


def _settle(board: Board | None, proposal_id: int) -> ResponseReturnValue:
    proposal = load_or_404(proposal_select(proposal_id, board_id=board.id if board else None))
    form = SettleForm()
    confirms = form.outcome.data == "confirm"

    def act(open_session: Session) -> str:
        if confirms:
            confirm_role(open_session, proposal, actor=current_actor(), at=now())
        else:
            refuse_role(
                open_session, proposal, form.reason.data or "", actor=current_actor(), at=now()
            )
        return _list_address(board)

    done = "Rollen är bekräftad och gäller." if confirms else "Rollen är avslagen."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _page(board, proposal, form)


@bp.get("/konton/vantande")
@requires(Permission.ACCOUNT_MANAGE)
def waiting() -> ResponseReturnValue:
    """Every role that waits for a second person."""
    return _list(None)


@bp.get("/konton/vantande/<int:proposal_id>")
@requires(Permission.ACCOUNT_MANAGE)
def proposal(proposal_id: int) -> ResponseReturnValue:
    """One role that waits: who proposed what, for whom."""
    return _page(None, load_or_404(proposal_select(proposal_id)), SettleForm())


@bp.post("/konton/vantande/<int:proposal_id>")
@requires(Permission.ACCOUNT_MANAGE)
def settle(proposal_id: int) -> ResponseReturnValue:
    """Confirm it or refuse it."""
    return _settle(None, proposal_id)


@board_bp.get("/vantande-roller", endpoint="waiting")
@requires(Permission.ROLE_CONFIRM)
def board_waiting(board: Board) -> ResponseReturnValue:
    """The board's roles that wait for a second person."""
    return _list(board)


@board_bp.get("/vantande-roller/<int:proposal_id>", endpoint="proposal")
@requires(Permission.ROLE_CONFIRM)
def board_proposal(board: Board, proposal_id: int) -> ResponseReturnValue:
    """One of the board's roles that wait."""
    return _page(board, load_or_404(proposal_select(proposal_id, board_id=board.id)), SettleForm())


@board_bp.post("/vantande-roller/<int:proposal_id>", endpoint="settle")
@requires(Permission.ROLE_CONFIRM)
def board_settle(board: Board, proposal_id: int) -> ResponseReturnValue:
    """Confirm it or refuse it, as the board's controller."""
    return _settle(board, proposal_id)
