"""The blueprint of accounts, and the gate before a start password has been changed."""

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from internkontroll.accounts.rules import device_words

bp = Blueprint("accounts", __name__)

OPEN_BEFORE_CHANGE = frozenset({"accounts.password", "accounts.change_password", "accounts.logout"})
"""What somebody with a start password reaches, besides what is public."""


def own_device() -> str | None:
    """What the browser says it is, roughly."""
    return device_words(request.headers.get("User-Agent", ""))


@bp.before_app_request
def change_start_password_first() -> ResponseReturnValue | None:
    """Lead whoever logged in with a start password to the page that changes it."""
    view = current_app.view_functions.get(request.endpoint or "")
    rule = getattr(view, "access_rule", None)
    if request.endpoint in OPEN_BEFORE_CHANGE or rule is None or rule.kind == "public":
        return None
    if current_user.is_authenticated and current_user.found.must_change_password:
        return redirect(url_for("accounts.password"), 303)
    return None
