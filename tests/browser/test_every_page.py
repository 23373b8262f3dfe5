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
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
WIDTHS = (390, 768, 1280)

PAGES: dict[str, tuple[Role | None, str]] = {
    "accounts.close": (Role.ADMINISTRATOR, "Stäng kontot"),
    "accounts.code": (Role.MEMBER, "Logga in med kod"),
    "accounts.code_step": (None, "Logga in"),
    "accounts.edit": (Role.ADMINISTRATOR, "Ändra vad kontot kallas"),
    "accounts.ending": (Role.ADMINISTRATOR, "Avsluta rollen controller"),
    "accounts.linking": (Role.CONTROLLER, "Kommunens inloggning"),
    "accounts.index": (Role.ADMINISTRATOR, "Konton"),
    "accounts.new": (Role.ADMINISTRATOR, "Skapa ett konto"),
    "accounts.password": (Role.CONTROLLER, "Byt lösenord"),
    "accounts.profile": (Role.CONTROLLER, "Min profil"),
    "accounts.reset": (Role.ADMINISTRATOR, "Ge ett nytt startlösenord"),
    "accounts.reset_code": (Role.ADMINISTRATOR, "Nollställ inloggning med kod"),
    "accounts.proposal": (Role.ADMINISTRATOR, "Föreslagen roll: granskare"),
    "accounts.waiting": (Role.ADMINISTRATOR, "Roller som väntar"),
    "roles.proposal": (Role.CONTROLLER, "Föreslagen roll: granskare"),
    "roles.waiting": (Role.CONTROLLER, "Roller som väntar"),
    "monitoring.audit_readings": (Role.AUDITOR, "Revisionens läsningar"),
    "monitoring.log_follow_up": (Role.CONTROLLER, "Logguppföljning oktober 2020"),
    "monitoring.log_follow_ups": (Role.CONTROLLER, "Logguppföljning"),
    "monitoring.readings": (Role.CONTROLLER, "Vilka har läst ett ärende?"),
    "trail.heads": (Role.CONTROLLER, "Nämndens spår"),
    "accounts.role": (Role.ADMINISTRATOR, "Ge en roll"),
    "accounts.show": (Role.ADMINISTRATOR, "Controller"),
    "monitoring.handover": (Role.CONTROLLER, "Lämna över uppgifter"),
    "organisation.new_point": (Role.CONTROLLER, "Lägg till en rapporteringstidpunkt 2020"),
    "organisation.removing_point": (Role.CONTROLLER, "Ta bort april 2020"),
    "set_up.closing_unit": (Role.ADMINISTRATOR, "Stäng Utredning barn"),
    "set_up.edit_board": (Role.ADMINISTRATOR, "Ändra Socialnämnden"),
    "set_up.edit_committee": (Role.ADMINISTRATOR, "Ändra Individutskott 1"),
    "set_up.index": (Role.ADMINISTRATOR, "Organisation"),
    "set_up.new_board": (Role.ADMINISTRATOR, "Lägg upp en nämnd"),
    "set_up.new_committee": (Role.ADMINISTRATOR, "Lägg upp ett utskott"),
    "set_up.new_point": (Role.ADMINISTRATOR, "Lägg till en rapporteringstidpunkt"),
    "set_up.new_unit": (Role.ADMINISTRATOR, "Lägg upp en enhet"),
    "set_up.point": (Role.ADMINISTRATOR, "Kommunens tidpunkt april"),
    "set_up.remove_point": (Role.ADMINISTRATOR, "Ta bort tidpunkten april"),
    "set_up.settings": (Role.ADMINISTRATOR, "Kommunens uppgifter"),
    "set_up.show_board": (Role.ADMINISTRATOR, "Socialnämnden, utskott och enheter"),
    "set_up.unit": (Role.ADMINISTRATOR, "Utredning barn"),
    "archive.audit": (Role.SECRETARY, "Revisorerna är klara med 2020"),
    "archive.index": (Role.CONTROLLER, "Gallring 2020"),
    "archive.kind": (Role.CONTROLLER, "Kommentarer till granskade poster 2020"),
    "archive.rule": (Role.SECRETARY, "Gallringsregel: kommentarer till granskade poster"),
    "archive.rules": (Role.DIRECTOR, "Gallringsregler"),
    "archive.show": (Role.DIRECTOR, "Gallring 1: kommentarer till granskade poster 2019"),
    "bundles.index": (Role.AUDITOR, "Årets handlingar samlade"),
    "personal_data.index": (Role.READER, "Register över personuppgifter"),
    "accounts.login": (None, "Logga in"),
    "checklists.confirm_removal": (Role.ADMINISTRATOR, "Ta bort utkastet till version 2"),
    "checklists.edit": (Role.ADMINISTRATOR, "Ändra utkastet till version 2"),
    "checklists.index": (Role.CONTROLLER, "Checklistor"),
    "checklists.new": (Role.OVERSIGHT_CONTROLLER, "Ny checklista"),
    "checklists.show": (Role.ADMINISTRATOR, "Beslut i ärenden"),
    "checklists.version": (Role.ADMINISTRATOR, "Beslut i ärenden"),
    "committee.case": (Role.MEMBER, "Ärende 1"),
    "committee.conflicts": (Role.MEMBER, "Jäv"),
    "committee.decide": (Role.CHAIR, "Utskottets bedömning av ärende 1"),
    "committee.kind": (Role.CHAIR, "Välj slag av ärenden"),
    "committee.meeting": (Role.CHAIR, "Sammanträdet 10 februari 2020"),
    "committee.note": (Role.UNIT_MANAGER, "Anteckning om ärende 1"),
    "committee.note_rule": (Role.SECRETARY, "Skriftliga anteckningar om ärenden"),
    "committee.outcome": (Role.CHAIR, "Utskottets utfall"),
    "committee.urgent": (Role.MEMBER, "Något kan inte vänta"),
    "findings.action": (Role.CONTROLLER, "Åtgärd 1 mot avvikelse 2020:2 (SCN)"),
    "findings.action_list": (Role.CONTROLLER, "Åtgärder"),
    "findings.assign": (Role.CONTROLLER, "Byt ansvarig"),
    "findings.cancel": (Role.CONTROLLER, "Avbryt åtgärden"),
    "findings.close": (Role.CONTROLLER, "Avsluta avvikelsen"),
    "findings.correct": (Role.UNIT_MANAGER, "Anteckna rättelsen"),
    "findings.finish": (Role.UNIT_MANAGER, "Åtgärden är genomförd"),
    "findings.index": (Role.CONTROLLER, "Avvikelser 2020"),
    "findings.move": (Role.UNIT_MANAGER, "Flytta slutdatumet"),
    "findings.new": (Role.RESPONSIBLE, "Skriv avvikelse"),
    "findings.new_action": (Role.CONTROLLER, "Bestäm en åtgärd"),
    "findings.reopen": (Role.CONTROLLER, "Öppna avvikelsen igen"),
    "findings.retest": (Role.RESPONSIBLE, "Välj omtest"),
    "findings.revise": (Role.CONTROLLER, "Ändra avvikelsen"),
    "findings.show": (Role.CONTROLLER, "Avvikelse 2020:2 (SCN)"),
    "house_sizes.edit": (Role.ADMINISTRATOR, "Kommunens stickprovsstorlekar"),
    "help.accessibility": (None, "Tillgänglighetsredogörelse"),
    "help.index": (None, "Hjälp"),
    "help.topic": (Role.MEMBER, "Dra ett stickprov"),
    "minutes.internal": (Role.MEMBER, "Intern del, 10 februari 2020"),
    "minutes.months": (Role.CONTROLLER, "Individutskott 1 månadsvis 2020"),
    "minutes.show": (Role.SECRETARY, "Underlag till paragraf, 10 februari 2020"),
    "monitoring.jobs": (Role.ADMINISTRATOR, "Jobb"),
    "monitoring.start": (Role.CONTROLLER, "Mina uppgifter"),
    "obligatory.confirm_withdrawal": (
        Role.OVERSIGHT_CONTROLLER,
        "Ta tillbaka obligatoriskt kontrollmoment 1",
    ),
    "obligatory.edit": (Role.OVERSIGHT_CONTROLLER, "Ändra obligatoriskt kontrollmoment 1"),
    "obligatory.index": (Role.OVERSIGHT_CONTROLLER, "Obligatoriska kontrollmoment 2021"),
    "obligatory.new": (Role.OVERSIGHT_CONTROLLER, "Nytt obligatoriskt kontrollmoment 2021"),
    "organisation.board": (Role.CONTROLLER, "Socialnämnden 2020"),
    "organisation.meetings": (Role.CONTROLLER, "Sammanträden 2020, Individutskott 1"),
    "organisation.point": (Role.CONTROLLER, "Dagar för april 2020"),
    "organisation.year": (Role.CONTROLLER, "Året 2020, Socialnämnden"),
    "oversight.assess": (
        Role.OVERSIGHT_CONTROLLER,
        "Kommunstyrelsens bedömning per årsbokslut 2020",
    ),
    "oversight.documents": (
        Role.OVERSIGHT_CONTROLLER,
        "Den samlade bildens dokument per årsbokslut 2020",
    ),
    "oversight.decide": (Role.OVERSIGHT_CONTROLLER, "Registrera kommunstyrelsens beslut"),
    "oversight.index": (Role.OVERSIGHT_CONTROLLER, "Samlad bild"),
    "oversight.rows": (Role.OVERSIGHT_CONTROLLER, "Alla kontrollmoment"),
    "oversight.show": (Role.OVERSIGHT_CONTROLLER, "Samlad bild per årsbokslut 2020"),
    "packages.index": (Role.OVERSIGHT_CONTROLLER, "Nämndernas paket per augusti 2020"),
    "plan.applicability": (Role.CONTROLLER, "Är kontrollmoment 13 tillämpligt?"),
    "plan.appoint": (Role.CONTROLLER, "Utse kontrollansvariga 2020"),
    "plan.area": (Role.CONTROLLER, "Byt namn på ett kontrollområde"),
    "plan.areas": (Role.CONTROLLER, "Kontrollområden i plan 2021"),
    "plan.choose_checklist": (Role.CONTROLLER, "Checklista för kontrollmoment 1"),
    "plan.confirm_removal": (
        Role.CONTROLLER,
        "Ta bort kontrollmoment 1: Individutskotten går igenom ärenden av ett slag i taget.",
    ),
    "plan.confirm_risk_removal": (Role.CONTROLLER, "Ta bort risk 1 ur utkastet"),
    "plan.control": (Role.CONTROLLER, "Kontrollmoment 12"),
    "plan.document": (Role.AUDITOR, "Internkontrollplan 2020, Socialnämnden"),
    "plan.edit_control": (Role.CONTROLLER, "Ändra kontrollmoment 1"),
    "plan.edit_criterion": (Role.CONTROLLER, "Ändra kriterium 1"),
    "plan.edit_text": (Role.CONTROLLER, "Utveckling: ändra texten"),
    "plan.headings": (Role.CONTROLLER, "Rubriker i planens fil"),
    "plan.import_file": (Role.CONTROLLER, "Läs in en plan"),
    "plan.index": (Role.CONTROLLER, "Internkontrollplaner"),
    "plan.new_control": (Role.CONTROLLER, "Nytt kontrollmoment i plan 2021"),
    "plan.new_criterion": (Role.CONTROLLER, "Nytt kriterium"),
    "plan.new_from_control": (Role.CONTROLLER, "Spara kriterierna som checklista"),
    "plan.new_plan": (Role.CONTROLLER, "Påbörja en plan"),
    "plan.new_risk": (Role.CONTROLLER, "Ny risk"),
    "plan.order": (Role.CONTROLLER, "Ordna kontrollmomenten i plan 2021"),
    "plan.reading": (Role.CONTROLLER, "Provläsning av plan 2021"),
    "plan.risk": (Role.CONTROLLER, "Ändra risk 1"),
    "plan.risks": (Role.CONTROLLER, "Risker för plan 2021"),
    "plan.show": (Role.CONTROLLER, "Internkontrollplan 2020"),
    "plan.texts": (Role.READER, "Planens texter 2021"),
    "plan.xray": (Role.CONTROLLER, "Granskning av plan 2020"),
    "reporting.decide": (Role.SECRETARY, "Registrera nämndens beslut"),
    "reporting.documents": (Role.CONTROLLER, "Dokument per april 2020"),
    "memo_template.edit": (Role.ADMINISTRATOR, "Mall för tjänsteskrivelser"),
    "reporting.memo": (Role.CONTROLLER, "Tjänsteskrivelse per årsbokslut 2020"),
    "set_up.look": (Role.ADMINISTRATOR, "Dokumentens utseende"),
    "reporting.index": (Role.CONTROLLER, "Uppföljning"),
    "reporting.overall": (Role.CONTROLLER, "Samlad bedömning per årsbokslut 2020"),
    "reporting.remark": (Role.CONTROLLER, "Kontroll 5: kommentar och bedömning"),
    "reporting.show": (Role.CONTROLLER, "Uppföljning av internkontrollplanen per april 2020"),
    "reporting.assignment": (Role.CONTROLLER, "Uppdrag 2020:2"),
    "reporting.assignments": (Role.CONTROLLER, "Uppdrag från nämnden"),
    "reporting.correction": (Role.SECRETARY, "Rätta uppföljningen per april 2020"),
    "reporting.drop": (Role.SECRETARY, "Ta bort rättelsen av uppföljningen per april 2020"),
    "reporting.new_assignment": (Role.SECRETARY, "Anteckna ett uppdrag från nämnden"),
    "reporting.public_version": (
        Role.SECRETARY,
        "Begärd 30 maj 2020: per april 2020",
    ),
    "reporting.public_versions": (
        Role.SECRETARY,
        "Begäran om uppföljningen per april 2020",
    ),
    "reporting.take_back": (Role.DIRECTOR, "Ta tillbaka uppföljningen per årsbokslut 2020"),
    "reporting.treatment": (Role.SECRETARY, "Beslut och versioner per april 2020"),
    "reporting.version": (Role.SECRETARY, "Version 1 per april 2020"),
    "reporting.xray": (Role.DIRECTOR, "Granskning före beslut per årsbokslut 2020"),
    "review.conclusion": (Role.RESPONSIBLE, "Slutsats"),
    "review.evaluation": (Role.RESPONSIBLE, "Utvärdering"),
    "review.evidence": (Role.RESPONSIBLE, "Bilagor"),
    "review.grid": (Role.RESPONSIBLE, "Svaren i tabell"),
    "review.paste": (Role.RESPONSIBLE, "Klistra in svar"),
    "review.second": (Role.RESPONSIBLE, "Läs om"),
    "review.second_item": (Role.REVIEWER, "Läs om post 1"),
    "review.item": (Role.RESPONSIBLE, "Post 1 av 10"),
    "review.removal": (Role.RESPONSIBLE, "Ta bort bilagan"),
    "review.result": (Role.RESPONSIBLE, "Registrera resultatet"),
    "review.shared": (Role.RESPONSIBLE, "Gemensamt stickprov"),
    "review.shared_item": (Role.RESPONSIBLE, "Post 1 av 10, alla kontrollmoment"),
    "sampling.check": (Role.RESPONSIBLE, "Verifiera dragningen"),
    "sampling.draw": (Role.RESPONSIBLE, "Stickprov"),
    "sampling.draw_new": (Role.RESPONSIBLE, "Gör om dragningen"),
    "sampling.extension_new": (Role.RESPONSIBLE, "Utöka stickprovet"),
    "sampling.population": (Role.RESPONSIBLE, "Lista att dra ur"),
    "sampling.population_new": (Role.RESPONSIBLE, "Läs in listan att dra ur"),
    "sampling.practice": (Role.RESPONSIBLE, "Hur många brukar granskas?"),
    "sampling.size": (Role.RESPONSIBLE, "Hur många behövs?"),
    "sampling.size_by_amount": (Role.RESPONSIBLE, "Hur många kronor behöver dras?"),
    "sampling.size_proof": (Role.RESPONSIBLE, "Vad visar ett visst antal?"),
    "sampling.targeted_new": (Role.RESPONSIBLE, "Riktat urval"),
    "schedule.index": (Role.CONTROLLER, "Kontroller 2020"),
    "schedule.not_performed": (Role.CONTROLLER, "Anmäl som ej genomförd"),
    "schedule.show": (Role.RESPONSIBLE, "Loggen för utvalda ärenden visar bara behöriga läsningar"),
    "trail.history": (Role.CONTROLLER, "Historik"),
    "organisation.cancel": (Role.CONTROLLER, "Ställ in sammanträdet 9 december 2020"),
    "organisation.meeting": (Role.CONTROLLER, "Sammanträdet 9 december 2020"),
    "plan.revise": (Role.CONTROLLER, "Revidera planen 2020"),
    "plan.take_back": (Role.CONTROLLER, "Ta tillbaka planen till utkast"),
    "plan.versions": (Role.CONTROLLER, "Beslut och versioner 2020"),
    "schedule.move": (Role.CONTROLLER, "Flytta kontrollen"),
    "schedule.order": (Role.CONTROLLER, "Lägg till en kontroll vid behov"),
}
"""Who opens each page, and its h1."""

