"""What every command needs: to speak, to act as the system, to have the app and let it go."""

import argparse
import getpass
from collections.abc import Sequence

from flask import Flask
from sqlalchemy import make_url

from config import Config, kept_key
from internkontroll.app import create_app
from internkontroll.core.access import Actor, system_actor
from internkontroll.core.database import db
from internkontroll.core.errors import InvalidInput
from internkontroll.core.migrate import migrate
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import board_by_code


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def actor() -> Actor:
    """The program itself, with the operating system's user."""
    return system_actor(getpass.getuser())


def read_config(kind: type[Config] = Config) -> Config:
    """The settings, the instance folder made, and an embedded installation's own key."""
    config = kind()
    config.INSTANCE_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    config.SECRET_KEY = config.SECRET_KEY or kept_key(config.INSTANCE_DIR)
    return config


def bring_up(config: Config) -> None:
    """Bring the database to the program's version."""
    url = make_url(config.SQLALCHEMY_DATABASE_URI)
    migrate(config.DATABASE_OWNER_URL, url.username)


def the_board(code: str) -> Board:
    """The board with the code. Raises InvalidInput if there is none."""
    board = board_by_code(db.session(), code.upper())
    if board is None:
        raise InvalidInput(f"Det finns ingen nämnd med koden {code}. Kontrollera --board.")
    return board


def app_for(arguments: argparse.Namespace, config: Config | None = None) -> Flask:
    """The app, whose connections are given back when the command is done."""
    app = create_app(config or read_config())
    arguments.apps.append(app)
    return app


def let_go(apps: Sequence[Flask]) -> None:
    """Give the databases' connections back when the command is done."""
    for app in apps:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()
