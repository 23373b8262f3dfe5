"""Three thousand seeded secrets, looked for in all that every role can get from any route."""

import hashlib
import io
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from internkontroll.core.access import Permission, Role
from internkontroll.core.database import intent_to_write
from internkontroll.organisation.models import Subcommittee
from internkontroll.sampling.models import Population, PopulationContent, SampleItem
from internkontroll.sampling.queries import rows_of
from internkontroll.sampling.rules import population_hash
from internkontroll.sampling.services.contents import store_rows
from internkontroll.trail.models import Reading, TrailPayload
from internkontroll.web.log import json_formatter
from tests.conftest import MovableClock, closing, make_app
from tests.databases import Databases
from tests.everything_in import text_of
from tests.web.test_route_matrix import client_of, make_engine
from tests.world import AT, ROLE_ACCOUNTS, YEAR, World, address, log_in_directly

TOKEN = re.compile(r"qz[0-9a-f]{10}")
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
AT_LEAST = 1_000
IN_IU1 = {Role.MEMBER, Role.CHAIR}
SEES = frozenset({Role.RESPONSIBLE, Role.REVIEWER, Role.MEMBER, Role.CHAIR, Role.AUDITOR})
"""Roles that may read references, written by hand: responses to all others hold none."""

SHOWS = {
    "committee.case",
    "review.grid",
    "review.item",
    "review.second_item",
    "review.shared_item",
    "sampling.canonical",
}
"""Routes that show references to those who may read them: each such answer is a reading."""

COMMITTEE_ALONE = {"committee.case"}
"""What nobody but the committee's members open."""

RECORDED = SHOWS | {"sampling.protocol_full", "sampling.record_full"}
"""Routes whose answer is a reading: the full record holds the list's hash, to be tried on."""

SEALED = {"sampling.record_sealed", "sampling.protocol_sealed"}
"""What may leave the wall: nothing in it can be tried out, whoever fetched it."""


@dataclass
class Secrets:
    """The seeded references by the place of their list, and the hashes of the lists."""

    of_place: dict[str | None, set[str]] = field(default_factory=dict)
    hashes: set[str] = field(default_factory=set)

    @property
    def every(self) -> set[str]:
        return set().union(*self.of_place.values())

    def within_reach(self, role: Role) -> set[str]:
        if role not in SEES:
            return set()
        return self.of_place["IU1"] if role in IN_IU1 else self.every


def secret_of(population_id: int, row: int) -> str:
    """A reference as a system writes it, a person's name, or what looks like a personnummer."""
    token = "qz" + hashlib.sha256(f"{population_id}/{row}".encode()).hexdigest()[:10]
    return (f"SN {token}/20", f"{token.capitalize()} Efternamn", f"19121212-{token}")[row % 3]


def seed_secrets(session: Session) -> Secrets:
    """Make every list of the world secret, with references of our own."""
    secrets = Secrets()
    committees = dict(session.execute(sa.select(Subcommittee.id, Subcommittee.code)).all())
    for population in session.scalars(sa.select(Population)).all():
        old = rows_of(session, population.id)
        rows = [(secret_of(population.id, n), amount) for n, (_, amount) in enumerate(old, 1)]
        session.execute(
            sa.delete(PopulationContent).where(PopulationContent.population_id == population.id)
        )
        population.is_secret = True
        population.sha256 = population_hash(rows)
        population.sorted_sha256 = population_hash(sorted(rows))
        store_rows(session, population, rows)
        place = committees.get(population.occurrence.subcommittee_id)
        tokens = {TOKEN.search(reference.lower())[0] for reference, _ in rows}  # type: ignore[index]
        secrets.of_place.setdefault(place, set()).update(tokens)
        secrets.hashes |= {population.sha256, population.sorted_sha256}
    for item in session.scalars(sa.select(SampleItem)).all():
        item.reference = secret_of(item.draw.population_id, item.row_number)
    return secrets


