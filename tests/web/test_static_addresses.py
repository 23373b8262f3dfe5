"""A stylesheet or script that changes gets another address, and is then kept for good."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, url_for

from config import ROOT
from internkontroll.operation import server
from internkontroll.operation.server import with_files
from internkontroll.web.static_files import Fingerprints
from tests.conftest import MovableClock, closing, make_app

STYLE = "css/internkontroll.css"
FONT = "fonts/SourceSans3-Regular.ttf.woff2"
KEPT = re.compile(r"max-age=31536000\b.*\bimmutable\b")


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path, clock: MovableClock) -> Iterator[Flask]:
    """The app as a real installation hands it out, with the files before it."""
    with closing(with_files(make_app(sqlite_url, tmp_path, clock))) as made:
        yield made


def lasts(app: Flask, address: str) -> str:
    with app.test_client().get(address) as answer:
        assert answer.status_code == 200
        return answer.headers["Cache-Control"]


def test_a_changed_file_gets_another_address(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a {}")
    before, same = Fingerprints(tmp_path).of("a.css"), Fingerprints(tmp_path).of("a.css")
    (tmp_path / "a.css").write_text("b {}")

    assert before == same
    assert Fingerprints(tmp_path).of("a.css") != before


def test_a_file_is_read_once_and_one_that_is_not_there_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.css"
    prints = Fingerprints(tmp_path)
    assert prints.of("a.css") is None
    file.write_text("a {}")
    kept = prints.of("a.css")
    assert kept is not None
    file.unlink()

    assert prints.of("a.css") == kept
    assert prints.of("../a.css") is None


def test_every_file_of_a_page_has_its_fingerprint_and_is_kept_for_good(served: Flask) -> None:
    page = served.test_client().get("/logga-in").text
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    files = [address for address in found if "/fonts/" not in address]

    assert len(files) >= 4
    for address in files:
        assert re.search(r"\?v=[0-9a-f]{12}$", address), address
        assert KEPT.search(lasts(served, address)), address


def test_a_font_has_the_address_that_the_stylesheet_asks_for(served: Flask) -> None:
    assert f"../{FONT}" in (ROOT / "static" / STYLE).read_text()
    with served.test_request_context():
        assert url_for("static", filename=FONT) == f"/static/{FONT}"


@pytest.mark.parametrize("query", ["", "?v=", "?v=None", "?v=000000000000"])
def test_an_address_without_the_right_fingerprint_is_kept_for_minutes(
    served: Flask, query: str
) -> None:
    for name in (STYLE, FONT):
        assert lasts(served, f"/static/{name}{query}") == "max-age=300, public"


def test_a_file_that_is_kept_has_the_headers_of_every_file_and_is_not_sent_twice(
    served: Flask,
) -> None:
    with served.test_request_context():
        address = url_for("static", filename=STYLE)
    client = served.test_client()
    with client.get(address) as first, client.get(f"/static/{STYLE}") as plain:
        assert first.data == plain.data == (ROOT / "static" / STYLE).read_bytes()
        assert set(first.headers.keys()) == set(plain.headers.keys())
        assert len(first.headers.getlist("Cache-Control")) == 1
        etag = {"If-None-Match": first.headers["ETag"]}
    with client.get(address, headers=etag) as again:
        assert again.status_code == 304
        assert KEPT.search(again.headers["Cache-Control"])


def test_a_file_that_is_replaced_while_the_program_runs_is_not_kept_by_its_old_address(
    sqlite_url: str, tmp_path: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    style = tmp_path / "static" / STYLE
    style.parent.mkdir(parents=True)
    style.write_bytes((ROOT / "static" / STYLE).read_bytes())
    monkeypatch.setattr(server, "ROOT", tmp_path)
    with closing(with_files(make_app(sqlite_url, tmp_path, clock))) as served:
        with served.test_request_context():
            address = url_for("static", filename=STYLE)
        assert KEPT.search(lasts(served, address))
        style.write_bytes(b"/* half of an upgrade */".ljust(style.stat().st_size))

        assert lasts(served, address) == "max-age=300, public"
