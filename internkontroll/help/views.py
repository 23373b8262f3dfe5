"""Hjälpens sidor och tillgänglighetsredogörelsen. Open to everybody: they tell no one's data."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from internkontroll.help.statement import ASSESSED_ON, SHORTCOMINGS, is_old
from internkontroll.help.topics import GROUPS, TOPICS, topic_of
from internkontroll.sampling.rules import proof_sentence
from internkontroll.web.access import public, today
from internkontroll.web.submission import page

bp = Blueprint("help", __name__)


@bp.app_context_processor
def _help_for_this_page() -> dict[str, Any]:
    def help_url() -> str | None:
        topic = topic_of(request.endpoint)
        return url_for("help.topic", slug=topic.slug) if topic else None

    return {"help_url": help_url}


@bp.record_once
def _give_titles(state: BlueprintSetupState) -> None:
    # The macros of the help pages name other topics; macros see the globals, not the page's values.
    state.app.jinja_env.globals["help_topics"] = TOPICS


@bp.get("/hjalp")
@public
def index() -> ResponseReturnValue:
    """All help, task by task."""
    return page("help/index.html", groups=GROUPS)


@bp.get("/hjalp/<slug>")
@public
def topic(slug: str) -> ResponseReturnValue:
    """How one task is done."""
    found = TOPICS.get(slug)
    if found is None:
        abort(404)
    group = next(group for group in GROUPS if found in group.topics)
    return page(f"help/topics/{slug}.html", topic=found, group=group, proof_sentence=proof_sentence)


@bp.get("/tillganglighet")
@public
def accessibility() -> ResponseReturnValue:
    """The accessibility statement."""
    own: date | None = current_app.config.get("ACCESSIBILITY_ASSESSED_ON")
    assessed_on = own or ASSESSED_ON
    return page(
        "help/accessibility.html",
        host=request.host,
        email=current_app.config.get("ACCESSIBILITY_EMAIL"),
        phone=current_app.config.get("ACCESSIBILITY_PHONE"),
        assessed_on=assessed_on,
        updated_on=max(assessed_on, ASSESSED_ON),
        is_old=is_old(assessed_on, today()),
        shortcomings=SHORTCOMINGS,
    )
