"""The table of answers and the pasted rows: wrong cells are told, nothing is half saved."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from internkontroll.review.models import Answer, ItemResult, SecondReading
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
from tests.web.test_review_pages import Seeded, judge_all, read, seeded

__all__ = ["seeded"]

ClientOf = Callable[..., PageClient]


def cells(seeded: Seeded, position: int, first: str = "", second: str = "") -> dict[str, str]:
    one, two = seeded.criteria
    return {f"answer_{position}_{one}": first, f"answer_{position}_{two}": second}


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


# -- after the signature ---------------------------------------------------------------------------


def sign_off(client_of: ClientOf, seeded: Seeded) -> PageClient:
    """Judged by the member, signed by the chair; the chair's client."""
    member, chair = client_of(Role.MEMBER), client_of(Role.CHAIR)
    judge_all(member, seeded, "yes", "no", "yes")
    member.get(f"{seeded.url}/slutsats")
    member.submit("/slutsats", text="En av tre avviker.")
    chair.get(f"{seeded.url}/slutsats")
    chair.submit("/underskrift")
    return chair


def test_a_wrong_answer_is_corrected_after_the_signature_by_the_signer_s_leave(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    chair, member = sign_off(client_of, seeded), client_of(Role.MEMBER)
    assert "Är något svar fel?" not in member.get(f"{seeded.url}/slutsats").text
    assert member.get(f"{seeded.url}/tabell").h1 == "Svaren i tabell"
    chair.get(f"{seeded.url}/slutsats")
    assert "Skriv vad som är fel" in chair.submit("/oppna", 422, reason=" ").text
    page = chair.submit("/oppna", reason="Ärende 2 lästes fel.")
    assert "Öppen för rättelse" in page.text

    page = member.get(f"{seeded.url}/tabell")
    assert page.h1 == "Rätta svaren i tabell"
    page = member.submit("/tabell", 422, **cells(seeded, 2, "yes", "yes"))
    assert "Skriv varför svaren rättas." in page.text
    page = member.submit("/tabell", **cells(seeded, 2, "yes", "yes"), reason="Datumet fanns.")
    assert "1 svar är rättat" in page.text
    page = member.submit("/slutsats", text="Inget avviker.")
    assert "Rättad slutsats" in page.text
    page = chair.get(f"{seeded.url}/slutsats")
    assert "Den slutsats som rättas" in page.text
    page = chair.submit("/underskrift")
    assert "Öppen för rättelse" not in page.text
    assert member.get(f"{seeded.url}/tabell").h1 == "Svaren i tabell"


def test_an_opened_conclusion_is_closed_without_a_correction(
    client_of: ClientOf, seeded: Seeded
) -> None:
    chair = sign_off(client_of, seeded)
    chair.get(f"{seeded.url}/slutsats")
    chair.submit("/oppna", reason="Kanske fel.")
    page = chair.submit("/stang")
    assert "Slutsatsen är stängd igen." in page.text
    assert "Är något svar fel?" in page.text


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


# -- read by two -----------------------------------------------------------------------------------


def hand_over(
    client_of: ClientOf, seeded: Seeded, town: Town, n: str = "2"
) -> tuple[PageClient, PageClient]:
    """The member has judged and lets the chair read n of three again."""
    member, chair = client_of(Role.MEMBER), client_of(Role.CHAIR)
    judge_all(member, seeded, "yes", "no", "yes")
    member.get(f"{seeded.url}/las-om")
    member.submit("/las-om", n=n, reader=str(town.user_id(Role.CHAIR, "IU1")))
    return member, chair


def test_the_second_readers_page_asks_as_much_however_many_items_there_are(
    client_of: ClientOf, seeded: Seeded, town: Town, count_queries: Callable[..., Any]
) -> None:
    member, chair = client_of(Role.MEMBER), client_of(Role.CHAIR)
    judge_all(member, seeded, "yes", "no", "yes")
    counts = []
    for n in ("1", "3"):
        member.get(f"{seeded.url}/las-om")
        member.submit("/las-om", n=n, reader=str(town.user_id(Role.CHAIR, "IU1")))
        page = chair.get(f"{seeded.url}/las-om")
        read = next(link for link in page.reader.links if "/las-om/post/" in link)
        chair.get(read)
        with count_queries() as counted:
            chair.get(read)
        counts.append(int(counted))
        if n == "1":
            member.get(f"{seeded.url}/las-om")
            member.submit("/las-om/avbryt", reason="Fler behöver läsas om.")
    assert counts[0] == counts[1] <= 14, "of which four record that the case was opened"


def test_the_second_reader_sees_no_first_answer_before_handing_in(
    app: Flask, client_of: ClientOf, seeded: Seeded, town: Town
) -> None:
    _, chair = hand_over(client_of, seeded, town, "3")
    for path in ("post/1", "tabell", "slutsats", "utvardering"):
        page = chair.get(f"{seeded.url}/{path}")
        assert page.h1 == "Läs om"
        assert "får inte se de första svaren" in page.text
    page = chair.get(f"{seeded.url}/las-om/post/2")
    assert page.h1 == "Läs om ärende 2"
    assert seeded.references[1] in page.text
    assert "checked" not in page.html


def test_a_finding_proposes_no_first_answer_to_the_second_reader(
    client_of: ClientOf, seeded: Seeded, town: Town
) -> None:
    member, chair = client_of(Role.MEMBER), client_of(Role.CHAIR)
    judge_all(member, seeded)
    member.get(seeded.item(2))
    said = {f"comment_{seeded.criteria[1]}": "Tre dagar för sent."}
    member.submit("/post/2", **seeded.fields("yes", "no"), **said)
    finding = seeded.url.replace("/granskning/", "/avvikelser/ny/") + "?post=2"
    assert "Tre dagar för sent." in chair.get(finding).html
    member.get(f"{seeded.url}/las-om")
    member.submit("/las-om", n="3", reader=str(town.user_id(Role.CHAIR, "IU1")))
    assert "Tre dagar för sent." not in chair.get(finding).html


def test_the_seed_of_a_second_reading_of_a_secret_list_is_for_those_who_read_it(
    app: Flask, client_of: ClientOf, seeded: Seeded, town: Town
) -> None:
    member, _ = hand_over(client_of, seeded, town)
    with app.app_context():
        seed = db.session.scalars(sa.select(SecondReading.seed)).one()
    assert seed in member.get(f"{seeded.url}/las-om").html
    page = client_of(Role.READER).get(f"{seeded.url}/las-om")
    assert seed not in page.html
    assert "Visas för den som får läsa stickprovet" in page.text


def test_two_readers_are_compared_and_the_difference_is_settled(
    app: Flask, client_of: ClientOf, seeded: Seeded, town: Town
) -> None:
    member, chair = hand_over(client_of, seeded, town, "3")
    member.get(f"{seeded.url}/slutsats")
    assert "läser om posterna" in member.submit("/slutsats", 409, text="Klart.").text
    for position, second in enumerate(("yes", "yes", "yes"), start=1):
        chair.get(f"{seeded.url}/las-om/post/{position}")
        chair.submit(f"/las-om/post/{position}", **seeded.fields("yes", second))
    page = chair.get(f"{seeded.url}/las-om")
    page = chair.submit("/lamna-in")
    assert "2 av 3" in page.text
    assert "Inte utrett" not in page.text

    page = member.get(f"{seeded.url}/slutsats")
    assert "2 av 3 lika" in page.text
    assert "Skillnader kvar att reda ut" in page.text
    page = member.get(f"{seeded.url}/las-om")
    form = next(form for form in page.reader.forms if "/skillnad/" in form.action)
    key, answer_id = dict(form.fields), form.action.rsplit("/", 1)[1]
    prefix = f"skillnad{answer_id}-"
    wrong = {**key, f"{prefix}answer": "yes"}
    assert "Skriv varför svaret ska vara så." in member.post(form.action, wrong, 422).text
    page = member.post(form.action, {**wrong, f"{prefix}reason": "Datumet fanns."})
    assert "Skillnaden är utredd." in page.text
    member.get(f"{seeded.url}/slutsats")
    page = member.submit("/slutsats", text="Inget avviker.")
    assert "Avvikande 0 av 3" in page.text


def test_who_is_not_the_reader_is_sent_away_and_an_odd_order_is_refused(
    app: Flask, client_of: ClientOf, seeded: Seeded, town: Town
) -> None:
    member = client_of(Role.MEMBER)
    judge_all(member, seeded)
    page = member.get(f"{seeded.url}/las-om")
    page = member.submit("/las-om", 422, n="9", reader=str(town.user_id(Role.CHAIR, "IU1")))
    assert "mellan 1 och 3" in page.text
    page = member.submit("/las-om", 422, n="2", reader="99999")
    assert page.status == 422
    member.submit("/las-om", n="2", reader=str(town.user_id(Role.CHAIR, "IU1")))
    page = member.get(f"{seeded.url}/las-om/post/1")
    assert page.h1 == "Läs om"
    assert "En annan person är vald" in page.text


def test_a_reading_is_broken_off_with_a_reason_that_stays(
    client_of: ClientOf, seeded: Seeded, town: Town
) -> None:
    member, chair = hand_over(client_of, seeded, town)
    chair.get(f"{seeded.url}/las-om")
    assert "Skriv varför läsningen avbryts." in chair.submit("/avbryt", 422, reason="").text
    page = chair.submit("/avbryt", reason="Hinner inte.")
    assert "Hinner inte." in page.text
    assert chair.get(f"{seeded.url}/slutsats").h1 == "Slutsats"
    assert "Välj poster och lämna över" in member.get(f"{seeded.url}/las-om").text
