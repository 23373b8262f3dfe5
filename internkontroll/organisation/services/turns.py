"""Turas om: those who change the same calendar at once do it one after the other."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.organisation.models import Board, Municipality


def take_turn(session: Session, board_id: int) -> None:
    """Wait for whoever is changing the board's year, and keep others waiting until the end.

    What is read afterwards is what stands; what was read before is to be read again. A verb takes
    its turn before it writes anything, so that no two wait for each other. On SQLite the one write
    lock is held already; on PostgreSQL the board's row is, without stopping rows that only refer to
    it.
    """
    session.execute(sa.select(Board.id).where(Board.id == board_id).with_for_update(key_share=True))


def take_municipality_turn(session: Session) -> None:
    """As :func:`take_turn`, for what all boards share."""
    session.execute(
        sa.select(Municipality.id).where(Municipality.id == 1).with_for_update(key_share=True)
    )
