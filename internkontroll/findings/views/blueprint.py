"""The blueprint of the findings, and what its views share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.findings.models import Finding, Severity
from internkontroll.findings.queries import finding_select, label, possible_responsibles
from internkontroll.findings.words import STATES
from internkontroll.organisation.models import Board
from internkontroll.review.services import TEXT_MAX
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.web.access import current_actor, demand, load_or_404, session, today
from internkontroll.web.forms import BaseForm, choices
from internkontroll.web.submission import page, submit

bp = Blueprint("findings", __name__, url_prefix="/namnd/<board_code>")


@dataclass(frozen=True)
class Asked:
    """A page that asks for one thing: its heading, what stands above the form, its button.

    ``back`` is where the one who regrets goes; ``action`` where the form is sent.
    """

    title: str
    button: str
    action: str
    back: str
    crumbs: Sequence[tuple[str, str]]
    lead: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)
    means: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    shown: Sequence[tuple[str, str]] = ()


def committees_of(board: Board) -> frozenset[int] | None:
    """The committees whose findings the reader may see; None means all."""
    return committees_within_reach(current_actor(), board.id, today())


def load_finding(board: Board, finding_id: int, permission: Permission | None = None) -> Finding:
    """The finding within the reader's walls; with a permission only for who holds it there."""
    finding = load_or_404(finding_select(board.id, finding_id, committees=committees_of(board)))
    if permission is not None:
        demand(permission, finding.occurrence.subcommittee_id)
    return finding


def address_of(board: Board, finding_id: int) -> str:
    """Where a finding is shown."""
    return url_for("findings.show", board_code=board.code.lower(), finding_id=finding_id)


def crumbs_of(board: Board, finding: Finding) -> list[tuple[str, str]]:
    """The way to a finding's page."""
    code = board.code.lower()
    return [
        (
            f"Avvikelser {finding.year}",
            url_for("findings.index", board_code=code, ar=finding.year),
        ),
        (label(finding, board), address_of(board, finding.id)),
    ]


def severity_choices() -> list[Any]:
    """Degrees in rising order."""
    return choices((degree.value, STATES[degree].word) for degree in Severity)


def people_choices(finding: Finding) -> list[Any]:
    """Those who may answer for an action of the finding."""
    people = possible_responsibles(
        session(), finding.board_id, finding.occurrence.subcommittee_id, today()
    )
    return choices([("", "Välj"), *((str(person.id), person.title) for person in people)])


def ask(form: BaseForm, asked: Asked) -> ResponseReturnValue:
    """Show the form."""
    return page("findings/ask.html", form, asked=asked, text_max=TEXT_MAX)


def answer(
    form: BaseForm, asked: Asked, act: Callable[[Session], str], *, done: str
) -> ResponseReturnValue:
    """Do what the form says, or show it again with what was wrong."""
    if form.validate() and (result := submit(form, act, done=done)):
        return result
    return ask(form, asked)
