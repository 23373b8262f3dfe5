"""Riktat urval, and one draw for several kontrollmoment, as the screen does them."""

import re
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.monitoring.jobs import run_jobs
from internkontroll.review.models import Answer, ItemResult
from internkontroll.sampling.models import Draw, DrawOccurrence, Population, SampleItem
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.factories import Town, make_drawn_sample
from tests.web.beside import change, read
from tests.web.same_invoices import ClientOf, Seeded, make_seeded


@pytest.fixture
def seeded(app: Flask, town: Town) -> Seeded:
    return make_seeded(app, town)


@pytest.fixture
def shared(app: Flask, seeded: Seeded) -> int:
    """The id of a drawn sample of three that serves both controls."""

    def draw(session: Session) -> None:
        both = [session.get_one(Occurrence, each) for each in (seeded.first, seeded.second)]
        make_drawn_sample(session, *both, secret=False)
        for occurrence in both:
            occurrence.state = OccurrenceState.STARTED

    change(app, draw)
    return int(read(app, lambda session: session.scalar(sa.select(Draw.id))))


def criteria(app: Flask, occurrence_id: int) -> list[int]:
    statement = sa.text(
        "SELECT c.id FROM criterion c JOIN occurrence o ON o.control_id = c.control_id "
        "WHERE o.id = :id ORDER BY c.position"
    )
    return list(read(app, lambda s: s.scalars(statement, {"id": occurrence_id}).all()))


# Riktat urval


def test_items_are_chosen_with_reasons_and_the_pages_say_riktat(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    address = f"/namnd/scn/kontroller/{seeded.first}/riktat-urval"
    client.get(address)
    fields = {
        "description": "Stora fakturor",
        "source": "Ekonomisystemet",
        "items-0-reference": "F-1001",
        "items-0-reason": "Största beloppet.",
        "items-3-reference": "F-1002",
    }
    page = client.submit("/riktat-urval", 422, **fields)
    assert "Skriv varför posten valdes." in page.text
    assert re.search(r'id="items-3-reason-error"', page.html)
    assert 'value="F-1001"' in page.html
    page = client.submit("/riktat-urval", **{"items-3-reason": "Ny leverantör."})
    assert page.h1 == "Riktat urval"
    assert "Ny leverantör." in page.text
    assert "Verifiera dragningen" not in page.text
    number = read(app, lambda s: s.scalar(sa.select(Draw.id)))
    client.get(f"/namnd/scn/dragning/{number}/kontroll", 404)
    full = client.raw(f"/namnd/scn/dragning/{number}/protokoll.json")
    assert full.json["says"].startswith("Riktat urval")
    page = client.get(seeded.page(seeded.first, "post/1"))
    assert "är vald riktat. Skäl: Största beloppet." in page.text
    page = client.get(seeded.page(seeded.first, "slutsats"))
    assert "Riktat urval" in page.text


def test_more_lines_keep_what_was_typed_and_save_nothing(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    form = client.get(f"/namnd/scn/kontroller/{seeded.first}/riktat-urval").form("/riktat-urval")
    page = client.post(
        form.action, {**dict(form.fields), "items-0-reference": "F-1", "after": "more"}
    )
    assert "Post 10" in page.text
    assert 'value="F-1"' in page.html
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(Draw.id)))) == 0


# A shared draw


