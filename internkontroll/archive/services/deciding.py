"""Record the board's decisions on gallring, and that the auditors are done with a year."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.archive.models import (
    ArchiveEvent,
    AuditClosing,
    CountedFrom,
    RecordKind,
    RetentionRule,
)
from internkontroll.archive.policy import PERMISSIONS
from internkontroll.archive.queries import audit_closing, rule_of
from internkontroll.archive.queries.reading import kinds_of
from internkontroll.archive.rules import LONGEST_MONTHS
from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.organisation.models import Board
from internkontroll.sampling.services.guards import checked_reason
from internkontroll.trail.services import record

CHANGED = "Någon annan hann ändra regeln. Läs om sidan och gör din ändring igen."


def _not_in_future(day: date, at: datetime, field: str) -> None:
    if day > swedish_day(at):
        raise InvalidInput("Dagen har inte varit än. Skriv den dag det hände.", field=field)


def decide_rule(
    session: Session,
    board: Board,
    kind: RecordKind,
    *,
    months: int,
    counted_from: CountedFrom,
    body: str,
    decided_on: date,
    reference: str,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> RetentionRule:
    """Anteckna nämndens gallringsregel for a kind of records; 0 months: as soon as it may go.

    ``row_version`` is the version seen, 0 where there was no rule. Raises NotAllowed, InvalidInput
    (a frist outside 0-1200 months, a decision without body or reference, or in the future) and
    Conflict when somebody else changed the rule first.
    """
    ensure(actor, Permission.RETENTION_DECIDE, Scope(board.id), swedish_day(at), PERMISSIONS)
    if kind not in kinds_of(board):
        raise InvalidInput("Den regeln beslutar kommunstyrelsen om. Anteckna den där.")
    if not 0 <= months <= LONGEST_MONTHS:
        raise InvalidInput("Fristen ska vara 0 till 1 200 månader.", field="months")
    _not_in_future(decided_on, at, "decided_on")
    values = {
        "months": months,
        "counted_from": counted_from,
        "body": checked_reason(session, board.id, body, "Skriv vem som beslutade.", "body"),
        "decided_on": decided_on,
        "reference": checked_reason(
            session,
            board.id,
            reference,
            "Skriv beslutets paragraf eller dokumenthanteringsplanens nummer.",
            "reference",
        ),
    }
    before = rule_of(session, board.id, kind).rule
    old = {name: getattr(before, name) for name in values} if before else None
    if before is None:
        if row_version:
            raise Conflict(CHANGED)
        rule = RetentionRule(
            board_id=board.id,
            kind=kind,
            recorded_by_id=actor.user_id,
            recorded_at=at,
            **values,
        )
        session.add(rule)
        session.flush()
    else:
        changed = session.execute(
            sa.update(RetentionRule)
            .where(RetentionRule.id == before.id, RetentionRule.row_version == row_version)
            .values(
                **values,
                recorded_by_id=actor.user_id,
                recorded_at=at,
                row_version=row_version + 1,
            )
            .execution_options(synchronize_session=False)
        )
        if changed.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(CHANGED)
        session.refresh(before)
        rule = before
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=ArchiveEvent.RULE_DECIDED,
        subject=("board", board.id),
        data={"kind": kind, "rule": {"old": old, "new": values}},
    )
    return rule


def close_audit(
    session: Session,
    board: Board,
    year: int,
    *,
    closed_on: date,
    told_by: str,
    actor: Actor,
    at: datetime,
) -> AuditClosing:
    """Anteckna att revisorerna är klara med ett år: when, and who said so in which document.

    Raises NotAllowed, InvalidInput (a year that is not over, a day in the future or before the
    year's end, nobody who said it) and InvalidTransition when it is recorded already.
    """
    ensure(actor, Permission.AUDIT_CLOSE, Scope(board.id), swedish_day(at), PERMISSIONS)
    if year >= swedish_day(at).year:
        raise InvalidInput(f"Året {year} är inte slut. Anteckna beskedet när det har kommit.")
    _not_in_future(closed_on, at, "closed_on")
    if closed_on.year <= year:
        raise InvalidInput(
            f"Revisorerna kan inte bli klara med {year} före årets slut. Kontrollera dagen.",
            field="closed_on",
        )
    if audit_closing(session, board.id, year) is not None:
        raise InvalidTransition(f"Det står redan att revisorerna är klara med {year}.")
    made = AuditClosing(
        board_id=board.id,
        year=year,
        closed_on=closed_on,
        told_by=checked_reason(
            session, board.id, told_by, "Skriv vem som lämnade beskedet, och hur.", "told_by"
        ),
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(made)
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=ArchiveEvent.AUDIT_CLOSED,
        subject=("board", board.id),
        data={"year": year, "closed_on": closed_on},
        reason=made.told_by,
    )
    return made
