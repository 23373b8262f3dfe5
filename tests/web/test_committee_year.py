"""A year of two individutskott: ten meetings each, with what a year brings, recounted by SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Role
from internkontroll.core.clock import start_of_day
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Meeting
from internkontroll.review.models import Answer
from internkontroll.review.services import (
    confirm_outcome,
    judge_item,
    prepare_review,
    write_conclusion,
)
from internkontroll.sampling.models import Population, SampleItem, SeedSource, SelectionMethod
from internkontroll.sampling.services import commit_draw, seed_draw
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.services import name_verifier
from tests.client import Page, PageClient
from tests.committee_year import (
    APRIL,
    DAY_OF,
    DICE,
    KINDS,
    MONTHS,
    WHOLE_YEAR,
    Sittings,
    list_cases,
    make_sittings,
    recounts,
)
from tests.conftest import MovableClock
from tests.factories import (
    PASSWORD,
    Town,
    actor_of,
)


@dataclass(kw_only=True)
class CommitteeYear(Sittings):
    """The app with both committees' meetings of 2020 and their occurrences."""

    app: Flask
    town: Town
    clock: MovableClock

    def logged_in(self, username: str) -> PageClient:
        client = PageClient(self.app)
        client.log_in(username, PASSWORD)
        return client

    def client(self, role: Role, committee: str = "SCN") -> PageClient:
        return self.logged_in(self.town.account(role, committee)[0])

    def evening_before(self, committee: str, month: int) -> None:
        self.clock.move_to(2020, month, DAY_OF[committee] - 1, 18)

    def write(self, act: Callable[[Session], None]) -> None:
        with self.app.app_context(), intent_to_write():
            act(db.session())
            db.session.commit()
            db.session.remove()

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with self.app.app_context():
            found = [tuple(row) for row in db.session.execute(sa.text(statement))]
            db.session.remove()
        return found

    def list_of(self, committee: str, month: int, size: int = 9) -> None:
        name = f"{committee}-{month:02d}"
        self.write(
            lambda session: list_cases(session, self.occurrences[committee, month], name, size)
        )

    def prepare(self, committee: str, month: int, substitute: bool = False) -> Page:
        """On the screen: the chair names who draws, and takes the kind that is in turn."""
        chair = self.client(Role.CHAIR, committee)
        chair.get(self.meeting_url(committee, month))
        chair.submit(
            "/justerare",
            verifier=str(self.town.user_id(Role.MEMBER, committee)),
            substitute=str(self.user_id(self.second[committee])) if substitute else "",
        )
        chair.get(self.url(committee, month, "/slag"))
        return chair.submit("/slag", protected="1")

    def user_id(self, username: str) -> int:
        found = {
            name: number for number, name in self.rows("SELECT id, username FROM user_account")
        }
        return int(str(found[username]))

    def draw(self, client: PageClient, committee: str, month: int) -> Page:
        occurrence = self.occurrences[committee, month]
        client.get(f"/namnd/scn/kontroller/{occurrence}/urval")
        client.submit("/urval")
        return client.submit(
            "/fro", source="dice", digits=DICE, reference="ordförande", handled="none"
        )

    def judge(
        self, client: PageClient, committee: str, month: int, position: int, answer: str | None
    ) -> Page:
        """One case at the table: one press where all is well, else the answer and one press."""
        page = client.get(self.url(committee, month, f"/arende/{position}"))
        name = next(n for n in page.form(f"/arende/{position}").names if n.startswith("answer_"))
        if answer is None:
            form = page.form(f"/arende/{position}")
            return client.post(form.action, {**dict(form.fields), "after": "all-yes"})
        return client.submit(f"/arende/{position}", **{name: answer})

    def hand_in(self, client: PageClient, committee: str, month: int) -> None:
        client.get(f"/namnd/scn/granskning/{self.occurrences[committee, month]}/slutsats")
        client.submit("/slutsats", text="Granskningen är gjord enligt planen.")

    def confirm(self, committee: str, month: int) -> Page:
        self.clock.move_to(2020, month, DAY_OF[committee], 14)
        chair = self.client(Role.CHAIR, committee)
        chair.get(self.url(committee, month, "/utfall"))
        return chair.submit("/utfall")

    def quiet_meeting(self, committee: str, month: int, deviating: int = 0) -> None:
        """A meeting at which nothing out of the ordinary happens, by the verbs alone."""
        self.list_of(committee, month)

        def act(session: Session) -> None:
            occurrence = session.get_one(Occurrence, self.occurrences[committee, month])
            at = start_of_day(occurrence.scheduled_on - timedelta(days=1))
            chair = actor_of(session.get_one(User, self.town.user_id(Role.CHAIR, committee)))
            member = actor_of(session.get_one(User, self.town.user_id(Role.MEMBER, committee)))
            name_verifier(
                session,
                session.get_one(Meeting, self.meetings[committee, month]),
                verifier_id=member.user_id or 0,
                substitute_id=None,
                row_version=0,
                actor=chair,
                at=at,
            )
            kind = KINDS[MONTHS.index(month) % 3]
            prepare_review(
                session,
                occurrence,
                case_kind=kind,
                protected=0,
                row_version=0,
                actor=chair,
                at=at,
            )
            population = session.scalars(
                sa.select(Population).where(Population.occurrence_id == occurrence.id)
            ).one()
            drawn = commit_draw(
                session,
                population,
                [occurrence],
                method=SelectionMethod.SRS_TICKET,
                n=3,
                actor=member,
                at=at,
            )
            seed_draw(
                session,
                drawn,
                source=SeedSource.SYSTEM,
                handled_rows=(),
                actor=member,
                at=at,
            )
            items = session.scalars(sa.select(SampleItem).where(SampleItem.draw_id == drawn.id))
            criterion = occurrence.control.criteria[0].id
            for item in items.all():
                answer = Answer.NO if item.position <= deviating else Answer.YES
                judge_item(
                    session, occurrence, item, {criterion: (answer, None)}, actor=member, at=at
                )
            write_conclusion(session, occurrence, "Gjort enligt planen.", actor=member, at=at)
            confirm_outcome(session, occurrence, "", actor=chair, at=at + timedelta(days=1))

        self.write(act)


