"""Gallring on the screen: a rule, the auditors' word, one person orders, another confirms."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.archive.models import AuditClosing, Disposal, DisposalState, RetentionRule
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Criterion
from internkontroll.reporting.models import FollowUpReport, ReportState
from internkontroll.review.models import Answer, ItemResult
from internkontroll.schedule.models import OccurrenceState
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import (
    AT,
    Town,
    make_control,
    make_decision,
    make_drawn_sample,
    make_occurrence,
    make_plan,
    make_points,
)

As = Callable[..., PageClient]
NOTES = "/namnd/scn/gallring/2020/kommentarer"
RULE = "/namnd/scn/gallring/regler/kommentarer"


@pytest.fixture
def year_over(app: Flask, town: Town, clock: MovableClock) -> None:
    """SCN's 2020 is decided; one comment stands at an approved kontroll. It is March 2026."""
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        points = make_points(session, board, 2020)
        control = make_control(session, make_plan(session, board, 2020, decided=True))
        occurrence = make_occurrence(session, control, points[-1], state=OccurrenceState.APPROVED)
        draw = make_drawn_sample(session, occurrence)
        session.add(
            ItemResult(
                occurrence_id=occurrence.id,
                item_id=draw.items[0].id,
                criterion_id=session.scalars(sa.select(Criterion.id)).first(),
                revision=1,
                answer=Answer.NO,
                comment="Datum saknas.",
                recorded_at=AT,
            )
        )
        session.add(
            FollowUpReport(
                board_id=board.id,
                reporting_point_id=points[-1].id,
                state=ReportState.DECIDED,
                decision_id=make_decision(session, board).id,
                cut_off_at=AT,
                snapshot="{}",
                snapshot_sha256="0" * 64,
                created_at=AT,
            )
        )
        session.execute(sa.update(ReportingPoint).values(closed_at=AT))
        session.commit()
        db.session.remove()
    clock.move_to(2026, 3, 2)


def decide(client: PageClient, status: int = 200, **changed: str) -> None:
    client.get(RULE)
    values = {
        "months": "24",
        "counted_from": "year_decided",
        "body": "Socialnämnden",
        "decided_on": "2021-01-20",
        "reference": "§ 12",
    }
    client.submit("/regler/kommentarer", status, **{**values, **changed})


def tell_of_the_auditors(client: PageClient, status: int = 200, **changed: str) -> Page:
    client.get("/namnd/scn/gallring/2020/revisorerna")
    values = {"closed_on": "2021-05-04", "told_by": "Revisionens skrivelse"}
    return client.submit("/2020/revisorerna", status, **{**values, **changed})


def comments(app: Flask) -> list[str | None]:
    with app.app_context():
        return list(db.session().scalars(sa.select(ItemResult.comment)))


@pytest.mark.usefixtures("year_over")
def test_a_year_is_destroyed_by_two_persons_and_the_page_becomes_a_receipt(
    app: Flask, client_of: As
) -> None:
    secretary, controller = client_of(Role.SECRETARY), client_of(Role.CONTROLLER)
    page = controller.get("/namnd/scn/gallring?ar=2020")
    assert "Förslag, nämnden beslutar" in controller.get("/namnd/scn/gallring/regler").text
    assert "0 av 1" in page.text
    assert "Revisorerna är inte klara med 2020" in page.text
    decide(secretary)
    tell_of_the_auditors(secretary)

    controller.get(NOTES)
    ordered = controller.submit("/2020/kommentarer")
    assert "Be någon annan bekräfta" in ordered.text
    assert not [form for form in ordered.reader.forms if form.action.endswith("/bekrafta")]
    assert comments(app) == ["Datum saknas."]
    address = next(link for link in secretary.get("/namnd/scn/gallring?ar=2020").reader.links
                   if "/bestallningar/" in link)  # fmt: skip
    secretary.get(address)
    done = secretary.submit("/bekrafta")

    assert "Det här är kvittot" in done.text
    assert comments(app) == [None]
    receipt = secretary.raw(f"{address}/kvitto.json").get_json()
    assert (receipt["count"], receipt["kept"], receipt["state"]) == (1, 0, "Gallrad")
    assert receipt["rule"].startswith("Socialnämnden, 20 januari 2021, § 12: 2 år efter")
    assert receipt["ordered_by"] != receipt["confirmed_by"]
    assert receipt["trail_after"] in done.text


@pytest.mark.usefixtures("year_over")
def test_who_ordered_is_refused_also_without_the_button(app: Flask, client_of: As) -> None:
    secretary, controller = client_of(Role.SECRETARY), client_of(Role.CONTROLLER)
    decide(secretary)
    tell_of_the_auditors(secretary)
    controller.get(NOTES)
    page = controller.submit("/2020/kommentarer")
    form = page.form("/dra-tillbaka")

    controller.post(form.action.replace("dra-tillbaka", "bekrafta"), dict(form.fields), status=422)

    assert comments(app) == ["Datum saknas."]


