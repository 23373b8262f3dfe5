"""From a valid form to its effect, once: transaction, refusals as form errors, 303."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.accounts.models import Submission
from internkontroll.accounts.services import claim_submission
from internkontroll.core.errors import Conflict, DomainError, InvalidInput, InvalidTransition
from internkontroll.core.transaction import transaction
from internkontroll.web.access import current_actor, now, session
from internkontroll.web.forms import BaseForm


def _done_already(key: str) -> str | None:
    found: str | None = session().scalar(
        sa.select(Submission.location).where(
            Submission.key == key, Submission.user_id == current_actor().user_id
        )
    )
    return found


def _refuse(form: BaseForm, error: DomainError) -> None:
    field = error.field if isinstance(error, InvalidInput) else None
    form.refuse(InvalidInput(error.sentence, field=field))
    form.refused_with = 409 if isinstance(error, Conflict | InvalidTransition) else 422


def _key_of(form: BaseForm) -> str:
    key = form.key.data or ""
    if not 16 <= len(key) <= 64:
        raise InvalidInput(
            "Formuläret är inte helt. Gå tillbaka, läs om sidan och skicka igen. Inget sparades."
        )
    return key


def submit(
    form: BaseForm, act: Callable[[Session], str], *, done: str | None = None
) -> ResponseReturnValue | None:
    """Do what the form asks in one transaction and redirect to where ``act`` says it shows.

    The form's hidden ``key`` makes the second of two equal submissions show the first one's
    result. A refusal by the rules becomes an error of the form and None is returned: the view
    shows the form again with everything that was typed.
    """
    key = _key_of(form)
    user_id = current_actor().user_id
    try:
        with transaction(session()) as open_session:
            if location := _done_already(key):
                return redirect(location, 303)
            location = act(open_session)
            if user_id is not None:
                claim_submission(
                    open_session, key=key, user_id=user_id, location=location, at=now()
                )
    except IntegrityError:
        if location := _done_already(key):
            return redirect(location, 303)
        raise
    except DomainError as error:
        # The same form may have had its effect a moment ago, from a second press of the button.
        if location := _done_already(form.key.data or ""):
            return redirect(location, 303)
        _refuse(form, error)
        return None
    if done:
        flash(done)
    return redirect(location, 303)


def _shown_by_first_press(form: BaseForm | None) -> str | None:
    # The second press of a button: the first had its effect and has changed what the page asks.
    if form is None or request.method != "POST" or not current_user.is_authenticated:
        return None
    return _done_already(form.key.data or "")


def page(template: str, form: BaseForm | None = None, **context: Any) -> ResponseReturnValue:
    """Render a page; with a form that has errors the status is 422 (409 on a conflict)."""
    refused = bool(form is not None and (form.errors or form.error_links()))
    if refused and (location := _shown_by_first_press(form)):
        return redirect(location, 303)
    body = render_template(template, form=form, has_errors=refused, **context)
    status = getattr(form, "refused_with", 422) if refused else 200
    return body, status