def test_one_draw_is_decided_for_two_controls(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    def frozen(session: Session) -> None:
        draw = make_drawn_sample(session, session.get_one(Occurrence, seeded.first), secret=False)
        session.execute(sa.delete(DrawOccurrence))
        session.execute(sa.delete(SampleItem))
        session.delete(draw)

    change(app, frozen)
    client = client_of(Role.RESPONSIBLE)
    page = client.get(f"/namnd/scn/kontroller/{seeded.first}/urval")
    assert "Fakturan är attesterad" in page.text
    assert "Chefer känner till reglerna" not in page.text
    page = client.submit("/urval", also=str(seeded.second), n="3")
    assert "Kontrollmoment som delar stickprovet" in page.text
    served = read(app, lambda s: set(s.scalars(sa.select(DrawOccurrence.occurrence_id))))
    assert served == {seeded.first, seeded.second}


def test_an_item_is_judged_for_all_controls_at_once(
    app: Flask, client_of: ClientOf, seeded: Seeded, shared: int
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = client.get(seeded.page(seeded.second, "gemensamt/1"))
    assert page.h1 == "Post 1 av 3, alla kontrollmoment"
    (one,), (two,) = criteria(app, seeded.first), criteria(app, seeded.second)
    answers = {f"answer_{one}": "yes", f"answer_{two}": "no", f"comment_{two}": "Saknas."}
    page = client.submit("/gemensamt/1", **answers)
    assert page.h1 == "Post 2 av 3, alla kontrollmoment"
    rows = read(
        app,
        lambda s: s.execute(
            sa.select(ItemResult.occurrence_id, ItemResult.answer).order_by(
                ItemResult.occurrence_id
            )
        ).all(),
    )
    assert rows == [(seeded.first, Answer.YES), (seeded.second, Answer.NO)]
    page = client.get(seeded.page(seeded.first, "gemensamt"))
    assert "1 av 3" in page.text
    assert "Till slutsatsen" in page.text


def test_two_who_judge_the_same_item_see_both_answers(
    app: Flask, client_of: ClientOf, seeded: Seeded, shared: int
) -> None:
    first, second = client_of(Role.RESPONSIBLE), client_of(Role.CONTROLLER)
    address = seeded.page(seeded.first, "gemensamt/1")
    (one,), (two,) = criteria(app, seeded.first), criteria(app, seeded.second)
    first.get(address)
    second.get(address)
    first.submit("/gemensamt/1", **{f"answer_{one}": "no", f"comment_{one}": "Fel pris."})
    page = second.submit("/gemensamt/1", 409, **{f"answer_{one}": "yes", f"answer_{two}": "yes"})
    assert "Fel pris." in page.text
    count = read(app, lambda s: s.scalar(sa.select(sa.func.count(ItemResult.id))))
    assert count == 1
    second.submit("/gemensamt/1")
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(ItemResult.id)))) == 3


def test_a_control_that_is_handed_over_is_shown_and_not_changed(
    app: Flask, client_of: ClientOf, seeded: Seeded, shared: int
) -> None:
    client = client_of(Role.RESPONSIBLE)
    old = client.get(seeded.page(seeded.first, "gemensamt/1")).form("/gemensamt/1")

    def close(session: Session) -> None:
        session.get_one(Occurrence, seeded.second).state = OccurrenceState.PERFORMED

    change(app, close)
    (one,), (two,) = criteria(app, seeded.first), criteria(app, seeded.second)
    sent = {**dict(old.fields), f"answer_{one}": "yes", f"answer_{two}": "yes"}
    page = client.post(old.action, sent, 409)
    assert "väntar på underskrift" in page.text
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(ItemResult.id)))) == 0
    page = client.submit("/gemensamt/1", **{f"answer_{one}": "yes"})
    assert page.h1 == "Post 2 av 3, alla kontrollmoment"


def test_the_shared_pages_ask_the_same_number_of_times_however_many_items(
    app: Flask, client_of: ClientOf, seeded: Seeded, shared: int, count_queries: Any
) -> None:
    client = client_of(Role.RESPONSIBLE)
    client.get(seeded.page(seeded.first, "gemensamt"))
    with count_queries() as counted:
        client.get(seeded.page(seeded.first, "gemensamt"))
    assert int(counted) <= 12


def test_an_occurrence_without_a_shared_draw_has_no_shared_page(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    change(app, lambda s: make_drawn_sample(s, s.get_one(Occurrence, seeded.first)))
    client_of(Role.RESPONSIBLE).get(seeded.page(seeded.first, "gemensamt/1"), 404)


def test_a_list_shows_its_sums_before_it_is_frozen(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    client.get(f"/namnd/scn/kontroller/{seeded.first}/lista")
    page = client.submit(
        "/lista",
        200,
        {"file": (BytesIO(b"Nr;Belopp\nA1001;100,00\nA1002;-25,50\nA1003;0\n"), "f.csv")},
        description="Fakturor",
        source="Systemet",
        taken_out_by="Systemförvaltaren",
        taken_out_on="2020-01-10",
    )
    run_jobs(app, app.extensions["clock"])
    number = read(app, lambda s: s.scalar(sa.select(Population.id)))
    page = client.get(f"/namnd/scn/lista/{number}")
    assert "Summa av positiva belopp 100 kr" in page.text or "100,00" in page.text
    assert "1 st" in page.text
