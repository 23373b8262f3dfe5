"""The page of the nämnder's packages: n of N while the worker makes them, then the files."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from internkontroll.archive.services import packages
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.monitoring.jobs import run_jobs
from internkontroll.organisation.models import Board
from tests.client import PageClient
from tests.conftest import MovableClock
from tests.factories import Town
from tests.oversight_rows import make_april

ClientOf = Callable[..., PageClient]
APRIL = "/kommunstyrelsen/samlad-bild/2020/april"
PACKAGES = f"{APRIL}/paket"


@pytest.fixture
def ks(
    app: Flask,
    town: Town,
    clock: MovableClock,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
) -> PageClient:
    """SCN and AMN have sent April; a package is made at once and takes 20 seconds."""
    clock.move_to(2020, 6, 15)
    with app.app_context(), intent_to_write():
        session = db.session()
        for code, decided in (("SCN", True), ("AMN", True), ("OSN", False)):
            make_april(session, session.get_one(Board, town.boards[code]), decided=decided)
        session.commit()
        db.session.remove()

    def made(shown: packages.ShownReport, *_: Any) -> bytes:
        clock.forward(seconds=20)
        return f"PK {shown.report.board_code}".encode()

    monkeypatch.setattr(packages, "package_of", made)
    return client_of(Role.OVERSIGHT_CONTROLLER)


def test_the_page_tells_n_of_n_until_all_are_made(
    ks: PageClient, app: Flask, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "SPELL", packages.SPELL / 2)
    assert PACKAGES in ks.get(APRIL).html
    ks.get(PACKAGES)
    page = ks.submit("/paket")
    assert "0 av 2 paket" in page.text
    assert page.text.count("Väntar på att göras") == 2

    run_jobs(app, clock)
    page = ks.get(PACKAGES)
    assert "1 av 2 paket är klara" in page.text
    run_jobs(app, clock)
    page = ks.get(PACKAGES)
    assert "2 av 2 paket" in page.text
    assert "Väntar på att göras" not in page.text
    assert "Gör de paket som saknas" not in page.text


def test_the_files_are_fetched_one_by_one_and_together(
    ks: PageClient, app: Flask, clock: MovableClock
) -> None:
    assert ks.raw(f"{PACKAGES}/scn.zip").status_code == 404
    assert ks.raw(f"{PACKAGES}/alla").status_code == 404
    ks.get(PACKAGES)
    ks.submit("/paket")
    run_jobs(app, clock)

    one = ks.raw(f"{PACKAGES}/scn.zip")
    assert (one.data, one.mimetype) == (b"PK SCN", "application/zip")
    assert "paket-scn-2020-april.zip" in one.headers["Content-Disposition"]
    every = ks.http.get(f"{PACKAGES}/alla", buffered=True)
    with zipfile.ZipFile(io.BytesIO(every.data)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {
        "paket-amn-2020-april.zip": b"PK AMN",
        "paket-scn-2020-april.zip": b"PK SCN",
    }
    assert ks.raw(f"{PACKAGES}/osn.zip").status_code == 404


def test_two_presses_order_once_and_wake_the_worker(
    ks: PageClient, app: Flask, clock: MovableClock
) -> None:
    woken = []
    app.extensions["kick_worker"] = lambda: woken.append(True)
    ks.get(PACKAGES)
    ks.submit("/paket")

    assert woken == [True]
    assert "Gör paketen" not in ks.get(PACKAGES).text
    del app.extensions["kick_worker"]


def test_a_point_that_nobody_has_sent_says_so_and_an_unknown_one_does_not_exist(
    ks: PageClient,
) -> None:
    page = ks.get("/kommunstyrelsen/samlad-bild/2020/augusti/paket")

    assert "Ingen nämnd har lämnat sin uppföljning" in page.text
    assert "Gör paketen" not in page.text
    assert ks.raw("/kommunstyrelsen/samlad-bild/2020/mars/paket").status_code == 404
