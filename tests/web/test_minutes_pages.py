"""Underlag till paragraf and the months of a committee, as the screen and the files show them."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import docx
import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.organisation.models import Board, MeetingKind, MeetingState, Subcommittee
from internkontroll.review.models import Answer, ItemResult
from internkontroll.sampling.models import SampleItem
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
    make_points,
)
from tests.pdf_text import pdf_text
from tests.report_rows import sign
from tests.web.beside import change, read
from tests.web.drawn_review import Seeded, seed

ClientOf = Callable[..., PageClient]
MONTHS = "/namnd/scn/utskott/{}/manadsvis/2020"


@pytest.fixture
def seeded(app: Flask, town: Town) -> Seeded:
    return seed(app, town)


@dataclass
class Signed:
    """A meeting whose review is signed by the chair, as the pages reach it."""

    url: str
    occurrence_id: int
    references: list[str]
    committees: dict[str, int]


@pytest.fixture
def signed(app: Flask, town: Town, seeded: Seeded) -> Signed:
    """Three of 21 judged, the second one deviating, the conclusion signed by the chair."""

    def act(session: Any) -> int:
        _name_the_program(session)
        occurrence = session.get_one(Occurrence, seeded.occurrence_id)
        items = session.scalars(sa.select(SampleItem).order_by(SampleItem.position)).all()
        session.add_all(
            ItemResult(
                occurrence_id=occurrence.id,
                item_id=item.id,
                criterion_id=criterion,
                revision=1,
                answer=Answer.NO
                if (item.position, criterion) == (2, seeded.criteria[1])
                else Answer.YES,
                recorded_at=AT,
            )
            for item in items
            for criterion in seeded.criteria
        )
        people = (town.user_id(Role.MEMBER, "IU1"), town.user_id(Role.CHAIR, "IU1"))
        made = sign(session, occurrence, AT, people, reviewed=3, population=21, deviating=1)
        made.text = "Ett beslut var för sent."
        assert occurrence.meeting_id is not None
        return occurrence.meeting_id

    return Signed(
        f"/namnd/scn/sammantraden/{change(app, act)}/underlag",
        seeded.occurrence_id,
        seeded.references,
        town.subcommittees,
    )


def _name_the_program(session: Any) -> None:
    session.execute(sa.text("UPDATE draw SET program = 'internkontroll 1'"))


def readings(app: Flask) -> int:
    return int(
        read(
            app,
            lambda session: session.scalar(
                sa.text("SELECT count(*) FROM trail_row WHERE event = 'minutes:internal-read'")
            ),
        )
    )


def texts_of(client: PageClient, url: str) -> list[str]:
    """What the page, the PDF and the DOCX say."""
    word = docx.Document(io.BytesIO(client.raw(f"{url}.docx").data))
    written = [row.text for row in word.paragraphs] + [
        cell.text for table in word.tables for row in table.rows for cell in row.cells
    ]
    return [
        client.get(url).text,
        pdf_text(client.raw(f"{url}.pdf").data),
        "\n".join(written),
    ]


def test_the_secretary_gets_the_public_part_as_page_pdf_and_word(
    app: Flask, client_of: ClientOf, signed: Signed
) -> None:
    secretary = client_of(Role.SECRETARY)
    page = secretary.get(signed.url)
    assert page.h1 == "Underlag till paragraf, 12 mars 2020"
    for text in texts_of(secretary, signed.url):
        flat = " ".join(text.split())
        assert "3 av 21 ärenden är granskade. 1 av 3 avviker." in flat
        assert "Individutskott 1 beslutar" in flat
        assert "visas inte" in flat
        assert "Är beslutet fattat i tid?" not in flat
        assert "Ett beslut var för sent." not in flat
    answer = secretary.raw(f"{signed.url}.docx")
    assert (
        "filename=underlag-scn-iu1-2020-03-12-offentlig.docx"
        in answer.headers["Content-Disposition"]
    )
    assert readings(app) == 0


def test_the_internal_part_tells_by_running_number_and_is_recorded(
    app: Flask, client_of: ClientOf, signed: Signed
) -> None:
    chair = client_of(Role.CHAIR)
    for text in texts_of(chair, f"{signed.url}-internt"):
        flat = " ".join(text.split())
        assert "Är beslutet fattat i tid? Nej" in flat
        assert "Ett beslut var för sent." in flat
    assert readings(app) == 3
    assert chair.raw(f"{signed.url}-internt").headers["Cache-Control"] == "no-store"


def test_no_case_reference_stands_in_either_part_its_address_or_its_name(
    client_of: ClientOf, signed: Signed
) -> None:
    chair = client_of(Role.CHAIR)
    for url in (signed.url, f"{signed.url}-internt"):
        for text in (*texts_of(chair, url), chair.raw(url).get_data(as_text=True)):
            for reference in signed.references:
                assert reference not in text
                assert reference.removeprefix("SCN ") not in text
        name = chair.raw(f"{url}.pdf").headers["Content-Disposition"]
        assert not any(reference in name for reference in signed.references)


def test_what_is_remarked_on_a_case_stands_in_neither_part(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    change(app, _name_the_program)
    member = client_of(Role.MEMBER)
    member.get(seeded.item(1))
    names = [f"comment_{criterion}" for criterion in seeded.criteria]
    remark = {names[0]: "Anteckning om detta."}
    member.submit("/post/1", **seeded.fields("no", "yes", **remark))
    meeting_id = read(
        app, lambda session: session.get_one(Occurrence, seeded.occurrence_id).meeting_id
    )
    url = f"/namnd/scn/sammantraden/{meeting_id}/underlag"
    for part in (url, f"{url}-internt"):
        assert all("Anteckning om detta" not in text for text in texts_of(member, part))
    assert "Utkast" in member.get(url).text


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.DIRECTOR, Role.READER])
def test_others_of_the_board_see_the_public_part_only(
    app: Flask, client_of: ClientOf, signed: Signed, role: Role
) -> None:
    client = client_of(role)
    page = client.get(signed.url)
    assert "Läs den interna delen" not in page.text
    for end in ("", ".pdf", ".docx"):
        assert client.raw(f"{signed.url}-internt{end}").status_code == 403
    assert readings(app) == 0


def test_the_other_committee_and_the_other_board_find_nothing(
    client_of: ClientOf, signed: Signed
) -> None:
    stranger = client_of(Role.MEMBER, "IU2")
    months = MONTHS.format(signed.committees["IU1"])
    for url in (signed.url, f"{signed.url}-internt"):
        for end in ("", ".pdf", ".docx"):
            assert stranger.raw(url + end).status_code == 404
    assert stranger.raw(months).status_code == 404
    assert stranger.raw(f"{months}.csv").status_code == 404
    other = client_of(Role.CONTROLLER, "AMN")
    assert other.raw(signed.url).status_code == 404
    assert other.raw(signed.url.replace("scn", "amn")).status_code == 404
    assert other.raw(months.replace("scn", "amn")).status_code == 404


def test_a_meeting_of_the_board_has_nothing_and_a_cancelled_one_says_so(
    app: Flask, town: Town, client_of: ClientOf
) -> None:
    def make(session: Any) -> tuple[int, int]:
        board = session.get_one(Board, town.boards["SCN"])
        committee = session.get_one(Subcommittee, town.subcommittees["IU1"])
        cancelled = make_meeting(
            session, board, committee, date(2020, 4, 16), state=MeetingState.CANCELLED
        )
        control = make_control(session, make_plan(session, board, decided=True))
        make_occurrence(session, control, meeting=cancelled, state=OccurrenceState.EXPIRED)
        return cancelled.id, make_meeting(session, board, None, date(2020, 4, 17)).id

    cancelled, boards = change(app, make)
    secretary = client_of(Role.SECRETARY)
    for end in ("", ".pdf", ".docx", "-internt", "-internt.pdf", "-internt.docx"):
        assert secretary.raw(f"/namnd/scn/sammantraden/{boards}/underlag{end}").status_code == 404
    page = secretary.get(f"/namnd/scn/sammantraden/{cancelled}/underlag")
    assert "Sammanträdet är inställt." in page.text
    assert "Kontroll 1" not in page.text


def test_the_one_who_reads_again_does_not_get_the_first_outcomes(
    app: Flask, town: Town, client_of: ClientOf, signed: Signed
) -> None:
    def order(session: Any) -> None:
        session.execute(
            sa.text(
                "INSERT INTO second_reading (occurrence_id, draw_id, n, size, seed, reader_id, "
                "ordered_at) SELECT :occurrence, draw_id, 1, 3, :seed, :reader, :at "
                "FROM draw_occurrence WHERE occurrence_id = :occurrence"
            ),
            {
                "occurrence": signed.occurrence_id,
                "reader": town.user_id(Role.CHAIR, "IU1"),
                "seed": "0" * 20,
                "at": "2020-03-12 09:00:00.000000",
            },
        )

    change(app, order)
    chair = client_of(Role.CHAIR)
    answer = chair.raw(f"{signed.url}-internt.pdf")
    assert answer.status_code == 303
    assert answer.location.endswith("/underlag")
    assert readings(app) == 0


def test_the_months_tell_each_meeting_and_sum_what_is_signed(
    app: Flask, town: Town, client_of: ClientOf, signed: Signed
) -> None:
    def more(session: Any) -> None:
        board = session.get_one(Board, town.boards["SCN"])
        committee = session.get_one(Subcommittee, town.subcommittees["IU1"])
        make_points(session, board)
        first = session.get_one(Occurrence, signed.occurrence_id)
        people = (town.user_id(Role.MEMBER, "IU1"), town.user_id(Role.CHAIR, "IU1"))
        extra = make_meeting(session, board, committee, date(2020, 3, 26), kind=MeetingKind.EXTRA)
        second = make_occurrence(session, first.control, meeting=extra)
        sign(session, second, AT, people, reviewed=2, population=2, deviating=2)
        april = make_meeting(session, board, committee, date(2020, 4, 16))
        waiting = make_occurrence(
            session, first.control, meeting=april, state=OccurrenceState.STARTED
        )
        make_drawn_sample(session, waiting)
        cancelled = make_meeting(
            session, board, committee, date(2020, 5, 14), state=MeetingState.CANCELLED
        )
        make_occurrence(session, first.control, meeting=cancelled, state=OccurrenceState.EXPIRED)

    change(app, more)
    url = MONTHS.format(signed.committees["IU1"])
    page = client_of(Role.CHAIR).get(url)
    assert page.h1 == "Individutskott 1 månadsvis 2020"
    assert "Summa mars: 2 av 2 underskrivna 5 av 23 2 utan avvikelse 3" in page.text
    assert "26 mar 2020 extra" in page.text
    assert "April 2 av 3 5 av 23 2 utan avvikelse 3" in page.text
    assert "Årsbokslut 2 av 3 5 av 23 2 utan avvikelse 3" in page.text
    # The sum of one meeting is that meeting; what is drawn and not signed has no outcome.
    assert "Summa april" not in page.text
    assert "Påbörjad – –" in page.text
    assert "Inställt – –" in page.text
    assert "ingen gemensam gräns" in page.text
    outside = client_of(Role.CONTROLLER).get(url)
    assert "utan avvikelse" not in outside.text
    assert "Summa mars: 2 av 2 underskrivna 5 av 23 3" in outside.text


def test_the_file_of_the_months_has_the_rows_of_the_page(
    client_of: ClientOf, signed: Signed
) -> None:
    url = f"{MONTHS.format(signed.committees['IU1'])}.csv"

    def rows(role: Role) -> list[dict[str, str]]:
        text = client_of(role).raw(url).data.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=";"))

    (inside,), (outside,) = rows(Role.CHAIR), rows(Role.CONTROLLER)
    assert inside["Sammanträde"] == "2020-03-12"
    assert (inside["I listan (N)"], inside["Granskade (n)"], inside["Avviker"]) == ("21", "3", "1")
    assert inside["Utan avvikelse"] == "2"
    assert "Utan avvikelse" not in outside
    assert outside["Avviker"] == "1"
    assert not any(reference in str(inside) for reference in signed.references)


def test_a_year_without_reviews_says_what_to_do(client_of: ClientOf, town: Town) -> None:
    page = client_of(Role.SECRETARY).get(MONTHS.format(town.subcommittees["IU2"]))
    assert "Inga granskningar 2020" in page.text


def test_the_months_ask_the_database_as_often_for_ten_meetings_as_for_one(
    app: Flask, town: Town, client_of: ClientOf, count_queries: Callable[[], Any]
) -> None:
    def make(days: list[date]) -> None:
        def act(session: Any) -> None:
            board = session.get_one(Board, town.boards["SCN"])
            committee = session.get_one(Subcommittee, town.subcommittees["IU1"])
            plan = make_plan(session, board, 2020 if len(days) == 1 else 2019, decided=True)
            plan.year = 2020 if len(days) == 1 else 2021
            control = make_control(session, plan)
            for day in days:
                occurrence = make_occurrence(
                    session,
                    control,
                    meeting=make_meeting(session, board, committee, day),
                    state=OccurrenceState.STARTED,
                )
                make_drawn_sample(session, occurrence)

        change(app, act)

    make([date(2020, 2, 13)])
    make([date(2021, month, 12) for month in range(1, 11)])
    chair = client_of(Role.CHAIR)
    base = MONTHS.format(town.subcommittees["IU1"]).removesuffix("2020")
    chair.get(f"{base}2020")
    with count_queries() as one:
        chair.get(f"{base}2020")
    with count_queries() as ten:
        chair.get(f"{base}2021")
    assert int(ten) == int(one) <= 12
