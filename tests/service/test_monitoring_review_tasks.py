"""Whose task a conclusion is: recorded, to be signed, corrected or read again."""

import pytest
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Role
from internkontroll.files.attachments import AttachmentKind
from internkontroll.monitoring.queries import facts_for
from internkontroll.monitoring.rules import Kind, Source
from internkontroll.plan.rules.vocabulary import SampleKind, Technique
from internkontroll.review import queries as review_queries
from internkontroll.review.models import (
    Attachment,
    Basis,
    Conclusion,
    ItemAmount,
    RecordedResult,
    SecondReading,
)
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.factories import (
    actor_of,
    make_actor,
    make_control,
    make_drawn_sample,
    make_occurrence,
    make_user,
)
from tests.service.awaited import AT, ON, Scene, kinds_of, of, scene


@pytest.fixture
def here(session: Session) -> Scene:
    return scene(session)


@pytest.mark.parametrize(
    ("technique", "performed_by"),
    [
        (Technique.SURVEY, None),
        (Technique.INTERVIEW, None),
        (Technique.OBSERVATION, None),
        (Technique.SAMPLE, "Kommunens revisorer"),
    ],
)
def test_what_is_done_as_a_whole_asks_for_no_list(
    session: Session, here: Scene, technique: Technique, performed_by: str | None
) -> None:
    me = make_user(session, Role.RESPONSIBLE, here.board)
    control = make_control(session, here.plan, technique=technique, responsible=me)
    control.performed_by = performed_by
    make_occurrence(session, control, here.point)
    assert kinds_of(session, actor_of(me), here.board) == [Kind.DO_CONTROL]


def record_as_a_whole(session: Session, occurrence: Occurrence, user: User) -> None:
    session.add(
        RecordedResult(
            occurrence_id=occurrence.id,
            revision=1,
            technique=Technique.DOCUMENT_REVIEW,
            performed_by="Enheten",
            performed_on=ON,
            what_was_done="Protokollen lästes.",
            outcome="Allt fanns.",
            reviewed=4,
            deviating=0,
            recorded_by_id=user.id,
            recorded_at=AT,
        )
    )
    session.flush()


def test_a_recorded_result_takes_the_place_of_a_list(session: Session, here: Scene) -> None:
    me = make_user(session, Role.RESPONSIBLE, here.board)
    control = make_control(
        session,
        here.plan,
        technique=Technique.DOCUMENT_REVIEW,
        sample_kind=SampleKind.UNSTATED,
        sample_n=None,
        responsible=me,
    )
    occurrence = make_occurrence(session, control, here.point)
    assert kinds_of(session, actor_of(me), here.board) == [Kind.LOAD_LIST]
    record_as_a_whole(session, occurrence, me)
    assert kinds_of(session, actor_of(me), here.board) == [Kind.DO_CONTROL]


def test_who_recorded_or_proved_the_result_is_not_asked_to_sign(
    session: Session, here: Scene
) -> None:
    occurrence = make_occurrence(
        session, make_control(session, here.plan), here.point, state=OccurrenceState.PERFORMED
    )
    recorder, prover, other = (make_user(session, Role.CONTROLLER, here.board) for _ in range(3))
    record_as_a_whole(session, occurrence, recorder)
    session.add(
        Attachment(
            board_id=here.board.id,
            occurrence_id=occurrence.id,
            stored_name="0123456789abcdef.pdf",
            file_name="protokoll.pdf",
            kind=AttachmentKind.PDF,
            size=1,
            sha256="0" * 64,
            added_by_id=prover.id,
            added_at=AT,
        )
    )
    session.flush()
    asked = {
        user.id: Kind.SIGN in kinds_of(session, actor_of(user), here.board)
        for user in (recorder, prover, other)
    }
    assert asked == {recorder.id: False, prover.id: False, other.id: True}
    assert review_queries.testers_of(session, occurrence.id) == {recorder.id, prover.id}