@pytest.fixture
def year(app: Flask, town: Town, clock: MovableClock) -> CommitteeYear:
    with app.app_context(), intent_to_write():
        sittings = make_sittings(db.session(), town, {"IU2": date(2020, 5, 27)})
        db.session.commit()
        db.session.remove()
    return CommitteeYear(app=app, town=town, clock=clock, **vars(sittings))


def test_a_year_of_two_individutskott(year: CommitteeYear) -> None:
    for month in (1, 2):
        year.quiet_meeting("IU1", month, deviating=month - 1)
    for month in (1, 2, 3, 4, 5):
        year.quiet_meeting("IU2", month)

    # March, IU1: the justerare steps aside from case 1, another member judges it.
    year.evening_before("IU1", 3)
    assert (
        "På tur: avslutade utan åtgärd."
        in year.client(Role.CHAIR, "IU1").get(year.url("IU1", 3, "/slag")).text
    )
    year.list_of("IU1", 3)
    page = year.prepare("IU1", 3)
    assert "Ej avstämd" in page.text
    assert "föredras muntligt" in page.text
    justerare = year.client(Role.MEMBER, "IU1")
    year.draw(justerare, "IU1", 3)
    justerare.get(year.url("IU1", 3, "/jav"))
    justerare.submit(
        "/jav", user=str(year.town.user_id(Role.MEMBER, "IU1")), member="", position="1"
    )
    page = justerare.get(year.url("IU1", 3, "/arende/1"))
    assert "Du har anmält jäv" in page.text
    assert not [f for f in page.reader.forms if f.action.endswith("/arende/1")]
    year.judge(year.logged_in(year.second["IU1"]), "IU1", 3, 1, None)
    year.judge(justerare, "IU1", 3, 2, "no")
    year.judge(justerare, "IU1", 3, 3, None)
    year.hand_in(justerare, "IU1", 3)
    page = year.confirm("IU1", 3)
    assert "Utskottets utfall är bekräftat." in page.text
    assert "member.iu1, ärende 1" in page.text

    # April, IU1: called off. Its cases belong to the next ordinary meeting's frame.
    controller = year.client(Role.CONTROLLER)
    controller.get(f"/namnd/scn/sammantraden/{year.meetings['IU1', 4]}/stall-in")
    controller.submit("/stall-in", reason="För få kan komma.")
    page = year.client(Role.CHAIR, "IU1").get(year.meeting_url("IU1", 4))
    assert "Stickprovet har utgått." in page.text
    page = year.client(Role.CHAIR, "IU1").get(year.meeting_url("IU1", 5))
    assert "sedan 12 mars 2020" in page.text
    assert "Det inställda sammanträdets ärenden (12 april 2020) ingår." in page.text

    # May, IU1: the one who takes the justerare's place draws.
    year.evening_before("IU1", 5)
    year.list_of("IU1", 5)
    year.prepare("IU1", 5, substitute=True)
    substitute = year.logged_in(year.second["IU1"])
    year.draw(substitute, "IU1", 5)
    for position in (1, 2, 3):
        year.judge(substitute, "IU1", 5, position, None)
    year.hand_in(substitute, "IU1", 5)
    year.confirm("IU1", 5)

    # The extra meeting has no sample; its decisions belong to June's frame, which has two cases.
    year.evening_before("IU2", 6)
    page = year.client(Role.CHAIR, "IU2").get(year.meeting_url("IU2", 0))
    assert "Inget stickprov till ett extra sammanträde" in page.text
    year.list_of("IU2", 6, size=2)
    page = year.prepare("IU2", 6)
    assert "Det extra sammanträdets beslut (27 maj 2020) ingår." in page.text
    justerare = year.client(Role.MEMBER, "IU2")
    year.draw(justerare, "IU2", 6)
    page = justerare.get(year.meeting_url("IU2", 6))
    assert "Listan har 2 ärenden, så alla granskas." in page.text
    year.judge(justerare, "IU2", 6, 1, None)
    year.judge(justerare, "IU2", 6, 2, "evidence_missing")
    year.hand_in(justerare, "IU2", 6)
    year.clock.move_to(2020, 6, 19, 14)
    chair = year.client(Role.CHAIR, "IU2")
    chair.get(year.url("IU2", 6, "/utfall/2"))
    name = next(
        n
        for n in chair.page.form("/utfall/2").names
        if n.startswith("answer_")  # type: ignore[union-attr]
    )
    chair.submit("/utfall/2", **{name: "yes"}, reason="Underlaget visades vid bordet.")
    page = chair.submit("/utfall", statement="Utskottet är nöjt med handläggningen.")
    assert "Utskottet är nöjt med handläggningen." in page.text

    for month in (6, 9, 10, 11, 12):
        year.quiet_meeting("IU1", month)
    for month in (9, 10, 11, 12):
        year.quiet_meeting("IU2", month, deviating=1 if month == 9 else 0)

    for until, expected in (
        (APRIL, [("IU1", 3, 9, 2), ("IU2", 4, 12, 0)]),
        (WHOLE_YEAR, [("IU1", 9, 27, 2), ("IU2", 10, 29, 1)]),
    ):
        for statement in recounts(until):
            assert year.rows(statement) == expected
    expired = year.rows("SELECT count(*) FROM occurrence WHERE state = 'expired'")
    assert expired == [(1,)]
    drawers = year.rows("SELECT count(*) FROM draw WHERE handled_rows IS NOT NULL")
    assert drawers == [(19,)]


