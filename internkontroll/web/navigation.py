"""The page's frame: menu, names, what the board of the route is."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, g, request, url_for
from flask_login import current_user

from internkontroll.core.access import Permission, Scope, can
from internkontroll.core.database import db
from internkontroll.organisation.models import Board, Municipality
from internkontroll.web.access import current_actor, may, rules, today


@dataclass(frozen=True)
class NavigationLink:
    """One entry of the menu."""

    label: str
    url: str
    current: bool


_BOARD_MENU: tuple[tuple[str, str, Permission], ...] = (
    ("Planer", "plan.index", Permission.PLAN_READ),
    ("Kontroller", "schedule.index", Permission.OCCURRENCE_READ),
    ("Avvikelser", "findings.index", Permission.FINDING_READ),
    ("Uppföljning", "reporting.index", Permission.REPORT_READ_DECIDED),
)

_MUNICIPALITY_MENU: tuple[tuple[str, str, Permission], ...] = (
    ("Konton", "accounts.index", Permission.ACCOUNT_MANAGE),
    ("Organisation", "set_up.index", Permission.ORGANISATION_EDIT),
    ("Checklistor", "checklists.index", Permission.CHECKLIST_EDIT),
    ("Samlad bild", "oversight.index", Permission.OVERSIGHT_READ),
    ("Jobb", "monitoring.jobs", Permission.JOBS_READ),
)


_STEPS_OF_A_CONTROL = frozenset({"committee", "sampling", "review"})
"""Features whose pages are steps of a kontroll: the menu shows that one is there."""


def _is_at(here: str, endpoint: str) -> bool:
    """Whether the page belongs to an entry of a board's menu."""
    feature = here.split(".")[0]
    return endpoint.split(".")[0] == ("schedule" if feature in _STEPS_OF_A_CONTROL else feature)


def _is_of(here: str, endpoint: str) -> bool:
    """Whether the page belongs to a menu entry; one's own profile belongs to none."""
    if endpoint == "monitoring.jobs" or here in _OWN_PAGES:
        return here == endpoint
    return here.split(".")[0] == endpoint.split(".")[0]


_OWN_PAGES = frozenset(
    f"accounts.{name}"
    for name in (
        "profile",
        "password",
        "change_password",
        "code",
        "begin_code",
        "confirm_code",
        "renew_codes",
    )
)


def _board_of_menu() -> Board | None:
    """The route's board, or the only one in which the person has a role."""
    if board := g.get("board"):
        return cast(Board, board)
    own = {grant.board_id for grant in current_actor().grants if grant.board_id is not None}
    return db.session.get(Board, own.pop()) if len(own) == 1 else None


def _links() -> list[NavigationLink]:
    if not current_user.is_authenticated:
        return []
    here = request.endpoint or ""
    links = [
        NavigationLink("Mina uppgifter", url_for("monitoring.start"), here == "monitoring.start")
    ]
    if board := _board_of_menu():
        scope = Scope(board.id)
        for label, endpoint, permission in _BOARD_MENU:
            if can(current_actor(), permission, scope, today(), rules()):
                links.append(
                    NavigationLink(
                        label,
                        url_for(endpoint, board_code=board.code.lower()),
                        _is_at(here, endpoint),
                    )
                )
        if board.oversight and can(
            current_actor(), Permission.OVERSIGHT_READ, scope, today(), rules()
        ):
            url = url_for("oversight.index")
            links.append(NavigationLink("Samlad bild", url, _is_of(here, "oversight.index")))
    else:
        links += [
            NavigationLink(label, url_for(endpoint), _is_of(here, endpoint))
            for label, endpoint, permission in _MUNICIPALITY_MENU
            if may(permission)
        ]
        if may(Permission.PLAN_OBLIGE):
            # The plans that are written now are next year's.
            url = url_for("obligatory.index", year=today().year + 1)
            links.append(
                NavigationLink("Obligatoriskt för alla", url, _is_of(here, "obligatory.index"))
            )
    return links


def municipality_name() -> str:
    """The municipality's name, or the program's where none is set yet."""
    if "municipality_name" not in g:
        municipality = db.session.get(Municipality, 1)
        g.municipality_name = municipality.name if municipality else None
    name: str | None = g.municipality_name
    return name or "Internkontroll"


def register(app: Flask) -> None:
    """Give every template the frame."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        return {
            "navigation": _links,
            "municipality_name": municipality_name,
            "current_actor": current_actor() if current_user.is_authenticated else None,
            "current_board": _board_of_menu() if current_user.is_authenticated else None,
        }
