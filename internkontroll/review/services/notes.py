"""Enhetschefens anteckning: only where the board decided so, gone with the meeting.

It is destroyed when the minutes are verified, or when the meeting is called off.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.personal_id import names_a_person
from internkontroll.core.text import clean_line, clean_text
from internkontroll.organisation.models import Board, Meeting, MeetingState
from internkontroll.review import policy
from internkontroll.review.models import CaseNote, CaseNoteRule, ProtectedItem, ReviewEvent
from internkontroll.review.queries import standing_note_rule
from internkontroll.review.services.guards import (
    COMMENT_MAX,
    chain_of,
    check_free_text,
    locked_state,
    scope_of,
)
from internkontroll.review.services.judging import standing_item
from internkontroll.sampling.models import SampleItem
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import seats_of
from internkontroll.schedule.rules import OPEN_STATES
from internkontroll.schedule.services import Followed, cancel_meeting, mark_minutes_verified
from internkontroll.trail.services import ReadRows, record, record_reading

BODY_MAX = 100
PARAGRAPH_MAX = 20


def allow_notes(
    session: Session,
    board: Board,
    *,
    body: str,
    decided_on: date,
    paragraph: str,
    actor: Actor,
    at: datetime,
) -> CaseNoteRule:
    """Registrera nämndens beslut att enhetschefen får anteckna om ett ärende.

    Raises NotAllowed (needs case:note-allow), InvalidInput for a decision that
    is not whole, and InvalidTransition where one stands already.
    """
    scope = Scope(board.id)
    ensure(actor, Permission.CASE_NOTE_ALLOW, scope, swedish_day(at), policy.PERMISSIONS)
    body, paragraph = clean_line(body), clean_line(paragraph)
    if not body or len(body) > BODY_MAX:
        raise InvalidInput("Skriv vilket organ som beslutade.", field="body")
    if not paragraph or len(paragraph) > PARAGRAPH_MAX:
        raise InvalidInput("Skriv beslutets paragraf.", field="paragraph")
    if names_a_person(f"{body} {paragraph}"):
        raise InvalidInput("Texten innehåller ett personnummer. Ta bort det.", field="body")
    if decided_on > swedish_day(at):
        raise InvalidInput("Dagen har inte varit än. Skriv beslutets dag.", field="decided_on")
    rule = CaseNoteRule(
        board_id=board.id,
        body=body,
        decided_on=decided_on,
        paragraph=paragraph,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(rule)
    try:
        session.flush()
    except IntegrityError as error:
        raise InvalidTransition("Ett beslut gäller redan. Läs om sidan.") from error
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=ReviewEvent.NOTE_RULE_RECORDED,
        subject=("board", board.id),
        data={"body": body, "decided_on": decided_on, "paragraph": paragraph},
    )
    return rule


def end_notes(session: Session, board: Board, *, actor: Actor, at: datetime) -> None:
    """Avsluta beslutet: no more notes are written. Those that stand go with their minutes.

    Raises NotAllowed, and InvalidTransition where none stands.
    """
    scope = Scope(board.id)
    ensure(actor, Permission.CASE_NOTE_ALLOW, scope, swedish_day(at), policy.PERMISSIONS)
    ended = session.execute(
        sa.update(CaseNoteRule)
        .where(CaseNoteRule.board_id == board.id, CaseNoteRule.ended_at.is_(None))
        .values(ended_at=at)
        .execution_options(synchronize_session=False)
    )
    if ended.rowcount != 1:  # type: ignore[attr-defined]
        raise InvalidTransition("Inget beslut gäller. Läs om sidan.")
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=ReviewEvent.NOTE_RULE_ENDED,
        subject=("board", board.id),
    )


def _refuse_another(note: CaseNote, actor: Actor) -> None:
    if note.written_by_id != actor.user_id:
        raise NotAllowed("Anteckningen är skriven av någon annan. Bara den läser och ändrar den.")


def read_note(
    session: Session, occurrence: Occurrence, item: SampleItem, *, actor: Actor, at: datetime
) -> CaseNote | None:
    """Läs sin egen anteckning, which the trail tells of. None where none is written.

    Raises NotAllowed (needs case:note) and for a note that somebody else has written.
    """
    ensure(actor, Permission.CASE_NOTE, scope_of(occurrence), swedish_day(at), policy.PERMISSIONS)
    note = session.scalar(sa.select(CaseNote).where(CaseNote.item_id == item.id))
    if note is None or note.text is None:
        return note
    _refuse_another(note, actor)
    record_reading(
        session,
        ReadRows(item.draw.population_id, [item.row_number]),
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.NOTE_READ,
        subject=("occurrence", occurrence.id),
    )
    return note


def write_note(
    session: Session,
    occurrence: Occurrence,
    item: SampleItem,
    text: str,
    *,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> CaseNote:
    """Skriv eller ändra anteckningen om ett draget ärende. Its text is never in the trail.

    ``row_version`` is 0 for the first. Raises NotAllowed (needs case:note), InvalidTransition where
    the board has not decided on notes, the review is closed or the minutes are verified, and for a
    case with skyddade personuppgifter; InvalidInput for an empty text and one that names somebody.
    """
    ensure(actor, Permission.CASE_NOTE, scope_of(occurrence), swedish_day(at), policy.PERMISSIONS)
    rule = standing_note_rule(session, occurrence.board_id)
    if rule is None:
        raise InvalidTransition(
            "Nämnden har inte beslutat om skriftliga anteckningar. Föredra ärendet muntligt."
        )
    if locked_state(session, occurrence) not in OPEN_STATES:
        raise InvalidTransition("Granskningen är avslutad, så ingen anteckning kan skrivas.")
    seats = seats_of(session, occurrence.meeting_id) if occurrence.meeting_id else None
    if seats is not None and seats.minutes_verified_on is not None:
        raise InvalidTransition("Protokollet är justerat, så ingen anteckning kan skrivas.")
    if occurrence.meeting is not None and occurrence.meeting.state is MeetingState.CANCELLED:
        raise InvalidTransition("Sammanträdet är inställt, så ingen anteckning kan skrivas.")
    standing = standing_item(session, occurrence, item)
    if session.get(ProtectedItem, item.id) is not None:
        raise InvalidTransition(
            f"Ärende {standing.position} har skyddade personuppgifter. Föredra det muntligt."
        )
    cleaned = clean_text(text)
    if not cleaned:
        raise InvalidInput("Anteckningen är tom. Skriv den, eller gå tillbaka.", field="text")
    check_free_text(session, occurrence, cleaned, most=COMMENT_MAX, field="text")
    note = session.scalar(sa.select(CaseNote).where(CaseNote.item_id == item.id))
    values = {"text": cleaned, "written_by_id": actor.user_id, "written_at": at}
    if note is None:
        note = CaseNote(occurrence_id=occurrence.id, item_id=item.id, rule_id=rule.id, **values)
        session.add(note)
        try:
            session.flush()
        except IntegrityError as error:
            raise Conflict("Någon annan hann skriva en anteckning. Läs om sidan.") from error
    else:
        _refuse_another(note, actor)
        changed = session.execute(
            sa.update(CaseNote)
            .where(CaseNote.id == note.id, CaseNote.row_version == row_version)
            .values(row_version=CaseNote.row_version + 1, **values)
            .execution_options(synchronize_session=False)
        )
        session.refresh(note)
        if changed.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict("Någon annan har ändrat anteckningen. Jämför och spara igen.")
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.NOTE_WRITTEN,
        subject=("occurrence", occurrence.id),
        data={"position": standing.position},
    )
    return note


def verify_minutes(
    session: Session, meeting: Meeting, verified_on: date, *, actor: Actor, at: datetime
) -> int:
    """Anteckna att protokollet är justerat, and destroy the meeting's notes; how many they were.

    Raises what ``schedule.services.mark_minutes_verified`` does.
    """
    mark_minutes_verified(session, meeting, verified_on, actor=actor, at=at)
    return _purge(session, meeting, actor=actor, at=at)


def call_off_meeting(
    session: Session,
    board: Board,
    meeting: Meeting,
    *,
    reason: str,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Followed:
    """Ställ in ett sammanträde, and destroy the notes that were written for it.

    Its cases are presented anew at another meeting. Raises what
    ``schedule.services.cancel_meeting`` does.
    """
    followed = cancel_meeting(
        session, board, meeting, reason=reason, row_version=row_version, actor=actor, at=at
    )
    _purge(session, meeting, actor=actor, at=at)
    return followed


def _purge(session: Session, meeting: Meeting, *, actor: Actor, at: datetime) -> int:
    of_meeting = sa.select(Occurrence.id).where(Occurrence.meeting_id == meeting.id)
    purged = session.execute(
        sa.update(CaseNote)
        .where(CaseNote.occurrence_id.in_(of_meeting), CaseNote.purged_at.is_(None))
        .values(text=None, purged_at=at)
        .execution_options(synchronize_session=False)
    )
    count: int = purged.rowcount  # type: ignore[attr-defined]
    session.expire_all()
    if count:
        record(
            session,
            chain=session.get_one(Board, meeting.board_id).code,
            actor=actor,
            at=at,
            event=ReviewEvent.NOTES_PURGED,
            subject=("meeting", meeting.id),
            data={"notes": count},
        )
    return count
