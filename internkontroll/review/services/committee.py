"""Individutskottets granskning: the kind of cases, protected ones, and the committee's outcome.

The justerare proposes, the committee decides, and the chair's confirmation signs the conclusion.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.text import clean_text
from internkontroll.review.models import (
    CaseNote,
    Conclusion,
    ItemResult,
    ProtectedItem,
    ReviewEvent,
    SecondAnswer,
)
from internkontroll.review.queries import standing_conclusion
from internkontroll.review.services.concluding import may_sign, sign_conclusion, signable
from internkontroll.review.services.guards import (
    COMMENT_MAX,
    TEXT_MAX,
    chain_of,
    check_free_text,
    ensure_signer,
    ensure_tester,
    locked_state,
)
from internkontroll.review.services.judging import (
    CHANGED,
    Answers,
    desk_of,
    record_answers,
    standing_item,
)
from internkontroll.sampling.models import SampleItem
from internkontroll.sampling.queries import current_draw
from internkontroll.schedule.models import CommitteeReview, Occurrence, OccurrenceState
from internkontroll.schedule.queries import review_of, reviews_cases
from internkontroll.schedule.rules import SKIPPABLE_STATES
from internkontroll.schedule.services import choose_kind
from internkontroll.trail.services import record


def prepare_review(
    session: Session,
    occurrence: Occurrence,
    *,
    case_kind: str,
    protected: int,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> CommitteeReview:
    """Välj slag av ärenden, as ``schedule.services.choose_kind``: before the sample is decided.

    Raises what that does, InvalidTransition for another kind than the one that is drawn from, and
    InvalidInput for more protected cases than the list has.
    """
    _refuse_elsewhere(occurrence)
    draw = current_draw(session, occurrence.id)
    chosen = review_of(session, occurrence.id)
    if draw is not None and chosen is not None and chosen.case_kind != case_kind:
        raise InvalidTransition(
            "Stickprovet är beslutat för ett slag av ärenden. Gör om dragningen om utskottet ska "
            "granska ett annat."
        )
    size = draw.population.size if draw else None
    if size is not None and protected > size:
        raise InvalidInput(f"Listan har {size} ärenden. Skriv högst så många.", field="protected")
    return choose_kind(
        session,
        occurrence,
        case_kind=case_kind,
        protected=protected,
        row_version=row_version,
        actor=actor,
        at=at,
    )


def mark_protected(
    session: Session, occurrence: Occurrence, item: SampleItem, *, actor: Actor, at: datetime
) -> None:
    """Märk ett ärende med skyddade personuppgifter: from now on no words are written of it.

    A note that the enhetschef has written of it is destroyed. Done again it changes nothing. Raises
    NotAllowed, and InvalidTransition for a case whose answers have comments, which have to be
    emptied first, and when the review is handed over.
    """
    _refuse_elsewhere(occurrence)
    ensure_tester(actor, occurrence, at)
    if locked_state(session, occurrence) not in SKIPPABLE_STATES:
        raise InvalidTransition("Granskningen är avslutad. Läs om sidan.")
    standing = standing_item(session, occurrence, item)
    if session.get(ProtectedItem, item.id) is not None:
        return
    if any(judgement.comment for judgement in standing.judgements):
        raise InvalidTransition(
            f"Ärende {standing.position} har en kommentar. Töm kommentaren och spara, märk sedan "
            "ärendet."
        )
    session.add(ProtectedItem(item_id=item.id, marked_by_id=actor.user_id, marked_at=at))
    session.flush()
    session.execute(
        sa.update(CaseNote)
        .where(CaseNote.item_id == item.id, CaseNote.purged_at.is_(None))
        .values(text=None, purged_at=at)
    )
    for answers in (ItemResult, SecondAnswer):
        # What was written before and put right since goes too.
        session.execute(
            sa.update(answers)
            .where(answers.item_id == item.id, answers.comment.is_not(None))
            .values(comment=None)
        )
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.ITEM_PROTECTED,
        subject=("occurrence", occurrence.id),
        data={"position": standing.position},
    )


def decide_outcome(
    session: Session,
    occurrence: Occurrence,
    item: SampleItem,
    answers: Answers,
    reason: str,
    *,
    version: int | None = None,
    actor: Actor,
    at: datetime,
) -> list[ItemResult]:
    """Anteckna utskottets bedömning av ett ärende beside the justerare's proposal, as new rows.

    ``version`` is the item's as it was read. Raises NotAllowed for anybody but the chair, for a
    chair who has tested, and for a case of one's own; InvalidTransition before the review is handed
    over and once it is confirmed, InvalidInput without a reason, and Conflict.
    """
    _refuse_elsewhere(occurrence)
    ensure_signer(actor, occurrence, at)
    conclusion = _waiting(session, occurrence)
    _refuse_tester(session, conclusion, actor)
    standing = standing_item(session, occurrence, item)
    if version is not None and version != standing.version:
        raise Conflict(CHANGED)
    why = clean_text(reason)
    if not why:
        raise InvalidInput("Skriv varför utskottet bedömer ärendet på det sättet.", field="reason")
    check_free_text(session, occurrence, why, most=COMMENT_MAX, field="reason")
    if session.get(ProtectedItem, item.id) is not None:
        # Of such a case nothing is written: that the committee decided is all that is said.
        why = "Utskottets bedömning"
    return record_answers(
        session,
        desk_of(session, occurrence),
        standing,
        answers,
        reason=why,
        by_committee=True,
        actor=actor,
        at=at,
    )


def confirm_outcome(
    session: Session,
    occurrence: Occurrence,
    statement: str,
    *,
    shown: int | None = None,
    actor: Actor,
    at: datetime,
) -> Conclusion:
    """Bekräfta utskottets utfall: the conclusion is signed, with the figures the committee gave.

    ``statement`` is the committee's own words on the whole, if it has any; ``shown`` the conclusion
    that the chair has read. Raises what ``sign_conclusion`` does.
    """
    _refuse_elsewhere(occurrence)
    conclusion = sign_conclusion(session, occurrence, shown=shown, actor=actor, at=at)
    said = clean_text(statement)
    if not said:
        return conclusion
    check_free_text(session, occurrence, said, most=TEXT_MAX, field="statement")
    review = review_of(session, occurrence.id)
    if review is None:
        review = CommitteeReview(
            occurrence_id=occurrence.id,
            case_kind=occurrence.control.text,
            chosen_by_id=actor.user_id,
            chosen_at=at,
        )
        session.add(review)
        session.flush()
    session.execute(
        sa.update(CommitteeReview)
        .where(CommitteeReview.occurrence_id == occurrence.id)
        .values(statement=said, row_version=CommitteeReview.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(review)
    return conclusion


def may_confirm(session: Session, conclusion: Conclusion | None, actor: Actor) -> bool:
    """Whether there is an outcome to confirm and the actor had no part in proposing it.

    ``conclusion`` is the standing one of what is reviewed.
    """
    return bool(confirmable(session, [conclusion], actor))


def confirmable(
    session: Session, conclusions: Iterable[Conclusion | None], actor: Actor
) -> frozenset[int]:
    """The kontrolltillfällen of the standing conclusions that the actor may confirm. One query."""
    waiting = [row.occurrence_id for row in conclusions if row is not None and not row.signed_at]
    return signable(session, waiting, actor) if waiting else frozenset()


def _waiting(session: Session, occurrence: Occurrence) -> Conclusion:
    conclusion = standing_conclusion(session, occurrence.id)
    handed_over = locked_state(session, occurrence) is OccurrenceState.PERFORMED
    if not handed_over or conclusion is None or conclusion.signed_at is not None:
        raise InvalidTransition(
            "Utskottets bedömning antecknas när justeraren har lämnat granskningen och innan "
            "ordföranden har bekräftat den. Läs om sidan."
        )
    return conclusion


def _refuse_tester(session: Session, conclusion: Conclusion, actor: Actor) -> None:
    if not may_sign(session, conclusion, actor):
        raise NotAllowed(
            "Du har själv dragit eller granskat. Någon annan som är ordförande antecknar "
            "utskottets bedömning."
        )


def _refuse_elsewhere(occurrence: Occurrence) -> None:
    if not reviews_cases(occurrence):
        raise InvalidTransition("Kontrollen hör inte till ett individutskotts sammanträde.")