@pytest.fixture(scope="module")
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture(scope="module")
def secret_app(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, secrets: Secrets
) -> Iterator[Flask]:
    with databases.fresh_world() as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            seeded = seed_secrets(session)
            secrets.of_place, secrets.hashes = seeded.of_place, seeded.hashes
            for username in ROLE_ACCOUNTS.values():
                log_in_directly(session, username)
            session.commit()
        engine.dispose()
        folder = tmp_path_factory.mktemp("secrets")
        with closing(make_app(url, folder, MovableClock(AT), WTF_CSRF_ENABLED=False)) as app:
            yield app


def all_text(answer: TestResponse) -> str:
    """Everything of an answer that can be read: headers, text, what a PDF or a workbook says."""
    return f"{answer.headers}\n{text_of(answer.get_data())}".lower()


def title_of(text: str) -> str:
    found = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    return found[1] if found else ""


def every_address(app: Flask) -> list[tuple[str, str]]:
    """Each GET route in SCN with the board's own things and with IU1's, once per address."""
    found: dict[str, str] = {}
    with app.test_request_context(), Session(make_engine(app)) as session:
        for committee in (None, "IU1"):
            world = World(session, "SCN", committee)
            for rule in app.url_map.iter_rules():
                if "GET" not in (rule.methods or set()) or rule.endpoint == "static":
                    continue
                values = address(world, rule.endpoint)
                if "board_code" in rule.arguments:
                    values["board_code"] = "scn"
                found.setdefault(url_for(rule.endpoint, **values), rule.endpoint)
    return [(endpoint, url) for url, endpoint in found.items()]


EXPORTS = {
    "bundles.file": {"year": YEAR},
    "oversight.json_file": {"year": YEAR, "point": "årsbokslut"},
    "oversight.package": {"year": YEAR, "point": "årsbokslut"},
    "oversight.pdf": {"year": YEAR, "point": "årsbokslut"},
    "oversight.word": {"year": YEAR, "point": "årsbokslut"},
    "reporting.package": {"year": YEAR, "point": "årsbokslut"},
}
"""What leaves the program whole, with the report that is not decided yet. The package holds every
form of every document of its report: tjänsteskrivelse, PDF, Word, web page, Excel, CSV, JSON."""


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.AUDITOR, Role.OVERSIGHT_CONTROLLER])
def test_nothing_that_leaves_the_program_holds_a_secret_or_what_a_guess_can_be_tried_on(
    secret_app: Flask, secrets: Secrets, role: Role
) -> None:
    client, got, kinds = client_of(secret_app, role), set(), set()
    for endpoint, values in EXPORTS.items():
        where = {"board_code": "scn"} if not endpoint.startswith("oversight") else {}
        with secret_app.test_request_context():
            url = url_for(endpoint, **values, **where)
        with client.get(url, buffered=True) as answer:
            if answer.status_code != 200:
                continue
            body = answer.get_data()
        got.add(endpoint)
        text = text_of(body).lower()
        assert not set(TOKEN.findall(text)) & secrets.every, endpoint
        assert not set(DIGEST.findall(text)) & secrets.hashes, endpoint
        if body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(body)) as parts:
                kinds |= {name.rpartition(".")[2] for name in parts.namelist()}

    assert got >= GETS[role]
    if role is Role.CONTROLLER:
        assert kinds >= {"pdf", "docx", "html", "xlsx", "csv", "json", "jsonl"}


GETS = {
    Role.CONTROLLER: {"bundles.file", "reporting.package"},
    Role.AUDITOR: {"bundles.file"},
    Role.OVERSIGHT_CONTROLLER: {
        "oversight.json_file",
        "oversight.package",
        "oversight.pdf",
        "oversight.word",
    },
}


