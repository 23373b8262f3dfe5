"""A form sent when the session had ended is kept, and back in place after the same person's login.

Nothing of it is executed. The cookie of a session that has been idle too long still names that
session's row, and by it the person; the form's token has been checked against that cookie before
any view is asked. A session that was ended (logged out, closed) names nobody.
"""

import logging
from urllib.parse import parse_qsl, urlencode, urlsplit

import sqlalchemy as sa
from flask import Flask, Response, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from internkontroll.accounts.models import FormDraft
from internkontroll.accounts.queries import draft_of, find_session
from internkontroll.accounts.services.drafts import DRAFT_LASTS, drop_draft, keep_draft
from internkontroll.core.database import db
from internkontroll.core.errors import DomainError
from internkontroll.core.personal_id import names_a_person
from internkontroll.core.transaction import transaction
from internkontroll.web.draft_filling import fill_form, put_first
from internkontroll.web.forms import CONFIRMED

log = logging.getLogger(__name__)

ARGUMENT = "utkast"
KEPT = "Du var borta för länge och behöver logga in igen. Din text är kvar."
NOT_KEPT = (
    "Du var borta för länge och behöver logga in igen. Det du skickade gick inte att behålla: gå "
    "tillbaka i webbläsaren och kopiera texten innan du loggar in."
)
AUTOSAVE_SENTENCE = "Du är utloggad. Inget sparas förrän du har loggat in igen."
NOT_TYPED = "Texten kunde inte behållas. Spara den med knappen."
PERSONAL_ID_TYPED = (
    "Utkastet sparas inte, för texten innehåller ett personnummer. Ta bort det och skriv ärendets "
    "löpnummer i stället."
)
_NEVER = ("password", "losenord", "token", "secret")
_OWN = frozenset({"csrf_token", "key", ARGUMENT})


def is_autosave() -> bool:
    """Whether a script saves in the background, where a login page would not be seen."""
    return request.headers.get("X-Requested-With") == "autosave"


def _may_be_kept(name: str) -> bool:
    return name not in _OWN and not any(word in name.lower() for word in _NEVER)


def _page_of_form() -> str:
    """Where the form is shown: where it was sent from, or else its own address."""
    sent_from = urlsplit(request.headers.get("Referer", ""))
    if sent_from.netloc == request.host and sent_from.path.startswith("/"):
        query = [pair for pair in parse_qsl(sent_from.query) if pair[0] != ARGUMENT]
        return f"/{sent_from.path.lstrip('/')}{'?' if query else ''}{urlencode(query)}"
    try:
        current_app.create_url_adapter(request).match(method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return url_for("monitoring.start")
    return request.path


def kept_page() -> str | None:
    """Keep what was just sent, if an ended session's person sent it; where to go after login.

    None when nothing was kept.
    """
    token = cookie.get("_user_id")
    found = find_session(db.session(), token) if isinstance(token, str) else None
    ours = (request.endpoint or "").startswith("accounts.")
    if found is None or found.ended_at is not None or ours:
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if _may_be_kept(name)]
    if not fields:
        return None
    page = _page_of_form()
    with transaction(db.session()) as session:
        draft = keep_draft(
            session,
            user_id=found.user_id,
            path=request.path[:400],
            page=page[:1000],
            fields=fields,
            at=current_app.extensions["clock"](),
        )
        number = draft.id if draft else None
    flash(KEPT if number else NOT_KEPT, "warn")
    if number is None:
        return None
    return f"{page}{'&' if '?' in page else '?'}{ARGUMENT}={number}"


def keep_typed(path: str) -> ResponseReturnValue:
    """Keep a form that is being written, as the script sends it; ``path`` is where it goes.

    Nothing of it is executed. The page of the form shows it to the same person until it is saved.
    A text with a personnummer is refused, and what was kept before it was typed stays.
    """
    fields = [(name, value) for name, value in request.form.items(multi=True) if _may_be_kept(name)]
    if any(names_a_person(value) for _, value in fields):
        return {"errors": [PERSONAL_ID_TYPED]}, 422
    with transaction(db.session()) as session:
        kept = keep_draft(
            session,
            user_id=current_user.actor.user_id,
            path=path[:400],
            page=path[:1000],
            fields=fields,
            at=current_app.extensions["clock"](),
        )
    return ("", 204) if kept is not None else ({"errors": [NOT_TYPED]}, 422)


