"""Every document that the program makes of the demonstration, with a municipality's own look."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.database import intent_to_write
from internkontroll.files.attachments import AttachmentKind
from internkontroll.organisation.models import DocumentLook
from tests.pictures import png
from tests.world import ROLE_ACCOUNTS, YEAR, World, address, log_in_directly

LOGO = png(180, 60)
COLOUR = "#7a1f2b"
POINTS = ("april", "augusti", "årsbokslut")

DOCUMENTS: dict[str, tuple[Role, tuple[dict[str, Any], ...]]] = {
    "bundles.file": (Role.CONTROLLER, ({},)),
    "minutes.internal_pdf": (Role.MEMBER, ({},)),
    "minutes.internal_word": (Role.MEMBER, ({},)),
    "minutes.pdf": (Role.SECRETARY, ({},)),
    "minutes.word": (Role.SECRETARY, ({},)),
    "oversight.document": (
        Role.OVERSIGHT_CONTROLLER,
        tuple(
            {"point": point, "name": f"samlad-bild.{kind}"}
            for point in POINTS
            for kind in ("pdf", "docx", "html")
        ),
    ),
    "oversight.package": (Role.OVERSIGHT_CONTROLLER, ({},)),
    "oversight.pdf": (Role.OVERSIGHT_CONTROLLER, ({},)),
    "oversight.word": (Role.OVERSIGHT_CONTROLLER, ({},)),
    "plan.pdf": (Role.CONTROLLER, ({}, {"plan_id": World.draft_id})),
    "reporting.document": (Role.CONTROLLER, ({},)),
    "reporting.package": (Role.CONTROLLER, tuple({"point": point} for point in POINTS)),
    "reporting.pdf": (Role.CONTROLLER, tuple({"point": point} for point in POINTS)),
    "reporting.public_pdf": (Role.CONTROLLER, ({},)),
    "sampling.protocol_full": (Role.RESPONSIBLE, ({},)),
    "sampling.protocol_sealed": (Role.CONTROLLER, ({},)),
    "set_up.look_sample": (Role.ADMINISTRATOR, ({},)),
}
"""Who fetches each, and what differs from its address in the world, once for each file."""

LISTS: dict[str, tuple[Role, tuple[str, ...]]] = {
    "oversight.documents": (Role.OVERSIGHT_CONTROLLER, POINTS),
    "reporting.documents": (Role.CONTROLLER, POINTS),
}
"""The pages that list every form of every document of a point, and who reads them."""

MAKES_DOCUMENTS = re.compile(
    r"[._](pdf|word)$|package$|protocol_|look_sample$|\.document$|^bundles\."
)


def makers(app: Flask) -> set[str]:
    """The routes that answer with a document, by their names; plan.document is a page."""
    names = {one.endpoint for one in app.url_map.iter_rules() if "GET" in (one.methods or set())}
    pages = {"plan.document", "bundles.index"}
    return {name for name in names if MAKES_DOCUMENTS.search(name)} - pages


def enter(url: str) -> None:
    """Let every role in, and give the municipality its look."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        session.execute(sa.delete(DocumentLook))
        session.add(
            DocumentLook(
                id=1,
                colour=COLOUR,
                logo=LOGO,
                logo_kind=AttachmentKind.PNG,
                logo_sha256=hashlib.sha256(LOGO).hexdigest(),
            )
        )
        for username in ROLE_ACCOUNTS.values():
            log_in_directly(session, username)
        session.commit()
    engine.dispose()


def client_as(app: Flask, role: Role) -> FlaskClient:
    """Somebody who is logged in."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"provning-{ROLE_ACCOUNTS[role]}"
    return client


def every_document(app: Flask) -> dict[str, bytes]:
    """Each PDF, Word file and page to keep, by a name that tells where it was fetched."""
    made: dict[str, bytes] = {}
    for endpoint, url, role in list(_addresses(app)):
        with client_as(app, role).get(url, buffered=True) as answer:
            assert answer.status_code == 200, f"{url}: {answer.status_code}"
            body, name = answer.get_data(), answer.headers["Content-Disposition"]
        called = name.split("filename=")[-1].strip('"')
        if answer.mimetype == "application/zip":
            with zipfile.ZipFile(io.BytesIO(body)) as packed:
                for inner in packed.namelist():
                    made[f"{endpoint}/{called}/{inner}"] = packed.read(inner)
        else:
            made[f"{endpoint}/{called}"] = body
    kinds = (".pdf", ".docx", ".html")
    return {name: body for name, body in made.items() if name.endswith(kinds)}


def listed_documents(app: Flask, kinds: tuple[str, ...]) -> dict[str, bytes]:
    """Every file of those kinds that the lists lead to, by "reporting/april/uppfoljning.docx"."""
    made: dict[str, bytes] = {}
    for endpoint, (role, points) in LISTS.items():
        feature = endpoint.partition(".")[0]
        for point in points:
            given = {"board_code": "scn"} if feature == "reporting" else {}
            with app.test_request_context():
                url = url_for(endpoint, year=YEAR, point=point, **given)
            client = client_as(app, role)
            page = client.get(url).get_data(as_text=True)
            for name in sorted(set(re.findall(r'href="[^"]*/dokument/([^"/]+)"', page))):
                if name.endswith(kinds):
                    with client.get(f"{url}/{name}", buffered=True) as answer:
                        assert answer.status_code == 200, f"{url}/{name}: {answer.status_code}"
                        made[f"{feature}/{point}/{name}"] = answer.get_data()
    return made


def of_routes(app: Flask, endpoints: Iterable[str]) -> dict[str, bytes]:
    """What those routes of DOCUMENTS answer with, by the route and the number of its address."""
    made: dict[str, bytes] = {}
    for number, (endpoint, url, role) in enumerate(list(_addresses(app))):
        if endpoint in endpoints:
            with client_as(app, role).get(url, buffered=True) as answer:
                assert answer.status_code == 200, f"{url}: {answer.status_code}"
                made[f"{endpoint}/{number}"] = answer.get_data()
    return made


def _addresses(app: Flask) -> Iterator[tuple[str, str, Role]]:
    engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
    with app.test_request_context(), Session(engine) as session:
        world = World(session, "SCN")
        for endpoint, (role, changes) in DOCUMENTS.items():
            rule = next(app.url_map.iter_rules(endpoint))
            for change in changes:
                values = address(world, endpoint) | {
                    name: value(world) if callable(value) else value
                    for name, value in change.items()
                }
                if "board_code" in rule.arguments:
                    values["board_code"] = "scn"
                yield endpoint, url_for(endpoint, **values), role
    engine.dispose()
