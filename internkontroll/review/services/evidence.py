"""Evidence as attachments: take in, hand out, take away. Never beside a secret list."""

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.text import clean_text
from internkontroll.core.transaction import after_commit
from internkontroll.files.attachments import inspect_attachment
from internkontroll.review.models import Attachment, ReviewEvent
from internkontroll.review.services.guards import (
    COMMENT_MAX,
    chain_of,
    check_free_text,
    ensure_tester,
    locked_state,
    open_for_review,
    scope_of,
)
from internkontroll.sampling.queries import secret_list_stands
from internkontroll.sampling.services import StoredFile
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.policy import PERMISSIONS as SCHEDULE_PERMISSIONS
from internkontroll.trail.services import record

MOST_ATTACHMENTS = 50
"""Most attachments that stand on one occurrence."""

ORPHANS_LAST = timedelta(days=1)
"""How long a file that no row names may lie: its transaction may still be going on."""

BESIDE_CASES = (
    "Listan är hemlig, så bilagor tas inte emot här: en bilaga kan visa vilket ärende det är. "
    "Skriv vad underlaget visade i kommentaren, med löpnumret, och låt underlaget ligga i akten."
)
"""Why an occurrence with a secret list has no attachments."""

_ENDED = {
    OccurrenceState.PERFORMED: (
        "Slutsatsen väntar på underskrift, så bilagorna kan inte ändras. Be den som ska skriva "
        "under att lämna tillbaka den."
    ),
    OccurrenceState.APPROVED: "Slutsatsen är underskriven, så bilagorna kan inte ändras.",
}


def add_attachment(
    session: Session,
    occurrence: Occurrence,
    *,
    upload: StoredFile,
    file_name: str,
    personal_confirmed: bool = False,
    actor: Actor,
    at: datetime,
) -> Attachment:
    """Lägg till en bilaga: the file on disk is judged by its content and kept with its hash.

    A text file with what looks like a personnummer is refused until the person has confirmed that
    it is something else. Raises NotAllowed, InvalidTransition (a conclusion stands, the list is
    secret, or there are 50 already) and InvalidInput (the file).
    """
    ensure_tester(actor, occurrence, at)
    _refuse_ended(session, occurrence)
    open_for_review(session, occurrence, actor=actor, at=at)
    if secret_list_stands(session, occurrence.id):
        raise InvalidTransition(BESIDE_CASES)
    if occurrence.attachments >= MOST_ATTACHMENTS:
        raise InvalidTransition(
            f"Det finns redan {MOST_ATTACHMENTS} bilagor. Ta bort en, eller lägg samman dem till "
            "en PDF."
        )
    data = upload.path.read_bytes()
    found = inspect_attachment(data, file_name)
    check_free_text(session, occurrence, found.name.rpartition(".")[0], most=100, field="file")
    digest = hashlib.sha256(data).hexdigest()
    if _stands_already(session, occurrence, digest):
        raise InvalidInput("Samma fil är redan tillagd här. Välj en annan.", field="file")
    notice = None
    if found.personal_rows:
        rows = ", ".join(str(number) for number in found.personal_rows)
        if not personal_confirmed:
            raise InvalidInput(
                f"Filen har något som liknar ett personnummer på rad {rows}. Ta bort det och välj "
                "filen igen, eller kryssa för att det är något annat och välj filen igen.",
                field="file",
            )
        notice = f"Liknar personnummer på rad {rows}. Den som lade till filen har kontrollerat det."
    attachment = Attachment(
        board_id=occurrence.board_id,
        occurrence_id=occurrence.id,
        stored_name=upload.name,
        file_name=found.name,
        kind=found.kind,
        size=len(data),
        sha256=digest,
        notice=notice,
        added_by_id=actor.user_id,
        added_at=at,
    )
    session.add(attachment)
    _count(session, occurrence, 1)
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.ATTACHMENT_ADDED,
        subject=("occurrence", occurrence.id),
        data={
            "attachment": attachment.id,
            "kind": attachment.kind.value,
            "size": attachment.size,
            "sha256": attachment.sha256,
        },
    )
    after_commit(session, upload.keep)
    return attachment


def _stands_already(session: Session, occurrence: Occurrence, digest: str) -> bool:
    same = sa.exists().where(
        Attachment.occurrence_id == occurrence.id,
        Attachment.sha256 == digest,
        Attachment.removed_at.is_(None),
    )
    return bool(session.scalar(sa.select(same)))


