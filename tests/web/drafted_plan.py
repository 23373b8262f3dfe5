"""A draft of a plan for the pages to change."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.core.database import db
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control
from tests.client import PageClient
from tests.factories import Town, make_control, make_plan
from tests.web.beside import change

ClientOf = Callable[..., PageClient]
SCN = "/namnd/scn"


def drafted(app: Flask, town: Town, controls: int = 3, code: str = "SCN") -> None:
    """Plan 1 of 2021 with kontrollmoment in one area."""

    def act(session: Session) -> None:
        plan = make_plan(session, session.get_one(Board, town.boards[code]), 2021)
        for _ in range(controls):
            make_control(session, plan)

    change(app, act)


def texts_of(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Control.text).order_by(Control.number)))
