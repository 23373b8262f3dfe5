"""A second reader, and answers corrected after the signature, as the screen does them."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db
from internkontroll.review.models import SecondReading
from tests.client import PageClient
from tests.factories import Town
from tests.web.drawn_review import ClientOf, Seeded, cells, judge_all, seed


@pytest.fixture
def seeded(app: Flask, town: Town) -> Seeded:
    return seed(app, town)


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
    assert counts[0] == counts[1] <= 12, "of which four record that the case was opened"


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
