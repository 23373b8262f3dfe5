"""Forms sent with more, or other, than the page offered: columns, other boards' ids, old pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.base import Base
from internkontroll.core.database import intent_to_write
from tests.client import Page
from tests.conftest import MovableClock, closing, make_app
from tests.databases import Databases
from tests.web.test_route_matrix import EXPECTED, client_of, make_engine, methods_of
from tests.world import ADDRESSES, AT, ROLE_ACCOUNTS, World, address, log_in_directly

ROLES = (Role.CONTROLLER, Role.ADMINISTRATOR)
ENDS_THE_SESSION = ("/logga-ut", "/avsluta")
TYPED = ("2020-11-20", "3", "Prov av ett formulär")
"""What is written in empty fields, one after the other until a form is taken."""

OTHER_BOARDS = ("AMN", "OSN", "KS")


@contextmanager
def fresh_site(databases: Databases, folder: Path) -> Iterator[Flask]:
    """The demonstration with somebody of every role logged in; tokens are tested elsewhere."""
    with databases.fresh_world() as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            for username in ROLE_ACCOUNTS.values():
                log_in_directly(session, username)
            session.commit()
        engine.dispose()
        with closing(make_app(url, folder, MovableClock(AT), WTF_CSRF_ENABLED=False)) as app:
            yield app


@dataclass
class Filled:
    """A form of a page as a person would send it."""

    action: str
    own: list[tuple[str, str]]
    empty: list[str]
    names: set[str]
    offered: dict[str, list[str]] = field(default_factory=dict)

    def typed(self, text: str) -> list[tuple[str, str]]:
        """The fields with something in the empty ones."""
        return [(n, v) for n, v in self.own if n not in self.empty] + [
            (name, text) for name in self.empty
        ]


def forms_of(page: Page) -> list[Filled]:
    """The forms of a page that change something."""
    found = []
    for form in page.reader.forms:
        path = urlsplit(form.action).path
        if form.method.lower() != "post" or path.endswith(ENDS_THE_SESSION):
            continue
        empty = [name for name, value in form.fields if not value.strip()]
        found.append(Filled(path, list(form.fields), empty, set(form.names)))
    return found


def with_first_choices(page: Page, forms: list[Filled]) -> None:
    """Choose the first of each group of radio buttons in which nothing is chosen."""
    first: dict[str, list[str]] = {}
    for control in page.reader.controls:
        if control.get("type") == "radio":
            first.setdefault(control["name"], []).append(control.get("value", ""))
    for form in forms:
        for name in form.names & set(first):
            form.offered[name] = first[name]
            if name not in dict(form.own):
                form.own.append((name, first[name][0]))


def pages_of(app: Flask, client: FlaskClient) -> Iterator[Page]:
    """Every page of the own board that the client may see."""
    with app.test_request_context(), Session(make_engine(app)) as session:
        world = World(session, "SCN")
        urls = []
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
            if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
                continue
            values = address(world, rule.endpoint)
            if "board_code" in rule.arguments:
                values["board_code"] = "scn"
            urls.append(url_for(rule.endpoint, **values))
    for url in urls:
        with client.get(url) as answer:
            if answer.status_code == 200 and answer.mimetype == "text/html":
                yield Page(answer)


Rows = dict[str, list[dict[str, Any]]]


def rows_of(app: Flask) -> Rows:
    """Every row of every table, in order."""
    engine = make_engine(app)
    with engine.connect() as connection:
        found = {
            name: [
                dict(row._mapping)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            ]
            for name, table in Base.metadata.tables.items()
            if name != "submission"  # its key is the form's own chance
        }
    engine.dispose()
    return found


def columns_of_everything() -> list[str]:
    names = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    return sorted(names | {"decided_by", "is_admin", "user", "role", "permissions"})


@dataclass
class Sent:
    """How the forms were answered, and what the database holds afterwards."""

    answers: list[tuple[str, int]]
    rows: Rows


def send_everything(databases: Databases, folder: Path, *, extra: bool) -> Sent:
    """Send every form of every page, in the same order each time."""
    answers: list[tuple[str, int]] = []
    with fresh_site(databases, folder) as app:
        seen: set[str] = set()
        for role in ROLES:
            client = client_of(app, role)
            for page in list(pages_of(app, client)):
                forms = forms_of(page)
                with_first_choices(page, forms)
                for form in forms:
                    for text in TYPED if form.action not in seen else ():
                        data = form.typed(text)
                        if extra:
                            data += [
                                (name, value)
                                for name in columns_of_everything()
                                if name not in form.names
                                for value in ("1", "decided", "2")
                            ]
                        sent: dict[str, list[str]] = {}
                        for name, value in data:
                            sent.setdefault(name, []).append(value)
                        with client.post(form.action, data=sent) as answer:
                            answers.append((form.action, answer.status_code))
                            if answer.status_code == 303:
                                break
                    seen.add(form.action)
        return Sent(answers, rows_of(app))


def differing(one: Rows, other: Rows) -> set[tuple[str, str]]:
    """Tables and columns in which two databases differ; a missing row is the column "*"."""
    found = set()
    for table, rows in one.items():
        if len(rows) != len(other[table]):
            found.add((table, "*"))
        for left, right in zip(rows, other[table], strict=False):
            found |= {(table, name) for name in left if left[name] != right[name]}
    return found


def test_columns_that_no_page_asked_for_change_nothing(
    databases: Databases, tmp_path: Path
) -> None:
    """Two plain runs tell what is chance (salts, seeds); a third, with every column of every
    table posted along, may differ from them in nothing else."""
    plain, again, forged = (
        send_everything(databases, tmp_path / name, extra=name == "forged")
        for name in ("plain", "again", "forged")
    )

    chance = differing(plain.rows, again.rows)
    taken = {action for action, status in plain.answers if status == 303}
    assert plain.answers == again.answers
    assert ("plan", "state") not in chance
    assert not {table for table, column in chance if column == "*"}
    assert len(taken) > 12, taken
    assert forged.answers == plain.answers
    assert differing(plain.rows, forged.rows) - chance == set()


@pytest.fixture
def site(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    with fresh_site(databases, tmp_path) as app:
        yield app


def other_boards_values(session: Session, endpoint: str) -> Iterator[dict[str, Any]]:
    for code in OTHER_BOARDS:
        try:
            yield address(World(session, code), endpoint)
        except AssertionError:  # that board has no such thing
            continue


def forged_addresses(session: Session) -> Iterator[tuple[str, dict[str, Any]]]:
    """Own addresses in which one id, or every id, is another board's."""
    for endpoint in ADDRESSES:
        try:
            own = address(World(session, "SCN"), endpoint)
        except AssertionError:
            continue
        ids = [name for name in own if name.endswith("_id")]
        for other in other_boards_values(session, endpoint):
            for names in {(name,) for name in ids} | {tuple(ids)}:
                if names and all(own[name] != other[name] for name in names):
                    yield endpoint, {**own, **{name: other[name] for name in names}}


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.RESPONSIBLE, Role.READER], ids=str)
def test_another_boards_id_in_an_own_address_leads_nowhere(site: Flask, role: Role) -> None:
    client, wrong, tried = client_of(site, role), [], set()
    before = rows_of(site)
    with site.test_request_context(), Session(make_engine(site)) as session:
        tries = []
        for endpoint, values in forged_addresses(session):
            rule = next(site.url_map.iter_rules(endpoint))
            if "board_code" in rule.arguments:
                tries.append((endpoint, url_for(endpoint, **{**values, "board_code": "scn"})))
    for endpoint, url in tries:
        for method in methods_of(site, endpoint):
            with client.open(url, method=method) as answer:
                tried.add(endpoint)
                # A role that may not use the route at all is told so before the thing is asked for.
                if answer.status_code not in {403, 404} or (
                    answer.status_code == 403 and EXPECTED[endpoint][role.value] == "ja"
                ):
                    wrong.append(f"{method} {endpoint} {url}: {answer.status_code}")
    after = rows_of(site)

    assert not wrong, "\n".join(wrong)
    assert len(tried) > 15
    assert differing(before, after) <= {("login_session", "last_seen_at")}


def test_a_choice_that_was_not_offered_is_not_taken(site: Flask) -> None:
    client, taken, tried = client_of(site, Role.CONTROLLER), [], 0
    for page in list(pages_of(site, client)):
        forms = forms_of(page)
        with_first_choices(page, forms)
        for form in forms:
            for name, offered in form.offered.items():
                for foreign in {"999999", "-1", "0", "1 OR 1=1", "decided"} - set(offered):
                    data = {**dict(form.typed(TYPED[0])), name: foreign}
                    tried += 1
                    with client.post(form.action, data=data) as answer:
                        if answer.status_code == 303:
                            taken.append(f"{form.action} {name}={foreign}")

    assert tried > 10
    assert not taken, "\n".join(taken)
