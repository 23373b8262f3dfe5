"""Logga in med kommunens inloggning, and link one's account to it."""

from hmac import compare_digest
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user

from internkontroll.accounts.forms import LoginForm, OwnPasswordForm
from internkontroll.accounts.oidc import Begun, Provider, ProviderRefused, begin, finish
from internkontroll.accounts.queries import account_select, identities_of
from internkontroll.accounts.rules.provider import Vouched
from internkontroll.accounts.services import CheckedPassword, check_own_password
from internkontroll.accounts.services.provider import (
    ProviderRules,
    link_identity,
    log_in_by_provider,
)
from internkontroll.accounts.views.blueprint import bp, own_device
from internkontroll.accounts.views.login import let_browser_in, login_page, own_token
from internkontroll.accounts.views.profile import REFUSAL
from internkontroll.core.errors import DomainError
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.core.transaction import transaction
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    now,
    public,
    recorded_reading,
    session,
    signed_in,
)
from internkontroll.web.submission import page

BEGUN = "provider_login"
"""Where the browser's cookie keeps what the provider's answer must match."""
MAY_LINK = "may_link"
"""Where it keeps that the password was given a moment ago, in this very session."""
LOG_OUT_ALSO = "provider_out"
"""Where it keeps how the login at the provider is ended."""
SECONDS_TO_LOG_IN = 600
NOT_BEGUN = (
    "Inloggningen var inte påbörjad i den här webbläsaren, eller så tog den för lång tid. Försök "
    "igen."
)
DECLINED = "Kommunens inloggning släppte inte in dig. Försök igen, eller logga in med lösenord."


def provider() -> Provider | None:
    """The municipality's login, if the settings name one."""
    config = current_app.config
    if not config["OIDC_ISSUER"]:
        return None
    return Provider(
        config["OIDC_ISSUER"],
        config["OIDC_CLIENT_ID"],
        config["OIDC_CLIENT_SECRET"],
        config["OIDC_ACR"],
        config["OIDC_GROUPS_CLAIM"],
    )


@bp.app_context_processor
def offered() -> dict[str, Any]:
    """Whether pages offer the municipality's login."""
    return {"provider_offered": bool(current_app.config["OIDC_ISSUER"])}


def _refused(sentence: str) -> ResponseReturnValue:
    form = LoginForm(formdata=None)
    form.form_errors = [sentence]
    return login_page(form)


def _own_address() -> str:
    return url_for("accounts.provider_answer", _external=True)


def _moment() -> int:
    return int(now().timestamp())


@bp.get("/logga-in/kommunen")
@public
def provider_login() -> ResponseReturnValue:
    """Send the browser to the municipality's login, and remember what it went with."""
    known = provider() or abort(404)
    try:
        begun = begin(known, _own_address())
    except ProviderRefused as error:
        return _refused(error.sentence)
    cookie[BEGUN] = {
        "state": begun.state,
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "next": request.args.get("next", ""),
        "at": _moment(),
        "link": cookie.pop(MAY_LINK, None),
    }
    return redirect(begun.url, 303)


def _begun() -> dict[str, Any] | None:
    """What this browser began, once: the same answer a second time matches nothing."""
    kept = cookie.pop(BEGUN, None)
    if not isinstance(kept, dict) or _moment() - kept["at"] > SECONDS_TO_LOG_IN:
        return None
    same = compare_digest(kept["state"].encode(), request.args.get("state", "").encode())
    return kept if same else None


@bp.get("/logga-in/kommunen/svar")
@public
def provider_answer() -> ResponseReturnValue:
    """The provider's answer, brought by the browser: verified, then the session is opened."""
    known, kept = provider() or abort(404), _begun()
    if kept is None:
        return _refused(NOT_BEGUN)
    code = request.args.get("code")
    if not code:
        return _refused(DECLINED)
    session().rollback()
    try:
        vouched = finish(
            known,
            Begun("", kept["state"], kept["nonce"], kept["verifier"]),
            code=code,
            issuer=request.args.get("iss"),
            redirect_uri=_own_address(),
            at=now(),
        )
        if kept["link"] is not None:
            return _link(vouched, kept["link"])
        return _let_in(vouched, kept["next"])
    except DomainError as error:
        return _refused(error.sentence)


def _let_in(vouched: Vouched, target: str) -> ResponseReturnValue:
    config = current_app.config
    # Whose roles they are is what is being found: until then nobody reaches any board's rows.
    with within(EVERY_BOARD), recorded_reading() as open_session:
        result = log_in_by_provider(
            open_session,
            vouched,
            ProviderRules(
                current_app.extensions["group_roles"],
                config["OIDC_ACR"],
                current_app.extensions["code_roles"],
                config["REQUIRE_CODE"],
                config["OIDC_CREATE_ACCOUNTS"],
            ),
            device=own_device(),
            replaces=own_token(),
            at=now(),
        )
    if result.token is None:
        return _refused(result.refusal or DECLINED)
    answer = let_browser_in(result.token, None, target)
    if vouched.log_out_url:
        cookie[LOG_OUT_ALSO] = vouched.log_out_url
    return answer


def _link(vouched: Vouched, link: dict[str, Any]) -> ResponseReturnValue:
    same = current_user.is_authenticated and current_user.found.digest == link["digest"]
    if not same:
        return _refused(NOT_BEGUN)
    checked = CheckedPassword(current_actor().user_id or 0, True, "")
    with recorded_reading() as open_session:
        link_identity(open_session, checked, vouched, actor=current_actor(), at=now())
    flash("Kontot är kopplat. Nästa gång kan du logga in med kommunens inloggning.")
    return redirect(url_for("accounts.profile"), 303)


def _linking_page(form: OwnPasswordForm) -> ResponseReturnValue:
    return page(
        "accounts/link.html",
        form=form,
        linked=identities_of(session(), current_actor().user_id or 0),
        may_link=MAY_LINK in cookie,
        username=load_or_404(account_select(current_actor().user_id or 0)).username,
    )


@bp.get("/min-profil/kommunens-inloggning")
@signed_in
def linking() -> ResponseReturnValue:
    """Link one's account to the municipality's login; the password is asked for first."""
    return _linking_page(OwnPasswordForm())


@bp.post("/min-profil/kommunens-inloggning")
@signed_in
def begin_linking() -> ResponseReturnValue:
    """The password given, the page leads on to the municipality's login."""
    form = OwnPasswordForm()
    if form.validate():
        with transaction(session()) as open_session:
            checked = check_own_password(
                open_session,
                form.current.data or "",
                actor=current_actor(),
                at=now(),
                tries=current_app.config["LOGIN_TRIES"],
                window=current_app.config["LOGIN_WINDOW"],
            )
        if checked.right:
            cookie[MAY_LINK] = {"digest": current_user.found.digest}
            return redirect(url_for("accounts.linking"), 303)
        form.current.errors = [REFUSAL]
    return _linking_page(form)
