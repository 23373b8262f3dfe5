"""Ways around the walls that were tried once, and must stay closed."""

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from internkontroll.accounts.models import RoleGrant, User
from internkontroll.core.access import Role, system_actor
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import folded_reference
from internkontroll.monitoring.services import hand_over
from internkontroll.organisation.models import Board
from internkontroll.review.queries import testers_of as people_who_tested
from internkontroll.sampling.models import Draw, Population, SeedSource
from internkontroll.sampling.queries import reference_in_text, row_at
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.client import Page
from tests.web.beside import change
from tests.world import AT, ROLE_ACCOUNTS, World, log_in_directly

As = Callable[[str], FlaskClient]


@pytest.fixture
def logged_in(world_app: Flask) -> As:
    """A client of the demonstration by user name."""

    def client(username: str) -> FlaskClient:
        with world_app.app_context(), intent_to_write():
            token = log_in_directly(db.session(), username)
            db.session.commit()
        opened = world_app.test_client()
        with opened.session_transaction() as cookie:
            cookie["_user_id"] = token
        return opened

    return client


def secret_list(session: Session) -> Population:
    occurrence = World(session, "SCN", "IU1").done()
    found = session.scalars(sa.select(Population).where(Population.occurrence_id == occurrence))
    population = found.one()
    assert population.is_secret
    return population


def send(client: FlaskClient, form_page: str, action: str, **values: str) -> Page:
    page = Page(client.get(form_page))
    form = page.form(action)
    return Page(client.post(form.action, data={**dict(form.fields), **values}))


@pytest.mark.parametrize("spelling", ["{}", "{} .", "x{}y", "\N{EN DASH}".join(["{}", ""])])
def test_a_reference_is_found_however_it_is_spelled(world_app: Flask, spelling: str) -> None:
    def look(session: Session) -> bool:
        population = secret_list(session)
        reference, _ = row_at(session, population.id, 1)
        loose = reference.replace("-", "\N{EN DASH} ")
        return reference_in_text(session, population.board_id, f"Se {spelling.format(loose)} nu")

    assert change(world_app, look)


def test_an_ordinary_sentence_names_nobody(world_app: Flask) -> None:
    def look(session: Session) -> bool:
        text = "Kontrollen 2020-04-30 visade att 12 av 345 underlag saknas, 1 000 kr."
        return reference_in_text(session, secret_list(session).board_id, text)

    assert not change(world_app, look)


def test_references_fold_to_letters_and_digits() -> None:
    assert folded_reference("SCN-Ä 0042") == folded_reference("scn–ä–0042") == "scnä0042"


def test_a_case_is_not_named_in_the_reason_for_what_was_not_done(
    world_app: Flask, logged_in: As
) -> None:
    reference, occurrence = change(
        world_app,
        lambda s: (
            row_at(s, secret_list(s).id, 1)[0],
            World(s).open(),
        ),
    )
    address = f"/namnd/scn/kontroller/{occurrence}/ej-genomford"

    page = send(
        logged_in("controller"), address, "/ej-genomford", reason=f"Akten {reference} saknas."
    )

    assert page.status == 422
    assert "löpnumret" in page.text
    told = change(
        world_app,
        lambda s: s.scalar(
            sa.text(
                "SELECT count(*) FROM trail_payload WHERE CAST(body AS TEXT) LIKE '%' || :r || '%'"
            ),
            {"r": reference},
        ),
    )
    assert told == 0


def test_a_reader_sees_neither_the_seeds_source_nor_the_files_name(
    world_app: Flask, logged_in: As
) -> None:
    def name_a_source(session: Session) -> tuple[int, int]:
        population = secret_list(session)
        population.file_name = "akt F-1001.csv"
        draw = session.scalars(sa.select(Draw).where(Draw.population_id == population.id)).one()
        draw.seed_source, draw.seed_reference = SeedSource.PUBLIC, "Lottodragning 12345"
        return population.id, draw.id

    population, draw = change(world_app, name_a_source)
    reader = logged_in(ROLE_ACCOUNTS[Role.READER])

    assert "Lottodragning" not in reader.get(f"/namnd/scn/dragning/{draw}").get_data(as_text=True)
    assert "F-1001" not in reader.get(f"/namnd/scn/lista/{population}").get_data(as_text=True)


def test_whoever_drew_or_wrote_an_earlier_conclusion_has_tested(world_app: Flask) -> None:
    def people(session: Session) -> tuple[frozenset[int], int]:
        occurrence = World(session).done()
        controller = session.scalar(
            sa.text("SELECT id FROM user_account WHERE username = 'controller'")
        )
        session.execute(sa.update(Draw).values(committed_by_id=controller))
        return people_who_tested(session, occurrence), controller

    tested, controller = change(world_app, people)

    assert controller in tested


def test_the_days_of_a_decided_point_stand(world_app: Flask, logged_in: As) -> None:
    point = change(world_app, lambda s: World(s).point_id())

    page = send(
        logged_in("controller"),
        f"/namnd/scn/rapporteringstidpunkt/{point}",
        f"/rapporteringstidpunkt/{point}",
        cut_off="2020-10-06",
        board_on="",
        executive_on="",
    )

    assert page.status == 409
    assert "beslutat uppföljningen" in page.text


