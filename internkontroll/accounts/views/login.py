"""Logga in och ut."""

from urllib.parse import urlsplit

from flask import current_app, flash, g, make_response, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from internkontroll.accounts.forms import LoginCodeForm, LoginForm
from internkontroll.accounts.models import User
from internkontroll.accounts.queries import find_session, pending_user
from internkontroll.accounts.services import (
    WRONG_CODE,
    CheckedLogin,
    check_login,
    give_code,
    log_in,
    log_out,
    verify_login,
)
from internkontroll.accounts.services.buckets import Asker, turned_away
from internkontroll.accounts.services.login import PENDING_LASTS
from internkontroll.accounts.views.blueprint import bp, own_device, sealer
from internkontroll.accounts.views.known_browser import asker, remember_browser
from internkontroll.core.database import intent_to_read
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

HALF = "half_login"
"""Where the browser's cookie keeps the secret name of a half login: it opens no page."""
GONE = "Det tog för lång tid, eller så har koden använts. Logga in igen."


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
    return login_page(form)


@bp.post("/logga-in")
@public
def log_in_now() -> ResponseReturnValue:
    """Log in, with a new session; every failure is answered with the same words."""
    form = LoginForm()
    if form.validate():
        username = form.username.data or ""
        asks = asker(username)
        whose = _whose(username, asks)
        if whose is None:
            form.form_errors = [REFUSAL]
            return login_page(form)
        checked = verify_login(whose, form.password.data or "")
        with transaction(session()) as open_session:
            result = log_in(
                open_session,
                checked,
                at=now(),
                tries=current_app.config["LOGIN_TRIES"],
                window=current_app.config["LOGIN_WINDOW"],
                device=own_device(),
                asker=asks,
                replaces=own_token(),
            )
        if result.pending:
            cookie[HALF] = result.pending
            return redirect(url_for("accounts.code_step", next=own_path(form.next.data)), 303)
        if result.token:
            return let_browser_in(result.token, username, form.next.data)
        form.form_errors = [REFUSAL]
    return login_page(form)


def _whose(username: str, asks: Asker) -> CheckedLogin | None:
    """Whose password is to be verified; None for an address or browser that has had its tries."""
    limits = {
        "tries": current_app.config["LOGIN_TRIES"],
        "window": current_app.config["LOGIN_WINDOW"],
    }
    # The lock that a writing request takes is let go while the password is verified.
    session().rollback()
    with intent_to_read():
        away = turned_away(session(), username, asks, at=now(), **limits)
        read = None if away else check_login(session(), username)
        session().rollback()
    return read


def own_token() -> str | None:
    """The secret name of the session that the browser has already, if it has one."""
    return current_user.token if current_user.is_authenticated else None


def let_browser_in(token: str, username: str | None, target: str | None) -> ResponseReturnValue:
    """Give the browser its new session, and nothing of what its cookie held before.

    ``username`` is remembered by the browser if it was typed here.
    """
    found = find_session(session(), token)
    path = own_path(target)
    cookie.clear()
    if found is None:
        return redirect(url_for("accounts.login"), 303)
    login_user(SignedIn(token, found, g.get("request_id", "")))
    answer = make_response(redirect(path, 303))
    if username:
        remember_browser(answer, username)
    return answer


def login_page(form: LoginForm) -> ResponseReturnValue:
    """The login page, with what is typed."""
    return page("accounts/login.html", form=form, log_out_also=cookie.pop("log_out_also", None))


def _half() -> User | None:
    token = cookie.get(HALF)
    if not isinstance(token, str):
        return None
    return pending_user(session(), token, since=now() - PENDING_LASTS)


def _from_the_start(target: str | None) -> ResponseReturnValue:
    cookie.pop(HALF, None)
    return login_page(LoginForm(formdata=None, next=target or ""))


@bp.get("/logga-in/kod")
@public
def code_step() -> ResponseReturnValue:
    """The second step of a login; without the first, the first."""
    target = request.args.get("next", "")
    if _half() is None:
        return _from_the_start(target)
    return page("accounts/code_step.html", form=LoginCodeForm(next=target))


@bp.post("/logga-in/kod")
@public
def give_code_now() -> ResponseReturnValue:
    """Give the code; every code that does not open is answered with the same words."""
    user, form = _half(), LoginCodeForm()
    if user is None:
        flash(GONE, "warn")
        return _from_the_start(form.next.data)
    username = user.username
    if form.validate():
        session().rollback()
        with transaction(session()) as open_session:
            result = give_code(
                open_session,
                cookie[HALF],
                form.code.data or "",
                sealer=sealer(),
                at=now(),
                tries=current_app.config["LOGIN_TRIES"],
                window=current_app.config["LOGIN_WINDOW"],
                device=own_device(),
                asker=asker(username),
                replaces=own_token(),
            )
        if result.gone:
            flash(GONE, "warn")
            return _from_the_start(form.next.data)
        if result.token:
            answer = let_browser_in(result.token, username, form.next.data)
            if result.recovery_left is not None:
                flash(_left(result.recovery_left), "warn")
            return answer
        form.code.errors = [WRONG_CODE]
    return page("accounts/code_step.html", form=form)


def _left(count: int) -> str:
    if not count:
        return "Det var din sista reservkod. Gör nya under Min profil innan du loggar ut."
    return f"Reservkoden är förbrukad. Du har {count} kvar."


@bp.post("/logga-ut")
@signed_in
def logout() -> ResponseReturnValue:
    """Log out: the session is dead and the browser is asked to forget."""
    with transaction(session()) as open_session:
        log_out(open_session, current_user.token, actor=current_actor(), at=now())
    elsewhere = cookie.get("provider_out")
    logout_user()
    cookie.clear()
    if elsewhere:
        cookie["log_out_also"] = elsewhere
    answer = redirect(url_for("accounts.login"), 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
