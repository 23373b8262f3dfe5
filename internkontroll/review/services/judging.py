"""Open an item, judge it, and replace one that cannot be judged at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.text import clean_text
from internkontroll.plan.models import Criterion
from internkontroll.review.models import Answer, ItemResult, ReviewEvent
from internkontroll.review.queries import (
    ReviewItem,
    criteria_of,
    latest_results,
    review_items,
)
from internkontroll.review.rules import ItemState
from internkontroll.review.services.guards import (
    COMMENT_MAX,
    chain_of,
    check_free_text,
    ensure_tester,
    open_for_answers,
    open_for_review,
    refuse_in_case,
    scope_of,
)
from internkontroll.sampling.models import Draw, SampleItem, SamplingEvent
from internkontroll.sampling.policy import PERMISSIONS as SAMPLING_PERMISSIONS
from internkontroll.sampling.queries import (
    occurrences_of_draw,
)
from internkontroll.sampling.services import replace_item
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.services import ReadRows, record, record_reading

CHANGED = (
    "Någon annan har ändrat svaren medan du skrev. Läs om sidan, jämför med det du skrev "
    "och spara igen."
)

Answers = Mapping[int, tuple[Answer, str | None]]
"""The answer and the comment by criterion id; criteria left out are not touched."""


def standing_item(session: Session, occurrence: Occurrence, item: SampleItem) -> ReviewItem:
    """The item as it is judged. Raises InvalidInput for another draw's, InvalidTransition for one
    that is replaced.
    """
    found = next(
        (row for row in review_items(session, occurrence.id) if row.item_id == item.id), None
    )
    if found is None:
        raise InvalidInput(
            "Posten hör inte till kontrolltillfällets gällande stickprov. Öppna granskningen igen."
        )
    if found.replaced_by is not None:
        raise InvalidTransition(
            f"Nummer {found.position} är ersatt av nummer {found.replaced_by}. Granska det i "
            "stället."
        )
    return found


def read_item(
    session: Session, occurrence: Occurrence, item: SampleItem, *, actor: Actor, at: datetime
) -> None:
    """Öppna en post: record that a reference was read, before anybody sees it.

    The trail says which running number, never the reference. Raises NotAllowed.
    """
    ensure(
        actor,
        Permission.SAMPLE_READ,
        scope_of(occurrence),
        swedish_day(at),
        SAMPLING_PERMISSIONS,
    )
    record_reading(
        session,
        ReadRows(item.draw.population_id, [item.row_number]),
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=SamplingEvent.REFERENCES_READ,
        subject=("occurrence", occurrence.id),
        data={"position": item.position},
    )


def judge_item(
    session: Session,
    occurrence: Occurrence,
    item: SampleItem,
    answers: Answers,
    *,
    actor: Actor,
    at: datetime,
    version: int | None = None,
    reason: str | None = None,
) -> list[ItemResult]:
    """Bedöm en post: record the answers that differ from the latest ones, each as a new row.

    Criteria may be left for later. ``version`` is the item's version as it was read; if given and
    no longer true, nothing is recorded. ``reason`` is asked for where a signed conclusion is open
    for a correction. Returns the new rows, none where nothing differs. Raises NotAllowed,
    InvalidTransition (a conclusion stands, or the item is replaced), InvalidInput (the item or a
    criterion belongs elsewhere) and Conflict.
    """
    ensure_tester(actor, occurrence, at)
    why = open_for_answers(session, occurrence, reason, actor=actor, at=at)
    standing = standing_item(session, occurrence, item)
    if version is not None and version != standing.version:
        raise Conflict(CHANGED)
    desk = desk_of(session, occurrence)
    return record_answers(session, desk, standing, answers, reason=why, actor=actor, at=at)


@dataclass(frozen=True)
class Desk:
    """What answers are recorded against, read once: the questions, and the answers that count."""

    occurrence: Occurrence
    criteria: Mapping[int, Criterion]
    latest: Mapping[tuple[int, int], ItemResult]


def desk_of(session: Session, occurrence: Occurrence) -> Desk:
    """The occurrence's questions and latest answers."""
    return Desk(
        occurrence,
        {criterion.id: criterion for criterion in criteria_of(session, occurrence.id)},
        latest_results(session, occurrence.id),
    )