def remove_attachment(
    session: Session,
    occurrence: Occurrence,
    attachment: Attachment,
    reason: str,
    *,
    folder: Path,
    actor: Actor,
    at: datetime,
) -> Attachment:
    """Ta bort en bilaga with a reason: the file goes, its row, hash and reason stay.

    Raises NotAllowed, InvalidInput (no reason), InvalidTransition (a conclusion stands) and
    Conflict (somebody took it away first).
    """
    ensure_tester(actor, occurrence, at)
    _refuse_ended(session, occurrence)
    open_for_review(session, occurrence, actor=actor, at=at)
    why = clean_text(reason)
    if not why:
        raise InvalidInput("Skriv varför bilagan tas bort.", field="reason")
    check_free_text(session, occurrence, why, most=COMMENT_MAX, field="reason")
    changed = session.execute(
        sa.update(Attachment)
        .where(
            Attachment.id == attachment.id,
            Attachment.occurrence_id == occurrence.id,
            Attachment.removed_at.is_(None),
        )
        .values(removed_at=at, removed_by_id=actor.user_id, removal_reason=why)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Någon annan hann ta bort bilagan. Läs om sidan.")
    session.refresh(attachment)
    _count(session, occurrence, -1)
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.ATTACHMENT_REMOVED,
        subject=("occurrence", occurrence.id),
        data={"attachment": attachment.id, "sha256": attachment.sha256},
        reason=why,
    )
    path = folder / attachment.stored_name
    after_commit(session, lambda: path.unlink(missing_ok=True))
    return attachment


def read_attachment(
    occurrence: Occurrence, attachment: Attachment, *, folder: Path, actor: Actor, at: datetime
) -> bytes:
    """Öppna en bilaga: its bytes, if they are still those that were added.

    Raises NotAllowed (outside the occurrence's wall) and Conflict for a file that is gone or that
    has changed on disk.
    """
    ensure(
        actor,
        Permission.OCCURRENCE_READ,
        scope_of(occurrence),
        swedish_day(at),
        SCHEDULE_PERMISSIONS,
    )
    path = folder / attachment.stored_name
    if not path.is_file():
        raise Conflict(
            "Bilagans fil finns inte kvar på servern. Berätta det för den som sköter driften: "
            "den finns i säkerhetskopian."
        )
    data = path.read_bytes()
    if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), attachment.sha256):
        raise Conflict(
            "Bilagans fil är inte densamma som när den lades till, så den lämnas inte ut. Berätta "
            "det för den som sköter driften: den rätta finns i säkerhetskopian."
        )
    return data


def _refuse_ended(session: Session, occurrence: Occurrence) -> None:
    if sentence := _ENDED.get(locked_state(session, occurrence)):
        raise InvalidTransition(sentence)


def _count(session: Session, occurrence: Occurrence, change: int) -> None:
    session.flush()
    session.execute(
        sa.update(Occurrence)
        .where(Occurrence.id == occurrence.id)
        .values(attachments=Occurrence.attachments + change)
        .execution_options(synchronize_session=False)
    )
    session.refresh(occurrence, ["attachments"])


def destroy_orphans(folder: Path, known: Collection[str], at: datetime) -> int:
    """Förstör filer som ingen bilaga har; returns how many.

    ``known`` are the stored names of the attachments that stand. A file younger than a day is let
    be: what names it may not be saved yet.
    """
    if not folder.is_dir():
        return 0
    gone = 0
    for path in folder.iterdir():
        age = at.timestamp() - path.stat().st_mtime
        if path.is_file() and path.name not in known and age > ORPHANS_LAST.total_seconds():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def changed_files(session: Session, folder: Path) -> list[int]:
    """Ids of the attachments whose file is gone or is not the one that was added."""
    wrong = []
    rows = session.execute(
        sa.select(Attachment.id, Attachment.stored_name, Attachment.sha256)
        .where(Attachment.removed_at.is_(None))
        .order_by(Attachment.id)
    )
    for attachment_id, name, digest in rows:
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            wrong.append(attachment_id)
    return wrong


def stored_names(session: Session) -> frozenset[str]:
    """The files that standing attachments need."""
    return frozenset(
        session.scalars(sa.select(Attachment.stored_name).where(Attachment.removed_at.is_(None)))
    )