def readings(app: Flask) -> int:
    with Session(make_engine(app)) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Reading)) or 0


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, as it is written for real."""
    written = io.StringIO()
    handler, root = logging.StreamHandler(written), logging.getLogger()
    handler.setFormatter(json_formatter())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_no_role_gets_a_secret_that_is_not_theirs_from_any_route(
    secret_app: Flask, secrets: Secrets, logged: io.StringIO, role: Role
) -> None:
    every, wrong, showed = secrets.every, [], set()
    assert len(every) >= AT_LEAST
    routes = every_address(secret_app)
    client, may_see = client_of(secret_app, role), secrets.within_reach(role)
    for endpoint, url in routes:
        before = readings(secret_app) if role in SEES else 0
        with client.get(url, buffered=True) as answer:
            text = all_text(answer)
            status, store = answer.status_code, answer.headers.get("Cache-Control")
            referrer = answer.headers.get("Referrer-Policy")
        found = set(TOKEN.findall(text)) & every
        if (store, referrer) != ("no-store", "same-origin"):
            wrong.append(f"{endpoint} {status}: Cache-Control {store}, {referrer}")
        if found - may_see or (found and endpoint in SEALED):
            wrong.append(f"{endpoint} {status}: {len(found)} secrets")
        if TOKEN.search(title_of(text)) or TOKEN.search(url):
            wrong.append(f"{endpoint}: a secret in the title or the address")
        if found and endpoint not in SHOWS:
            wrong.append(f"{endpoint} shows references and is not declared")
        hashes = set(DIGEST.findall(text)) & secrets.hashes
        if hashes and (role not in SEES or endpoint in SEALED):
            wrong.append(f"{endpoint}: the hash of a secret list")
        opened = found or (status == 200 and endpoint in RECORDED - SHOWS)
        if opened and readings(secret_app) == before:
            wrong.append(f"{endpoint}: opened and not recorded")
        if found:
            showed.add(endpoint)

    assert not wrong, "\n".join(wrong)
    if role is Role.REVIEWER:
        assert showed == SHOWS - COMMITTEE_ALONE
    if role is Role.MEMBER:
        assert showed >= COMMITTEE_ALONE
    lines = logged.getvalue()
    assert lines.count('"event": "request"') >= len(routes) // 2
    assert not set(TOKEN.findall(lines.lower())) & every


def test_no_secret_stands_in_the_trail(secret_app: Flask, secrets: Secrets) -> None:
    with Session(make_engine(secret_app)) as session:
        text = " ".join(str(body) for body in session.scalars(sa.select(TrailPayload.body))).lower()

    assert not set(TOKEN.findall(text)) & secrets.every


def test_nothing_is_shown_when_the_reading_cannot_be_recorded(
    secret_app: Flask, secrets: Secrets
) -> None:
    engine = make_engine(secret_app)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER reading_broken BEFORE INSERT ON reading "
            "BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    secret_app.config["TESTING"] = False
    shown, refused = [], set()
    try:
        addresses = every_address(secret_app)
        for role, asked in (
            (Role.REVIEWER, addresses),
            (Role.MEMBER, [each for each in addresses if each[0] in COMMITTEE_ALONE]),
        ):
            client = client_of(secret_app, role)
            for endpoint, url in asked:
                with client.get(url, buffered=True) as answer:
                    if set(TOKEN.findall(all_text(answer))) & secrets.every:
                        shown.append(f"{endpoint} {answer.status_code}")
                    if answer.status_code >= 500:
                        refused.add(endpoint)
                        assert "<h1" in answer.get_data(as_text=True)
    finally:
        secret_app.config["TESTING"] = True
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER reading_broken")

    assert not shown
    assert refused == RECORDED


def test_logging_out_clears_what_the_browser_has_kept(secret_app: Flask) -> None:
    engine = make_engine(secret_app)
    with intent_to_write(), Session(engine) as session:
        session.execute(
            sa.text("UPDATE login_session SET ended_at = NULL WHERE digest IS NOT NULL")
        )
        session.commit()
    with client_of(secret_app, Role.READER).post("/logga-ut") as answer:
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_the_roles_that_see_are_those_of_the_permission_map(secret_app: Flask) -> None:
    assert secret_app.extensions["permissions"][Permission.SAMPLE_READ] == SEES
