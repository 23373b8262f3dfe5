"""Nämnder och utskott, as the administrator sets them up."""

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.forms import (
    BoardForm,
    CommitteeForm,
    NewBoardForm,
    NewCommitteeForm,
)
from internkontroll.organisation.models import Board, BoardKind, Subcommittee
from internkontroll.organisation.queries import (
    board_select,
    committee_select,
    subcommittees_of,
    unit_tree_on,
    units_apart,
)
from internkontroll.organisation.services import (
    change_board,
    change_subcommittee,
    create_board,
    create_subcommittee,
)
from internkontroll.organisation.views.blueprint import set_up
from internkontroll.web.access import current_actor, load_or_404, now, requires, session, today
from internkontroll.web.submission import page, submit


def _address(board_id: int) -> str:
    return url_for("set_up.show_board", board_id=board_id)


def _board_form(board: Board, **more: object) -> BoardForm:
    return BoardForm(
        name=board.name,
        kind=board.kind.value,
        oversight=board.oversight,
        valid_from=board.valid_from,
        valid_to=board.valid_to,
        row_version=str(board.row_version),
        **more,
    )


@set_up.get("/namnder/ny")
@requires(Permission.ORGANISATION_EDIT)
def new_board() -> ResponseReturnValue:
    """The form of a new board."""
    form = NewBoardForm(kind=BoardKind.BOARD.value)
    return page("organisation/board_form.html", form=form, board=None)


@set_up.post("/namnder/ny")
@requires(Permission.ORGANISATION_EDIT)
def create_new_board() -> ResponseReturnValue:
    """Create a board."""
    form = NewBoardForm()

    def act(open_session: Session) -> str:
        made = create_board(
            open_session,
            code=form.code.data or "",
            name=form.name.data or "",
            kind=BoardKind(form.kind.data),
            oversight=bool(form.oversight.data),
            valid_from=form.valid_from.data,
            valid_to=form.valid_to.data,
            actor=current_actor(),
            at=now(),
        )
        return _address(made.id)

    if form.validate() and (answer := submit(form, act, done="Nämnden är upplagd.")):
        return answer
    return page("organisation/board_form.html", form=form, board=None)


@set_up.get("/namnder/<int:board_id>")
@requires(Permission.ORGANISATION_EDIT)
def show_board(board_id: int) -> ResponseReturnValue:
    """A board with its committees and its units."""
    board = load_or_404(board_select(board_id))
    return page(
        "organisation/show_board.html",
        board=board,
        committees=subcommittees_of(session(), board.id),
        units=unit_tree_on(session(), board.id, today()),
        apart=units_apart(session(), board.id, today()),
        today=today(),
    )


@set_up.get("/namnder/<int:board_id>/andra")
@requires(Permission.ORGANISATION_EDIT)
def edit_board(board_id: int) -> ResponseReturnValue:
    """A board's name, kind and days, to be changed."""
    board = load_or_404(board_select(board_id))
    return page("organisation/board_form.html", form=_board_form(board), board=board)


@set_up.post("/namnder/<int:board_id>/andra")
@requires(Permission.ORGANISATION_EDIT)
def save_board(board_id: int) -> ResponseReturnValue:
    """Change a board's name, kind and days."""
    board, form = load_or_404(board_select(board_id)), BoardForm()

    def act(open_session: Session) -> str:
        change_board(
            open_session,
            board,
            name=form.name.data or "",
            kind=BoardKind(form.kind.data),
            oversight=bool(form.oversight.data),
            valid_from=form.valid_from.data,
            valid_to=form.valid_to.data,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return _address(board.id)

    if form.validate() and (answer := submit(form, act, done="Nämndens uppgifter är sparade.")):
        return answer
    if form.refused_with == 409:
        form.set_beside(_board_form(board, formdata=None))
    return page("organisation/board_form.html", form=form, board=board)


def _committee_page(
    board: Board, committee: Subcommittee | None, form: CommitteeForm
) -> ResponseReturnValue:
    return page("organisation/committee_form.html", form=form, board=board, committee=committee)


def _committee_form(committee: Subcommittee, **more: object) -> CommitteeForm:
    return CommitteeForm(
        name=committee.name,
        reviews_cases=committee.reviews_cases,
        row_version=str(committee.row_version),
        **more,
    )


@set_up.get("/namnder/<int:board_id>/utskott/nytt")
@requires(Permission.ORGANISATION_EDIT)
def new_committee(board_id: int) -> ResponseReturnValue:
    """The form of a new committee."""
    board = load_or_404(board_select(board_id))
    return _committee_page(board, None, NewCommitteeForm())


@set_up.post("/namnder/<int:board_id>/utskott/nytt")
@requires(Permission.ORGANISATION_EDIT)
def create_committee(board_id: int) -> ResponseReturnValue:
    """Create a committee."""
    board, form = load_or_404(board_select(board_id)), NewCommitteeForm()

    def act(open_session: Session) -> str:
        create_subcommittee(
            open_session,
            board,
            code=form.code.data or "",
            name=form.name.data or "",
            reviews_cases=bool(form.reviews_cases.data),
            actor=current_actor(),
            at=now(),
        )
        return _address(board.id)

    if form.validate() and (answer := submit(form, act, done="Utskottet är upplagt.")):
        return answer
    return _committee_page(board, None, form)


@set_up.get("/utskott/<int:subcommittee_id>")
@requires(Permission.ORGANISATION_EDIT)
def edit_committee(subcommittee_id: int) -> ResponseReturnValue:
    """A committee's name and whether it reviews cases, to be changed."""
    committee = load_or_404(committee_select(subcommittee_id))
    return _committee_page(committee.board, committee, _committee_form(committee))


@set_up.post("/utskott/<int:subcommittee_id>")
@requires(Permission.ORGANISATION_EDIT)
def save_committee(subcommittee_id: int) -> ResponseReturnValue:
    """Change a committee."""
    committee, form = load_or_404(committee_select(subcommittee_id)), CommitteeForm()

    def act(open_session: Session) -> str:
        change_subcommittee(
            open_session,
            committee,
            name=form.name.data or "",
            reviews_cases=bool(form.reviews_cases.data),
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return _address(committee.board_id)

    if form.validate() and (answer := submit(form, act, done="Utskottets uppgifter är sparade.")):
        return answer
    if form.refused_with == 409:
        form.set_beside(_committee_form(committee, formdata=None))
    return _committee_page(committee.board, committee, form)
