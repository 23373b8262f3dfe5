"""A committee's year against the database, recounted by plain SQL, on both kinds."""

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import NotAllowed
from internkontroll.organisation.models import (
    Meeting,
    MeetingKind,
    MeetingState,
)
from internkontroll.plan.models import PlanKind
from internkontroll.review.documents import Part, minutes_document, minutes_pdf
from internkontroll.review.models import Conclusion
from internkontroll.review.queries import (
    Sitting,
    minutes_facts,
    reviews_at,
    reviews_of_committee,
    sitting_of,
)
from internkontroll.review.rules import StepAside, months_of, sum_of, sums_until
from internkontroll.review.services import read_internal_minutes
from internkontroll.sampling.models import DrawOccurrence
from internkontroll.sampling.queries import (
    current_draw,
    draw_facts,
    full_record,
    record_for_outside,
    told_draws,
)
from internkontroll.sampling.rules import record_bytes, record_digest
from internkontroll.schedule.models import (
    CommitteeMeeting,
    CommitteeReview,
    ConflictOfInterest,
    Occurrence,
    OccurrenceState,
)
from internkontroll.trail.models import TrailRow
from internkontroll.trail.queries import history_of, verify_trail
from tests.committee_rows import Committees, make_committee_year
from tests.factories import (
    make_actor,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
)
from tests.pdf_text import pdf_text

AT = datetime(2020, 12, 20, 9, tzinfo=UTC)
ENDS = [("april", date(2020, 4, 30)), ("årsbokslut", date(2020, 12, 31))]

RECOUNT = """
SELECT count(*) AS signed, coalesce(sum(c.reviewed), 0) AS reviewed,
  coalesce(sum(c.population_size), 0) AS size, coalesce(sum(c.deviating), 0) AS deviating
FROM conclusion c
JOIN occurrence o ON o.id = c.occurrence_id
JOIN meeting m ON m.id = o.meeting_id
JOIN subcommittee s ON s.id = m.subcommittee_id
WHERE s.code = :committee AND o.board_id = :board AND c.signed_at IS NOT NULL
  AND m.held_on BETWEEN :first AND :last
  AND c.id = (SELECT max(l.id) FROM conclusion l
    WHERE l.occurrence_id = o.id AND l.signed_at IS NOT NULL)
"""


@pytest.fixture
def year(session: Session) -> Committees:
    return make_committee_year(session)


def recount(session: Session, year: Committees, code: str, last: str) -> dict[str, int]:
    postgres = session.get_bind().dialect.name == "postgresql"
    first: Any = date(2020, 1, 1) if postgres else "2020-01-01"
    until: Any = date.fromisoformat(last) if postgres else last
    values = {"committee": code, "board": year.board.id, "first": first, "last": until}
    row = session.execute(sa.text(RECOUNT), values).one()
    return {name: int(value) for name, value in row._mapping.items()}


@pytest.mark.parametrize("code", ["IU1", "IU2"])
def test_the_sums_are_those_of_the_database(session: Session, year: Committees, code: str) -> None:
    committee = year.first if code == "IU1" else year.second
    reviews = reviews_of_committee(session, year.board.id, committee.id, 2020)
    for total, (_, last) in zip(sums_until(reviews, ENDS), ENDS, strict=True):
        assert recount(session, year, code, last.isoformat()) == {
            "signed": total.signed,
            "reviewed": total.outcomes.reviewed,
            "size": total.outcomes.size,
            "deviating": total.outcomes.deviating,
        }
    assert len(reviews) == 5
    months = months_of(reviews)
    assert [month.total.held for month in months] == [1] * 5
    assert sum(month.total.outcomes.reviewed for month in months) == 12