def test_a_decision_is_not_older_than_the_texts_it_decided_on(
    world_app: Flask, logged_in: As
) -> None:
    world_app.extensions["clock"].move_to(2021, 2, 20)
    client = logged_in("controller")
    address = "/namnd/scn/uppfoljning/2020/årsbokslut"
    change(
        world_app,
        lambda s: s.execute(
            sa.text("UPDATE login_session SET created_at = :at, last_seen_at = :at"),
            {"at": "2021-02-20 08:59:00.000000"},
        ),
    )
    send(
        client, f"{address}/samlad-bedomning", "/samlad-bedomning", overall="partly", grounds="Nu."
    )

    page = send(
        client,
        f"{address}/beslut",
        "/beslut",
        decided_on="2021-01-02",
        paragraph="1",
        registry_number="SCN-1",
    )

    assert page.status == 422
    assert "20 februari 2021" in page.text


def test_the_start_page_keeps_the_committees_apart_for_who_works_in_two_boards(
    world_app: Flask, logged_in: As
) -> None:
    def prepare(session: Session) -> int:
        amn = session.scalars(sa.select(Board.id).where(Board.code == "AMN")).one()
        user = session.scalar(
            sa.text("SELECT id FROM user_account WHERE username = 'justerare-iu1'")
        )
        assert user is not None
        session.add(
            RoleGrant(
                user_id=user, role=Role.RESPONSIBLE, board_id=amn, valid_from=date(2015, 1, 1)
            )
        )
        session.flush()
        other = World(session, "SCN", "IU2").done()
        session.execute(
            sa.update(Occurrence)
            .where(Occurrence.id == other)
            .values(state=OccurrenceState.PLANNED)
        )
        return other

    other = change(world_app, prepare)

    page = logged_in("justerare-iu1").get("/").get_data(as_text=True)

    assert f"/kontroller/{other}" not in page


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
@pytest.mark.parametrize("path", ["kontroller/{}", "lista/{}", "avvikelser/{}", "historik/plan/{}"])
def test_a_number_larger_than_any_id_leads_nowhere(logged_in: As, path: str, number: int) -> None:
    assert logged_in("controller").get(f"/namnd/scn/{path.format(number)}").status_code == 404


def test_an_endless_page_number_is_the_first_page(logged_in: As) -> None:
    answer = logged_in("controller").get(f"/namnd/scn/kontroller?sida={'9' * 5000}")

    assert answer.status_code == 200


def test_a_form_is_taken_behind_a_proxy_that_speaks_https(world_app: Flask) -> None:
    client = world_app.test_client()
    form = Page(client.get("/logga-in")).form("/logga-in")

    answer = client.post(
        "/logga-in",
        data={**dict(form.fields), "username": "x", "password": "y"},
        headers={"Origin": "https://localhost"},
    )

    assert answer.status_code == 422


def test_who_has_never_logged_in_sends_nothing_large(world_app: Flask, logged_in: As) -> None:
    def send_large(client: FlaskClient) -> int:
        with client.post("/namnd/scn/planer/las-in", data={"text": "x" * 100_000}) as answer:
            return answer.status_code

    assert send_large(world_app.test_client()) == 413
    # The form has no token: it has been read, and is refused for that.
    assert send_large(logged_in("controller")) == 400


def test_a_form_that_is_too_large_to_be_read_gets_its_own_page(logged_in: As) -> None:
    page = Page(
        logged_in("controller").post(
            "/min-profil/logga-ut-overallt", data={"text": "x" * 3_000_000}
        )
    )

    assert page.status == 413
    assert page.h1 == "Det du skickade är för stort"


@pytest.mark.parametrize("way", ["", "/stall-in"])
def test_a_case_is_not_named_in_the_reason_for_a_meetings_change(
    world_app: Flask, logged_in: As, way: str
) -> None:
    reference, meeting = change(
        world_app,
        lambda s: (
            row_at(s, secret_list(s).id, 1)[0],
            World(s).meeting_id(),
        ),
    )
    address = f"/namnd/scn/sammantraden/{meeting}{way}"

    page = send(logged_in("controller"), address, address, reason=f"Akten {reference} saknas.")

    assert page.status == 422
    assert "löpnumret" in page.text


def test_a_case_is_not_named_in_the_reason_for_a_handover(world_app: Flask) -> None:
    def hand(session: Session) -> None:
        people = sa.select(User).where(User.username.in_(("controller", "kontrollansvarig")))
        giver, taker = session.scalars(people.order_by(User.username))
        hand_over(
            session,
            session.scalars(sa.select(Board).where(Board.code == "SCN")).one(),
            giver,
            taker,
            reason=row_at(session, secret_list(session).id, 1)[0],
            expected=0,
            actor=system_actor("provning"),
            at=AT,
        )

    with pytest.raises(InvalidInput, match="löpnumret") as refused:
        change(world_app, hand)
    assert refused.value.field == "reason"
