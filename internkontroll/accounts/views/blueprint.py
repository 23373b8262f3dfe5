"""The blueprint of accounts, and the gate before a start password has been changed."""

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from internkontroll.accounts.rules import device_words
from internkontroll.accounts.services import Sealer

bp = Blueprint("accounts", __name__)

OPEN_BEFORE_CHANGE = frozenset(
    {"accounts.password", "accounts.change_password", "accounts.logout", "accounts.extend"}
)
"""What somebody with a start password reaches, besides what is public."""

OPEN_BEFORE_CODE = OPEN_BEFORE_CHANGE | {
    "accounts.code",
    "accounts.begin_code",
    "accounts.confirm_code",
}
"""What somebody reaches who has yet to set up a code that their roles ask for."""


def own_device() -> str | None:
    """What the browser says it is, roughly."""
    return device_words(request.headers.get("User-Agent", ""))


def sealer() -> Sealer:
    """What seals the accounts' secrets in this installation."""
    return Sealer(current_app.config["SECRET_KEY"])


@bp.before_app_request
def first_things_first() -> ResponseReturnValue | None:
    """Lead whoever has a start password, or no code yet, to the page that mends it."""
    view = current_app.view_functions.get(request.endpoint or "")
    rule = getattr(view, "access_rule", None)
    if rule is None or rule.kind == "public" or not current_user.is_authenticated:
        return None
    found = current_user.found
    if found.must_change_password and request.endpoint not in OPEN_BEFORE_CHANGE:
        return redirect(url_for("accounts.password"), 303)
    if found.must_set_up_code and request.endpoint not in OPEN_BEFORE_CODE:
        return redirect(url_for("accounts.code"), 303)
    return None
