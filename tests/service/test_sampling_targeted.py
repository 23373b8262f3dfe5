"""Items chosen with reasons are shown as riktat urval and never called random."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.review.models import Basis
from internkontroll.review.services import sign_conclusion, write_conclusion
from internkontroll.sampling.models import DrawState, SampleItem, SelectionMethod
from internkontroll.sampling.queries import (
    current_draw,
    draw_facts,
    frozen_population,
    full_record,
    items_select,
    record_for_outside,
    steps_of,
)
from internkontroll.sampling.services import ChosenItem, commit_draw, replace_item
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import actor_of, make_meeting, make_occurrence, make_subcommittee, make_user
from tests.service.sampling_office import AT, CHOSEN, NAMED, Office, make_office


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session)


def test_named_items_are_reviewed_and_concluded_as_riktat_urval(office: Office) -> None:
    draw = office.choose()
    assert (draw.method, draw.state, draw.seed) == (SelectionMethod.TARGETED, DrawState.DRAWN, None)
    items = office.session.scalars(items_select(draw.id)).all()
    assert [(item.reference, item.chosen_reason) for item in items] == [
        ("F-1001", "Största beloppet i mars."),
        ("F-1002", "Ny leverantör."),
        ("F-1003", "Betald samma dag."),
    ]

    office.judge(office.occurrence, deviating=1)
    conclusion = write_conclusion(
        office.session, office.occurrence, "En saknar attest.", actor=office.tester, at=AT
    )
    assert (conclusion.basis, conclusion.is_random) == (Basis.TARGETED, False)
    assert (conclusion.reviewed, conclusion.population_size, conclusion.deviating) == (3, 0, 1)
    sign_conclusion(office.session, office.occurrence, actor=office.signer, at=AT)


def test_items_are_picked_from_the_list_by_reference_or_by_row(office: Office) -> None:
    office.frozen()
    draw = office.choose(
        (
            ChosenItem("fakt 00002", "Högt belopp.", 0),
            ChosenItem("7", "Ny leverantör.", 1),
            ChosenItem("rad 9", "Sent betald.", 2),
        )
    )
    facts = draw_facts(office.session, [office.occurrence.id])[office.occurrence.id]
    assert (facts.n, facts.size, facts.is_random, facts.is_targeted) == (3, 12, False, True)
    rows = office.session.scalars(sa.select(SampleItem.row_number).order_by(SampleItem.position))
    assert rows.all() == [2, 7, 9]
    assert draw.population.is_frame


@pytest.mark.parametrize(
    ("chosen", "says", "field"),
    [
        ((ChosenItem("FAKT 99999", "Skäl.", 0),), "finns inte i listan", "items-0-reference"),
        ((ChosenItem("13", "Skäl.", 0),), "finns inte i listan", "items-0-reference"),
        (
            (ChosenItem("2", "Skäl.", 0), ChosenItem("FAKT 00002", "Skäl.", 4)),
            "står två gånger",
            "items-4-reference",
        ),
        ((ChosenItem("2", " ", 3),), "varför posten valdes", "items-3-reason"),
        ((ChosenItem("", "Skäl.", 1),), "vilken post", "items-1-reference"),
        ((ChosenItem("19121212-1212", "Skäl.", 0),), "personnummer", "items-0-reference"),
        ((), "minst en post", "items-0-reference"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_at_its_line(
    office: Office, chosen: tuple[ChosenItem, ...], says: str, field: str
) -> None:
    office.control.sample_n = 1
    office.frozen()
    with pytest.raises(InvalidInput, match=says) as refused:
        office.choose(chosen)
    assert refused.value.field == field


def test_fewer_than_the_plan_asks_for_is_refused(office: Office) -> None:
    with pytest.raises(InvalidInput, match="minst 3 stycken"):
        office.choose(CHOSEN[:2])


def test_a_total_control_cannot_be_named_item_by_item(office: Office) -> None:
    office.control.sample_kind, office.control.sample_n = SampleKind.CENSUS, None
    with pytest.raises(InvalidInput, match="alla ska granskas"):
        office.choose()


def test_reasons_may_not_name_a_secret_item(office: Office) -> None:
    secret = replace(NAMED, is_secret=True)
    chosen = tuple(
        ChosenItem(f"SCN 2020-0000{number}", f"Hör ihop med SCN 2020-0000{number}.", number)
        for number in range(3)
    )
    with pytest.raises(InvalidInput, match="nämner en beteckning"):
        office.choose(chosen, named=secret)


def test_the_record_says_that_it_is_no_draw(office: Office) -> None:
    draw = office.choose()
    full = full_record(office.session, draw)
    assert full["random"] is False
    assert full["says"].startswith("Riktat urval")
    assert full["N"] is None
    assert [choice["reason"] for choice in full["choices"]][1] == "Ny leverantör."
    sealed = record_for_outside(office.session, draw)
    assert "P" not in sealed
    assert sealed["kind"] == "sealed"
    assert "F-1001" not in json.dumps([full, sealed])
    assert [step.name for step in steps_of(office.session, draw)] == ["chosen"]


def test_the_trail_has_rows_and_no_reference_of_a_secret_choice(office: Office) -> None:
    office.choose(named=replace(NAMED, is_secret=True))
    events = office.session.scalars(sa.select(TrailRow.event)).all()
    assert "draw:items-chosen" in events
    bodies = str([row.body for row in office.session.scalars(sa.select(TrailPayload))])
    assert "F-1001" not in bodies
    assert "hmac_P" in bodies


def test_a_second_choice_is_a_reasoned_redraw(office: Office) -> None:
    first = office.choose()
    with pytest.raises(InvalidTransition, match="redan ett beslutat urval"):
        office.choose()
    with pytest.raises(InvalidInput, match="varför dragningen görs om"):
        office.choose(redraw_of=first)
    second = office.choose(redraw_of=first, reason="Fel period.")
    assert current_draw(office.session, office.occurrence.id) is second
    with pytest.raises(Conflict):
        office.choose(redraw_of=first, reason="Igen.")


def test_named_items_are_no_list_to_draw_from(office: Office) -> None:
    draw = office.choose()
    assert frozen_population(office.session, office.occurrence.id) is None
    with pytest.raises(InvalidInput, match="ingen lista att dra ur"):
        commit_draw(
            office.session,
            draw.population,
            [office.occurrence],
            method=SelectionMethod.SRS_TICKET,
            n=3,
            redraw_of=draw,
            reason="Dra i stället.",
            actor=office.tester,
            at=AT,
        )


def test_a_chosen_item_has_no_next_in_order(office: Office) -> None:
    draw = office.choose()
    item = office.session.scalars(items_select(draw.id)).first()
    assert item is not None
    with pytest.raises(InvalidTransition, match="riktat och har ingen ordning"):
        replace_item(office.session, draw, item, reason="Gäller inte.", actor=office.tester, at=AT)


def test_the_database_refuses_a_seed_for_a_choice(office: Office) -> None:
    draw = office.choose()
    draw.seed = "1" * 20
    with pytest.raises(IntegrityError):
        office.session.flush()


def test_the_committees_wall_holds_for_choices(office: Office) -> None:
    session = office.session
    committee = make_subcommittee(session, office.board)
    other = make_subcommittee(session, office.board, "IU2", "Individutskott 2")
    meeting = make_meeting(session, office.board, committee)
    office.occurrence = make_occurrence(session, office.control, meeting=meeting)
    office.tester = actor_of(make_user(session, Role.MEMBER, office.board, other))
    with pytest.raises(NotAllowed):
        office.choose()
