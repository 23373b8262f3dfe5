"""Ett år: what could go, what stands in the way, and the auditors' word."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.archive.forms import AuditForm
from internkontroll.archive.queries import audit_closing, disposals_of, try_year, years_of
from internkontroll.archive.services import close_audit
from internkontroll.archive.views.blueprint import YEAR, address, bp
from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.web.access import current_actor, may, now, requires, session, today
from internkontroll.web.submission import page, submit


@bp.get("")
@requires(Permission.DISPOSAL_READ)
def index(board: Board) -> ResponseReturnValue:
    """A year's dry run, kind by kind, and what has been ordered and done."""
    years = years_of(session(), board.id)
    asked = request.args.get("ar", type=int)
    year = asked if asked in years else next(iter(years), today().year)
    closed = audit_closing(session(), board.id, year)
    runs = try_year(session(), board, year, closed=closed, on=today()) if years else []
    told = [set(run.refusals) for run in runs]
    return page(
        "archive/index.html",
        board=board,
        year=year,
        years=years,
        runs=runs,
        common=[each for each in runs[0].refusals if all(each in one for one in told)]
        if runs
        else [],
        closed=closed,
        disposals=disposals_of(session(), board.id, year),
        may_close=may(Permission.AUDIT_CLOSE) and year < today().year,
    )


def _audit_page(board: Board, year: int, form: AuditForm) -> ResponseReturnValue:
    return page(
        "archive/audit.html",
        form=form,
        board=board,
        year=year,
        closed=audit_closing(session(), board.id, year),
    )


@bp.get(f"/{YEAR}/revisorerna")
@requires(Permission.AUDIT_CLOSE)
def audit(board: Board, year: int) -> ResponseReturnValue:
    """Ask when the auditors were done with the year, and who said so."""
    return _audit_page(board, year, AuditForm())


@bp.post(f"/{YEAR}/revisorerna")
@requires(Permission.AUDIT_CLOSE)
def save_audit(board: Board, year: int) -> ResponseReturnValue:
    """Record that the auditors are done with the year."""
    form = AuditForm()

    def act(open_session: Session) -> str:
        close_audit(
            open_session,
            board,
            year,
            closed_on=form.closed_on.data,
            told_by=form.told_by.data or "",
            actor=current_actor(),
            at=now(),
        )
        return address("archive.index", board, ar=year)

    if form.validate() and (answer := submit(form, act, done="Revisorernas besked är sparat.")):
        return answer
    return _audit_page(board, year, form)
