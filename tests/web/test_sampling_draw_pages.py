"""The pages of a draw: every method, strata, extension, protocol, verification."""

import hashlib
import io
import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.sampling.models import (
    Draw,
    DrawRound,
    Population,
    PopulationContent,
    SampleItem,
)
from internkontroll.sampling.rules import Item, canonical_population
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.models import TrailRow
from tests.client import Page, PageClient
from tests.factories import (
    Town,
    make_control,
    make_frozen_list,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
    make_seats,
)
from tests.pdf_text import pdf_text

SEED, SECOND = "01234567890123456789", "98765432109876543210"
CASES: list[Item] = [(f"SCN-Ä-{number:04d}", None) for number in range(1, 13)]
INVOICES: list[Item] = [
    (f"V-{number:03d}", amount)
    for number, amount in enumerate([-25_000, 0, *range(10_000, 400_000, 10_000), 9_000_000], 1)
]
ClientOf = Callable[..., PageClient]
Listed = Callable[..., int]


@pytest.fixture
def listed(app: Flask, town: Town) -> Listed:
    """A kontrolltillfälle with a frozen list, by its id."""

    def make(rows: list[Item], *, secret: bool = False, committee: bool = False) -> int:
        with app.app_context(), intent_to_write():
            session = db.session()
            board = session.get_one(Board, town.boards["SCN"])
            control = make_control(
                session,
                make_plan(session, board, decided=True),
                sample_kind=SampleKind.UNSTATED,
                sample_n=None,
            )
            if committee:
                own = session.get_one(Subcommittee, town.subcommittees["IU1"])
                meeting = make_meeting(session, board, own)
                make_seats(session, meeting, town.user_id(Role.MEMBER, "IU1"))
                occurrence = make_occurrence(session, control, meeting=meeting)
            else:
                occurrence = make_occurrence(session, control, make_points(session, board)[0])
            made = occurrence.id
            make_frozen_list(session, occurrence, rows, secret=secret)
            session.commit()
            db.session.remove()
        return made

    return make


def decide(client: PageClient, occurrence_id: int, status: int = 200, **given: str) -> Page:
    client.get(f"/namnd/scn/kontroller/{occurrence_id}/urval")
    return client.submit("/urval", status, **{"n": "5", **given})


def drawn(client: PageClient, occurrence_id: int, **given: Any) -> Page:
    decide(client, occurrence_id, **given)
    return client.submit("/fro", source="dice", digits=SEED, reference="ordförande")


def here(page: Page) -> str:
    """The address of the draw."""
    link = next(each for each in page.reader.links if each.endswith("/protokoll-forseglat.json"))
    return link.removesuffix("/protokoll-forseglat.json")


def count(app: Flask, what: type[object]) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(what)) or 0


