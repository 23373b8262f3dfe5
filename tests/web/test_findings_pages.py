"""The list of findings, one finding, and writing one."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.findings.models import Finding, Severity
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.client import PageClient
from tests.factories import (
    AT,
    Town,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
)

ClientOf = Callable[..., PageClient]
LIST = "/namnd/scn/avvikelser"


@pytest.fixture
def occurrences(app: Flask, town: Town) -> dict[str, int]:
    """One occurrence in each individutskott."""
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        control = make_control(session, make_plan(session, board, decided=True))
        made = {}
        for code, committee_id in town.subcommittees.items():
            committee = session.get_one(Subcommittee, committee_id)
            meeting = make_meeting(session, board, committee, date(2020, 3, 12))
            occurrence = make_occurrence(
                session, control, meeting=meeting, state=OccurrenceState.STARTED
            )
            make_drawn_sample(session, occurrence)
            made[code] = occurrence.id
        session.commit()
        db.session.remove()
    return made


def add_findings(
    app: Flask, occurrence_id: int, count: int, severity: Severity = Severity.MINOR
) -> list[int]:
    with app.app_context(), intent_to_write():
        session = db.session()
        occurrence = session.get_one(Occurrence, occurrence_id)
        last = session.scalar(sa.select(sa.func.max(Finding.number))) or 0
        rows = [
            Finding(
                board_id=occurrence.board_id,
                year=2020,
                number=last + offset,
                occurrence_id=occurrence.id,
                severity=severity,
                description="Underlaget saknas.",
                recorded_at=AT,
            )
            for offset in range(1, count + 1)
        ]
        session.add_all(rows)
        session.commit()
        ids = [row.id for row in rows]
        db.session.remove()
    return ids


def test_an_empty_list_says_what_why_and_how(client_of: ClientOf) -> None:
    page = client_of(Role.READER).get(LIST)
    assert page.h1 == "Avvikelser 2020"
    assert "En avvikelse skrivs när" in page.text


def test_the_list_filters_by_year_and_severity(
    app: Flask, client_of: ClientOf, occurrences: dict[str, int]
) -> None:
    add_findings(app, occurrences["IU1"], 2)
    add_findings(app, occurrences["IU1"], 1, Severity.SERIOUS)
    client = client_of(Role.CONTROLLER)
    page = client.get(LIST)
    assert "Visar 1–3 av 3 avvikelser" in page.text
    page = client.get(f"{LIST}?ar=2020&allvar=serious")
    assert "Visar 1–1 av 1 avvikelser" in page.text
    assert "2020:3" in page.text
    page = client.get(f"{LIST}?ar=2020&allvar=material")
    assert "Inga avvikelser stämmer med urvalet" in page.text
    page = client.get(f"{LIST}?ar=nonsens&allvar=nonsens&sida=-4")
    assert "Visar 1–3 av 3 avvikelser" in page.text


def test_a_long_list_has_pages_and_asks_the_same_questions(
    app: Flask, client_of: ClientOf, occurrences: dict[str, int], count_queries: Any
) -> None:
    client = client_of(Role.CONTROLLER)
    add_findings(app, occurrences["IU1"], 5)
    with count_queries() as few:
        client.get(LIST)
    add_findings(app, occurrences["IU2"], 55)
    with count_queries() as many:
        page = client.get(LIST)
    assert "Visar 1–50 av 60 avvikelser" in page.text
    assert int(few) == int(many) <= 12
    page = client.get(f"{LIST}?sida=2")
    assert "Visar 51–60 av 60 avvikelser" in page.text


def test_a_committee_sees_its_own_and_no_other(
    app: Flask, client_of: ClientOf, occurrences: dict[str, int]
) -> None:
    [own] = add_findings(app, occurrences["IU1"], 1)
    [theirs] = add_findings(app, occurrences["IU2"], 1)
    member = client_of(Role.MEMBER, "IU1")
    assert "Visar 1–1 av 1 avvikelser" in member.get(LIST).text
    member.get(f"{LIST}/{own}")
    member.get(f"{LIST}/{theirs}", 404)
    member.get(f"{LIST}/ny/{occurrences['IU2']}", 404)
    client_of(Role.CONTROLLER, "AMN").get(f"{LIST}/{own}", 404)
    client_of(Role.CONTROLLER, "AMN").get(f"/namnd/amn/avvikelser/{own}", 404)


def test_a_finding_about_the_whole_control(
    client_of: ClientOf, occurrences: dict[str, int]
) -> None:
    client = client_of(Role.MEMBER, "IU1")
    page = client.get(f"{LIST}/ny/{occurrences['IU1']}")
    assert "Enstaka fel" in page.text
    action = f"/ny/{occurrences['IU1']}"
    page = client.submit(action, 422, description="Rutinen är inte känd.")
    assert "Välj hur allvarlig avvikelsen är." in page.text
    assert dict(page.form(action).fields)["description"].strip() == "Rutinen är inte känd."
    page = client.submit(action, severity="serious", cause="Ny personal saknar introduktion.")
    assert page.h1 == "Avvikelse 2020:1 (SCN)"
    assert "Hela kontrollen" in page.text
    assert "Ny personal saknar introduktion." in page.text
    assert "Allvarlig" in page.text


def test_an_unknown_item_or_severity_is_refused(
    client_of: ClientOf, occurrences: dict[str, int]
) -> None:
    client = client_of(Role.MEMBER, "IU1")
    address = f"{LIST}/ny/{occurrences['IU1']}"
    client.get(f"{address}?post=77", 404)
    client.get(f"{address}?post=nonsens", 404)
    client.get(f"{address}?post=1")
    page = client.submit(
        f"/ny/{occurrences['IU1']}", 409, severity="minor", description="Skälen saknas."
    )
    assert "Nummer 1 har inget svar Nej eller Underlag saknas." in page.text
    page = client.submit(
        f"/ny/{occurrences['IU1']}", 422, severity="huge", description="Skälen saknas."
    )
    assert "Välj ett av alternativen." in page.text


def test_those_who_only_read_cannot_write(client_of: ClientOf, occurrences: dict[str, int]) -> None:
    client = client_of(Role.READER)
    client.get(f"{LIST}/ny/{occurrences['IU1']}", 403)
    token = dict(client.get(LIST).form("/logga-ut").fields)["csrf_token"]
    data = {
        "csrf_token": token,
        "key": "x",
        "severity": "minor",
        "description": "Smuget.",
        "number": "77",
    }
    client.post(f"{LIST}/ny/{occurrences['IU1']}", data, 403)