def test_a_correction_takes_the_place_of_what_it_corrects(
    session: Session, year: Committees
) -> None:
    occurrence = session.scalars(
        sa.select(Occurrence).where(Occurrence.subcommittee_id == year.first.id)
    ).first()
    assert occurrence is not None
    signed = session.scalars(
        sa.select(Conclusion).where(Conclusion.occurrence_id == occurrence.id)
    ).one()
    session.add(
        Conclusion(
            occurrence_id=occurrence.id,
            text="Rättad.",
            reviewed=3,
            population_size=signed.population_size,
            deviating=3,
            is_random=True,
            basis=signed.basis,
            corrects_id=signed.id,
            written_by_id=year.people[0],
            written_at=AT,
            signed_by_id=year.people[1],
            signed_at=AT,
        )
    )
    session.flush()
    reviews = reviews_of_committee(session, year.board.id, year.first.id, 2020)
    (found,) = (row for row in reviews if row.occurrence_id == occurrence.id)
    assert found.outcomes is not None
    assert found.outcomes.deviating == 3
    whole = sum_of("år", reviews)
    assert whole.outcomes.deviating == recount(session, year, "IU1", "2020-12-31")["deviating"]


def test_a_cancelled_meeting_is_told_and_a_revised_away_one_is_not(
    session: Session, year: Committees
) -> None:
    cancelled = year.meeting(date(2020, 10, 15), state=MeetingState.CANCELLED)
    make_occurrence(session, year.control, meeting=cancelled, state=OccurrenceState.EXPIRED)
    held = year.meeting(date(2020, 11, 12))
    make_occurrence(session, year.control, meeting=held, state=OccurrenceState.EXPIRED)
    reviews = reviews_of_committee(session, year.board.id, year.first.id, 2020)
    days = {row.held_on: row.cancelled for row in reviews}
    assert days[date(2020, 10, 15)] is True
    assert date(2020, 11, 12) not in days


def test_a_review_that_was_begun_stays_when_its_meeting_is_called_off(
    session: Session, year: Committees
) -> None:
    cancelled = year.meeting(date(2020, 10, 15), state=MeetingState.CANCELLED)
    begun = make_occurrence(session, year.control, meeting=cancelled, state=OccurrenceState.STARTED)
    reviews = reviews_of_committee(session, year.board.id, year.first.id, 2020)
    (found,) = (row for row in reviews if row.occurrence_id == begun.id)
    assert not found.cancelled
    facts = minutes_facts(session, year.board, sitting_at(session, year, cancelled))
    assert facts.cancelled
    assert [row.review.occurrence_id for row in facts.reviews] == [begun.id]


def test_nothing_in_the_minutes_can_be_tried_out_on_a_guessed_list(
    session: Session, year: Committees
) -> None:
    meeting, occurrence = drawn_meeting(session, year)
    facts = minutes_facts(session, year.board, sitting_at(session, year, meeting))
    draw = current_draw(session, occurrence.id)
    assert draw is not None
    sealed = sha256(record_bytes(record_for_outside(session, draw))).hexdigest()
    assert facts.reviews[0].digest == sealed
    population = draw.population
    full = full_record(session, draw)
    told = {population.sha256, population.sorted_sha256, draw.seed, record_digest(full)}
    told |= {population.seal_key, draw.seal_key}
    texts = [
        pdf_text(minutes_pdf(facts, part)).replace(" ", "") + repr(minutes_document(facts, part))
        for part in Part
    ]
    assert all(str(secret) not in text for secret in told for text in texts)
    assert all(sealed in text for text in texts)


def test_a_draw_that_two_controls_share_is_told_of_both_with_the_digest_of_its_own_record(
    session: Session, year: Committees
) -> None:
    meeting, first = drawn_meeting(session, year)
    later = year.meeting(date(2020, 11, 26))
    same = make_occurrence(session, year.control, meeting=later)
    other = make_occurrence(session, make_control(session, year.control.plan), meeting=meeting)
    shared = [first, same, other]
    drawn = current_draw(session, first.id)
    assert drawn is not None
    session.add_all(
        DrawOccurrence(draw_id=drawn.id, occurrence_id=each.id) for each in (same, other)
    )
    drawn.committed_by_id = drawn.population.frozen_by_id = year.people[1]
    session.flush()
    session.expire_all()
    told = told_draws(session, {each.id for each in shared})
    sealed = sha256(record_bytes(record_for_outside(session, drawn))).hexdigest()
    assert [each.digest for each in told.values()] == [sealed] * 3
    assert {each.facts for each in told.values()} == {draw_facts(session, [first.id])[first.id]}
    drawn.population.purged_at, drawn.population.purge_decision = AT, "§ 12"
    session.flush()
    assert {each.digest for each in told_draws(session, [first.id]).values()} == {None}


