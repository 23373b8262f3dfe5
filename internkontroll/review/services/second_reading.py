"""Läsning av en andra person: choose a share, read it blind, hand it in, settle the differences."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, can, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.text import clean_text
from internkontroll.review import policy
from internkontroll.review.models import Answer, ReviewEvent, SecondAnswer, SecondReading
from internkontroll.review.queries import (
    ReadingAnswer,
    answers_of_reading,
    possible_readers,
    reading_agreement,
    readings_of,
    review_items,
    standing_reading,
)
from internkontroll.review.rules import share_of
from internkontroll.review.services.guards import (
    COMMENT_MAX,
    chain_of,
    check_free_text,
    ensure_tester,
    locked_state,
    open_for_review,
    refuse_in_case,
    scope_of,
)
from internkontroll.review.services.judging import (
    CHANGED,
    Answers,
    desk_of,
    record_answers,
)
from internkontroll.sampling.queries import sampling_progress
from internkontroll.sampling.rules import check_seed_digits
from internkontroll.sampling.services import bound_by
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.policy import PERMISSIONS as SCHEDULE_PERMISSIONS
from internkontroll.trail.services import record


def order_second_reading(
    session: Session,
    occurrence: Occurrence,
    *,
    n: int,
    reader_id: int,
    seed: str,
    actor: Actor,
    at: datetime,
) -> SecondReading:
    """Låt en annan person läsa om n av posterna, chosen by ticket under a recorded seed.

    Everything must be judged first, so that the tester does not know which items are read again.
    Raises NotAllowed, InvalidTransition, Conflict, and InvalidInput at ``n``, ``reader`` or
    ``seed``.
    """
    ensure_tester(actor, occurrence, at)
    open_for_review(session, occurrence, actor=actor, at=at)
    progress = sampling_progress(session, occurrence.id)
    draw = progress.draw
    if draw is None or not progress.is_drawn:
        raise InvalidTransition("Stickprovet är inte draget än. Dra och bedöm det först.")
    if standing_reading(session, occurrence.id, draw.id) is not None:
        raise InvalidTransition("Stickprovet läses redan om. Läs om sidan.")
    items = [item for item in review_items(session, occurrence.id, draw.id) if item.stands]
    if not all(item.judged for item in items):
        raise InvalidTransition(
            "Bedöm alla posterna först. Den som granskar ska inte veta vilka som läses om."
        )
    able = possible_readers(
        session, occurrence, policy.PERMISSIONS[Permission.REVIEW_REREAD], swedish_day(at)
    )
    if reader_id == actor.user_id or reader_id not in {user.id for user in able}:
        raise InvalidInput(
            "Välj någon som får läsa posterna och som inte har varit med och granskat.",
            field="reader",
        )
    seed = check_seed_digits(seed)
    chosen = set(share_of([item.position for item in items], n, seed, draw.population.sha256 or ""))
    reading = SecondReading(
        occurrence_id=occurrence.id,
        draw_id=draw.id,
        n=n,
        size=len(items),
        seed=seed,
        reader_id=reader_id,
        ordered_by_id=actor.user_id,
        ordered_at=at,
    )
    session.add(reading)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("Någon annan hann före. Läs om sidan.") from error
    criterion_ids = list(desk_of(session, occurrence).criteria)
    session.add_all(
        SecondAnswer(
            reading_id=reading.id,
            item_id=item.item_id,
            criterion_id=criterion_id,
            first_answer=judgement.answer,
        )
        for item in items
        if item.position in chosen
        for criterion_id, judgement in zip(criterion_ids, item.judgements, strict=True)
    )
    session.flush()
    # The choice follows from the list's hash: with an open seed a guess of it could be tried.
    told = bound_by(draw.population, draw, "seed", seed)
    data = {"n": n, "size": len(items), **told, "positions": sorted(chosen)}
    _record(session, occurrence, ReviewEvent.SECOND_READING_ORDERED, data, actor=actor, at=at)
    return reading


def _record(
    session: Session,
    occurrence: Occurrence,
    event: ReviewEvent,
    data: dict[str, Any],
    *,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
) -> None:
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=event,
        subject=("occurrence", occurrence.id),
        data=data,
        reason=reason,
    )


def ensure_reader(
    occurrence: Occurrence, reading: SecondReading, *, actor: Actor, at: datetime
) -> None:
    """Raise NotAllowed for anybody but the second reader, whose role must still hold."""
    ensure(
        actor, Permission.REVIEW_REREAD, scope_of(occurrence), swedish_day(at), policy.PERMISSIONS
    )
    if actor.user_id != reading.reader_id:
        raise NotAllowed("En annan person är vald att läsa om posterna.")


def _refuse_ended(session: Session, occurrence: Occurrence, reading: SecondReading) -> None:
    state = locked_state(session, occurrence)
    session.refresh(reading)
    if reading.cancelled_at is not None:
        raise InvalidTransition("Den andra läsningen är avbruten. Läs om sidan.")
    if reading.finished_at is not None:
        raise InvalidTransition("Den andra läsningen är inlämnad, så svaren kan inte ändras.")
    if state is not OccurrenceState.STARTED:
        raise InvalidTransition("Kontrolltillfället granskas inte längre. Läs om sidan.")


def answer_again(
    session: Session,
    occurrence: Occurrence,
    reading: SecondReading,
    position: int,
    answers: Answers,
    *,
    version: int,
    actor: Actor,
    at: datetime,
) -> int:
    """Bedöm en post som andra person, blind to the first answers; how many answers changed.

    ``version``: as the item was read. Raises NotAllowed, InvalidTransition, InvalidInput, Conflict.
    """
    ensure_reader(occurrence, reading, actor=actor, at=at)
    _refuse_ended(session, occurrence, reading)
    rows = [one for one in answers_of_reading(session, reading.id) if one.position == position]
    if not rows:
        raise InvalidInput(f"Nummer {position} är inte bland dem som läses om.")
    if version != version_of(rows):
        raise Conflict(CHANGED)
    refuse_in_case(session, occurrence, (rows[0].row.item_id, position), answers, actor)
    known = {one.criterion_id: one for one in rows}
    told: list[dict[str, Any]] = []
    for criterion_id, (answer, comment) in answers.items():
        one = known.get(criterion_id)
        if one is None:
            raise InvalidInput("Frågan hör inte till kontrollmomentet. Öppna läsningen igen.")
        comment = clean_text(comment or "") or None
        if (one.row.answer, one.row.comment) == (answer, comment):
            continue
        check_free_text(
            session, occurrence, comment or "", most=COMMENT_MAX, field=f"comment_{criterion_id}"
        )
        told.append({"criterion": one.criterion_position, "old": one.row.answer, "new": answer})
        one.row.answer, one.row.comment, one.row.recorded_at = answer, comment, at
        one.row.row_version += 1
    if told:
        session.flush()
        data = {"position": position, "answers": told}
        _record(session, occurrence, ReviewEvent.SECOND_READING_JUDGED, data, actor=actor, at=at)
    return len(told)


def version_of(rows: Sequence[ReadingAnswer]) -> int:
    """The version of one item's second answers; it grows with every change."""
    return sum(one.row.row_version for one in rows)


