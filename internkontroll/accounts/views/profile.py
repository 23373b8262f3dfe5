"""Min profil: one's own roles and sessions, and the password."""

from datetime import date

from flask import current_app, flash, g, make_response, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user
from sqlalchemy.orm import Session

from internkontroll.accounts.forms import PasswordForm
from internkontroll.accounts.queries import (
    account_select,
    find_session,
    recovery_codes_left,
    sessions_of,
)
from internkontroll.accounts.rules import PASSWORD_MIN, standing_of
from internkontroll.accounts.services import (
    change_password as change_own_password,
)
from internkontroll.accounts.services import (
    check_own_password,
    end_other_sessions,
    end_session,
)
from internkontroll.accounts.views.blueprint import bp, own_device
from internkontroll.accounts.views.known_browser import remember_browser
from internkontroll.accounts.views.roles import role_rows
from internkontroll.core.transaction import transaction
from internkontroll.web.access import (
    SignedIn,
    current_actor,
    load_or_404,
    now,
    session,
    signed_in,
    today,
)
from internkontroll.web.forms import ButtonForm
from internkontroll.web.submission import page, submit

REFUSAL = (
    "Det är inte ditt nuvarande lösenord, eller så har det varit för många försök. "
    "Försök igen, eller vänta en kvart."
)


def _profile_page(form: ButtonForm) -> ResponseReturnValue:
    actor = current_actor()
    user = load_or_404(account_select(actor.user_id or 0))
    rows = role_rows(user.grants, today())
    config = current_app.config
    return page(
        "accounts/profile.html",
        form=form,
        user=user,
        rows=rows,
        held=[row for row in rows if row.standing == standing_of(date.min, None, today())],
        sessions=sessions_of(
            session(),
            user.id,
            at=now(),
            idle_limit=config["SESSION_IDLE_LIMIT"],
            absolute_limit=config["SESSION_ABSOLUTE_LIMIT"],
        ),
        own_digest=actor.session_digest,
        has_code=current_user.found.has_code,
        codes_left=recovery_codes_left(session(), user.id),
    )


@bp.get("/min-profil")
@signed_in
def profile() -> ResponseReturnValue:
    """One's own roles with their days, and where one is logged in."""
    return _profile_page(ButtonForm())


@bp.post("/min-profil/inloggning/<int:session_id>/avsluta")
@signed_in
def end_own_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions; somebody else's is not touched."""
    form = ButtonForm()

    def act(open_session: Session) -> str:
        end_session(open_session, session_id, actor=current_actor(), at=now())
        return url_for("accounts.profile")

    if form.validate() and (answer := submit(form, act, done="Inloggningen är avslutad.")):
        return answer
    return _profile_page(form)


@bp.post("/min-profil/logga-ut-overallt")
@signed_in
def end_others() -> ResponseReturnValue:
    """End every session of one's own but this one."""
    form = ButtonForm()

    def act(open_session: Session) -> str:
        end_other_sessions(open_session, actor=current_actor(), at=now())
        return url_for("accounts.profile")

    if form.validate() and (answer := submit(form, act, done="Du är utloggad överallt annars.")):
        return answer
    return _profile_page(form)


def _password_page(form: PasswordForm) -> ResponseReturnValue:
    return page(
        "accounts/password.html",
        form=form,
        username=load_or_404(account_select(current_actor().user_id or 0)).username,
        must_change=current_user.found.must_change_password,
        shortest=PASSWORD_MIN,
    )


@bp.get("/byt-losenord")
@signed_in
def password() -> ResponseReturnValue:
    """The page that changes one's own password."""
    return _password_page(PasswordForm())


def _own_password_given(form: PasswordForm) -> ResponseReturnValue | None:
    """Check the current password; its count is kept also when the change is refused."""
    with transaction(session()) as open_session:
        checked = check_own_password(
            open_session,
            form.current.data or "",
            actor=current_actor(),
            at=now(),
            tries=current_app.config["LOGIN_TRIES"],
            window=current_app.config["LOGIN_WINDOW"],
        )
    if not checked.right:
        form.current.errors = [REFUSAL]
        return None
    tokens: list[str] = []

    def act(open_session: Session) -> str:
        tokens.append(
            change_own_password(
                open_session,
                checked,
                form.password.data or "",
                device=own_device(),
                actor=current_actor(),
                at=now(),
            )
        )
        return url_for("accounts.profile")

    answer = submit(form, act)
    if answer is not None and tokens and (found := find_session(session(), tokens[0])):
        cookie.clear()
        login_user(SignedIn(tokens[0], found, g.get("request_id", "")))
        flash("Lösenordet är bytt. Du är utloggad överallt annars.")
        answer = make_response(answer)
        remember_browser(answer, load_or_404(account_select(found.user_id)).username)
    return answer


@bp.post("/byt-losenord")
@signed_in
def change_password() -> ResponseReturnValue:
    """Change one's own password: other sessions die, this one gets a new name."""
    form = PasswordForm()
    if form.validate() and (answer := _own_password_given(form)):
        return answer
    return _password_page(form)
