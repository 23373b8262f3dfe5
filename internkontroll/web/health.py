"""Whether the process lives, and whether it can do its work. Neither says anything else."""

import sqlalchemy as sa
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from internkontroll.core.database import db
from internkontroll.core.migrate import head_revision
from internkontroll.web.access import public


def register(app: Flask) -> None:
    """Open the two pages that a proxy or a supervisor asks."""

    @app.get("/halsa")
    @public
    def health() -> dict[str, str]:
        """Whether the process answers; says nothing else."""
        return {"status": "ok"}

    @app.get("/halsa/redo")
    @public
    def ready() -> ResponseReturnValue:
        """Whether the database answers and is of the program's version; says nothing else."""
        try:
            found = db.session().scalar(sa.text("SELECT version_num FROM alembic_version"))
        except SQLAlchemyError:
            db.session.rollback()
            found = None
        if found != head_revision():
            return {"status": "inte redo"}, 503
        return {"status": "ok"}
