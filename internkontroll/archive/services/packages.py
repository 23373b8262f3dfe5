"""Nämndernas paket: ordered by kommunstyrelsen in one press, made by a job, one at a time.

The documents are made outside every transaction: nobody waits for them to write.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.archive.models import ArchiveEvent, PackageState, ReportPackage
from internkontroll.archive.queries.packages import package_progress
from internkontroll.core.access import Actor, Permission, Scope, ensure, system_actor
from internkontroll.core.clock import Clock, swedish_day
from internkontroll.core.errors import InvalidTransition
from internkontroll.core.transaction import transaction
from internkontroll.files.house import House
from internkontroll.organisation.models import Municipality
from internkontroll.organisation.queries import document_house
from internkontroll.reporting.documents import package_of
from internkontroll.reporting.models import FollowUpReport
from internkontroll.reporting.policy import PERMISSIONS
from internkontroll.reporting.queries import decided_report, memo_of
from internkontroll.reporting.rules import ShownReport
from internkontroll.reporting.rules.memo import Memo
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

log = logging.getLogger(__name__)

SessionFactory = Callable[[], Session]

SPELL = timedelta(seconds=30)
"""For how long the worker makes packages before other jobs have their turn."""
KEPT_FOR = timedelta(days=14)
"""How long a package waits to be fetched; after that it is made anew when it is asked for."""

WORKER = system_actor("jobb")
NEW_VERSION = "Uppföljningen har fått en ny version. Gör paketet igen när nämnden har lämnat den."
NOT_MADE = "Paketet gick inte att göra. Försök igen. Händer det igen, säg till er administratör."


def order_packages(session: Session, year: int, point: str, *, actor: Actor, at: datetime) -> int:
    """Beställ paketen av alla nämnder som har lämnat; returns how many were ordered.

    Those that are made or wait already are left as they are. Raises NotAllowed, InvalidTransition
    where no nämnd has sent a report of the point.
    """
    ensure(actor, Permission.OVERSIGHT_WRITE, Scope(None), swedish_day(at), PERMISSIONS)
    # Two who order at the same time take turns on the municipality's one row.
    session.execute(
        sa.select(Municipality.id).where(Municipality.id == 1).with_for_update(key_share=True)
    )
    progress = package_progress(session, year, point)
    if not progress.total:
        raise InvalidTransition(
            f"Ingen nämnd har lämnat sin uppföljning per {point} {year}. Det finns inget att göra "
            "paket av."
        )
    ordered = 0
    for entry in progress.entries:
        if entry.state is None:
            session.add(
                ReportPackage(
                    board_id=entry.board_id,
                    report_id=entry.report_id,
                    report_sha256=entry.report_sha256,
                    ordered_by_id=actor.user_id,
                    ordered_at=at,
                )
            )
            ordered += 1
        elif entry.state is PackageState.FAILED and entry.package_id is not None:
            again = {"ordered_by_id": actor.user_id, "ordered_at": at, "ended_at": None}
            ordered += _change(
                session, entry.package_id, PackageState.FAILED, PackageState.WAITING, **again
            )
    session.flush()
    if ordered:
        record(
            session,
            chain=MUNICIPALITY_CHAIN,
            actor=actor,
            at=at,
            event=ArchiveEvent.PACKAGES_ORDERED,
            subject=("municipality", 1),
            data={"point": f"{point} {year}", "ordered": ordered, "sent": progress.total},
        )
    return ordered


def _change(
    session: Session, package_id: int, old: PackageState, new: PackageState, **values: Any
) -> int:
    """Change a package's state where it still is the old one; 1 if it was."""
    changed = session.execute(
        sa.update(ReportPackage)
        .where(ReportPackage.id == package_id, ReportPackage.state == old)
        .values(**{"failure": None, **values, "state": new})
        .execution_options(synchronize_session=False)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class _Order:
    """Paketet som står på tur."""

    package_id: int
    report_id: int
    report_sha256: str
    board_code: str


def make_packages(session_factory: SessionFactory, clock: Clock) -> int:
    """Gör de paket som väntar, one at a time, for a spell; returns how many were done with.

    A worker that dies leaves the one it was making to the next. Two workers make no harm: the
    second one's package is not stored.
    """
    begun, done = clock(), 0
    while clock() - begun < SPELL and (order := _next(session_factory)) is not None:
        _make(session_factory, order, clock)
        done += 1
    return done


def _next(session_factory: SessionFactory) -> _Order | None:
    with session_factory() as session:
        package = session.scalar(
            sa.select(ReportPackage)
            .where(ReportPackage.state == PackageState.WAITING)
            .order_by(ReportPackage.id)
            .limit(1)
        )
        if package is None:
            return None
        return _Order(package.id, package.report_id, package.report_sha256, package.board.code)


def _material(
    session_factory: SessionFactory, order: _Order
) -> tuple[ShownReport, Memo, House] | None:
    """What a package is made of, read at once; None for a version that has fallen."""
    with session_factory() as session:
        report = session.get_one(FollowUpReport, order.report_id)
        if report.snapshot_sha256 != order.report_sha256:
            return None
        return decided_report(report), memo_of(session, report), document_house(session)


def _make(session_factory: SessionFactory, order: _Order, clock: Clock) -> None:
    try:
        material = _material(session_factory, order)
        content = package_of(*material) if material is not None else None
    except Exception:  # whatever one package failed of, the others are made
        log.exception("package %s failed", order.package_id)
        _fail(session_factory, order, NOT_MADE, clock())
        return
    if content is None:
        _fail(session_factory, order, NEW_VERSION, clock())
        return
    told = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    _end(session_factory, order, PackageState.DONE, told, clock(), content=content)


def _fail(session_factory: SessionFactory, order: _Order, failure: str, at: datetime) -> None:
    _end(session_factory, order, PackageState.FAILED, {"failure": failure}, at)


def _end(
    session_factory: SessionFactory,
    order: _Order,
    state: PackageState,
    told: dict[str, Any],
    at: datetime,
    *,
    content: bytes | None = None,
) -> None:
    # The first statement changes something, so that SQLite gives the write lock at once.
    with session_factory() as session, transaction(session):
        values = {**told, "content": content, "ended_at": at}
        if not _change(session, order.package_id, PackageState.WAITING, state, **values):
            return
        made = state is PackageState.DONE
        record(
            session,
            chain=order.board_code,
            actor=WORKER,
            at=at,
            event=ArchiveEvent.PACKAGE_MADE if made else ArchiveEvent.PACKAGE_FAILED,
            subject=("report", order.report_id),
            data={"report_sha256": order.report_sha256, **told},
        )


def remove_old_packages(session: Session, *, at: datetime) -> int:
    """Ta bort paket som ingen behöver: old ones, and those of a version that has fallen."""
    standing = (
        sa.select(FollowUpReport.id)
        .where(
            FollowUpReport.id == ReportPackage.report_id,
            FollowUpReport.snapshot_sha256 == ReportPackage.report_sha256,
        )
        .correlate(ReportPackage)
        .exists()
    )
    removed = session.execute(
        sa.delete(ReportPackage)
        .where(sa.or_(ReportPackage.ended_at < at - KEPT_FOR, ~standing))
        .execution_options(synchronize_session=False)
    )
    return int(removed.rowcount)  # type: ignore[attr-defined]
