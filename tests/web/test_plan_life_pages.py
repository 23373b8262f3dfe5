"""A plan's way through the board, its revision, and a schedule that changes, through the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, Meeting, MeetingKind, Subcommittee
from internkontroll.plan.models import Control, Plan, PlanTreatment
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.models import Occurrence, OccurrenceMove, OccurrenceState
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import (
    Town,
    make_control,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
)
from tests.web.beside import ask

ClientOf = Callable[..., PageClient]
DECISION = {"decided_on": "14 jan 2020", "paragraph": "7", "registry_number": "SCN-2019-0598"}


@dataclass
class Ids:
    """What the tests need to find."""

    plan: int
    controls: list[int]
    meeting: int
    of_meeting: int
    of_point: int


def made(app: Flask, town: Town, *, decided: bool) -> Ids:
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        (april, *_) = make_points(session, board)
        plan = make_plan(session, board, decided=decided)
        committee = session.get_one(Subcommittee, town.subcommittees["IU1"])
        meeting = make_meeting(session, board, committee, date(2020, 3, 12))
        make_meeting(session, board, committee, date(2020, 2, 12))
        controls = [
            make_control(session, plan, text="Utskottet granskar", frequency=Frequency.PER_MEETING),
            make_control(session, plan, text="Attest finns"),
            make_control(session, plan, text="Tips följs upp", frequency=Frequency.ON_DEMAND),
        ]
        ids = Ids(plan.id, [row.id for row in controls], meeting.id, 0, 0)
        if decided:
            ids.of_meeting = make_occurrence(session, controls[0], meeting=meeting).id
            ids.of_point = make_occurrence(session, controls[1], april, due_on=date(2020, 5, 7)).id
        session.commit()
        session.close()
    return ids


@pytest.fixture
def draft(app: Flask, town: Town) -> Ids:
    return made(app, town, decided=False)


@pytest.fixture
def standing(app: Flask, town: Town) -> Ids:
    return made(app, town, decided=True)


def prepared(client: PageClient, plan_id: int) -> Page:
    client.get(f"/namnd/scn/planer/{plan_id}/rontgen")
    return client.submit(f"/planer/{plan_id}/bered")


def change_method(app: Flask, control_id: int) -> None:
    with app.app_context(), intent_to_write():
        db.session().get_one(Control, control_id).method_text = "Alla underlag gås igenom."
        db.session().commit()


def test_a_plan_is_prepared_sent_back_and_decided_with_its_history(
    app: Flask, client_of: ClientOf, draft: Ids
) -> None:
    client = client_of(Role.CONTROLLER)
    page = prepared(client, draft.plan)
    assert "Planen är beredd och låst." in page.text
    page = client.submit(f"/planer/{draft.plan}/beslut", 422, outcome="referred_back", **DECISION)
    assert "Skriv varför nämnden återremitterade planen." in page.text
    assert dict(page.form(f"/planer/{draft.plan}/beslut").fields)["paragraph"] == "7"
    assert ask(app, sa.select(sa.func.count()).select_from(PlanTreatment)) == 0
    page = client.submit(
        f"/planer/{draft.plan}/beslut",
        outcome="referred_back",
        reason="Riskerna behöver värderas.",
        **DECISION,
    )
    assert "Återremissen är registrerad." in page.text
    prepared(client, draft.plan)
    page = client.submit(
        f"/planer/{draft.plan}/beslut",
        **{**DECISION, "paragraph": "22"},
        attachment_of="Verksamhetsplan 2020",
        attachment="Bilaga 3",
    )
    assert "Beslutad" in page.text
    page = client.get(f"/namnd/scn/planer/{draft.plan}/versioner")
    for words in ("Återremiss", "Riskerna behöver värderas.", "Bifall", "§ 22", "Bilaga 3"):
        assert words in page.text


def test_what_the_board_changed_is_shown_beside_the_proposal(
    app: Flask, client_of: ClientOf, draft: Ids
) -> None:
    client = client_of(Role.CONTROLLER)
    prepared(client, draft.plan)
    page = client.submit(f"/planer/{draft.plan}/andra-vid-beslut")
    assert "Ändras vid beslut" in page.text
    client.get(f"/namnd/scn/planer/{draft.plan}/rontgen")
    page = client.submit(f"/planer/{draft.plan}/beslut", 422, **DECISION)
    assert "Inget skiljer planen från förslaget." in page.text
    change_method(app, draft.controls[1])
    client.get(f"/namnd/scn/planer/{draft.plan}/rontgen")
    page = client.submit(f"/planer/{draft.plan}/beslut", **DECISION)
    page = client.get(f"/namnd/scn/planer/{draft.plan}/versioner")
    assert "Det nämnden ändrade i förslaget" in page.text
    assert "Stickprov på fem underlag. Alla underlag gås igenom." in page.text
    assert "Bifall med ändring" in page.text


def test_a_tabled_plan_says_when_it_comes_up_again(client_of: ClientOf, draft: Ids) -> None:
    client = client_of(Role.SECRETARY)
    prepared(client, draft.plan)
    client.submit(
        f"/planer/{draft.plan}/beslut", outcome="tabled", next_on="22 jan 2020", **DECISION
    )
    page = client.get(f"/namnd/scn/planer/{draft.plan}/rontgen")
    assert "Den tas upp igen 22 januari 2020." in page.text


def test_a_prepared_plan_is_taken_back_with_a_reason_that_is_kept_when_refused(
    client_of: ClientOf, draft: Ids
) -> None:
    client = client_of(Role.CONTROLLER)
    prepared(client, draft.plan)
    client.get(f"/namnd/scn/planer/{draft.plan}/ta-tillbaka")
    page = client.submit(f"/planer/{draft.plan}/ta-tillbaka", 422, reason="Rör 19811218-9876.")
    assert "personnummer" in page.text
    assert "Rör 19811218-9876." in dict(page.form("/ta-tillbaka").fields)["reason"]
    page = client.submit(f"/planer/{draft.plan}/ta-tillbaka", reason="En kontroll saknas.")
    assert "Utkast" in page.text


def test_the_same_button_pressed_twice_prepares_once(
    app: Flask, client_of: ClientOf, draft: Ids
) -> None:
    client = client_of(Role.CONTROLLER)
    page = client.get(f"/namnd/scn/planer/{draft.plan}/rontgen")
    fields = dict(page.form("/bered").fields)
    for _ in range(2):
        page = client.post(f"/namnd/scn/planer/{draft.plan}/bered", fields, 200)
        assert page.h1 == "Granskning av plan 2020"
    assert ask(app, sa.select(Plan.row_version).where(Plan.id == draft.plan)) == 2


def test_a_revision_is_started_dropped_started_and_decided(
    app: Flask, client_of: ClientOf, standing: Ids
) -> None:
    client = client_of(Role.CONTROLLER)
    for _ in range(2):
        client.get(f"/namnd/scn/planer/{standing.plan}/revidera")
        page = client.submit(f"/planer/{standing.plan}/revidera", reason="Ny lag från i sommar.")
        assert "Revisionen är påbörjad." in page.text
        new = ask(app, sa.select(sa.func.max(Plan.id)))
        if ask(app, sa.select(sa.func.count()).select_from(PlanTreatment)) == 0 and _ == 0:
            client.get(f"/namnd/scn/planer/{new}/versioner")
            client.submit(f"/planer/{new}/ta-bort-revision")
    with app.app_context():
        changed = db.session.scalar(
            sa.select(Control.id).where(Control.plan_id == new, Control.number == 2)
        )
    change_method(app, changed)
    page = client.get(f"/namnd/scn/planer/{new}/versioner")
    assert "Ändrat sedan version 1" in page.text
    assert "Ny lag från i sommar." in page.text
    client.get(f"/namnd/scn/planer/{new}/rontgen")
    page = client.submit(f"/planer/{new}/beslut", **DECISION)
    assert "1 följde med till den nya versionen, 1 utgick" in page.text
    page = client.get(f"/namnd/scn/kontroller/{standing.of_point}")
    assert "Planen reviderades 14 januari 2020: Ny lag från i sommar." in page.text


def test_the_verification_is_added_on_the_page(client_of: ClientOf, standing: Ids) -> None:
    client = client_of(Role.SECRETARY)
    client.get(f"/namnd/scn/planer/{standing.plan}/versioner")
    page = client.submit(f"/planer/{standing.plan}/justering", 422, verified_on="1 dec 2019")
    assert "före beslutet" in page.text
    page = client.submit(f"/planer/{standing.plan}/justering", verified_on="23 dec 2019")
    assert "Justeringen är registrerad." in page.text


def test_an_occurrence_is_moved_and_tells_from_which_day_and_why(
    app: Flask, client_of: ClientOf, standing: Ids
) -> None:
    client = client_of(Role.RESPONSIBLE)
    url = f"/kontroller/{standing.of_point}/flytta"
    client.get(f"/namnd/scn{url}")
    page = client.submit(url, 422, due_on="20 maj", reason="")
    assert dict(page.form("/flytta").fields)["due_on"] == "20 maj"
    page = client.submit(url, due_on="20 maj", reason="Systemet byts i maj.")
    assert "Från 7 maj 2020 till 20 maj 2020. Systemet byts i maj." in page.text
    assert ask(app, sa.select(sa.func.count()).select_from(OccurrenceMove)) == 1


def test_the_slower_mover_sees_both_days(client_of: ClientOf, standing: Ids) -> None:
    slow, fast = client_of(Role.CONTROLLER), client_of(Role.RESPONSIBLE)
    url = f"/kontroller/{standing.of_point}/flytta"
    slow.get(f"/namnd/scn{url}")
    fast.get(f"/namnd/scn{url}")
    fast.submit(url, due_on="2020-05-20", reason="Ett.")
    page = slow.submit(url, 409, due_on="2020-06-03", reason="Två.")
    assert "2020-05-20" in page.text
    assert dict(page.form("/flytta").fields)["due_on"] == "2020-06-03"
    page = slow.submit(url, due_on="2020-06-03", reason="Två.")
    assert "Från 20 maj 2020 till 3 juni 2020. Två." in page.text


def test_a_late_one_cannot_be_moved(
    client_of: ClientOf, standing: Ids, clock: MovableClock
) -> None:
    clock.move_to(2020, 5, 8)
    client = client_of(Role.CONTROLLER)
    url = f"/kontroller/{standing.of_point}/flytta"
    assert "Flytta</a>" not in client.raw(f"/namnd/scn/kontroller/{standing.of_point}").text
    client.get(f"/namnd/scn{url}")
    page = client.submit(url, 409, due_on="2020-06-03", reason="Hann inte.")
    assert "kan inte flyttas längre" in page.text


def test_a_meeting_is_moved_then_called_off_and_the_next_frame_takes_its_cases_in(
    app: Flask, client_of: ClientOf, standing: Ids
) -> None:
    client = client_of(Role.SECRETARY)
    url = f"/sammantraden/{standing.meeting}"
    client.get(f"/namnd/scn{url}")
    page = client.submit(url, held_on="19 mars", reason="Lokalen är upptagen.")
    assert page.h1 == "Sammanträdet 19 mars 2020"
    assert "1 kontroll flyttades." in page.text
    client.get(f"/namnd/scn{url}/stall-in")
    page = client.submit(f"{url}/stall-in", reason="För få ledamöter kunde komma.")
    assert "1 kontroll utgick." in page.text
    assert "Inställt" in page.text
    page = client_of(Role.CONTROLLER).get(f"/namnd/scn/kontroller/{standing.of_meeting}")
    assert "Sammanträdet ställdes in: För få ledamöter kunde komma." in page.text


def test_a_meeting_whose_day_has_passed_says_what_to_do_instead(
    app: Flask, client_of: ClientOf, standing: Ids, clock: MovableClock
) -> None:
    clock.move_to(2020, 3, 12, hour=22)
    clock.forward(minutes=50)
    client = client_of(Role.SECRETARY)
    url = f"/sammantraden/{standing.meeting}"
    assert "Flytta till en annan dag" in client.get(f"/namnd/scn{url}").text
    clock.forward(minutes=20)  # past midnight in Sweden
    page = client.submit(url, 409, held_on="19 mars", reason="Lokalen är upptagen.")
    assert "kan inte flyttas" in page.text
    page = client.get(f"/namnd/scn{url}")
    assert "Flytta till en annan dag" not in page.text
    assert "ställer du in sammanträdet" in page.text
    with app.app_context(), intent_to_write():
        db.session.get_one(Occurrence, standing.of_meeting).state = OccurrenceState.PERFORMED
        db.session.commit()
        db.session.remove()
    page = client.get(f"/namnd/scn{url}")
    assert "Sammanträdet har hållits" in page.text
    assert "ställer du in" not in page.text


def test_an_extra_meeting_is_added_as_such(app: Flask, client_of: ClientOf, town: Town) -> None:
    client = client_of(Role.SECRETARY)
    url = f"/ar/2020/sammantraden/{town.subcommittees['IU1']}"
    client.get(f"/namnd/scn{url}")
    client.submit(url, dates="2020-05-05", kind="extra")
    assert ask(app, sa.select(Meeting.kind)) is MeetingKind.EXTRA


def test_a_control_vid_behov_is_added_from_its_page(
    app: Flask, client_of: ClientOf, standing: Ids
) -> None:
    client = client_of(Role.CONTROLLER)
    page = client.get(f"/namnd/scn/kontrollmoment/{standing.controls[2]}")
    assert "Lägg till en kontroll vid behov" in page.text
    url = f"/kontrollmoment/{standing.controls[2]}/vid-behov"
    client.get(f"/namnd/scn{url}")
    page = client.submit(url, due_on="3 feb", reason="Ett tips har kommit in.")
    assert "Ett tips har kommit in." in page.text
    assert ask(app, sa.select(Occurrence.due_on).where(Occurrence.origin == "demand:1")) == date(
        2020, 2, 3
    )


@pytest.mark.parametrize(
    "path", ["planer/{plan}/versioner", "sammantraden/{meeting}", "kontroller/{of_point}/flytta"]
)
def test_another_boards_things_do_not_exist(client_of: ClientOf, standing: Ids, path: str) -> None:
    client_of(Role.CONTROLLER, "AMN").get(f"/namnd/amn/{path.format(**vars(standing))}", 404)
