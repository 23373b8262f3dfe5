"""Judging one item at a time: as the screen shows it."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.errors import Conflict
from internkontroll.review.models import Answer, ItemResult
from internkontroll.review.views import items as item_views
from internkontroll.sampling.models import SampleItem
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.models import TrailRow
from tests.client import Page, PageClient
from tests.factories import Town, make_control, make_drawn_sample, make_occurrence
from tests.web.beside import read
from tests.web.drawn_review import ClientOf, Seeded, seed, typed


@pytest.fixture
def seeded(app: Flask, town: Town) -> Seeded:
    return seed(app, town)


def readings(app: Flask) -> int:
    return read(
        app,
        lambda session: session.scalar(
            sa.select(sa.func.count())
            .select_from(TrailRow)
            .where(TrailRow.event == "sample:references-read")
        ),
    )


def test_an_item_is_shown_by_its_number_and_its_opening_recorded(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    page = client_of(Role.MEMBER).get(seeded.item(2))

    assert page.h1 == "Ärende 2 av 3"
    assert page.title == "Ärende 2 av 3 – Internkontroll"
    assert seeded.references[1] in page.text
    assert seeded.references[0] not in page.html
    assert not re.search(r"(href|action|title)=\"[^\"]*SCN 2020-", page.html)
    assert "3 av 21" in page.text
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert readings(app) == 1


def test_nothing_is_shown_if_the_reading_cannot_be_recorded(
    client_of: ClientOf, seeded: Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(Role.MEMBER)

    def refuse(*_args: Any, **_more: Any) -> None:
        raise Conflict("Spåret är upptaget. Försök igen.")

    monkeypatch.setattr(item_views, "read_item", refuse)
    page = client.get(seeded.item(1), 409)
    assert seeded.references[0] not in page.html


def test_who_is_no_member_of_the_committee_sees_no_reference_and_answers_nothing(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    form = dict(client_of(Role.MEMBER).get(seeded.item(1)).form("/post/1").fields)
    for role in (Role.CONTROLLER, Role.UNIT_MANAGER, Role.RESPONSIBLE):
        client = client_of(role)
        page = client.get(seeded.item(1))
        assert "/post/1" not in [each.action for each in page.reader.forms]
        answers = {**seeded.fields("yes", "yes"), "seen": form.get("seen", "")}
        own = dict(page.reader.forms[-1].fields)
        client.post(seeded.item(1), {**answers, "csrf_token": own["csrf_token"]}, 403)
    before = readings(app)
    page = client_of(Role.CONTROLLER).get(seeded.item(1))
    assert "Visas inte för din roll" in page.text
    assert seeded.references[0] not in page.html
    assert readings(app) == before
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(ItemResult.id)))) == 0


def test_a_list_that_is_not_secret_speaks_of_posts(app: Flask, town: Town) -> None:
    seeded = seed(app, town, secret=False)
    client = PageClient(app)
    client.log_in(*town.account(Role.MEMBER, "IU1"))
    page = client.get(seeded.item(1))
    assert page.h1 == "Post 1 av 3"
    assert "Så valdes posten" in page.text
    assert "postt" not in page.text.lower()
    assert readings(app) == 0


def test_saving_goes_on_to_the_next_and_last_to_the_conclusion(
    client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.MEMBER)
    page = client.get(seeded.item(1))
    assert "Spara och gå till ärende 2" in page.text
    page = client.submit("/post/1", **seeded.fields("yes", "yes"))
    assert page.h1 == "Ärende 2 av 3"
    assert "Ärende 1 Utan avvikelse" in page.text
    page = client.submit("/post/2", **seeded.fields("yes"))
    assert "Ärende 2 Pågår" in page.text
    page = client.submit("/post/3", **seeded.fields("no", "yes"))
    assert page.h1 == "Slutsats"
    assert "Kvar att bedöma: ärende 2" in page.text
    page = client.get(seeded.item(2))
    assert (
        f'id="answer_{seeded.criteria[0]}-0" name="answer_{seeded.criteria[0]}" value="yes" checked'
        in page.html.replace("\n", "").replace("        checked", " checked")
    )


def test_a_nej_becomes_an_avvikelse_in_one_step(client_of: ClientOf, seeded: Seeded) -> None:
    client = client_of(Role.MEMBER)

    def save_and_write(first: str) -> Page:
        form = client.get(seeded.item(2)).form("/post/2")
        data = {**dict(form.fields), **seeded.fields(first, "yes"), "after": "finding"}
        return client.post(seeded.item(2), data)

    page = save_and_write("yes")
    assert page.h1 == "Ärende 2 av 3"
    assert "inget svar är Nej eller Underlag saknas" in page.text
    page = save_and_write("no")
    assert page.h1 == "Skriv avvikelse"
    assert "Ärende 2: Beslut att inte inleda utredning" in page.text
    assert ("position", "2") in page.form(f"/avvikelser/ny/{seeded.occurrence_id}").fields
    page = client.submit(
        f"/avvikelser/ny/{seeded.occurrence_id}",
        severity="material",
        description="Skälen saknas i beslutet.",
        cause="",
    )
    assert page.h1 == "Avvikelse 2020:1 (SCN)"
    page = client.get(seeded.item(2))
    assert "Avvikelse 2020:1 (SCN)" in page.text
    assert "Spara och skriv avvikelse" not in page.text


def test_a_deviating_item_offers_the_avvikelse_when_it_is_opened_again(
    client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.MEMBER)
    client.get(seeded.item(1))
    client.submit("/post/1", **seeded.fields("evidence_missing", "yes"))
    page = client.get(seeded.item(1))
    assert f"/avvikelser/ny/{seeded.occurrence_id}?post=1" in page.html
    assert "Skriv avvikelse för ärende 1" in page.text


def test_what_was_typed_stays_when_something_is_wrong(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.MEMBER)
    client.get(seeded.item(1))
    comment = f"comment_{seeded.criteria[0]}"
    page = client.submit("/post/1", 422, **seeded.fields(**{comment: "Bara en kommentar."}))
    assert page.title.startswith("Fel: ")
    assert "Välj ett svar, så sparas kommentaren." in page.text
    assert typed(page, "/post/1", comment) == "Bara en kommentar."
    page = client.submit("/post/1", 422, **seeded.fields("no", **{comment: "Gäller 811228-9874"}))
    assert "personnummer" in page.text
    page = client.submit(
        "/post/1", 422, **seeded.fields("no", **{comment: f"Gäller {seeded.references[2]}."})
    )
    assert "beteckning ur listan" in page.text
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(ItemResult.id)))) == 0


def test_the_loser_of_two_at_once_sees_both(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    first, second = client_of(Role.MEMBER), client_of(Role.CHAIR)
    comment = f"comment_{seeded.criteria[0]}"
    first.get(seeded.item(1))
    second.get(seeded.item(1))
    second.submit("/post/1", **seeded.fields("no", **{comment: "Skälen saknas."}))
    page = first.submit("/post/1", 409, **seeded.fields("yes", **{comment: "Skälen finns."}))
    assert "Någon annan har ändrat svaren" in page.text
    assert "Nej. Skälen saknas." in page.text
    assert typed(page, "/post/1", comment) == "Skälen finns."
    first.submit("/post/1")
    latest = read(
        app,
        lambda s: s.scalars(sa.select(ItemResult).order_by(ItemResult.id.desc())).first().answer,
    )
    assert latest is Answer.YES


def test_the_same_form_twice_has_one_effect(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.MEMBER)
    form = client.get(seeded.item(1)).form("/post/1")
    data = {**dict(form.fields), **seeded.fields("no", "yes")}
    client.post(seeded.item(1), data)
    assert client.page.h1 == "Ärende 2 av 3"
    client.post(seeded.item(1), data)
    assert client.page.h1 == "Ärende 2 av 3"
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(ItemResult.id)))) == 2


def test_autosave_keeps_what_is_answered_so_far(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.MEMBER)
    page = client.get(seeded.item(1))
    assert f'data-autosave="{seeded.item(1)}/spara-lopande"' in page.html
    data = dict(page.form("/post/1").fields)
    url = f"{seeded.item(1)}/spara-lopande"
    answer = client.http.post(url, data={**data, **seeded.fields("no")})
    assert (answer.status_code, answer.json) == (200, {"version": 1})
    answer = client.http.post(url, data={**data, **seeded.fields("no", "yes")})
    assert answer.status_code == 409
    answer = client.http.post(url, data={**data, "version": "1", **seeded.fields("no", "yes")})
    assert answer.json == {"version": 2}
    comment = {f"comment_{seeded.criteria[0]}": "811228-9874"}
    answer = client.http.post(url, data={**data, "version": "2", **seeded.fields("no", **comment)})
    assert answer.status_code == 422
    # The button still works with the key that the autosaved form carries.
    client.post(seeded.item(1), {**data, "version": "2", **seeded.fields("yes", "yes")})
    assert client.page.h1 == "Ärende 2 av 3"
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(ItemResult.id)))) == 3


def test_an_item_that_tells_nothing_is_replaced_on_the_page(
    client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.MEMBER)
    client.get(seeded.item(2))
    client.submit("/post/2", **seeded.fields("not_applicable", "not_applicable"))
    page = client.get(seeded.item(2))
    assert "Ersätt ärendet med nästa" in page.text
    page = client.submit("/post/2/ersatt", 422, reason="")
    assert "Skriv varför det inte går att bedöma." in page.text
    assert page.form("/post/2").fields.count((f"answer_{seeded.criteria[0]}", "not_applicable"))
    page = client.submit("/post/2/ersatt", reason="Ansökan återkallades.")
    assert page.h1 == "Ärende 4 av 4"
    assert "Ärende 4 ersätter ärende 2" in page.text
    assert "Skäl: Ansökan återkallades." in page.text
    page = client.get(seeded.item(2))
    assert "är ersatt av ärende 4" in page.text
    assert not [form for form in page.reader.forms if form.action.endswith("/post/2")]


def test_an_item_that_was_never_drawn_does_not_exist(client_of: ClientOf, seeded: Seeded) -> None:
    client_of(Role.MEMBER).get(seeded.item(9), 404)


def test_pages_ask_the_same_questions_however_large_the_sample(
    app: Flask, town: Town, client_of: ClientOf, count_queries: Any
) -> None:
    counts = []
    client = client_of(Role.MEMBER)
    for n in (3, 20):
        seeded = seed(app, town, n) if n == 3 else _larger(app, town, n)
        client.get(seeded.item(1))
        client.submit("/post/1", **seeded.fields("no", "yes"))
        with count_queries() as item:
            client.get(seeded.item(2))
        with count_queries() as conclusion:
            client.get(f"{seeded.url}/slutsats")
        counts.append((int(item), int(conclusion)))
    assert counts[0] == counts[1]
    of_item, of_conclusion = counts[0]
    assert of_item <= 16, "of which four record that the case was opened"
    assert of_conclusion <= 11


def _larger(app: Flask, town: Town, n: int) -> Seeded:
    with app.app_context(), intent_to_write():
        session = db.session()
        first = session.scalars(sa.select(Occurrence)).one()
        control = make_control(session, first.control.plan, criteria=("Ett?", "Två?"))
        occurrence = make_occurrence(
            session, control, meeting=first.meeting, state=OccurrenceState.STARTED
        )
        drawn = make_drawn_sample(session, occurrence, n=n)
        made = Seeded(
            occurrence.id,
            (control.criteria[0].id, control.criteria[1].id),
            [
                item.reference
                for item in session.scalars(
                    sa.select(SampleItem).where(SampleItem.draw_id == drawn.id)
                )
            ],
            f"/namnd/scn/granskning/{occurrence.id}",
        )
        session.commit()
        db.session.remove()
    return made