def _end(session: Session, reading: SecondReading, **values: Any) -> None:
    changed = session.execute(
        sa.update(SecondReading)
        .where(
            SecondReading.id == reading.id,
            SecondReading.finished_at.is_(None),
            SecondReading.cancelled_at.is_(None),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Conflict("Någon annan hann före. Läs om sidan.")
    session.refresh(reading)


def finish_second_reading(
    session: Session, occurrence: Occurrence, reading: SecondReading, *, actor: Actor, at: datetime
) -> SecondReading:
    """Lämna in den andra läsningen: from now on the two are compared, and the reader sees both.

    Raises NotAllowed, InvalidTransition while an answer is missing, and Conflict.
    """
    ensure_reader(occurrence, reading, actor=actor, at=at)
    _refuse_ended(session, occurrence, reading)
    answers = answers_of_reading(session, reading.id)
    left = sorted({one.position for one in answers if one.row.answer is None})
    if left:
        numbers = ", ".join(str(number) for number in left)
        raise InvalidTransition(f"Kvar att bedöma: nummer {numbers}.")
    _end(session, reading, finished_at=at)
    found = reading_agreement(answers)
    data = {"items": found.items, "alike": found.alike, "differences": len(found.differences)}
    _record(session, occurrence, ReviewEvent.SECOND_READING_FINISHED, data, actor=actor, at=at)
    return reading


def cancel_second_reading(
    session: Session,
    occurrence: Occurrence,
    reading: SecondReading,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> SecondReading:
    """Avbryt den andra läsningen with a reason, before it is handed in. It stays visible.

    The tester or the reader may. Raises NotAllowed, InvalidInput, InvalidTransition and Conflict.
    """
    _ensure_either(occurrence, reading, actor, at)
    _refuse_ended(session, occurrence, reading)
    reason = _checked_reason(session, occurrence, reason, "Skriv varför läsningen avbryts.")
    _end(session, reading, cancelled_at=at, cancelled_by_id=actor.user_id, cancel_reason=reason)
    _record(
        session,
        occurrence,
        ReviewEvent.SECOND_READING_CANCELLED,
        {"n": reading.n},
        actor=actor,
        at=at,
        reason=reason,
    )
    return reading


def _ensure_either(
    occurrence: Occurrence, reading: SecondReading, actor: Actor, at: datetime
) -> None:
    performs = can(
        actor,
        Permission.OCCURRENCE_PERFORM,
        scope_of(occurrence),
        swedish_day(at),
        SCHEDULE_PERMISSIONS,
    )
    if not performs:
        ensure_reader(occurrence, reading, actor=actor, at=at)


def _checked_reason(session: Session, occurrence: Occurrence, reason: str, missing: str) -> str:
    reason = clean_text(reason)
    if not reason:
        raise InvalidInput(missing, field="reason")
    check_free_text(session, occurrence, reason, most=COMMENT_MAX, field="reason")
    return reason


def settle_difference(
    session: Session,
    occurrence: Occurrence,
    reading: SecondReading,
    answer_id: int,
    final: Answer,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> SecondAnswer:
    """Red ut en skillnad: the answer that the two have come to, and why. It is what counts.

    The tester or the second reader writes it. A final answer that is not the first one becomes a
    new answer of the review with the reason. Raises NotAllowed, InvalidInput, InvalidTransition
    (not handed in, nothing differs, or settled already) and Conflict.
    """
    _ensure_either(occurrence, reading, actor, at)
    open_for_review(session, occurrence, actor=actor, at=at, settling=True)
    session.refresh(reading)
    if reading.finished_at is None:
        raise InvalidTransition("Den andra läsningen är inte inlämnad än.")
    one = next((a for a in answers_of_reading(session, reading.id) if a.row.id == answer_id), None)
    if one is None or one.row.answer is one.row.first_answer:
        raise InvalidTransition("Det finns ingen skillnad att reda ut. Läs om sidan.")
    reason = _checked_reason(session, occurrence, reason, "Skriv varför svaret ska vara så.")
    changed = session.execute(
        sa.update(SecondAnswer)
        .where(SecondAnswer.id == answer_id, SecondAnswer.final_answer.is_(None))
        .values(
            final_answer=final, settle_reason=reason, settled_by_id=actor.user_id, settled_at=at
        )
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Conflict("Skillnaden är redan utredd. Läs om sidan.")
    desk = desk_of(session, occurrence)
    items = review_items(session, occurrence.id, reading.draw_id)
    item = next(row for row in items if row.item_id == one.row.item_id)
    latest = desk.latest[item.item_id, one.criterion_id]
    if latest.answer is not final:
        said = {one.criterion_id: (final, latest.comment)}
        record_answers(session, desk, item, said, reason=reason, actor=actor, at=at)
    data = {
        "position": one.position,
        "criterion": one.criterion_position,
        "first": one.row.first_answer,
        "second": one.row.answer,
        "final": final,
    }
    _record(
        session,
        occurrence,
        ReviewEvent.DIFFERENCE_SETTLED,
        data,
        actor=actor,
        at=at,
        reason=reason,
    )
    session.refresh(one.row)
    return one.row


def _unsettled(answers: Sequence[ReadingAnswer]) -> list[ReadingAnswer]:
    open_still = (one for one in answers if one.row.final_answer is None)
    return [one for one in open_still if one.row.answer is not one.row.first_answer]


def refuse_unfinished_reading(session: Session, occurrence_id: int, draw_id: int) -> None:
    """Raise InvalidTransition while a second reading is under way or leaves a difference open."""
    reading = standing_reading(session, occurrence_id, draw_id)
    if reading is None:
        return
    if reading.finished_at is None:
        raise InvalidTransition(
            "En andra person läser om posterna. Vänta på den läsningen, eller avbryt den."
        )
    left = sorted({one.position for one in _unsettled(answers_of_reading(session, reading.id))})
    if left:
        numbers = ", ".join(str(number) for number in left)
        raise InvalidTransition(
            f"De två läsarna är inte överens om nummer {numbers}. Red ut skillnaderna först."
        )


def second_reading_facts(session: Session, occurrence_id: int) -> dict[str, Any]:
    """What the trail says of the second reading beside the conclusion; nothing without one."""
    done = [row for row in readings_of(session, occurrence_id) if row.finished_at is not None]
    if not done:
        return {}
    found = reading_agreement(answers_of_reading(session, done[-1].id))
    return {"read_twice": {"items": found.items, "alike": found.alike}}
