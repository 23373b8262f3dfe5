"""Läsningar: who has read a case, the month's follow-up, and the auditors' own."""

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.monitoring.forms import LooksForm, ReadersForm, looks_form
from internkontroll.monitoring.models import LogFollowUp
from internkontroll.monitoring.queries import (
    follow_ups_select,
    readings_by_auditors,
    told_readings,
    units_within_reach,
)
from internkontroll.monitoring.services import ask_for_readers, sign_log_follow_up
from internkontroll.monitoring.views.blueprint import bp
from internkontroll.organisation.models import Board
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    now,
    recorded_reading,
    requires,
    session,
    today,
)
from internkontroll.web.event_words import event_word
from internkontroll.web.submission import page, submit


@bp.get("/namnd/<board_code>/lasningar")
@requires(Permission.READING_SEARCH)
def readings(board: Board) -> ResponseReturnValue:
    """Ask who has read a case."""
    form = ReadersForm(since=today().replace(day=1), until=today())
    return page("monitoring/readings.html", form, board=board, found=None, event_word=event_word)


@bp.post("/namnd/<board_code>/lasningar")
@requires(Permission.READING_SEARCH)
def search_readings(board: Board) -> ResponseReturnValue:
    """The answer, on a page whose address names nothing; if it cannot be recorded, none."""
    form, found = ReadersForm(), None
    if form.validate():
        try:
            with recorded_reading() as open_session:
                found = ask_for_readers(
                    open_session,
                    board,
                    form.secret_reference.data or "",
                    form.since.data,
                    form.until.data,
                    actor=current_actor(),
                    at=now(),
                )
        except InvalidInput as error:
            form.refuse(error)
    return page("monitoring/readings.html", form, board=board, found=found, event_word=event_word)


@bp.get("/namnd/<board_code>/revisionens-lasningar")
@requires(Permission.READING_AUDIT)
def audit_readings(board: Board) -> ResponseReturnValue:
    """What the auditors have read in the board: for the auditors alone."""
    with within(EVERY_BOARD):  # the auditors' chain is no board's; the question asks for this one
        rows = readings_by_auditors(session(), board.code)
    return page("monitoring/audit_readings.html", board=board, rows=rows, event_word=event_word)


@bp.get("/namnd/<board_code>/logguppfoljning")
@requires(Permission.READING_FOLLOW_UP)
def log_follow_ups(board: Board) -> ResponseReturnValue:
    """The months' follow-ups within reach."""
    units = units_within_reach(current_actor(), board.id, now())
    rows = session().scalars(follow_ups_select(board.id, units)).unique().all()
    return page("monitoring/log_follow_ups.html", board=board, rows=rows)


def _follow_up(board: Board, follow_up_id: int) -> LogFollowUp:
    units = units_within_reach(current_actor(), board.id, now())
    return load_or_404(follow_ups_select(board.id, units).where(LogFollowUp.id == follow_up_id))


def _follow_up_page(board: Board, follow_up: LogFollowUp, form: LooksForm) -> ResponseReturnValue:
    seen = told_readings(session(), [reading for _, reading in follow_up.standing])
    own = current_actor().user_id
    return page(
        "monitoring/log_follow_up.html",
        form,
        board=board,
        follow_up=follow_up,
        rows=[(item, row) for (item, _), row in zip(follow_up.standing, seen, strict=True)],
        purged=len(follow_up.items) - len(seen),
        has_own=any(reading.user_id == own for _, reading in follow_up.standing),
        event_word=event_word,
    )


@bp.get("/namnd/<board_code>/logguppfoljning/<int:follow_up_id>")
@requires(Permission.READING_FOLLOW_UP)
def log_follow_up(board: Board, follow_up_id: int) -> ResponseReturnValue:
    """The drawn readings of one month and unit."""
    follow_up = _follow_up(board, follow_up_id)
    return _follow_up_page(board, follow_up, looks_form(_places(follow_up)))


def _places(follow_up: LogFollowUp) -> list[int]:
    return [item.position for item, _ in follow_up.standing]


@bp.post("/namnd/<board_code>/logguppfoljning/<int:follow_up_id>")
@requires(Permission.READING_FOLLOW_UP)
def sign_readings(board: Board, follow_up_id: int) -> ResponseReturnValue:
    """Say of each reading whether it is in order, and sign."""
    follow_up = _follow_up(board, follow_up_id)
    form = looks_form(_places(follow_up))

    def act(open_session: Session) -> str:
        sign_log_follow_up(open_session, follow_up, form.looks(), actor=current_actor(), at=now())
        return url_for(
            "monitoring.log_follow_up",
            board_code=board.code.lower(),
            follow_up_id=follow_up_id,
        )

    done = "Logguppföljningen är underskriven."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _follow_up_page(board, follow_up, form)
