"""A fault of our own is told in Swedish, also when the database is gone, and gives nothing away."""

import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import Town


def test_a_broken_database_gives_a_page_and_no_details(
    app: Flask, town: Town, clock: MovableClock
) -> None:
    client = PageClient(app)
    client.log_in(*town.account(Role.CONTROLLER))
    with app.app_context():
        db.session.execute(sa.text("DROP TABLE login_session"))
        db.session.commit()
    app.config["TESTING"] = False

    page = Page(client.http.get("/"))
    page.inspect()

    assert page.status == 500
    assert page.h1 == "Något gick fel hos oss"
    assert "login_session" not in page.html
