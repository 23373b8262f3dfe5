"""Logga in med kod: set it up, reserve codes, and an administrator's reset."""

from collections.abc import Callable

from flask import current_app, flash, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session
from wtforms import PasswordField

from internkontroll.accounts.forms import CodeForm, OwnPasswordForm, RenewalForm, ResetCodeForm
from internkontroll.accounts.queries import account_select, has_code, recovery_codes_left
from internkontroll.accounts.rules.codes import grouped, setting_up_address, square
from internkontroll.accounts.services import (
    CheckedPassword,
    check_own_password,
    coming_secret,
    renew_recovery_codes,
)
from internkontroll.accounts.services import (
    begin_code as begin_own_code,
)
from internkontroll.accounts.services import (
    confirm_code as confirm_own_code,
)
from internkontroll.accounts.services import (
    reset_code as reset_account_code,
)
from internkontroll.accounts.views.blueprint import bp, sealer
from internkontroll.accounts.views.profile import REFUSAL
from internkontroll.core.access import Permission
from internkontroll.core.transaction import transaction
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    now,
    requires,
    session,
    signed_in,
)
from internkontroll.web.forms import BaseForm
from internkontroll.web.submission import page, submit

SHOWN_ONCE = "recovery_codes"
"""Where the person's own cookie keeps the reserve codes until the next page shows them."""


def _own_page(
    password: OwnPasswordForm | None = None,
    code: CodeForm | None = None,
    renewal: RenewalForm | None = None,
) -> ResponseReturnValue:
    actor = current_actor()
    user = load_or_404(account_select(actor.user_id or 0))
    secret = coming_secret(session(), sealer=sealer(), actor=actor)
    modules, path = square(setting_up_address(secret, user.username)) if secret else (0, "")
    return page(
        "accounts/code.html",
        password or code or renewal,
        password=password or OwnPasswordForm(formdata=None),
        code=code or CodeForm(formdata=None),
        renewal=renewal or RenewalForm(formdata=None),
        has_code=has_code(session(), user.id),
        left=recovery_codes_left(session(), user.id),
        secret=grouped(secret) if secret else None,
        modules=modules,
        path=path,
        codes=cookie.pop(SHOWN_ONCE, None),
        username=user.username,
        must=current_user.found.must_set_up_code,
    )


def _with_password(
    form: BaseForm, field: PasswordField, act: Callable[[Session, CheckedPassword], None]
) -> ResponseReturnValue | None:
    """Do what needs the password again; its count is kept also when it was wrong."""
    if not form.validate():
        return None
    with transaction(session()) as open_session:
        checked = check_own_password(
            open_session,
            field.data or "",
            actor=current_actor(),
            at=now(),
            tries=current_app.config["LOGIN_TRIES"],
            window=current_app.config["LOGIN_WINDOW"],
        )
    if not checked.right:
        field.errors = [REFUSAL]
        return None

    def once(open_session: Session) -> str:
        act(open_session, checked)
        return url_for("accounts.code")

    return submit(form, once)


@bp.get("/min-profil/kod")
@signed_in
def code() -> ResponseReturnValue:
    """Whether one logs in with a code, and how to begin."""
    return _own_page()


@bp.post("/min-profil/kod/borja")
@signed_in
def begin_code() -> ResponseReturnValue:
    """Make a new secret, which the page shows until it is confirmed."""

    def act(open_session: Session, checked: CheckedPassword) -> None:
        begin_own_code(open_session, checked, sealer=sealer(), actor=current_actor(), at=now())

    form = OwnPasswordForm()
    return _with_password(form, form.current, act) or _own_page(password=form)


@bp.post("/min-profil/kod/bekrafta")
@signed_in
def confirm_code() -> ResponseReturnValue:
    """Confirm the secret by a code; the next page shows the reserve codes once."""
    form = CodeForm()

    def act(open_session: Session) -> str:
        cookie[SHOWN_ONCE] = confirm_own_code(
            open_session, form.code.data or "", sealer=sealer(), actor=current_actor(), at=now()
        )
        return url_for("accounts.code")

    done = "Nu loggar du in med kod. Du är utloggad överallt annars."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _own_page(code=form)


@bp.post("/min-profil/kod/reservkoder")
@signed_in
def renew_codes() -> ResponseReturnValue:
    """Make new reserve codes, shown once by the next page; the old ones are void."""

    def act(open_session: Session, checked: CheckedPassword) -> None:
        cookie[SHOWN_ONCE] = renew_recovery_codes(
            open_session, checked, actor=current_actor(), at=now()
        )
        flash("Du har nya reservkoder. De gamla gäller inte längre.")

    form = RenewalForm()
    return _with_password(form, form.password_again, act) or _own_page(renewal=form)


def _reset_page(user_id: int, form: ResetCodeForm) -> ResponseReturnValue:
    return page("accounts/reset_code.html", form, user=load_or_404(account_select(user_id)))


@bp.get("/konton/<int:user_id>/kod")
@requires(Permission.ACCOUNT_MANAGE)
def reset_code(user_id: int) -> ResponseReturnValue:
    """What a reset does, before it is done."""
    return _reset_page(user_id, ResetCodeForm())


@bp.post("/konton/<int:user_id>/kod")
@requires(Permission.ACCOUNT_MANAGE)
def reset_code_now(user_id: int) -> ResponseReturnValue:
    """Reset the code of somebody whose telephone is gone."""
    user, form = load_or_404(account_select(user_id)), ResetCodeForm()

    def act(open_session: Session) -> str:
        reset_account_code(
            open_session, user, reason=form.reason.data or "", actor=current_actor(), at=now()
        )
        return url_for("accounts.show", user_id=user_id)

    done = "Koden är nollställd. Personen är utloggad överallt."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _reset_page(user_id, form)
