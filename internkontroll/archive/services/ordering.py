"""Två personer: one orders what a dry run showed, another confirms exactly that, and it is done."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.archive.models import ArchiveEvent, Disposal, DisposalState, RecordKind
from internkontroll.archive.policy import PERMISSIONS
from internkontroll.archive.queries import rule_of, try_disposal
from internkontroll.archive.queries.reading import RuleEntry, kinds_of
from internkontroll.archive.rules import DryRun, last_day_to_confirm
from internkontroll.archive.services.destroying import destroy
from internkontroll.archive.words import WORDS, frist_words
from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.trail.queries import chain_head
from internkontroll.trail.services import record

OVERTAKEN = "Någon annan hann ändra gallringen. Läs om sidan."


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed("Gallring görs av två personer, var och en inloggad som sig själv.")
    return actor.user_id


def _said(entry: RuleEntry) -> str:
    rule = entry.rule
    if rule is None:
        raise InvalidTransition("Nämnden har inte beslutat någon gallringsregel.")
    return (
        f"{rule.body}, {long_date(rule.decided_on)}, {rule.reference}: "
        f"{frist_words(rule.months)} efter {WORDS[rule.counted_from]}"
    )


def _trace(
    session: Session,
    disposal: Disposal,
    event: ArchiveEvent,
    actor: Actor,
    at: datetime,
) -> str:
    row = record(
        session,
        chain=disposal.board.code,
        actor=actor,
        at=at,
        event=event,
        subject=("disposal", disposal.id),
        data={
            "kind": disposal.kind,
            "year": disposal.year,
            "count": disposal.count,
            "selection": disposal.selection,
        },
        reason=disposal.decision,
    )
    return row.hash


def _move(session: Session, disposal: Disposal, to: DisposalState, **values: object) -> None:
    changed = session.execute(
        sa.update(Disposal)
        .where(Disposal.id == disposal.id, Disposal.state == DisposalState.ORDERED)
        .values(state=to, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(OVERTAKEN)
    session.refresh(disposal)


def has_lapsed(disposal: Disposal, at: datetime) -> bool:
    """Whether an order waited too long for its second person."""
    last = last_day_to_confirm(swedish_day(disposal.ordered_at))
    return disposal.state is DisposalState.ORDERED and swedish_day(at) > last


def _make_room(
    session: Session, board: Board, kind: RecordKind, year: int, actor: Actor, at: datetime
) -> None:
    standing = session.scalar(
        sa.select(Disposal).where(
            Disposal.board_id == board.id,
            Disposal.kind == kind,
            Disposal.year == year,
            Disposal.state == DisposalState.ORDERED,
        )
    )
    if standing is None:
        return
    if not has_lapsed(standing, at):
        raise InvalidTransition(
            "Gallringen är redan beställd och väntar på att någon annan bekräftar den."
        )
    _move(session, standing, DisposalState.LAPSED, ended_at=at)
    _trace(session, standing, ArchiveEvent.DISPOSAL_LAPSED, actor, at)


def order_disposal(
    session: Session,
    board: Board,
    kind: RecordKind,
    year: int,
    *,
    selection: str,
    actor: Actor,
    at: datetime,
) -> Disposal:
    """Beställ en gallring of what the dry run showed; nothing is destroyed yet.

    ``selection`` is that of the dry run that the person saw. Raises NotAllowed,
    InvalidTransition (something stands in the way, or it is ordered already), InvalidInput (a
    kind that is not the board's) and Conflict when there is something else to destroy now.
    """
    ensure(actor, Permission.DISPOSAL_ORDER, Scope(board.id), swedish_day(at), PERMISSIONS)
    person = _person(actor)
    if kind not in kinds_of(board):
        raise InvalidInput("De uppgifterna gallrar kommunstyrelsen. Beställ gallringen där.")
    _make_room(session, board, kind, year, actor, at)
    tried = _checked(session, board, kind, year, selection, at)
    disposal = Disposal(
        board=board,
        kind=kind,
        year=year,
        decision=_said(rule_of(session, board.id, kind)),
        count=tried.count,
        kept=tried.total - tried.count,
        oldest=tried.oldest,
        newest=tried.newest,
        selection=selection,
        ordered_by_id=person,
        ordered_at=at,
    )
    session.add(disposal)
    session.flush()
    _trace(session, disposal, ArchiveEvent.DISPOSAL_ORDERED, actor, at)
    return disposal


def _checked(
    session: Session, board: Board, kind: RecordKind, year: int, selection: str, at: datetime
) -> DryRun:
    tried = try_disposal(session, board, kind, year, on=swedish_day(at))
    if tried.refusals:
        raise InvalidTransition(tried.refusals[0])
    if not tried.free:
        raise InvalidTransition("Det finns inget att gallra.")
    if tried.selection != selection:
        raise Conflict(
            f"Underlaget har ändrats: nu är det {tried.count} av {tried.total}. Läs om sidan, och "
            "dra tillbaka en gallring som är beställd och beställ den igen."
        )
    return tried


def withdraw_disposal(
    session: Session, disposal: Disposal, *, actor: Actor, at: datetime
) -> Disposal:
    """Dra tillbaka en beställd gallring. Raises NotAllowed, and Conflict when it is ended."""
    scope = Scope(disposal.board_id)
    ensure(actor, Permission.DISPOSAL_ORDER, scope, swedish_day(at), PERMISSIONS)
    _move(session, disposal, DisposalState.WITHDRAWN, ended_at=at)
    _trace(session, disposal, ArchiveEvent.DISPOSAL_WITHDRAWN, actor, at)
    return disposal


def confirm_disposal(
    session: Session, disposal: Disposal, *, actor: Actor, at: datetime
) -> Disposal:
    """Bekräfta och gör gallringen: another person, within the days, exactly what was ordered.

    Raises NotAllowed (also for the person who ordered it), InvalidTransition (ended, lapsed, or
    something stands in the way now) and Conflict when there is something else to destroy than
    was ordered.
    """
    scope = Scope(disposal.board_id)
    ensure(actor, Permission.DISPOSAL_CONFIRM, scope, swedish_day(at), PERMISSIONS)
    if _person(actor) == disposal.ordered_by_id:
        raise NotAllowed("Du har beställt gallringen. Be någon annan bekräfta den.")
    if disposal.state is not DisposalState.ORDERED:
        raise InvalidTransition("Gallringen väntar inte på någon bekräftelse längre.")
    if has_lapsed(disposal, at):
        raise InvalidTransition("Gallringen bekräftades inte i tid. Beställ den igen.")
    board = disposal.board
    if _said(rule_of(session, board.id, disposal.kind)) != disposal.decision:
        raise Conflict("Gallringsregeln har ändrats. Dra tillbaka gallringen och beställ den igen.")
    tried = _checked(session, board, disposal.kind, disposal.year, disposal.selection, at)
    before = chain_head(session, board.code)
    _move(
        session,
        disposal,
        DisposalState.EXECUTED,
        confirmed_by_id=actor.user_id,
        confirmed_at=at,
        head_before=before,
    )
    destroy(session, disposal, [each.key for each in tried.free], at=at)
    after = _trace(session, disposal, ArchiveEvent.DISPOSAL_EXECUTED, actor, at)
    session.execute(
        sa.update(Disposal)
        .where(Disposal.id == disposal.id)
        .values(head_after=after)
        .execution_options(synchronize_session=False)
    )
    session.refresh(disposal)
    return disposal