def test_who_recorded_a_right_amount_is_not_asked_to_sign(session: Session, here: Scene) -> None:
    occurrence = make_occurrence(
        session, make_control(session, here.plan), here.point, state=OccurrenceState.PERFORMED
    )
    item = make_drawn_sample(session, occurrence).items[0]
    pricer, other = (make_user(session, Role.CONTROLLER, here.board) for _ in range(2))
    session.add(
        ItemAmount(
            occurrence_id=occurrence.id,
            item_id=item.id,
            revision=1,
            audited=100,
            recorded_by_id=pricer.id,
            recorded_at=AT,
        )
    )
    session.flush()
    assert Kind.SIGN not in kinds_of(session, actor_of(pricer), here.board)
    assert Kind.SIGN in kinds_of(session, actor_of(other), here.board)


def test_who_tested_is_not_asked_to_sign(session: Session, here: Scene) -> None:
    occurrence = make_occurrence(
        session,
        make_control(session, here.plan),
        here.point,
        state=OccurrenceState.PERFORMED,
    )
    writer = make_user(session, Role.CONTROLLER, here.board)
    session.add(
        Conclusion(
            occurrence_id=occurrence.id,
            text="Bra.",
            reviewed=0,
            population_size=0,
            deviating=0,
            is_random=False,
            basis=Basis.NONE,
            written_by_id=writer.id,
            written_at=AT,
        )
    )
    session.flush()
    other = make_actor(session, Role.CONTROLLER, here.board)
    assert Kind.SIGN not in kinds_of(session, actor_of(writer), here.board)
    assert Kind.SIGN in kinds_of(session, other, here.board)


def corrected(session: Session, here: Scene, writer: User, signer: User) -> Occurrence:
    occurrence = make_occurrence(
        session, make_control(session, here.plan), here.point, state=OccurrenceState.APPROVED
    )
    facts = {
        "occurrence_id": occurrence.id,
        "text": "Bra.",
        "reviewed": 0,
        "population_size": 0,
        "deviating": 0,
        "is_random": False,
        "basis": Basis.NONE,
        "written_by_id": writer.id,
        "written_at": AT,
    }
    first = Conclusion(**facts, signed_by_id=signer.id, signed_at=AT)
    session.add(first)
    session.flush()
    session.add(Conclusion(**facts, corrects_id=first.id))
    session.flush()
    return occurrence


def test_a_correction_waits_for_the_signature_of_one_who_had_no_part(
    session: Session, here: Scene
) -> None:
    writer = make_user(session, Role.CONTROLLER, here.board)
    signer = make_user(session, Role.CONTROLLER, here.board)
    occurrence = corrected(session, here, writer, signer)
    found = [
        fact.subject_id
        for fact in of(facts_for(session, actor_of(signer), [here.board.id], ON), Source.OCCURRENCE)
    ]

    assert Kind.SIGN in kinds_of(session, actor_of(signer), here.board)
    assert Kind.SIGN not in kinds_of(session, actor_of(writer), here.board)
    assert found.count(occurrence.id) == 1


def test_who_is_asked_to_read_again_is_told_until_it_is_handed_in(
    session: Session, here: Scene
) -> None:
    control = make_control(session, here.plan)
    occurrence = make_occurrence(session, control, here.point, state=OccurrenceState.STARTED)
    draw = make_drawn_sample(session, occurrence)
    reader = make_user(session, Role.RESPONSIBLE, here.board)
    other = make_user(session, Role.RESPONSIBLE, here.board)
    reading = SecondReading(
        occurrence_id=occurrence.id,
        draw_id=draw.id,
        n=2,
        size=5,
        seed="1" * 20,
        reader_id=reader.id,
        ordered_at=AT,
    )
    session.add(reading)
    session.flush()

    assert Kind.READ_AGAIN in kinds_of(session, actor_of(reader), here.board)
    assert Kind.READ_AGAIN not in kinds_of(session, actor_of(other), here.board)
    reading.finished_at = AT
    session.flush()
    assert Kind.READ_AGAIN not in kinds_of(session, actor_of(reader), here.board)
