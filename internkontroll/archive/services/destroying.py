"""Destroy what a disposal names: one way for each kind of records, and all of it or nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import (
    ExternalIdentity,
    FormDraft,
    LoginSession,
    PendingLogin,
    RecoveryCode,
    SecondFactor,
    Submission,
    User,
)
from internkontroll.archive.models import Disposal, RecordKind
from internkontroll.archive.queries.candidates import PURGED_NAME
from internkontroll.core.access import system_actor
from internkontroll.core.errors import Conflict
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.reporting.models import ReportRemark
from internkontroll.review.models import Attachment, CaseNote, ItemResult, SecondAnswer
from internkontroll.sampling.models import Draw, Population, SampleItem
from internkontroll.sampling.services import purge_references
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.services import dispose_payloads

PURGED_TITLE = "Gallrat konto"
PURGED_FILE = "gallrad bilaga"
NO_PASSWORD = "!"  # noqa: S105 -- opens nothing: it is no hash
AT_ONCE = 500
"""Ids in one statement."""


def _some(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))


def _numbers(keys: Sequence[str], kind: str = "") -> list[int]:
    return [int(key.removeprefix(kind)) for key in keys if key.startswith(kind)]


def _changed(
    session: Session,
    table: type[User | ItemResult | SecondAnswer | Attachment],
    ids: Sequence[int],
    **values: object,
) -> int:
    done = 0
    for part in _some(ids):
        done += session.execute(  # type: ignore[attr-defined]
            sa.update(table)
            .where(table.id.in_(part))
            .values(**values)
            .execution_options(synchronize_session=False)
        ).rowcount
    return done


def _item_references(
    session: Session, disposal: Disposal, keys: Sequence[str], at: datetime
) -> int:
    # The two persons stand in the disposal, which the trail's row of the list names.
    actor = system_actor(f"gallring {disposal.id}")
    for number in _numbers(keys):
        population = session.get_one(Population, number)
        purge_references(session, population, decision=disposal.decision, actor=actor, at=at)
        population.purged_by_id = disposal.confirmed_by_id
        drawn = (
            sa.select(SampleItem.id)
            .join(Draw, Draw.id == SampleItem.draw_id)
            .where(Draw.population_id == number)
        )
        session.execute(
            sa.update(CaseNote)
            .where(CaseNote.item_id.in_(drawn), CaseNote.purged_at.is_(None))
            .values(text=None, purged_at=at)
            .execution_options(synchronize_session=False)
        )
        session.flush()
    return len(keys)


def _attachments(session: Session, disposal: Disposal, keys: Sequence[str], at: datetime) -> int:
    ids = _numbers(keys)
    for part in _some(ids):
        gone = sa.select(sa.func.count(Attachment.id)).where(
            Attachment.id.in_(part), Attachment.occurrence_id == Occurrence.id
        )
        touched = sa.select(Attachment.occurrence_id).where(Attachment.id.in_(part))
        session.execute(
            sa.update(Occurrence)
            .where(Occurrence.board_id == disposal.board_id, Occurrence.id.in_(touched))
            .values(attachments=Occurrence.attachments - gone.scalar_subquery())
            .execution_options(synchronize_session=False)
        )
    return _changed(
        session,
        Attachment,
        ids,
        file_name=PURGED_FILE,
        notice=None,
        removed_at=at,
        removed_by_id=disposal.confirmed_by_id,
        removal_reason=f"Gallrad: {disposal.decision}",
    )


def _notes(session: Session, _disposal: Disposal, keys: Sequence[str], _at: datetime) -> int:
    first = [key for key in keys if key.startswith("svar:")]
    second = [key for key in keys if key.startswith("omläsning:")]
    return _changed(session, ItemResult, _numbers(first, "svar:"), comment=None) + _changed(
        session, SecondAnswer, _numbers(second, "omläsning:"), comment=None
    )


def _report_drafts(
    session: Session, _disposal: Disposal, keys: Sequence[str], _at: datetime
) -> int:
    done = 0
    for part in _some(_numbers(keys)):
        done += session.execute(  # type: ignore[attr-defined]
            sa.delete(ReportRemark)
            .where(ReportRemark.id.in_(part))
            .execution_options(synchronize_session=False)
        ).rowcount
    return done


def _payloads(session: Session, disposal: Disposal, keys: Sequence[str], at: datetime) -> int:
    return dispose_payloads(
        session, _numbers(keys), disposal_id=disposal.id, decision=disposal.decision, at=at
    )


def _audit_payloads(session: Session, disposal: Disposal, keys: Sequence[str], at: datetime) -> int:
    # The auditors' chain is no board's: it lies behind every wall but this one.
    with within(EVERY_BOARD):
        return _payloads(session, disposal, keys, at)


def _accounts(session: Session, _disposal: Disposal, keys: Sequence[str], _at: datetime) -> int:
    ids = _numbers(keys)
    for part in _some(ids):
        for table in (
            LoginSession,
            Submission,
            FormDraft,
            PendingLogin,
            RecoveryCode,
            SecondFactor,
            ExternalIdentity,
        ):
            session.execute(
                sa.delete(table)
                .where(table.user_id.in_(part))
                .execution_options(synchronize_session=False)
            )
    return _changed(
        session,
        User,
        ids,
        username=sa.literal(PURGED_NAME).concat(sa.cast(User.id, sa.String)),
        title=PURGED_TITLE,
        password_hash=NO_PASSWORD,
        row_version=User.row_version + 1,
    )


_WAYS: Mapping[RecordKind, Callable[[Session, Disposal, Sequence[str], datetime], int]] = {
    RecordKind.ITEM_REFERENCES: _item_references,
    RecordKind.ATTACHMENTS: _attachments,
    RecordKind.NOTES: _notes,
    RecordKind.REPORT_DRAFTS: _report_drafts,
    RecordKind.READING_TRAIL: _payloads,
    RecordKind.TRAIL: _payloads,
    RecordKind.ACCOUNTS: _accounts,
    RecordKind.MUNICIPALITY_TRAIL: _payloads,
    RecordKind.AUDIT_TRAIL: _audit_payloads,
}


def destroy(session: Session, disposal: Disposal, keys: Sequence[str], *, at: datetime) -> None:
    """Förstör posterna. Raises Conflict if any of them was gone already."""
    done = _WAYS[disposal.kind](session, disposal, keys, at)
    session.expire_all()
    if done != len(keys):
        raise Conflict(
            f"Bara {done} av {len(keys)} gick att gallra. Inget är gallrat. Läs om sidan."
        )
