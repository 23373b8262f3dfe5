"""The database beside the pages: what a page's test reads and changes there on its own."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.core.database import db, intent_to_write


def read(app: Flask, question: Callable[[Session], Any]) -> Any:
    """What the question finds, with the session closed behind it."""
    with app.app_context():
        answer = question(db.session())
        db.session.remove()
    return answer


def ask(app: Flask, statement: Any) -> Any:
    """The first value of a statement's first row, or None."""
    return read(app, lambda session: session.scalar(statement))


def change(app: Flask, act: Callable[[Session], Any]) -> Any:
    """Do it and commit; give what it gave."""
    with app.app_context(), intent_to_write():
        result = act(db.session())
        db.session.commit()
        db.session.remove()
    return result
