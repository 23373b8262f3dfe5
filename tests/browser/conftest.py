"""A real Chromium against a real server on loopback."""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from internkontroll.core.database import intent_to_write
from internkontroll.monitoring.jobs import run_jobs
from tests.browser.screens import Year
from tests.conftest import MovableClock, closing, make_app
from tests.factories import make_town

OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

INSTALL = (
    "Chromium saknas. Installera det (Debian: apt-get install chromium-headless-shell), eller "
    "hoppa över med SKIP_BROWSER=1."
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


def chromium() -> str | None:
    """The system's Chromium, the one without windows first: it takes half the processor time."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers: a process can start one only."""
    if os.environ.get("SKIP_BROWSER") == "1" and os.environ.get("CI") != "true":
        pytest.skip("SKIP_BROWSER=1: webbläsaren är inte provad")
    if chromium() is None:
        pytest.fail(INSTALL)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the session."""
    opened = playwright.chromium.launch(executable_path=chromium(), args=OPTIONS)
    yield opened
    opened.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app on a free port of loopback; gives its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own: new_page(base_url, width=390, ...)."""
    contexts = []

    def opened(base_url: str, width: int = 1280, height: int = 900, **more: Any) -> Page:
        context = browser.new_context(
            base_url=base_url,
            viewport={"width": width, "height": height},
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
            **more,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def year(
    database_url: str, tmp_path: Path, clock: MovableClock, new_page: Callable[..., Page]
) -> Iterator[Year]:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        town = make_town(session)
        session.commit()
    engine.dispose()
    with closing(make_app(database_url, tmp_path, clock)) as app:
        app.extensions["kick_worker"] = lambda: run_jobs(app, clock)
        with served(app) as base:
            yield Year(app, base, clock, town, new_page)