def test_another_committees_meeting_does_not_exist(year: CommitteeYear) -> None:
    year.quiet_meeting("IU1", 1)
    paths = ("/slag", "/jav", "/utfall", "/arende/1", "/kan-inte-vanta")
    addresses = [year.meeting_url("IU1", 1), *(year.url("IU1", 1, path) for path in paths)]

    def answers(committee: str) -> list[int]:
        chair = year.client(Role.CHAIR, committee)
        return [chair.raw(address).status_code for address in addresses]

    assert answers("IU2") == [404] * len(addresses)
    assert 404 not in answers("IU1"), "each of them exists to the committee's own chair"


def test_no_reference_of_a_protected_case_is_shown_or_read(year: CommitteeYear) -> None:
    year.evening_before("IU1", 1)
    year.list_of("IU1", 1)
    year.prepare("IU1", 1)
    justerare = year.client(Role.MEMBER, "IU1")
    year.draw(justerare, "IU1", 1)
    reading = "SELECT count(*) FROM trail_row WHERE event = 'sample:references-read'"
    page = justerare.get(year.url("IU1", 1, "/arende/1"))
    assert "IU1-01-" in page.text
    justerare.submit("/skyddat")
    before = year.rows(reading)
    page = justerare.get(year.url("IU1", 1, "/arende/1"))
    assert "IU1-01-" not in page.html
    assert not [n for n in page.form("/arende/1").names if n.startswith("comment_")]
    review = f"/namnd/scn/granskning/{year.occurrences['IU1', 1]}"
    assert "IU1-01-" not in justerare.get(f"{review}/post/1").html
    assert year.rows(reading) == before
    page = year.judge(justerare, "IU1", 1, 1, "no")
    assert page.h1 == "Ärende 2"