def drop_typed(session: Session, path: str) -> None:
    """Forget what was kept of a form that is now being saved."""
    session.execute(
        sa.delete(FormDraft).where(
            FormDraft.user_id == current_user.actor.user_id, FormDraft.path == path[:400]
        )
    )


def unsaved_page(path: str) -> ResponseReturnValue | None:
    """The form's own page with what was typed but never saved; None where there is nothing."""
    if ARGUMENT in request.args:
        return None
    number = db.session().scalar(
        sa.select(FormDraft.id).where(
            FormDraft.user_id == current_user.actor.user_id,
            FormDraft.path == path[:400],
            FormDraft.at >= current_app.extensions["clock"]() - DRAFT_LASTS,
        )
    )
    return redirect(f"{request.path}?{ARGUMENT}={number}", 302) if number else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _own_draft(number: int) -> FormDraft | None:
    return draft_of(
        db.session(),
        number,
        user_id=current_user.actor.user_id,
        since=current_app.extensions["clock"]() - DRAFT_LASTS,
    )


def kept_values() -> MultiDict[str, str] | None:
    """What was kept of the form that goes to this very address, where the address names a draft.

    A page draws by it as many lines as were sent; what they hold is filled in afterwards.
    """
    number = _number(request.args.get(ARGUMENT))
    draft = _own_draft(number) if number is not None else None
    if draft is None or draft.path != request.path:
        return None
    return MultiDict([(name, value) for name, value in draft.fields["pairs"]])


def _filled(answer: Response, draft: FormDraft) -> None:
    # A confirmation is asked for anew when the text is sent.
    pairs = [pair for pair in draft.fields["pairs"] if not pair[0].endswith(CONFIRMED)]
    html = answer.get_data(as_text=True)
    filled = fill_form(html, draft.path, pairs, hidden=(ARGUMENT, str(draft.id)))
    notice = render_template(
        "draft.html",
        draft_id=draft.id,
        left_out=draft.fields["left_out"],
        has_form=filled is not None,
        texts=filled.left if filled else [value for _, value in pairs if value.strip()],
    )
    answer.set_data(put_first(filled.html if filled else html, notice))


def _show(answer: Response) -> None:
    number = _number(request.args.get(ARGUMENT))
    page = answer.status_code == 200 and answer.mimetype == "text/html"
    if number is None or not page or answer.is_streamed or not current_user.is_authenticated:
        return
    if (draft := _own_draft(number)) is not None:
        _filled(answer, draft)


def _forget(answer: Response) -> None:
    # Only then is the form asked: what was too large to be read cannot be read here either.
    if answer.status_code != 303 or not current_user.is_authenticated:
        return
    number = _number(request.form.get(ARGUMENT))
    if number is None:
        return
    try:
        with transaction(db.session()) as session:
            drop_draft(session, number, user_id=current_user.actor.user_id)
    except (DomainError, SQLAlchemyError) as error:
        # What was asked for has been done; the draft goes within a day anyway.
        log.warning("a draft was not dropped", exc_info=error)


def throw_away(draft_id: int) -> ResponseReturnValue:
    """Throw a kept text away, and show the page without it."""
    draft = _own_draft(draft_id)
    page = draft.page if draft else url_for("monitoring.start")
    with transaction(db.session()) as session:
        drop_draft(session, draft_id, user_id=current_user.actor.user_id)
    return redirect(page, 303)


def register(app: Flask) -> None:
    """Fill in kept forms when their pages are opened, and forget them when they are saved."""

    @app.after_request
    def draft(answer: Response) -> Response:
        if request.method == "GET" and ARGUMENT in request.args:
            _show(answer)
        elif request.method == "POST" and request.endpoint is not None:
            _forget(answer)
        return answer
