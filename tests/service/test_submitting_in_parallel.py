"""Twenty equal submissions at the same moment have one effect, on both databases."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.core.database import intent_to_write
from internkontroll.organisation.models import Board
from internkontroll.trail.queries import verify_trail
from tests.client import PageClient
from tests.conftest import MovableClock, closing, make_app
from tests.factories import (
    PASSWORD,
    make_control,
    make_occurrence,
    make_plan,
    make_points,
    make_town,
)

TIMES = 20


@pytest.fixture
def site(database_url: str, tmp_path: Path, clock: MovableClock) -> Iterator[tuple[Flask, int]]:
    """An app and an occurrence that can be reported as not done."""
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        scn = session.get_one(Board, make_town(session).boards["SCN"])
        plan = make_plan(session, scn, decided=True)
        occurrence = make_occurrence(
            session, make_control(session, plan), make_points(session, scn)[0]
        )
        occurrence_id = occurrence.id
        session.commit()
    engine.dispose()
    with closing(make_app(database_url, tmp_path, clock)) as app:
        yield app, occurrence_id


def test_one_effect_however_often_the_button_is_pressed(
    site: tuple[Flask, int], database_url: str
) -> None:
    app, occurrence_id = site
    client = PageClient(app)
    client.log_in("controller.scn", PASSWORD)
    address = f"/namnd/scn/kontroller/{occurrence_id}/ej-genomford"
    form = client.get(address).form("/ej-genomford")
    data = {**dict(form.fields), "reason": "Listan gick inte att ta ut."}
    cookie = client.http.get_cookie("session")
    assert cookie is not None
    statuses: list[int] = []

    def press() -> None:
        other = app.test_client()
        other.set_cookie("session", cookie.value)
        statuses.append(other.post(address, data=data).status_code)

    threads = [threading.Thread(target=press) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with Session(engine) as session:
        rows = session.scalar(sa.text("SELECT count(*) FROM non_performance"))
        told = session.scalar(
            sa.text("SELECT count(*) FROM trail_row WHERE event = 'occurrence:not-performed'")
        )
        verdicts = verify_trail(session)
    engine.dispose()
    assert (rows, told) == (1, 1)
    assert statuses == [303] * TIMES
    assert all(verdict.whole for verdict in verdicts)
