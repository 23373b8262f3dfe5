"""Förbered individutskottets sammanträde: justerare, the kind of cases, and jäv."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.personal_id import find_personal_ids
from internkontroll.core.text import clean_line
from internkontroll.organisation.models import Meeting, MeetingState
from internkontroll.schedule.models import (
    CommitteeEvent,
    CommitteeMeeting,
    CommitteeReview,
    ConflictOfInterest,
    Occurrence,
    OccurrenceState,
)
from internkontroll.schedule.policy import PERMISSIONS
from internkontroll.schedule.queries import (
    committee_members,
    conflicts_of,
    review_of,
    reviewed_kinds,
    reviews_cases,
    seats_of,
    stepped_aside,
)
from internkontroll.schedule.rules import SKIPPABLE_STATES, case_kinds, proposed_kind
from internkontroll.schedule.services.transitions import chain_of, ensure_may
from internkontroll.trail.services import record

MEMBER_MAX = 60
"""Most characters of the function of a member without an account."""

_CHANGED = "Någon annan har ändrat uppgifterna sedan du öppnade sidan. Läs om sidan och spara igen."


def _ensure_prepares(actor: Actor, meeting: Meeting, at: datetime) -> None:
    scope = Scope(meeting.board_id, meeting.subcommittee_id)
    ensure(actor, Permission.COMMITTEE_PREPARE, scope, swedish_day(at), PERMISSIONS)
    if meeting.state is MeetingState.CANCELLED:
        raise InvalidTransition(
            "Sammanträdet är inställt. Ärendena ingår i ramen för nästa ordinarie sammanträde."
        )


def name_verifier(
    session: Session,
    meeting: Meeting,
    *,
    verifier_id: int,
    substitute_id: int | None,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> CommitteeMeeting:
    """Utse sammanträdets justerare och den som ersätter.

    ``row_version`` is 0 while nobody is named. Raises NotAllowed (needs committee:prepare),
    InvalidTransition for a meeting that is called off, InvalidInput for somebody who does not sit
    in the committee that day or is named twice, and Conflict.
    """
    _ensure_prepares(actor, meeting, at)
    if meeting.subcommittee_id is None:
        raise ValueError("a board's own meeting reviews no cases")
    members = {
        user.id
        for user in committee_members(
            session, meeting.board_id, meeting.subcommittee_id, meeting.held_on
        )
    }
    for field, person in (("verifier", verifier_id), ("substitute", substitute_id)):
        if person is not None and person not in members:
            raise InvalidInput(
                "Personen sitter inte i utskottet den dagen. Välj någon i listan.", field=field
            )
    if verifier_id == substitute_id:
        raise InvalidInput("Välj en annan person som ersättare.", field="substitute")
    seats = seats_of(session, meeting.id)
    old = (seats.verifier_id, seats.substitute_id) if seats else (None, None)
    if old == (verifier_id, substitute_id) and seats is not None:
        return seats
    values = {"verifier_id": verifier_id, "substitute_id": substitute_id, "recorded_at": at}
    if seats is None:
        seats = CommitteeMeeting(meeting_id=meeting.id, **values)
        session.add(seats)
        try:
            session.flush()
        except IntegrityError as error:
            raise Conflict(_CHANGED) from error
    else:
        changed = session.execute(
            sa.update(CommitteeMeeting)
            .where(
                CommitteeMeeting.meeting_id == meeting.id,
                CommitteeMeeting.row_version == row_version,
            )
            .values(row_version=CommitteeMeeting.row_version + 1, **values)
            .execution_options(synchronize_session=False)
        )
        session.refresh(seats)
        if changed.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_CHANGED)
    record(
        session,
        chain=chain_of(session, meeting.board_id),
        actor=actor,
        at=at,
        event=CommitteeEvent.VERIFIER_NAMED,
        subject=("meeting", meeting.id),
        data={
            "verifier": {"old": old[0], "new": verifier_id},
            "substitute": {"old": old[1], "new": substitute_id},
        },
    )
    return seats


def choose_kind(
    session: Session,
    occurrence: Occurrence,
    *,
    case_kind: str,
    protected: int,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> CommitteeReview:
    """Välj vilket slag av ärenden sammanträdet granskar, with how many are protected.

    ``row_version`` is 0 while nothing is chosen. Raises NotAllowed for anybody but the chair, the
    justerare and the one who takes the justerare's place, InvalidTransition once the review is
    handed over, InvalidInput for a kind that the plan does not name, and Conflict.
    """
    _ensure_chooses(session, occurrence, actor, at)
    if occurrence.state not in SKIPPABLE_STATES:
        raise InvalidTransition("Granskningen är avslutad, så slaget av ärenden kan inte ändras.")
    kinds = case_kinds(occurrence.control.text)
    if kinds and case_kind not in kinds:
        raise InvalidInput("Välj ett av slagen i planen.", field="case_kind")
    if not kinds:
        case_kind = occurrence.control.text
    if protected < 0:
        raise InvalidInput("Skriv 0 eller fler.", field="protected")
    proposed = proposed_kind(kinds, reviewed_kinds(session, occurrence))
    review = review_of(session, occurrence.id)
    old = (review.case_kind, review.protected) if review else (None, None)
    if review is not None and old == (case_kind, protected):
        return review
    if review is None:
        review = CommitteeReview(
            occurrence_id=occurrence.id,
            case_kind=case_kind,
            proposed_kind=proposed,
            protected=protected,
            chosen_by_id=actor.user_id,
            chosen_at=at,
        )
        session.add(review)
        try:
            session.flush()
        except IntegrityError as error:
            raise Conflict(_CHANGED) from error
    else:
        changed = session.execute(
            sa.update(CommitteeReview)
            .where(
                CommitteeReview.occurrence_id == occurrence.id,
                CommitteeReview.row_version == row_version,
            )
            .values(
                case_kind=case_kind,
                protected=protected,
                chosen_by_id=actor.user_id,
                chosen_at=at,
                row_version=CommitteeReview.row_version + 1,
            )
            .execution_options(synchronize_session=False)
        )
        session.refresh(review)
        if changed.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_CHANGED)
    record(
        session,
        chain=chain_of(session, occurrence.board_id),
        actor=actor,
        at=at,
        event=CommitteeEvent.REVIEW_PREPARED,
        subject=("occurrence", occurrence.id),
        data={
            "kind": {"old": old[0], "new": case_kind},
            "proposed": proposed,
            "protected": {"old": old[1], "new": protected},
        },
    )
    return review


def _refuse_after_the_fact(session: Session, occurrence: Occurrence) -> None:
    seats = seats_of(session, occurrence.meeting_id) if occurrence.meeting_id else None
    session.refresh(occurrence, ["state"])
    if occurrence.state is OccurrenceState.APPROVED or (seats and seats.minutes_verified_on):
        raise InvalidTransition("Utfallet är bekräftat, så vem som steg åt sidan kan inte ändras.")


def record_conflict(
    session: Session,
    occurrence: Occurrence,
    *,
    user_id: int | None,
    member: str | None,
    position: int | None,
    actor: Actor,
    at: datetime,
) -> ConflictOfInterest:
    """Anteckna jäv: who stepped aside, from one case (its running number) or from all of them.

    Raises NotAllowed (needs committee:step-aside), InvalidInput for nobody, for a
    person outside the committee, for a function that holds figures and for what stands already.
    """
    ensure_may(actor, Permission.COMMITTEE_STEP_ASIDE, occurrence, at)
    _refuse_after_the_fact(session, occurrence)
    function = clean_line(member or "") or None
    if (user_id is None) == (function is None):
        raise InvalidInput(
            "Välj vem det gäller, eller skriv funktionen för den som inte har något konto.",
            field="user",
        )
    if function is not None:
        _check_function(function)
    if user_id is not None and user_id not in {
        user.id for user in _members_of(session, occurrence)
    }:
        raise InvalidInput("Personen sitter inte i utskottet. Välj någon i listan.", field="user")
    same = (user_id, function, position)
    standing = conflicts_of(session, [occurrence.id])
    if any((row.user_id, row.member, row.position) == same for row in standing):
        raise InvalidInput("Det jävet är redan antecknat.", field="user")
    row = ConflictOfInterest(
        occurrence_id=occurrence.id,
        user_id=user_id,
        member=function,
        position=position,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    record(
        session,
        chain=chain_of(session, occurrence.board_id),
        actor=actor,
        at=at,
        event=CommitteeEvent.CONFLICT_RECORDED,
        subject=("occurrence", occurrence.id),
        data={"conflict": row.id, "user": user_id, "position": position},
    )
    return row


def withdraw_conflict(
    session: Session,
    occurrence: Occurrence,
    conflict: ConflictOfInterest,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Ta tillbaka ett antecknat jäv that was written by mistake; the row stays.

    Raises NotAllowed for the one it holds for, and Conflict for one that is taken back already.
    """
    ensure_may(actor, Permission.COMMITTEE_STEP_ASIDE, occurrence, at)
    _refuse_after_the_fact(session, occurrence)
    if conflict.user_id is not None and conflict.user_id == actor.user_id:
        raise NotAllowed("Jävet gäller dig själv. Någon annan tar tillbaka det.")
    changed = session.execute(
        sa.update(ConflictOfInterest)
        .where(
            ConflictOfInterest.id == conflict.id,
            ConflictOfInterest.occurrence_id == occurrence.id,
            ConflictOfInterest.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=at)
        .execution_options(synchronize_session=False)
    )
    session.refresh(conflict)
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Jävet är redan tillbakataget. Läs om sidan.")
    record(
        session,
        chain=chain_of(session, occurrence.board_id),
        actor=actor,
        at=at,
        event=CommitteeEvent.CONFLICT_WITHDRAWN,
        subject=("occurrence", occurrence.id),
        data={"conflict": conflict.id, "position": conflict.position},
    )