@pytest.mark.parametrize("method", ["srs_counter", "systematic", "mus_interval", "mus_cell"])
def test_each_method_is_decided_and_drawn_on_the_screen(
    client_of: ClientOf, listed: Listed, method: str
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = drawn(client, listed(INVOICES), method=method, n="12")
    assert "Stickprovet är draget." in page.text
    if method.startswith("mus"):
        assert "Träffar" in page.text
        assert "12 träffar i beloppen" in page.text
        assert "Utöka stickprovet" not in page.text
    page = client.get(f"{here(page)}/kontroll")
    assert page.h1 == "Verifiera dragningen"
    assert "Allt blev som i protokollet" in page.text


def test_all_rows_are_taken_without_a_number(client_of: ClientOf, listed: Listed) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = drawn(client, listed(CASES), scope="alla", n="")
    assert page.h1 == "Alla granskas"
    assert "Utöka stickprovet" not in page.text


def test_a_number_is_asked_for_where_a_sample_is_drawn(client_of: ClientOf, listed: Listed) -> None:
    page = decide(client_of(Role.RESPONSIBLE), listed(CASES), 422, n="")
    assert "Skriv hur många som ska dras." in page.text


def test_the_sizes_of_the_other_page_are_filled_in(client_of: ClientOf, listed: Listed) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = client.get(f"/namnd/scn/kontroller/{listed(CASES)}/urval?n=7&k=1")
    form = dict(page.form("/urval").fields)
    assert (form["n"], form["k"]) == ("7", "1")
    page = client.submit("/urval")
    assert "högst 1 avvikelse" in page.text


@pytest.mark.parametrize("query", ["n=sju&k=-1", "n=９&k=1e3", "n=" + "9" * 40, "n=%00"])
def test_a_crafted_size_in_the_address_is_passed_over(
    client_of: ClientOf, listed: Listed, query: str
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = client.get(f"/namnd/scn/kontroller/{listed(CASES)}/urval?{query}")
    form = dict(page.form("/urval").fields)
    assert (form["n"], form["k"]) == ("1", "0")


def test_an_allocation_over_strata_is_looked_at_before_it_is_committed_to(
    app: Flask, client_of: ClientOf, listed: Listed
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = decide(client, listed(INVOICES), n="10", limits="1 000; 3 000,50")
    assert "Så fördelas stickprovet" in page.text
    assert "över 1000 till 3000,50 kr" in page.text
    assert count(app, Draw) == 0
    page = client.submit("/urval", n="12")
    assert "Så fördelas stickprovet" in page.text, "another number is another allocation"
    assert count(app, Draw) == 0
    page = client.submit("/urval")
    assert page.h1 == "Stickprov"
    assert count(app, Draw) == 1
    page = client.submit("/fro", source="system")
    assert "Listan är delad i strata." in page.text
    assert "negativa belopp" in page.text


@pytest.mark.parametrize(
    ("limits", "method", "sentence"),
    [
        ("tusen", "srs_ticket", "är inte ett belopp|inget tal|inte ett tal"),
        ("0", "srs_ticket", "större än 0"),
        ("2 000; 1 000", "srs_ticket", "stigande ordning"),
        (";".join(str(n) for n in range(1, 12)), "srs_ticket", "högst 9 gränser"),
        (" ; ", "srs_ticket", "minst en gräns"),
    ],
)
def test_limits_that_cannot_be_are_told_at_their_field(
    app: Flask, client_of: ClientOf, listed: Listed, limits: str, method: str, sentence: str
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = decide(client, listed(INVOICES), 422, n="10", limits=limits, method=method)
    assert re.search(sentence, page.text), page.text
    assert dict(page.form("/urval").fields)["limits"] == " ".join(limits.split())
    assert count(app, Draw) == 0


def test_a_list_without_amounts_is_neither_parted_nor_weighed(
    app: Flask, client_of: ClientOf, listed: Listed
) -> None:
    client, occurrence_id = client_of(Role.RESPONSIBLE), listed(CASES)
    assert "saknar belopp" in decide(client, occurrence_id, 422, limits="1000").text
    assert "inga belopp" in decide(client, occurrence_id, 422, method="mus_cell").text
    assert count(app, Draw) == 0


def test_a_sample_is_extended_with_a_reason_and_digits_of_its_own(
    app: Flask, client_of: ClientOf, listed: Listed
) -> None:
    client = client_of(Role.RESPONSIBLE)
    draw = here(drawn(client, listed(CASES)))
    page = client.get(f"{draw}/utoka")
    assert page.h1 == "Utöka stickprovet"
    assert "7 rader är kvar" in page.text
    page = client.submit("/utoka", 422, n="8", reason="Fler avvikelser än väntat.")
    assert "Skriv 1 till 7" in page.text
    assert "Fler avvikelser än väntat." in page.html
    page = client.submit("/utoka", 422, n="2", reason="")
    assert "Skriv varför stickprovet utökas." in page.text
    page = client.submit("/utoka", n="2", reason="Fler avvikelser än väntat.")
    assert "Dra utökningen" in page.text
    assert count(app, SampleItem) == 5
    page = client.submit("/utoka/fro", 422, source="dice", digits=SEED, reference="ordförande")
    assert "desamma som i en tidigare omgång" in page.text
    assert dict(page.form("/utoka/fro").fields)["digits"] == SEED
    page = client.submit("/utoka/fro", source="dice", digits=SECOND, reference="ordförande")
    assert "Utökningen är dragen." in page.text
    assert "Omgång 2: 2 rader till" in page.text
    assert "7 av 12" in page.text
    assert count(app, SampleItem) == 7
    assert "Allt blev som i protokollet" in client.get(f"{draw}/kontroll").text


def test_sending_an_extension_twice_has_one_effect(
    app: Flask, client_of: ClientOf, listed: Listed
) -> None:
    client = client_of(Role.RESPONSIBLE)
    draw = here(drawn(client, listed(CASES)))
    client.get(f"{draw}/utoka")
    sent = client.page
    assert sent is not None
    for _ in range(2):
        client.page = sent
        client.submit("/utoka", n="2", reason="Fler avvikelser.")
    assert count(app, DrawRound) == 1
    sent = client.page
    for _ in range(2):
        client.page = sent
        client.submit("/utoka/fro", source="system")
    assert count(app, SampleItem) == 7


def test_a_concluded_sample_is_not_extended(
    app: Flask, client_of: ClientOf, listed: Listed
) -> None:
    client, occurrence_id = client_of(Role.RESPONSIBLE), listed(CASES)
    draw = here(drawn(client, occurrence_id))
    client.get(f"{draw}/utoka")
    with app.app_context(), intent_to_write():
        db.session.execute(
            sa.update(Occurrence).where(Occurrence.id == occurrence_id).values(state="performed")
        )
        db.session.commit()
    page = client.submit("/utoka", 409, n="2", reason="Fler avvikelser.")
    assert "lämna tillbaka" in page.text
    assert count(app, DrawRound) == 0


def test_dice_and_the_order_of_the_room_are_asked_for_in_the_individutskott(
    client_of: ClientOf, listed: Listed
) -> None:
    page = decide(client_of(Role.MEMBER, "IU1"), listed(CASES, secret=True, committee=True))
    assert "Så görs dragningen inför de andra" in page.text
    assert dict(page.form("/fro").fields)["source"] == "dice"
    assert "Har du handlagt något av ärendena i listan?" in page.text


def test_no_ceremony_is_asked_for_elsewhere(client_of: ClientOf, listed: Listed) -> None:
    page = decide(client_of(Role.RESPONSIBLE), listed(CASES))
    assert "Så görs dragningen inför de andra" not in page.text
    assert dict(page.form("/fro").fields)["source"] == "system"


def test_the_programs_own_digits_are_told_in_a_neutral_line(
    client_of: ClientOf, listed: Listed
) -> None:
    client = client_of(Role.RESPONSIBLE)
    decide(client, listed(CASES))
    page = client.submit("/fro", source="system")
    assert "Programmets egna, slumpade efter beslutet. Ingen utomstående såg på." in page.text


def test_the_protocol_is_a_pdf_whose_full_form_is_a_recorded_reading(
    app: Flask, client_of: ClientOf, listed: Listed
) -> None:
    client = client_of(Role.RESPONSIBLE)
    draw = here(drawn(client, listed(CASES, secret=True)))
    before = count(app, TrailRow)
    answer = client.raw(f"{draw}/protokoll.pdf")
    assert answer.content_type == "application/pdf"
    assert SEED in pdf_text(answer.data)
    assert count(app, TrailRow) == before + 1
    answer = client.raw(f"{draw}/protokoll-forseglat.pdf")
    assert "Förseglat" in pdf_text(answer.data)
    assert count(app, TrailRow) == before + 1


def test_files_are_verified_on_the_page(app: Flask, client_of: ClientOf, listed: Listed) -> None:
    client = client_of(Role.RESPONSIBLE)
    draw = here(drawn(client, listed(CASES, secret=True)))
    record = client.raw(f"{draw}/protokoll.json").data
    canonical = client.raw(f"{draw}/lista.txt").data
    assert canonical == canonical_population(CASES)

    def hand_in(status: int = 200, **files: bytes) -> Page:
        client.get(f"{draw}/kontroll")
        return client.submit(
            "/kontroll",
            status,
            files={name: (io.BytesIO(content), name) for name, content in files.items()},
        )

    page = hand_in(record=record, population=canonical)
    assert "Det du lämnade in stämmer med dragningen." in page.text
    page = hand_in(422, population=canonical.replace(b"0003", b"0033"))
    assert "Rad 3 är ändrad" in page.text
    page = hand_in(422, record=record.replace(b'"k":0', b'"k":2'))
    assert "antalet avvikelser som får finnas" in page.text
    page = hand_in(422, record=b"")
    assert "Filen är tom" in page.text or "Välj protokollet" in page.text
    page = hand_in(422)
    assert "Välj protokollet, populationsfilen eller båda." in page.text
    assert not list((app.config["INSTANCE_DIR"] / "uploads").iterdir()), "the files are not kept"


def test_what_is_purged_is_told_and_no_longer_offered(
    app: Flask, client_of: ClientOf, listed: Listed
) -> None:
    client = client_of(Role.RESPONSIBLE)
    draw = here(drawn(client, listed(CASES, secret=True)))
    with app.app_context(), intent_to_write():
        db.session.execute(sa.delete(PopulationContent))
        db.session.execute(
            sa.update(Population).values(
                purged_at=app.extensions["clock"](), purge_decision="Nämnden § 5"
            )
        )
        db.session.commit()
    page = client.get(draw)
    assert "Listans beteckningar är gallrade." in page.text
    assert not [link for link in page.reader.links if link.endswith("lista.txt")]
    assert not [link for link in page.reader.links if "forseglat" in link]
    page = client.get(f"{draw}/kontroll")
    assert "Går inte att pröva här" in page.text
    files = {"population": (io.BytesIO(canonical_population(CASES)), "lista.txt")}
    assert "stämmer med dragningen" in client.submit("/kontroll", files=files).text


GUESSES = ("SCN-Ä-0001", "SCN-Ä-0002", "SCN-Ä-0003", "SCN-Ä-0004", "SCN-Ä-0005")


def test_no_guess_of_a_case_can_be_confirmed_by_what_reaches_the_outside(
    app: Flask, client_of: ClientOf, listed: Listed
) -> None:
    cases: list[Item] = [(guess, None) for guess in GUESSES]
    client = client_of(Role.RESPONSIBLE)
    page = drawn(client, listed(cases, secret=True), n="3")
    draw = here(page)
    client.get(f"{draw}/utoka")
    client.submit("/utoka", n="1", reason="En till.")
    client.submit("/utoka/fro", source="dice", digits=SECOND, reference="ordförande")
    reaching = [
        client.raw(f"{draw}/protokoll-forseglat.json").get_data(as_text=True),
        pdf_text(client.raw(f"{draw}/protokoll-forseglat.pdf").data),
    ]
    for role in (Role.CONTROLLER, Role.READER, Role.SECRETARY, Role.UNIT_MANAGER):
        outside = client_of(role)
        reaching += [outside.get(draw).html, outside.get(f"{draw}/kontroll").html]
        for closed in ("protokoll.json", "protokoll.pdf", "lista.txt"):
            assert outside.raw(f"{draw}/{closed}").status_code in {403, 404}
        assert outside.http.post(f"{draw}/kontroll").status_code in {400, 403, 404}
    told = "\n".join(reaching).lower()
    for confirmation in tried_out(cases):
        assert confirmation not in told


def tried_out(cases: list[Item]) -> list[str]:
    """All that one who guessed every case right could compute and look for."""
    found = [case.lower() for case, _ in cases] + [SEED, SECOND]
    for size in range(1, len(cases) + 1):
        for some in itertools.permutations(cases, size):
            found.append(hashlib.sha256(canonical_population(list(some))).hexdigest())
    for case, _ in cases:
        found.append(hashlib.sha256(case.encode()).hexdigest())
    full = hashlib.sha256(canonical_population(cases)).hexdigest()
    for seed in (SEED, SECOND):
        for effective in (f"{seed}|{full}", f"{seed}|{full}|2"):
            found += [hashlib.sha256(f"{effective},{c}".encode()).hexdigest() for c, _ in cases]
    return [*found, *(each[:16] for each in found if len(each) == 64)]