NOT_PAGES = {
    "accounts.provider_answer",
    "accounts.provider_login",
    "archive.receipt",
    "bundles.file",
    "findings.export",
    "health",
    "metrics",
    "minutes.internal_pdf",
    "minutes.internal_word",
    "minutes.months_file",
    "minutes.pdf",
    "minutes.word",
    "oversight.document",
    "oversight.json_file",
    "oversight.package",
    "oversight.pdf",
    "oversight.word",
    "ready",
    "packages.all_files",
    "packages.file",
    "plan.frozen",
    "plan.pdf",
    "reporting.document",
    "reporting.json_file",
    "reporting.package",
    "reporting.pdf",
    "reporting.public_json",
    "reporting.public_pdf",
    "reporting.version_json",
    "reporting.version_memo",
    "review.attachment",
    "sampling.canonical",
    "sampling.protocol_full",
    "sampling.protocol_sealed",
    "sampling.record_full",
    "sampling.record_sealed",
    "set_up.look_sample",
    "static",
    "trail.heads_json",
}
"""Routes that answer with something else than a page."""

HIDDEN_COLUMNS = """all => all.filter(each => each.scrollWidth > each.clientWidth)
    .map(each => `${each.scrollWidth}/${each.clientWidth} ${each.innerText.slice(0, 60)}`)"""
"""The tables whose last columns are only seen by scrolling sideways."""

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


@pytest.mark.parametrize("endpoint", ["reporting.show", "oversight.show", "plan.show"])
def test_a_tablet_standing_up_shows_every_column(
    site: Site, new_page: Callable[..., Page], endpoint: str
) -> None:
    app, base = site
    page = new_page(base, width=768)
    cookie = cookie_of(app, PAGES[endpoint][0] or Role.CONTROLLER)
    page.context.add_cookies([{"name": "session", "value": cookie, "url": base}])
    page.goto(path_of(app, endpoint))
    tables = page.locator("main .scroll")
    assert tables.count()
    hidden = tables.evaluate_all(HIDDEN_COLUMNS)
    assert hidden == [], f"{endpoint}: {hidden}"


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
    page.emulate_media(color_scheme="dark")
    found = Axe().run(page, options=CONTRAST)
    assert found.violations_count == 0, f"in the dark: {found.generate_report()}"
    page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{endpoint} is {wide} px wide at {width}"
    assert complaints == []
