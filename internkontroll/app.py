"""Make the app: settings, database, blueprints, refusals, and "every route has a rule"."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, g, request
from flask import session as cookie
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from config import ROOT, Config, kept_key
from internkontroll.accounts.queries import admitted_as, find_session
from internkontroll.accounts.rules import is_alive
from internkontroll.accounts.rules.strength import roles_that_need_a_code
from internkontroll.accounts.services import note_seen
from internkontroll.core.access import joined
from internkontroll.core.clock import Clock, swedish_day, utc_now
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.reach import EVERY_BOARD, boards_of, within
from internkontroll.core.transaction import transaction
from internkontroll.operation.doctor import refuse_unfit
from internkontroll.operation.group_roles import read_group_roles
from internkontroll.operation.settings import remarks_on_settings
from internkontroll.web import (
    drafts,
    errors,
    event_words,
    filters,
    headers,
    health,
    log,
    metrics,
    navigation,
    static_files,
)
from internkontroll.web.access import (
    SignedIn,
    may,
    now,
    public,
    refuse_unguarded_routes,
    signed_in,
    today,
)
from internkontroll.web.routing import LateRule

FEATURES = (
    "trail",
    "organisation",
    "accounts",
    "risk",
    "plan",
    "schedule",
    "sampling",
    "review",
    "findings",
    "reporting",
    "monitoring",
    "archive",
    "help",
)
"""The features in the order in which data flows; each brings models, policy and views if it has."""

SEEN_EVERY_SECONDS = 60
MOST_FROM_STRANGERS = 64 * 1024
"""Most bytes of what is sent by somebody who has never logged in here: they send no files."""
LARGEST_ID = 2**31 - 1
"""The largest id that PostgreSQL's integer columns hold."""


def part_of(feature: str, name: str) -> Any:
    """A feature's module of that name (models, policy, views, words), None if it has none."""
    try:
        return import_module(f"internkontroll.{feature}.{name}")
    except ModuleNotFoundError as error:
        if error.name == f"internkontroll.{feature}.{name}":
            return None
        raise


def load_models() -> None:
    """Import every feature's models, so that the metadata is whole."""
    for feature in FEATURES:
        part_of(feature, "models")


class RowNumberConverter(IntegerConverter):
    """An id in an address: what is larger than any id leads nowhere instead of to the database."""

    def __init__(self, map: Any, *args: Any, **kwargs: Any) -> None:  # noqa: A002 -- its name
        kwargs.setdefault("max", LARGEST_ID)
        super().__init__(map, *args, **kwargs)


def _configure(app: Flask, config: Config | Mapping[str, Any] | None) -> None:
    if config is None:
        # A server that brings no settings of its own is a real one.
        config = Config()
        refuse_unfit(remarks_on_settings(config.as_mapping()))
    settings = config.as_mapping() if isinstance(config, Config) else dict(config)
    app.config.update(settings)
    app.config["INSTANCE_DIR"].mkdir(mode=0o700, parents=True, exist_ok=True)
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite") and not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = kept_key(app.config["INSTANCE_DIR"])
    if not app.config.get("SECRET_KEY"):
        raise RuntimeError(
            "SECRET_KEY is missing: set it in the environment to at least 32 random characters"
        )


def _limit_what_is_read(app: Flask) -> None:
    # Said before anything asks for the form. Only a form of parts is measured as it is read: any
    # other is read whole, and each of its signs may become a field.
    if "_user_id" not in cookie:
        request.max_content_length = MOST_FROM_STRANGERS
    elif request.mimetype != "multipart/form-data":
        request.max_content_length = app.config["MAX_FORM_MEMORY_SIZE"]


def _open_write_early(app: Flask) -> None:
    # Registered first, so that the very first statement of a writing request takes the lock.
    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            _limit_what_is_read(app)
            g.writing = intent_to_write()
            g.writing.__enter__()

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        if writing := g.pop("writing", None):
            writing.__exit__(None, None, None)


