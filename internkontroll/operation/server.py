"""The web server of a real installation: the app as gunicorn's workers make it."""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from flask import Flask
from whitenoise import WhiteNoise

from config import ROOT, Config
from internkontroll.app import create_app
from internkontroll.core.clock import utc_now
from internkontroll.core.database import db
from internkontroll.monitoring.jobs import start_worker
from internkontroll.operation.doctor import refuse_unfit
from internkontroll.operation.settings import remarks_on_settings
from internkontroll.web.headers import headers_of_files
from internkontroll.web.log import write_log
from internkontroll.web.metrics import FOLDER_VARIABLE

STATIC_LASTS = 300
"""Seconds that a browser may keep a stylesheet before it asks whether it is the same."""


def with_files(app: Flask) -> Flask:
    """Hand out ``static/`` before the app is asked, with the headers that the app would set."""
    https = app.config["SESSION_COOKIE_SECURE"]
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=ROOT / "static",
        prefix="static/",
        max_age=STATIC_LASTS,
        allow_all_origins=False,
        add_headers_function=headers_of_files(https=https),
    )
    return app


def application() -> Flask:
    """The app, the log and the files, made once and shared by the workers that are forked from it.

    Raises Unfit for settings that a real installation may not have.
    """
    config = Config()
    refuse_unfit(remarks_on_settings(config.as_mapping()))
    write_log(config.LOG_LEVEL)
    return with_files(create_app(config))


def let_go_of_connections(app: Flask) -> None:
    """Forget the connections that a parent process may have opened: they are the parent's."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)


def start_jobs(app: Flask) -> None:
    """Start the jobs' clock in this process. Threads do not follow into a forked one."""
    if app.config["RUN_WORKER"]:
        start_worker(app, utc_now)


def metrics_folder(instance: Path) -> Path:
    """Where the workers keep their counts. Emptied at each start: the counts begin anew."""
    return instance / "metrics"


def serve(config: Config, *, host: str, port: int) -> NoReturn:
    """Become gunicorn. The process keeps its number, so that a supervisor keeps hold of it."""
    folder = metrics_folder(config.INSTANCE_DIR)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    sys.stdout.flush()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config=python:internkontroll.operation.gunicorn_settings",
        f"--bind={host}:{port}",
        "internkontroll.operation.server:application()",
    ]
    environment = {**os.environ, FOLDER_VARIABLE: str(folder)}
    os.execve(sys.executable, command, environment)  # noqa: S606 -- our own program, no shell