def record_answers(
    session: Session,
    desk: Desk,
    item: ReviewItem,
    answers: Answers,
    *,
    reason: str | None = None,
    by_committee: bool = False,
    actor: Actor,
    at: datetime,
) -> list[ItemResult]:
    """Record what differs, for a verb that has asked for role, state and version.

    ``by_committee``: the answers are the committee's own, and are recorded where they are the same
    too. Raises InvalidInput at ``comment_<criterion>``, NotAllowed for a case of one's own, and
    Conflict.
    """
    refuse_in_case(session, desk.occurrence, (item.item_id, item.position), answers, actor)
    rows: list[ItemResult] = []
    told: list[dict[str, Any]] = []
    for criterion_id, (answer, comment) in answers.items():
        criterion = desk.criteria.get(criterion_id)
        if criterion is None:
            raise InvalidInput("Frågan hör inte till kontrollmomentet. Öppna granskningen igen.")
        old = desk.latest.get((item.item_id, criterion_id))
        comment = clean_text(comment or "") or None
        same = old is not None and (old.answer, old.comment) == (answer, comment)
        if same and not by_committee:
            continue
        check_free_text(
            session,
            desk.occurrence,
            comment or "",
            most=COMMENT_MAX,
            field=f"comment_{criterion_id}",
        )
        rows.append(
            ItemResult(
                occurrence_id=desk.occurrence.id,
                item_id=item.item_id,
                criterion_id=criterion_id,
                revision=old.revision + 1 if old else 1,
                answer=answer,
                comment=comment,
                reason=reason,
                by_committee=by_committee,
                recorded_by_id=actor.user_id,
                recorded_at=at,
            )
        )
        told.append(
            {
                "criterion": criterion.position,
                "answer": {"old": old.answer if old else None, "new": answer},
                "comment_changed": (old.comment if old else None) != comment,
            }
        )
    if not rows:
        return rows
    session.add_all(rows)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(CHANGED) from error
    record(
        session,
        chain=chain_of(session, desk.occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.COMMITTEE_DECIDED if by_committee else ReviewEvent.ITEM_JUDGED,
        subject=("occurrence", desk.occurrence.id),
        data={"position": item.position, "answers": told},
        reason=reason,
    )
    return rows


def replace_unusable(
    session: Session,
    occurrence: Occurrence,
    item: SampleItem,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> SampleItem:
    """Ersätt en post som är helt ej tillämplig with the next in the drawn order.

    Raises NotAllowed, InvalidInput (no reason) and InvalidTransition: the item can be judged here
    or in another occurrence of the same draw, or there is nothing to replace it with.
    """
    ensure_tester(actor, occurrence, at)
    open_for_review(session, occurrence, actor=actor, at=at)
    standing = standing_item(session, occurrence, item)
    if not standing.wholly_not_applicable:
        raise InvalidTransition(
            f"Nummer {standing.position} kan bedömas. Bara det som helt har svaret Gäller inte "
            "här kan ersättas."
        )
    draw = session.get_one(Draw, item.draw_id)
    for other in occurrences_of_draw(session, draw.id):
        if other.id == occurrence.id:
            continue
        rows = review_items(session, other.id, draw.id)
        there = next(row for row in rows if row.item_id == item.id)
        if there.state not in {ItemState.WAITING, ItemState.NOT_APPLICABLE}:
            raise InvalidTransition(
                f"Nummer {standing.position} är bedömt i ett annat kontrolltillfälle med samma "
                "stickprov och kan inte ersättas. Skriv i kommentaren varför det står kvar."
            )
    return replace_item(session, draw, item, reason=reason, actor=actor, at=at)
