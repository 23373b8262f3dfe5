"""What the pages of lists and of draws share."""

from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, url_for
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.transaction import after_commit
from internkontroll.organisation.models import Board
from internkontroll.sampling.models import (
    Draw,
    Population,
)
from internkontroll.sampling.queries import (
    draw_select,
    population_select,
)
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import Committees, occurrence_select
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    may,
    today,
)

bp = Blueprint("sampling", __name__, url_prefix="/namnd/<board_code>")


def committees_of_reader(board: Board) -> Committees:
    """The committees whose samples the reader may see."""
    return committees_within_reach(current_actor(), board.id, today())


def load_occurrence(board: Board, occurrence_id: int) -> Occurrence:
    """The kontrolltillfälle; 404 for another board's or committee's."""
    return load_or_404(
        occurrence_select(board.id, occurrence_id, committees=committees_of_reader(board))
    )


def load_population(board: Board, population_id: int) -> Population:
    """The list; 404 for another board's or committee's."""
    return load_or_404(
        population_select(board.id, population_id, committees=committees_of_reader(board))
    )


def load_draw(board: Board, draw_id: int) -> Draw:
    """The draw; 404 for another board's or committee's."""
    return load_or_404(draw_select(board.id, draw_id, committees=committees_of_reader(board)))


def address(endpoint: str, board: Board, **values: Any) -> str:
    """The address of one of the board's pages."""
    return url_for(endpoint, board_code=board.code.lower(), **values)


def uploads_folder() -> Path:
    """Where handed-in files lie until they are read."""
    folder: Path = current_app.config["INSTANCE_DIR"]
    return folder / "uploads"


def wake_worker(open_session: Session) -> None:
    """Let the worker begin as soon as the change is safe."""
    if kick := current_app.extensions.get("kick_worker"):
        after_commit(open_session, kick)


def may_see_hash(population: Population) -> bool:
    """P and the seed of a secret frame are for those who may read its references anyway."""
    return not population.is_secret or may(
        Permission.SAMPLE_READ, population.occurrence.subcommittee_id
    )