def mark_minutes_verified(
    session: Session, meeting: Meeting, verified_on: date, *, actor: Actor, at: datetime
) -> None:
    """Anteckna att protokollet är justerat. The review's verb calls it: the notes go with it.

    Raises NotAllowed (needs committee:prepare), InvalidInput for a day before the meeting or one
    that has not been, and InvalidTransition without a justerare and where it is recorded already.
    """
    _ensure_prepares(actor, meeting, at)
    if not meeting.held_on <= verified_on <= swedish_day(at):
        raise InvalidInput(
            "Skriv dagen då protokollet justerades: tidigast sammanträdets dag, senast i dag.",
            field="verified_on",
        )
    changed = session.execute(
        sa.update(CommitteeMeeting)
        .where(
            CommitteeMeeting.meeting_id == meeting.id,
            CommitteeMeeting.minutes_verified_on.is_(None),
        )
        .values(minutes_verified_on=verified_on, row_version=CommitteeMeeting.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise InvalidTransition(
            "Justeringen är redan antecknad, eller så är ingen justerare utsedd. Läs om sidan."
        )
    if (seats := seats_of(session, meeting.id)) is not None:
        session.refresh(seats)
    record(
        session,
        chain=chain_of(session, meeting.board_id),
        actor=actor,
        at=at,
        event=CommitteeEvent.MINUTES_VERIFIED,
        subject=("meeting", meeting.id),
        data={"verified_on": verified_on},
    )


def refuse_other_drawer(session: Session, occurrence: Occurrence, actor: Actor) -> None:
    """In an individutskott only the meeting's justerare, or the one in that place, draws.

    Raises InvalidTransition while nobody is named or no kind of cases is chosen, NotAllowed for
    anybody else and for one who has stepped aside.
    """
    if actor.is_system or not reviews_cases(occurrence) or occurrence.meeting_id is None:
        return
    seats = seats_of(session, occurrence.meeting_id)
    if seats is None:
        raise InvalidTransition(
            "Ingen justerare är utsedd för sammanträdet. Utse justeraren på sammanträdets sida, "
            "så kan stickprovet dras."
        )
    if actor.user_id not in (seats.verifier_id, seats.substitute_id):
        raise NotAllowed("Bara sammanträdets justerare, eller den som ersätter, drar stickprovet.")
    if stepped_aside(session, occurrence.id, actor.user_id):
        raise NotAllowed("Du har anmält jäv i granskningen. Den som ersätter drar stickprovet.")
    if case_kinds(occurrence.control.text) and review_of(session, occurrence.id) is None:
        raise InvalidTransition(
            "Det är inte valt vilket slag av ärenden som granskas. Välj det på sammanträdets sida, "
            "så kan stickprovet dras."
        )


def _members_of(session: Session, occurrence: Occurrence) -> list[User]:
    if occurrence.meeting is None or occurrence.subcommittee_id is None:
        return []
    return list(
        committee_members(
            session, occurrence.board_id, occurrence.subcommittee_id, occurrence.meeting.held_on
        )
    )


def _ensure_chooses(session: Session, occurrence: Occurrence, actor: Actor, at: datetime) -> None:
    """The chair chooses, or the one who draws; nobody else in the committee does it alone."""
    ensure_may(actor, Permission.COMMITTEE_REVIEW, occurrence, at)
    seats = seats_of(session, occurrence.meeting_id) if occurrence.meeting_id else None
    if seats is not None and actor.user_id in (seats.verifier_id, seats.substitute_id):
        return
    ensure_may(actor, Permission.COMMITTEE_PREPARE, occurrence, at)


def _check_function(function: str) -> None:
    if len(function) > MEMBER_MAX:
        raise InvalidInput(f"Skriv högst {MEMBER_MAX} tecken.", field="member")
    if find_personal_ids(function) or sum(sign.isdigit() for sign in function) > 2:
        raise InvalidInput(
            "Skriv en funktion, till exempel ”ledamot 3”. Inga namn, personnummer eller "
            "beteckningar.",
            field="member",
        )
