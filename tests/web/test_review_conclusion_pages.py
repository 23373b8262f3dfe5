"""The conclusion, the two persons behind it, and who sees what: as the screen shows it."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.review.models import Conclusion
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.client import PageClient
from tests.factories import Town
from tests.web.beside import read
from tests.web.drawn_review import ClientOf, Seeded, conclude, judge_all, seed, typed


@pytest.fixture
def seeded(app: Flask, town: Town) -> Seeded:
    return seed(app, town)


def test_the_conclusion_tells_what_the_sample_proves(client_of: ClientOf, seeded: Seeded) -> None:
    client = client_of(Role.MEMBER)
    judge_all(client, seeded, "yes", "no", "yes")
    page = client.get(f"{seeded.url}/slutsats")
    assert "Stickprov 3 av 21" in page.text
    assert "Avvikande 1 av 3" in page.text
    assert "1 av 3 granskade ärenden har en avvikelse." in page.text
    assert seeded.references[0] not in page.html
    page = client.submit("/slutsats", 422, text="")
    assert "Slutsatsen saknas." in page.text
    page = client.submit("/slutsats", text="En av tre avviker.")
    assert "Förslaget är lämnat till utskottet. Ordföranden bekräftar utfallet." in page.text
    assert "Väntar på att ordföranden bekräftar" in page.text
    assert "underskrift" not in page.text
    assert not [form for form in page.reader.forms if form.action.endswith("/underskrift")]


def test_an_unfinished_review_is_not_concluded(client_of: ClientOf, seeded: Seeded) -> None:
    client = client_of(Role.MEMBER)
    client.get(f"{seeded.url}/slutsats")
    page = client.submit("/slutsats", 409, text="Klart ändå.")
    assert "Besvara alla frågor för nummer 1, 2 och 3." in page.text
    assert typed(page, "/slutsats", "text") == "Klart ändå."


def test_another_person_signs(app: Flask, client_of: ClientOf, seeded: Seeded) -> None:
    tester = client_of(Role.MEMBER)
    judge_all(tester, seeded)
    conclude(tester, seeded)
    signer = client_of(Role.CHAIR)
    signer.get(f"{seeded.url}/slutsats")
    page = signer.submit("/slutsats/underskrift")
    assert "Slutsatsen är underskriven." in page.text
    assert "Lämna tillbaka" not in page.text
    occurrence = read(app, lambda s: s.get_one(Occurrence, seeded.occurrence_id).state)
    assert occurrence is OccurrenceState.APPROVED
    page = tester.get(seeded.item(1))
    assert not [form for form in page.reader.forms if form.action.endswith("/post/1")]


def test_the_tester_cannot_sign_by_a_crafted_request(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    chair, member = client_of(Role.CHAIR), client_of(Role.MEMBER)
    judge_all(member, seeded)
    conclude(chair, seeded)
    page = chair.get(f"{seeded.url}/slutsats")
    assert "Någon annan skriver under." in page.text
    assert not [form for form in page.reader.forms if form.action.endswith("/underskrift")]
    token = dict(page.form("/slutsats/aterlamning").fields)["csrf_token"]
    page = chair.post(
        f"{seeded.url}/slutsats/underskrift", {"csrf_token": token, "key": "a" * 24}, 422
    )
    assert "Någon annan måste skriva under." in page.text
    page = member.get(f"{seeded.url}/slutsats")
    token = dict(page.form("/logga-ut").fields)["csrf_token"]
    member.post(f"{seeded.url}/slutsats/underskrift", {"csrf_token": token, "key": "b" * 24}, 403)
    signed = read(app, lambda s: s.scalars(sa.select(Conclusion.signed_by_id)).one())
    assert signed is None


def test_nobody_signs_another_text_than_the_one_they_read(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    tester, slow, quick = (
        client_of(Role.MEMBER),
        client_of(Role.CHAIR),
        client_of(Role.CHAIR),
    )
    judge_all(tester, seeded)
    conclude(tester, seeded)
    slow.get(f"{seeded.url}/slutsats")
    quick.get(f"{seeded.url}/slutsats")
    quick.submit("/slutsats/aterlamning", reason="Motivera ärende 2.")
    conclude(tester, seeded, "En annan text.")
    page = slow.submit("/slutsats/underskrift", 409)

    assert "skriven på nytt sedan du öppnade sidan" in page.text
    assert "En annan text." in page.text
    slow.submit("/slutsats/underskrift")
    signed = read(app, lambda s: s.scalars(sa.select(Conclusion).where(Conclusion.signed_at)).one())
    assert signed.text == "En annan text."


def test_sending_back_opens_the_answers_again(client_of: ClientOf, seeded: Seeded) -> None:
    tester, signer = client_of(Role.MEMBER), client_of(Role.CHAIR)
    judge_all(tester, seeded)
    conclude(tester, seeded)
    signer.get(f"{seeded.url}/slutsats")
    page = signer.submit("/slutsats/aterlamning", 422, reason="")
    assert "Skriv vad som behöver ändras" in page.text
    signer.submit("/slutsats/aterlamning", reason="Motivera ärende 2.")
    page = tester.get(f"{seeded.url}/slutsats")
    assert "Motivera ärende 2." in page.text
    tester.get(seeded.item(2))
    tester.submit("/post/2", **seeded.fields("no"))
    conclude(tester, seeded, "Nu med skäl.")
    assert "Nu med skäl." in tester.page.text


@pytest.mark.parametrize("path", ["/post/1", "/slutsats"])
def test_the_walls(client_of: ClientOf, client: PageClient, seeded: Seeded, path: str) -> None:
    client_of(Role.MEMBER, "IU2").get(seeded.url + path, 404)
    client_of(Role.RESPONSIBLE, "AMN").get(seeded.url + path, 404)
    client_of(Role.MEMBER, "AMN").get(seeded.url.replace("scn", "amn") + path, 404)
    client_of(Role.ADMINISTRATOR).get(seeded.url + path, 404)
    assert client.get(seeded.url + path).h1 == "Logga in"
    client_of(Role.READER).get(seeded.url + path)


def test_readers_see_the_outcome_but_neither_reference_nor_comment(
    client_of: ClientOf, seeded: Seeded
) -> None:
    member = client_of(Role.MEMBER)
    member.get(seeded.item(1))
    comment = {f"comment_{seeded.criteria[0]}": "Skolans yttrande saknas."}
    member.submit("/post/1", **seeded.fields("no", "yes", **comment))
    page = client_of(Role.READER).get(seeded.item(1))
    assert "Nej" in page.text
    assert "Skolans yttrande" not in page.text
    assert not [form for form in page.reader.forms if form.action.endswith("/post/1")]


def test_the_menu_and_the_way_back_show_that_a_step_belongs_to_the_controls(
    client_of: ClientOf, seeded: Seeded
) -> None:
    text = client_of(Role.MEMBER).get(seeded.item(1)).html

    current = re.findall(r'<a href="[^"]*" aria-current="page">([^<]+)</a>', text)
    assert current == ["Kontroller"]
    crumbs = text.split('class="crumbs"')[1].split("</nav>")[0]
    assert re.search(r'<a href="[^"]*/kontroller[^"]*ar=\d{4}">Kontroller \d{4}</a>', crumbs)