def _log_in_by_session(app: Flask) -> None:
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app)

    @manager.user_loader
    def load(token: str) -> SignedIn | None:
        # Who it is must be known before it is known which boards they reach.
        with within(EVERY_BOARD):
            found = find_session(db.session(), token)
        if found is None or not is_alive(
            created_at=found.created_at,
            last_seen_at=found.last_seen_at,
            ended_at=found.ended_at,
            at=now(),
            idle_limit=app.config["SESSION_IDLE_LIMIT"],
            absolute_limit=app.config["SESSION_ABSOLUTE_LIMIT"],
        ):
            return None
        admitted = admitted_as(
            found,
            app.extensions["code_roles"],
            swedish_day(now()),
            code_required=app.config["REQUIRE_CODE"],
            level_required=bool(app.config["OIDC_ACR"]),
        )
        return SignedIn(token, admitted, g.get("request_id", "")) if admitted else None

    @app.before_request
    def seen() -> None:
        quiet = request.endpoint is None or request.endpoint in log.QUIET_ENDPOINTS
        if quiet or not current_user.is_authenticated:
            return
        g.reach = within(boards_of(current_user.actor, today()))
        g.reach.__enter__()
        found = current_user.found
        if (now() - found.last_seen_at).total_seconds() >= SEEN_EVERY_SECONDS:
            db.session.rollback()
            with intent_to_write(), transaction(db.session()) as session:
                note_seen(session, found.session_id, now())
            current_user.found = replace(found, last_seen_at=now())

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        if reach := g.pop("reach", None):
            reach.__exit__(None, None, None)


def _check_origin(app: Flask) -> None:
    @app.before_request
    def same_origin() -> None:
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return
        origin = request.headers.get("Origin")
        # The host is compared and not the scheme: behind a proxy the program is spoken to in http.
        if origin is not None and urlsplit(origin).netloc != request.host:
            abort(403, description="origin")
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            abort(403, description="origin")


def create_app(
    config: Config | Mapping[str, Any] | None = None, *, clock: Clock = utc_now
) -> Flask:
    """Make the app. Refuses to be made with a route without rule or a permission unmapped.

    ``clock`` gives the present moment in UTC; tests move it.
    """
    app = Flask(
        "internkontroll",
        root_path=str(ROOT / "internkontroll"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    _configure(app, config)
    app.url_rule_class = LateRule
    app.url_map.converters["int"] = RowNumberConverter
    if hops := app.config["PROXY_HOPS"]:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    app.extensions["clock"] = clock
    load_models()
    db.init_app(app)
    log.register(app)
    _open_write_early(app)
    CSRFProtect(app)
    _check_origin(app)
    _log_in_by_session(app)
    parts = [part_of(feature, "policy") for feature in FEATURES]
    app.extensions["permissions"] = joined(part.PERMISSIONS for part in parts if part)
    app.extensions["group_roles"] = read_group_roles(app.config["OIDC_ROLES_FILE"])
    app.extensions["code_roles"] = roles_that_need_a_code(app.extensions["permissions"])
    app.view_functions["static"] = public(app.view_functions["static"])
    health.register(app)
    app.post("/utkast/<int:draft_id>/kasta", endpoint="throw_draft_away")(
        signed_in(drafts.throw_away)
    )
    for feature in FEATURES:
        if views := part_of(feature, "views"):
            for blueprint in getattr(views, "BLUEPRINTS", (views.bp,)):
                app.register_blueprint(blueprint)
    filters.register(app)
    for feature in FEATURES:
        if words := part_of(feature, "words"):
            filters.register_states(words.STATES)
            filters.register_words(words.WORDS)
            event_words.register_events(words.WORDS)
    metrics.register(app)
    drafts.register(app)
    headers.register(app)
    static_files.register(app)
    errors.register(app)
    navigation.register(app)
    app.jinja_env.globals.update(may=may)
    refuse_unguarded_routes(app)
    return app
