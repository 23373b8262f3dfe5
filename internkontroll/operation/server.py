"""The web server of a real installation: the app as gunicorn's workers make it."""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn
from wsgiref.types import StartResponse, WSGIEnvironment

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
from internkontroll.web.static_files import PARAMETER, Fingerprints

STATIC_LASTS = 300
"""Seconds that a browser may keep a file before it asks whether it is the same."""
LASTING = "max-age=31536000, public, immutable"
"""A year, without asking: what an address with the file's own fingerprint gives never changes."""
_PREFIX = "/static/"


def _state_of(path: Path) -> tuple[int, int] | None:
    """What changes when a file is replaced; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size


class LastingFiles:
    """Before whitenoise: an address with the fingerprint of what is there is kept for good."""

    def __init__(self, files: WhiteNoise, fingerprints: Fingerprints) -> None:
        self._files = files
        self._lasting = {
            url: (f"{PARAMETER}={taken}", path, _state_of(path))
            for url in files.files
            for name in (url.removeprefix(_PREFIX),)
            for path in (ROOT / "static" / name,)
            if (taken := fingerprints.of(name))
        }

    def _lasts(self, environ: WSGIEnvironment) -> bool:
        query, path, state = self._lasting.get(environ.get("PATH_INFO", ""), (None, None, None))
        # A file that is replaced while the program runs must not be kept by its old address.
        return (
            path is not None and environ.get("QUERY_STRING") == query and _state_of(path) == state
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as whitenoise does, and then the app."""

        def start(status: str, headers: list[tuple[str, str]]) -> object:
            kept = [header for header in headers if header[0] != "Cache-Control"]
            return start_response(status, [*kept, ("Cache-Control", LASTING)])

        kept = start if self._lasts(environ) else start_response
        answer: Iterable[bytes] = self._files(environ, kept)
        return answer


def with_files(app: Flask) -> Flask:
    """Hand out ``static/`` before the app is asked, with the headers that the app would set."""
    https = app.config["SESSION_COOKIE_SECURE"]
    files = WhiteNoise(
        app.wsgi_app,
        root=ROOT / "static",
        prefix=_PREFIX,
        max_age=STATIC_LASTS,
        allow_all_origins=False,
        add_headers_function=headers_of_files(https=https),
    )
    app.wsgi_app = LastingFiles(  # type: ignore[method-assign]
        files, app.extensions["fingerprints"]
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
