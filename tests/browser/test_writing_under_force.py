"""What is being written outlives the browser, the session and the server: `make soak` for hours."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, Route, expect
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.organisation.models import Board
from tests.browser.conftest import INSTALL, chromium
from tests.browser.screens import Person, Year
from tests.databases import Databases
from tests.factories import make_control, make_plan, make_points
from tests.soak.writing import Chromium, kill_while_writing

KILLS = 8


def test_eight_kills_while_three_thousand_words_are_written_lose_five_seconds_at_most(
    databases: Databases, tmp_path: Path, playwright: Playwright
) -> None:
    path = chromium()
    assert path is not None, INSTALL
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o700)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    with databases.fresh("sqlite") as url:
        written = kill_while_writing(url, folder, port, KILLS, Chromium(playwright, path, folder))

    assert written.is_sound, written
    assert set(written.kills) == {"browser", "session", "server"}
    assert written.kills.total() == KILLS
    assert written.drafts >= KILLS // 2, "hardly a draft was kept: nothing is proved"


@pytest.fixture
def page(year: Year, new_page: Callable[..., Page]) -> Page:
    """The page where kontroll 1 is commented, with the clock of the browser in our hand."""

    def plan(session: Session) -> None:
        scn = session.get_one(Board, year.town.boards["SCN"])
        make_points(session, scn)
        make_control(session, make_plan(session, scn, decided=True))

    year.write(plan)
    year.clock.move_to(2020, 5, 4)
    opened = new_page(year.base)
    opened.clock.install(time=year.clock.at)
    person = Person(opened, year.base)
    person.log_in(year.town.account(Role.CONTROLLER)[0])
    person.open("/namnd/scn/uppfoljning/2020/april/kontroll/1")
    return opened


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_draft_that_nobody_took_is_sent_again_without_another_word(
    page: Page, year: Year
) -> None:
    status = page.locator("[data-autosave-status]")

    def nobody_answers(route: Route) -> None:
        route.abort()

    page.route("**/utkast", nobody_answers)
    page.get_by_label("Kommentar").press_sequentially("Läget är bättre.")
    page.clock.run_for(3_000)
    expect(status).to_contain_text("Inte sparat än")
    assert year.rows("SELECT count(*) FROM form_draft") == [(0,)]

    page.unroute("**/utkast", nobody_answers)
    page.clock.run_for(3_000)

    expect(status).to_contain_text("Utkast sparat")
    ((fields,),) = year.rows("SELECT fields FROM form_draft")
    assert "Läget är bättre." in str(fields).encode().decode("unicode_escape")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_personnummer_stops_the_draft_and_the_page_says_so(page: Page, year: Year) -> None:
    status = page.locator("[data-autosave-status]")
    page.get_by_label("Kommentar").press_sequentially("Ett ärende ")
    page.clock.run_for(3_000)
    expect(status).to_contain_text("Utkast sparat")
    page.get_by_label("Kommentar").press_sequentially("640823-3234")
    page.clock.run_for(3_000)

    expect(status).to_contain_text("innehåller ett personnummer")
    ((fields,),) = year.rows("SELECT fields FROM form_draft")
    assert "640823" not in str(fields)
    assert "rende" in str(fields), "what was kept before it was typed stays"
