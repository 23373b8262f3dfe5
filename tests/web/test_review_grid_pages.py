"""The table of answers and the pasted rows: wrong cells are told, nothing is half saved."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from internkontroll.review.models import Answer, ItemResult
from internkontroll.trail.models import TrailRow
from tests.client import PageClient
from tests.factories import (
    Town,
    make_control,
    make_drawn_sample,
    make_occurrence,
    make_plan,
    make_points,
)
from tests.web.beside import read
from tests.web.drawn_review import ClientOf, Seeded, cells, seed


@pytest.fixture
def seeded(app: Flask, town: Town) -> Seeded:
    return seed(app, town)


def saved(app: Flask) -> list[tuple[Answer, str | None]]:
    rows = read(
        app, lambda session: session.execute(sa.select(ItemResult.answer, ItemResult.comment)).all()
    )
    return [tuple(row) for row in rows]


def test_the_table_shows_every_item_and_saves_all_of_it(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.MEMBER)
    page = client.get(f"{seeded.url}/tabell")
    assert page.h1 == "Bedöm i tabell"
    assert all(reference in page.text for reference in seeded.references)
    assert "Är skälen dokumenterade?" in page.text

    page = client.submit(
        "/tabell",
        **cells(seeded, 1, "yes", "no"),
        **cells(seeded, 2, "yes"),
        **{f"comment_1_{seeded.criteria[1]}": "Tre dagar för sent."},
    )
    assert page.h1 == "Slutsats"
    assert saved(app) == [
        (Answer.YES, None),
        (Answer.NO, "Tre dagar för sent."),
        (Answer.YES, None),
    ]


def test_references_are_shown_to_those_who_may_and_the_reading_is_recorded_once(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    def readings() -> int:
        asked = sa.select(sa.func.count()).where(TrailRow.event == "sample:references-read")
        return read(app, lambda session: session.scalar(asked))

    page = client_of(Role.CONTROLLER).get(f"{seeded.url}/tabell")
    assert not any(reference in page.text for reference in seeded.references)
    assert readings() == 0
    client_of(Role.MEMBER).get(f"{seeded.url}/tabell")
    assert readings() == 1


def test_another_committee_s_table_does_not_exist(client_of: ClientOf, seeded: Seeded) -> None:
    client = client_of(Role.MEMBER, "IU2")
    for path in ("tabell", "tabell/klistra-in", "las-om"):
        client.get(f"{seeded.url}/{path}", 404)
    client_of(Role.RESPONSIBLE, "AMN").get(seeded.url.replace("/scn/", "/amn/") + "/tabell", 404)


def test_a_wrong_cell_is_told_in_the_cell_and_nothing_is_saved(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client, second = client_of(Role.MEMBER), seeded.criteria[1]
    client.get(f"{seeded.url}/tabell")
    page = client.submit(
        "/tabell",
        422,
        **cells(seeded, 1, "yes", "no"),
        **cells(seeded, 3, "yes", "no"),
        **{f"comment_3_{second}": f"Gäller {seeded.references[0]}"},
    )
    assert "Inget är sparat. Det finns fel på en rad i tabellen." in page.text
    assert f'href="#comment_3_{second}"' in page.html
    assert "nämner en beteckning" in page.text
    assert saved(app) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"answer": "maybe"}, "Välj"),
        ({"answer": "", "comment": "Utan svar."}, "Välj ett svar, så sparas kommentaren."),
        ({"answer": "no", "comment": "Rör 19121212-1212."}, "personnummer"),
    ],
)
def test_what_no_list_offers_is_refused_in_its_cell(
    app: Flask, client_of: ClientOf, seeded: Seeded, change: dict[str, str], sentence: str
) -> None:
    client, first = client_of(Role.MEMBER), seeded.criteria[0]
    client.get(f"{seeded.url}/tabell")
    fields = {f"{name}_2_{first}": value for name, value in change.items()}
    page = client.submit("/tabell", 422, **cells(seeded, 1, "yes", "yes"), **fields)
    assert sentence in page.text
    assert saved(app) == []


def test_fields_of_other_items_and_questions_change_nothing(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.MEMBER)
    client.get(f"{seeded.url}/tabell")
    form = dict(client.page.form("/tabell").fields) if client.page else {}
    client.post(f"{seeded.url}/tabell", {**form, "answer_77_1": "no", "answer_1_999": "no"})
    assert saved(app) == []


def test_the_loser_of_two_tables_sees_both_answers(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    one, other = client_of(Role.MEMBER), client_of(Role.CHAIR)
    one.get(f"{seeded.url}/tabell")
    other.get(f"{seeded.url}/tabell")
    one.submit("/tabell", **cells(seeded, 1, "yes"))
    page = other.submit("/tabell", 409, **cells(seeded, 1, "no"))
    assert "Sparat under tiden, och ditt" in page.text
    assert "Nummer 1, fråga 1" in page.text
    other.submit("/tabell", **cells(seeded, 1, "no"))
    assert [answer for answer, _ in saved(app)] == [Answer.YES, Answer.NO]


def test_sending_a_table_twice_saves_it_once(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.MEMBER)
    client.get(f"{seeded.url}/tabell")
    assert client.page is not None
    fields = {**dict(client.page.form("/tabell").fields), **cells(seeded, 1, "yes")}
    for _ in range(2):
        client.post(f"{seeded.url}/tabell", fields)
    assert len(saved(app)) == 1


def test_many_items_stand_on_pages_and_each_is_saved_on_its_own(
    app: Flask, client_of: ClientOf, town: Town, count_queries: Callable[..., object]
) -> None:
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        control = make_control(session, make_plan(session, board, decided=True))
        occurrence = make_occurrence(session, control, make_points(session, board)[0])
        make_drawn_sample(session, occurrence, n=60, size=80, secret=False)
        url = f"/namnd/scn/granskning/{occurrence.id}/tabell"
        criterion = control.criteria[0].id
        session.commit()
        db.session.remove()
    client = client_of(Role.RESPONSIBLE)
    page = client.get(url)
    assert "Sida 1 av 3" in page.text
    page = client.submit("/tabell", **{f"answer_1_{criterion}": "yes"})
    assert "Sida 2 av 3" in page.text
    page = client.submit("/tabell", **{f"answer_50_{criterion}": "no"})
    assert "Sida 3 av 3" in page.text
    assert [answer for answer, _ in saved(app)] == [Answer.YES, Answer.NO]
    for number in ("1", "99", "x", "0"):
        with count_queries() as counted:  # type: ignore[attr-defined]
            client.get(f"{url}?sida={number}")
        assert int(counted) <= 16


def paste(client: PageClient, seeded: Seeded, text: str, status: int = 200) -> str:
    client.get(f"{seeded.url}/tabell/klistra-in")
    return client.submit("/klistra-in", status, text=text).text


def sent(client: PageClient) -> dict[str, str]:
    """The form as a browser sends it back: it drops the line end that follows <textarea>."""
    assert client.page is not None
    fields = client.page.form("/klistra-in").fields
    return {name: value.removeprefix("\r\n") for name, value in fields}


def test_pasted_rows_are_shown_before_anything_is_saved(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.MEMBER)
    text = paste(client, seeded, "Nr\tFråga 1\tFråga 2\tKommentar\n1\tja\tnej\tFör sent\n3\tj\tu")
    assert "2 av 3 ärenden finns bland raderna. 4 svar ändras." in text
    assert "Den första raden lästes som rubriker." in text
    assert saved(app) == []

    fields = sent(client)
    page = client.post(f"{seeded.url}/tabell/klistra-in", {**fields, "act": "save"})
    assert page.h1 == "Bedöm i tabell"
    assert (Answer.NO, "För sent") in saved(app)
    assert len(saved(app)) == 4


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1\t" + "ja\t" * 199, "200 kolumner"),
        ("1\tkanske", "Rad 1, kolumn 2: ”kanske” är inget svar"),
        ("9\tja", "Rad 1, kolumn 1: Nummer 9 finns inte"),
        ("1\tja\n1\tnej", "Rad 2, kolumn 1: Nummer 1 står redan på rad 1"),
        ("", "Klistra in raderna från Excel"),
        ("1\tja\n" * 30_000, "för mycket på en gång"),
    ],
)
def test_rows_that_cannot_be_read_are_told_and_none_is_saved(
    app: Flask, client_of: ClientOf, seeded: Seeded, text: str, sentence: str
) -> None:
    client = client_of(Role.MEMBER)
    assert sentence in paste(client, seeded, text, 422)
    fields = sent(client)
    client.post(f"{seeded.url}/tabell/klistra-in", {**fields, "act": "save"}, 422)
    assert saved(app) == []


def test_a_pasted_comment_that_names_a_case_is_told_with_its_row(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.MEMBER)
    paste(client, seeded, f"Nr\t1\tKommentar\n1\tja\n2\tnej\tSe {seeded.references[1]}")
    fields = sent(client)
    page = client.post(f"{seeded.url}/tabell/klistra-in", {**fields, "act": "save"}, 422)
    assert "Rad 3: Texten nämner en beteckning" in page.text
    assert saved(app) == []


def test_rows_pasted_against_older_answers_are_told_and_shown_again(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    one, other = client_of(Role.MEMBER), client_of(Role.CHAIR)
    paste(one, seeded, "1\tja")
    fields = sent(one)
    paste(other, seeded, "1\tnej")
    theirs = sent(other)
    other.post(f"{seeded.url}/tabell/klistra-in", {**theirs, "act": "save"})
    page = one.post(f"{seeded.url}/tabell/klistra-in", {**fields, "act": "save"}, 409)
    assert "Ja i stället för Nej" in page.text
    assert len(saved(app)) == 1


def test_a_shared_draw_has_a_table_for_each_control(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        plan = make_plan(session, board, decided=True)
        point = make_points(session, board)[0]
        both = [make_occurrence(session, make_control(session, plan), point) for _ in range(2)]
        make_drawn_sample(session, *both, secret=False)
        ids = [(one.id, one.control.criteria[0].id) for one in both]
        session.commit()
        db.session.remove()
    client = client_of(Role.RESPONSIBLE)
    for occurrence_id, criterion in ids:
        client.get(f"/namnd/scn/granskning/{occurrence_id}/tabell")
        client.submit("/tabell", **{f"answer_1_{criterion}": "yes"})
    assert len(saved(app)) == 2


def test_of_very_many_faults_in_pasted_rows_the_first_are_told(
    client_of: ClientOf, seeded: Seeded
) -> None:
    member = client_of(Role.MEMBER)
    member.get(f"{seeded.url}/tabell/klistra-in")
    rows = "\n".join(f"{number}\tja" for number in range(1_000, 9_000))
    page = member.submit("/klistra-in", 422, text=rows)
    assert "Det finns 7900 fel till." in page.text
    assert "Nummer 1099 finns inte" in page.text
    assert "Nummer 1100 finns inte" not in page.text
