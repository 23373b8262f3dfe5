"""Ej genomförd: recorded once with a reason, taken back, and by whom."""

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db
from internkontroll.schedule.models import NonPerformance, OccurrenceState
from tests.factories import Town
from tests.web.scheduled import REASON, ClientOf, Year, make_year, state_of


@pytest.fixture
def year(app: Flask, town: Town) -> Year:
    return make_year(app, town)


def test_not_performed_is_recorded_with_its_reason_and_taken_back(
    app: Flask, client_of: ClientOf, year: Year
) -> None:
    client = client_of(Role.RESPONSIBLE)
    url = f"/namnd/scn/kontroller/{year.point}"
    client.get(f"{url}/ej-genomford")
    page = client.submit("/ej-genomford", reason=REASON)
    assert page.h1 == "Loggar granskas"
    assert REASON in page.text
    assert "Kontrollen är anmäld som ej genomförd." in page.text
    assert state_of(app, year.point) is OccurrenceState.NOT_PERFORMED

    page = client.submit("/ateruppta")
    assert "Kontrollen kan göras igen." in page.text
    assert state_of(app, year.point) is OccurrenceState.PLANNED


def test_recording_it_twice_with_the_same_form_has_one_effect(
    app: Flask, client_of: ClientOf, year: Year
) -> None:
    client = client_of(Role.CONTROLLER)
    url = f"/namnd/scn/kontroller/{year.point}/ej-genomford"
    client.get(url)
    fields = {**dict(client.page.form(url).fields), "reason": REASON}  # type: ignore[union-attr]
    client.post(url, fields)
    client.post(url, fields)
    with app.app_context():
        count = sa.select(sa.func.count()).select_from(NonPerformance)
        assert db.session().scalar(count) == 1


def test_another_form_for_what_is_recorded_already_is_refused_and_keeps_the_text(
    client_of: ClientOf, year: Year
) -> None:
    slow, fast = client_of(Role.CONTROLLER), client_of(Role.RESPONSIBLE)
    url = f"/namnd/scn/kontroller/{year.point}/ej-genomford"
    slow.get(url)
    fast.get(url)
    fast.submit(url, reason=REASON)
    page = slow.submit(url, 409, reason="Ingen tid fanns.")
    assert "Ej genomförd”, och då går det här inte" in page.text
    assert "Ingen tid fanns." in page.html


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Skriv varför kontrollen inte genomförs."),
        ("Rör 19811218-9876.", "personnummer"),
        ("x" * 2001, "högst 2000 tecken"),
    ],
)
def test_a_reason_that_cannot_stand_is_refused(
    app: Flask, client_of: ClientOf, year: Year, typed: str, sentence: str
) -> None:
    client = client_of(Role.CONTROLLER)
    url = f"/namnd/scn/kontroller/{year.point}/ej-genomford"
    client.get(url)
    page = client.submit(url, 422, reason=typed)
    assert sentence in page.text
    assert state_of(app, year.point) is OccurrenceState.PLANNED


def test_a_chair_skips_the_own_committees_and_not_the_others(
    app: Flask, client_of: ClientOf, year: Year
) -> None:
    chair = client_of(Role.CHAIR, "IU1")
    chair.get(f"/namnd/scn/kontroller/{year.iu2}/ej-genomford", 404)
    chair.get(f"/namnd/scn/kontroller/{year.iu1}/ej-genomford")
    chair.submit("/ej-genomford", reason="Sammanträdet hann inte med granskningen.")
    assert state_of(app, year.iu1) is OccurrenceState.NOT_PERFORMED


@pytest.mark.parametrize("role", [Role.READER, Role.UNIT_MANAGER, Role.MEMBER, Role.SECRETARY])
def test_a_role_that_may_not_skip_is_refused(client_of: ClientOf, year: Year, role: Role) -> None:
    client = client_of(role)
    client.get(f"/namnd/scn/kontroller/{year.point}/ej-genomford", 403)
    page = client.get(f"/namnd/scn/kontroller/{year.point}")
    assert "Anmäl som ej genomförd" not in page.text
    fields = {**dict(page.form("/logga-ut").fields), "reason": REASON, "key": "k" * 32}
    client.post(f"/namnd/scn/kontroller/{year.point}/ej-genomford", fields, 403)
    client.post(f"/namnd/scn/kontroller/{year.point}/ateruppta", fields, 403)
