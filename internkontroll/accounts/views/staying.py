"""Stanna kvar: when the session ends, told on every page, and one press that extends it."""

from typing import Any

from flask import current_app
from flask.typing import ResponseReturnValue
from flask_login import current_user

from internkontroll.accounts.rules.strength import SessionEnd, session_end
from internkontroll.accounts.services import note_seen
from internkontroll.accounts.views.blueprint import bp
from internkontroll.core.transaction import transaction
from internkontroll.web.access import now, session, signed_in
from internkontroll.web.filters import time_of_day


def _end() -> SessionEnd:
    found, config = current_user.found, current_app.config
    return session_end(
        created_at=found.created_at,
        last_seen_at=found.last_seen_at,
        idle_limit=config["SESSION_IDLE_LIMIT"],
        absolute_limit=config["SESSION_ABSOLUTE_LIMIT"],
    )


def _seconds_left(end: SessionEnd) -> int:
    return max(0, int((end.at - now()).total_seconds()))


def _told(end: SessionEnd) -> str:
    unless = "" if end.is_last else " om du inte gör något"
    return f"Du loggas ut klockan {time_of_day(end.at)}{unless}."


@bp.app_context_processor
def told_on_every_page() -> dict[str, Any]:
    """When the session ends, in words and in seconds; None for somebody not logged in."""
    if not current_user.is_authenticated:
        return {"session_ends": None}
    end = _end()
    return {"session_ends": _told(end), "seconds_left": _seconds_left(end), "is_last": end.is_last}


@bp.post("/stanna-kvar")
@signed_in
def extend() -> ResponseReturnValue:
    """Put the idle limit off. The absolute limit stands: the answer says how long is left."""
    at = now()
    with transaction(session()) as open_session:
        note_seen(open_session, current_user.found.session_id, at)
    end = session_end(
        created_at=current_user.found.created_at,
        last_seen_at=at,
        idle_limit=current_app.config["SESSION_IDLE_LIMIT"],
        absolute_limit=current_app.config["SESSION_ABSOLUTE_LIMIT"],
    )
    return {"left": _seconds_left(end), "last": end.is_last, "told": _told(end)}