def test_another_plan_year_board_and_committee_are_not_counted(
    session: Session, year: Committees
) -> None:
    before = len(reviews_of_committee(session, year.board.id, year.first.id, 2020))
    plan = make_plan(session, year.board, 2030, decided=True)
    other_kind = make_control(session, plan)
    plan.kind, plan.year = PlanKind.PRIVATE_PROVIDERS, 2020
    session.flush()
    make_occurrence(session, other_kind, meeting=year.meeting(date(2020, 12, 10)))
    assert len(reviews_of_committee(session, year.board.id, year.first.id, 2020)) == before
    assert reviews_of_committee(session, year.board.id + 1, year.first.id, 2020) == []
    assert reviews_of_committee(session, year.board.id, year.first.id, 2021) == []


def test_the_wall_holds_for_a_meeting(session: Session, year: Committees) -> None:
    own = year.meeting(date(2020, 12, 3))
    boards = make_meeting(session, year.board, None, date(2020, 12, 4))

    def found(meeting: Meeting, committees: frozenset[int] | None) -> Meeting | None:
        sitting = sitting_of(session, year.board.id, meeting.id, committees=committees)
        return sitting.meeting if sitting else None

    assert found(own, None) is own
    assert found(own, frozenset({year.first.id})) is own
    assert found(own, frozenset({year.second.id})) is None
    assert found(own, frozenset()) is None
    assert found(boards, None) is None


def sitting_at(session: Session, year: Committees, meeting: Meeting) -> Sitting:
    found = sitting_of(session, year.board.id, meeting.id)
    assert found is not None
    return found


def drawn_meeting(session: Session, year: Committees) -> tuple[Meeting, Occurrence]:
    meeting = year.meeting(date(2020, 11, 12), kind=MeetingKind.ORDINARY)
    occurrence = make_occurrence(
        session, year.control, meeting=meeting, state=OccurrenceState.STARTED
    )
    drawn = make_drawn_sample(session, occurrence)
    drawn.program = "internkontroll 1"
    drawn.drawn_by_id = year.people[0]
    session.flush()
    return meeting, occurrence


def test_the_minutes_name_who_drew_and_carry_no_reference(
    session: Session, year: Committees
) -> None:
    meeting, _ = drawn_meeting(session, year)
    facts = minutes_facts(session, year.board, sitting_at(session, year, meeting))
    (row,) = facts.reviews
    assert row.review.kind == "Beslut att inte inleda utredning"
    assert row.review.drawn is not None
    assert (row.review.drawn.n, row.review.drawn.size) == (3, 21)
    assert row.review.drawn.by == title_of(session, year.people[0])
    assert [item.position for item in row.items] == [1, 2, 3]
    assert row.digest is not None
    assert len(row.digest) == 64
    assert "SCN 2020-" not in repr(facts)