@pytest.mark.usefixtures("year_over")
def test_an_order_can_be_withdrawn(app: Flask, client_of: As) -> None:
    secretary = client_of(Role.SECRETARY)
    decide(secretary)
    tell_of_the_auditors(secretary)
    secretary.get(NOTES)
    secretary.submit("/2020/kommentarer")
    page = secretary.submit("/dra-tillbaka")

    assert "Tillbakadragen" in page.text
    with app.app_context():
        assert db.session().scalars(sa.select(Disposal.state)).all() == [DisposalState.WITHDRAWN]


@pytest.mark.usefixtures("year_over")
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("months", "många", "tal"),
        ("months", "1300", "1200"),
        ("decided_on", "2027-01-01", "Dagen har inte varit än"),
        ("body", "", "Skriv vem som beslutade"),
        ("reference", "19121212-1212", "personnummer"),
    ],
)
def test_a_faulty_rule_gets_a_sentence_and_keeps_what_was_typed(
    app: Flask, client_of: As, field: str, value: str, sentence: str
) -> None:
    client = client_of(Role.CONTROLLER)
    decide(client, 422, **{field: value})

    assert client.page is not None
    assert sentence in client.page.text
    assert dict(client.page.form("/regler/kommentarer").fields)[field] == value
    with app.app_context():
        assert db.session().scalars(sa.select(RetentionRule)).all() == []


@pytest.mark.usefixtures("year_over")
def test_the_later_of_two_who_change_a_rule_sees_both_texts(client_of: As) -> None:
    first, second = client_of(Role.CONTROLLER), client_of(Role.SECRETARY)
    first.get(RULE)
    second.get(RULE)
    decide(first)
    second.page = second.page
    values = {
        "months": "36",
        "counted_from": "year_end",
        "body": "Nämnden",
        "decided_on": "2021-01-20",
        "reference": "§ 3",
    }
    page = second.submit("/regler/kommentarer", 409, **values)

    assert "Socialnämnden" in page.text
    assert "§ 3" in page.text


@pytest.mark.usefixtures("year_over")
@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2020-05-04", "kan inte bli klara med 2020 före årets slut"),
        ("2027-01-01", "Dagen har inte varit än"),
    ],
)
def test_the_auditors_are_done_after_the_year_and_not_in_the_future(
    app: Flask, client_of: As, day: str, sentence: str
) -> None:
    page = tell_of_the_auditors(client_of(Role.SECRETARY), 422, closed_on=day)

    assert sentence in page.text
    assert "Revisionens skrivelse" in page.html
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditClosing)) == 0


@pytest.mark.usefixtures("year_over")
def test_an_unknown_kind_and_another_boards_kind_lead_nowhere(client_of: As) -> None:
    client = client_of(Role.CONTROLLER)

    # Accounts belong to the municipality: the board with uppsikt decides on them.
    kinds = ("okant", "konton", "kommentarer")
    answers = [client.raw(f"/namnd/scn/gallring/2020/{kind}").status_code for kind in kinds]
    assert answers == [404, 404, 200]


def test_the_register_is_open_to_everybody_who_is_logged_in(client_of: As) -> None:
    page = client_of(Role.READER).get("/personuppgifter")

    assert "Beteckningar på granskade ärenden" in page.text
    assert "2 år efter nämndens beslut" in page.text


@pytest.mark.usefixtures("year_over")
def test_the_year_asks_the_database_as_often_for_forty_records_as_for_one(
    app: Flask, client_of: As, town: Town, count_queries: Callable[[], Any]
) -> None:
    def add_comments() -> None:
        with app.app_context(), intent_to_write():
            session = db.session()
            first = session.scalars(sa.select(ItemResult)).one()
            session.add_all(
                ItemResult(
                    occurrence_id=first.occurrence_id,
                    item_id=first.item_id,
                    criterion_id=first.criterion_id,
                    revision=revision,
                    answer=Answer.NO,
                    comment="Datum saknas.",
                    recorded_at=AT,
                )
                for revision in range(2, 41)
            )
            session.commit()
            db.session.remove()

    with app.app_context(), intent_to_write():
        db.session.get_one(Board, town.boards["SCN"]).oversight = True
        db.session.commit()
        db.session.remove()
    controller, url = client_of(Role.CONTROLLER), "/namnd/scn/gallring?ar=2020"
    controller.get(url)
    with count_queries() as one:
        controller.get(url)
    add_comments()
    with count_queries() as forty:
        page = controller.get(url)
    assert "40" in page.text
    assert int(forty) == int(one) <= 12