def test_what_cannot_wait_is_asked_for_in_words_and_never_a_whistleblower(
    year: CommitteeYear,
) -> None:
    year.evening_before("IU1", 1)
    client = year.client(Role.MEMBER, "IU1")
    page = client.get(year.url("IU1", 1, "/kan-inte-vanta"))
    assert "Visselblåsning antecknas aldrig här" in page.text
    page = client.submit(
        "/kan-inte-vanta",
        422,
        kind="personal_data_breach",
        handed_to="dataskyddsombudet 20-144",
        handed_on="idag",
        noticed_on="igår",
        noticed_clock="14.30",
    )
    assert "utan siffror" in page.text
    assert dict(page.form("/kan-inte-vanta").fields)["noticed_clock"] == "14.30"
    page = client.submit("/kan-inte-vanta", handed_to="dataskyddsombudet")
    assert "senast 13 januari 2020 kl. 14.30, 43 timmar kvar" in page.text


def test_only_the_chair_finds_the_outcome_to_confirm(year: CommitteeYear) -> None:
    year.client(Role.MEMBER, "IU1").get(year.url("IU1", 1, "/utfall"), 403)
    year.client(Role.CONTROLLER).get(year.url("IU1", 1, "/utfall"), 403)


def test_the_meeting_leads_to_what_is_next_one_step_at_a_time(year: CommitteeYear) -> None:
    year.evening_before("IU1", 1)
    year.list_of("IU1", 1)
    page = year.client(Role.CHAIR, "IU1").get(year.meeting_url("IU1", 1))
    assert 'href="#justerare">Utse justerare' in page.html
    page = year.client(Role.MEMBER, "IU1").get(year.meeting_url("IU1", 1))
    assert "Ordföranden utser justeraren." in page.text
    assert "#justerare" not in page.html
    page = year.prepare("IU1", 1)
    assert "Sammanträdets justerare, eller den som ersätter, drar." in page.text
    months = f"/namnd/scn/utskott/{year.town.subcommittees['IU1']}/manadsvis/2020"
    page = year.client(Role.CHAIR, "IU1").get(months)
    assert page.text.count("Inte valt") == len(MONTHS) - 1
    rows = year.client(Role.CHAIR, "IU1").raw(f"{months}.csv").get_data(as_text=True)
    assert rows.count("Inte valt") == len(MONTHS) - 1


def test_a_case_left_without_an_answer_is_told_of_and_found_again(year: CommitteeYear) -> None:
    year.evening_before("IU1", 1)
    year.list_of("IU1", 1)
    year.prepare("IU1", 1)
    justerare = year.client(Role.MEMBER, "IU1")
    year.draw(justerare, "IU1", 1)
    page = year.judge(justerare, "IU1", 1, 1, "")
    assert page.h1 == "Ärende 2"
    assert "Ärende 1 är inte färdigbedömt än." in page.text
    page = year.judge(justerare, "IU1", 1, 2, "yes")
    assert "färdigbedömt" not in page.text
    page = year.judge(justerare, "IU1", 1, 3, "yes")
    assert page.h1 == "Ärende 1"
    page = year.judge(justerare, "IU1", 1, 1, None)
    assert "Ordföranden bekräftar utfallet vid sammanträdet." in page.text
    assert "i en tabell" not in page.text