def test_the_minutes_tell_of_the_kind_the_justerare_and_who_stepped_aside(
    session: Session, year: Committees
) -> None:
    meeting, occurrence = drawn_meeting(session, year)
    session.add(
        CommitteeReview(
            occurrence_id=occurrence.id,
            case_kind="Särskilda kostnader",
            statement="Vi såg inget att ta upp.",
            chosen_at=AT,
        )
    )
    session.add(CommitteeMeeting(meeting_id=meeting.id, verifier_id=year.people[0], recorded_at=AT))
    aside = {"occurrence_id": occurrence.id, "recorded_at": AT}
    session.add_all(
        [
            ConflictOfInterest(member="ledamot 3", position=2, **aside),
            ConflictOfInterest(user_id=year.people[1], **aside),
            ConflictOfInterest(member="ledamot 4", position=1, withdrawn_at=AT, **aside),
        ]
    )
    session.flush()
    facts = minutes_facts(session, year.board, sitting_at(session, year, meeting))
    (row,) = facts.reviews
    assert (row.review.kind, row.review.statement) == (
        "Särskilda kostnader",
        "Vi såg inget att ta upp.",
    )
    assert facts.verifier == title_of(session, year.people[0])
    assert row.stepped_aside == (
        StepAside(occurrence.id, title_of(session, year.people[1])),
        StepAside(occurrence.id, "ledamot 3", 2),
    )
    (shown,) = reviews_at(session, year.board.id, meeting.id)
    assert [each.member for each in shown.conflicts] == [None, "ledamot 3"]
    public, internal = (repr(minutes_document(facts, part)) for part in Part)
    assert "2 ledamöter deltog inte i granskningen på grund av jäv." in public
    assert "ledamot 3" not in public
    assert "Vi såg inget" not in public
    assert "ledamot 3" in internal
    assert "Vi såg inget att ta upp." in internal


def title_of(session: Session, user_id: int) -> str:
    return str(
        session.scalar(sa.text("SELECT title FROM user_account WHERE id = :id"), {"id": user_id})
    )


def readings(session: Session) -> list[tuple[str, int]]:
    rows = session.execute(
        sa.select(TrailRow.subject_kind, TrailRow.subject_id).where(
            TrailRow.event == "minutes:internal-read"
        )
    )
    return [(row.subject_kind, row.subject_id) for row in rows]


def test_the_internal_part_is_a_reading_in_the_trail(session: Session, year: Committees) -> None:
    meeting, occurrence = drawn_meeting(session, year)
    chair = make_actor(session, Role.CHAIR, year.board, year.first)
    facts = read_internal_minutes(
        session, year.board, sitting_at(session, year, meeting), form="pdf", actor=chair, at=AT
    )
    assert len(facts.reviews) == 1
    assert readings(session) == [("occurrence", occurrence.id)]


def test_one_reading_of_two_controls_is_two_rows_in_a_chain_that_holds(
    session: Session, year: Committees
) -> None:
    meeting, first = drawn_meeting(session, year)
    control = make_control(session, year.control.plan)
    second = make_occurrence(session, control, meeting=meeting, state=OccurrenceState.STARTED)
    chair = make_actor(session, Role.CHAIR, year.board, year.first)
    sitting = sitting_at(session, year, meeting)
    for form in ("page", "pdf"):
        read_internal_minutes(session, year.board, sitting, form=form, actor=chair, at=AT)
    both = [("occurrence", first.id), ("occurrence", second.id)]
    assert readings(session) == both + both
    assert all(verdict.whole for verdict in verify_trail(session))
    told = [row.data["form"] for row in history_of(session, "SCN", *both[1])]
    assert told == ["pdf", "page"], "the latest first"


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.DIRECTOR, Role.READER, Role.UNIT_MANAGER])
def test_those_outside_the_review_get_no_internal_part(
    session: Session, year: Committees, role: Role
) -> None:
    meeting, _ = drawn_meeting(session, year)
    with pytest.raises(NotAllowed):
        read_internal_minutes(
            session,
            year.board,
            sitting_at(session, year, meeting),
            form="page",
            actor=make_actor(session, role, year.board),
            at=AT,
        )
    assert readings(session) == []


def test_a_member_of_the_other_committee_gets_no_internal_part(
    session: Session, year: Committees
) -> None:
    meeting, _ = drawn_meeting(session, year)
    stranger = make_actor(session, Role.MEMBER, year.board, year.second)
    with pytest.raises(NotAllowed):
        read_internal_minutes(
            session,
            year.board,
            sitting_at(session, year, meeting),
            form="page",
            actor=stranger,
            at=AT,
        )
