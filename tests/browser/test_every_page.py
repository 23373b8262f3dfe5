"""Every page in a real browser with real data: axe finds nothing, nothing is too wide."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, url_for
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.database import intent_to_write
from tests.browser.conftest import served
from tests.conftest import MovableClock, closing, make_app
from tests.databases import Databases
from tests.world import AT, ROLE_ACCOUNTS, World, address, log_in_directly

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
WIDTHS = (390, 768, 1280)

PAGES: dict[str, tuple[Role | None, str]] = {
    "accounts.login": (None, "Logga in"),
    "findings.index": (Role.CONTROLLER, "Avvikelser 2020"),
    "findings.new": (Role.RESPONSIBLE, "Skriv avvikelse"),
    "findings.show": (Role.CONTROLLER, "Avvikelse 2020:1 (SCN)"),
    "help.accessibility": (None, "Tillgänglighetsredogörelse"),
    "help.index": (None, "Hjälp"),
    "help.topic": (Role.MEMBER, "Dra ett stickprov"),
    "monitoring.jobs": (Role.ADMINISTRATOR, "Jobb"),
    "monitoring.start": (Role.CONTROLLER, "Mina uppgifter"),
    "organisation.board": (Role.CONTROLLER, "Socialnämnden 2020"),
    "organisation.meetings": (Role.CONTROLLER, "Sammanträden 2020, Individutskott 1"),
    "organisation.point": (Role.CONTROLLER, "Dagar för april 2020"),
    "organisation.year": (Role.CONTROLLER, "Året 2020, Socialnämnden"),
    "plan.appoint": (Role.CONTROLLER, "Utse kontrollansvariga 2020"),
    "plan.control": (Role.CONTROLLER, "Kontrollmoment 12"),
    "plan.edit_control": (Role.CONTROLLER, "Rätta läsningen av kontrollmoment 12"),
    "plan.import_file": (Role.CONTROLLER, "Läs in en plan"),
    "plan.index": (Role.CONTROLLER, "Internkontrollplaner"),
    "plan.reading": (Role.CONTROLLER, "Provläsning av plan 2021"),
    "plan.show": (Role.CONTROLLER, "Internkontrollplan 2020"),
    "plan.xray": (Role.CONTROLLER, "Granskning av plan 2020"),
    "reporting.decide": (Role.SECRETARY, "Registrera nämndens beslut"),
    "reporting.index": (Role.CONTROLLER, "Uppföljning"),
    "reporting.overall": (Role.CONTROLLER, "Samlad bedömning per årsbokslut 2020"),
    "reporting.remark": (Role.CONTROLLER, "Kontroll 5: kommentar och bedömning"),
    "reporting.show": (Role.CONTROLLER, "Uppföljning av internkontrollplanen per april 2020"),
    "review.conclusion": (Role.RESPONSIBLE, "Slutsats"),
    "review.item": (Role.RESPONSIBLE, "Post 1 av 10"),
    "sampling.check": (Role.RESPONSIBLE, "Kontrollera dragningen"),
    "sampling.draw": (Role.RESPONSIBLE, "Stickprov"),
    "sampling.draw_new": (Role.RESPONSIBLE, "Gör om dragningen"),
    "sampling.population": (Role.RESPONSIBLE, "Lista att dra ur"),
    "sampling.population_new": (Role.RESPONSIBLE, "Läs in listan att dra ur"),
    "schedule.index": (Role.CONTROLLER, "Kontroller 2020"),
    "schedule.not_performed": (Role.CONTROLLER, "Anmäl som ej genomförd"),
    "schedule.show": (Role.RESPONSIBLE, "Loggen för utvalda ärenden visar bara behöriga läsningar"),
    "trail.history": (Role.CONTROLLER, "Historik"),
}
"""Who opens each page, and its h1."""

NOT_PAGES = {
    "health",
    "metrics",
    "ready",
    "plan.frozen",
    "reporting.json_file",
    "reporting.pdf",
    "sampling.canonical",
    "sampling.record_full",
    "sampling.record_sealed",
    "static",
}
"""Routes that answer with something else than a page."""

Site = tuple[Flask, str]


@pytest.fixture(scope="module")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration served, with a session ready for every role."""
    with databases.fresh_world() as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            for username in ROLE_ACCOUNTS.values():
                log_in_directly(session, username)
            session.commit()
        engine.dispose()
        made = make_app(url, tmp_path_factory.mktemp("site"), MovableClock(AT))
        with closing(made) as app, served(app) as base:
            yield app, base


def cookie_of(app: Flask, role: Role) -> str:
    """The signed cookie of a session that is ready."""
    signer = app.session_interface.get_signing_serializer(app)
    return str(signer.dumps({"_user_id": f"provning-{ROLE_ACCOUNTS[role]}"}))


def path_of(app: Flask, endpoint: str) -> str:
    with app.test_request_context():
        engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
        with Session(engine) as session:
            values = address(World(session), endpoint)
        engine.dispose()
        rule = next(app.url_map.iter_rules(endpoint))
        if "board_code" in rule.arguments:
            values["board_code"] = "scn"
        return url_for(endpoint, **values)


def pages_of(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())}


def test_every_page_has_an_entry_here(site: Site) -> None:
    app, _base = site

    assert pages_of(app) - NOT_PAGES == set(PAGES)


@pytest.mark.parametrize("endpoint", sorted(PAGES))
def test_a_page_is_accessible_and_fits_every_screen(
    site: Site, new_page: Callable[..., Page], endpoint: str
) -> None:
    app, base = site
    role, heading = PAGES[endpoint]
    page = new_page(base)
    if role is not None:
        page.context.add_cookies([{"name": "session", "value": cookie_of(app, role), "url": base}])
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))

    answer = page.goto(path_of(app, endpoint))
    assert answer is not None
    assert answer.status == 200
    assert page.locator("h1").inner_text() == heading
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{endpoint} is {wide} px wide at {width}"
    assert complaints == []
