"""Logga in och ut."""

from urllib.parse import urlsplit

from flask import current_app, make_response, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from internkontroll.accounts.forms import LoginForm
from internkontroll.accounts.queries import find_session
from internkontroll.accounts.services import log_in, log_out
from internkontroll.accounts.views.blueprint import bp, own_device
from internkontroll.accounts.views.known_browser import known_browser, remember_browser
from internkontroll.core.transaction import transaction
from internkontroll.web.access import (
    SignedIn,
    current_actor,
    now,
    public,
    session,
    signed_in,
)
from internkontroll.web.submission import page

REFUSAL = (
    "Användarnamnet eller lösenordet stämmer inte, eller så har det varit för många försök. "
    "Försök igen, eller vänta en kvart."
)


def own_path(target: str | None) -> str:
    """A path within the program; anything that could lead elsewhere becomes the start page."""
    start = url_for("monitoring.start")
    if not target or not target.startswith("/") or "\\" in target or "\t" in target:
        return start
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or target.startswith("//"):
        return start
    return target


@bp.get("/logga-in")
@public
def login() -> ResponseReturnValue:
    """The login page."""
    if current_user.is_authenticated:
        return redirect(url_for("monitoring.start"), 303)
    form = LoginForm(next=request.args.get("next", ""))
    return page("accounts/login.html", form=form)


@bp.post("/logga-in")
@public
def log_in_now() -> ResponseReturnValue:
    """Log in, with a new session; every failure is answered with the same words."""
    form = LoginForm()
    if form.validate():
        username = form.username.data or ""
        with transaction(session()) as open_session:
            result = log_in(
                open_session,
                username=username,
                password=form.password.data or "",
                at=now(),
                tries=current_app.config["LOGIN_TRIES"],
                window=current_app.config["LOGIN_WINDOW"],
                device=own_device(),
                known_browser=known_browser(username),
            )
        if result.token and (found := find_session(session(), result.token)):
            target = own_path(form.next.data)
            cookie.clear()
            login_user(SignedIn(result.token, found, ""))
            answer = make_response(redirect(target, 303))
            remember_browser(answer, username)
            return answer
        form.form_errors = [REFUSAL]
    return page("accounts/login.html", form=form)


@bp.post("/logga-ut")
@signed_in
def logout() -> ResponseReturnValue:
    """Log out: the session is dead and the browser is asked to forget."""
    with transaction(session()) as open_session:
        log_out(open_session, current_user.token, actor=current_actor(), at=now())
    logout_user()
    cookie.clear()
    answer = redirect(url_for("accounts.login"), 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
