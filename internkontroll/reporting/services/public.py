"""Pröva en begäran om en beslutad uppföljning: propose, judge, decide what is given out.

The trail tells what was masked by place and provision, never what stood there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.text import clean_text
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.reporting.models import (
    FollowUpReport,
    PublicEvent,
    PublicMasking,
    PublicOutcome,
    PublicState,
    PublicVersion,
)
from internkontroll.reporting.queries.public import secret_controls, version_asked_for
from internkontroll.reporting.queries.treating import read_report
from internkontroll.reporting.rules.provisions import provision_words
from internkontroll.reporting.rules.public import (
    Piece,
    pieces_of,
    proposed_maskings,
    public_report,
    public_to_plain,
)
from internkontroll.reporting.rules.told_anyway import told_anyway
from internkontroll.reporting.services.guards import ensure_may
from internkontroll.sampling.services import refuse_named_items
from internkontroll.trail.services import record

REASON_MAX = 1_000
GROUND_MAX = 4_000
_DECIDED_ALREADY = "Begäran är redan avgjord. Gör en ny om uppföljningen begärs igen."


@dataclass(frozen=True)
class Judged:
    """En prövad del: masked or not, by which provision, and why. ``masked`` None: not yet."""

    masked: bool | None
    provision: str = ""
    reason: str = ""


def propose_public_version(
    session: Session,
    board: Board,
    point: ReportingPoint,
    report: FollowUpReport,
    requested_on: date,
    *,
    actor: Actor,
    at: datetime,
) -> PublicVersion:
    """Ta emot en begäran om den beslutade uppföljningen, with what the rule proposes to mask.

    Raises NotAllowed, InvalidTransition unless it is decided, InvalidInput for a day after today or
    before the decision.
    """
    ensure_may(Permission.REPORT_DISCLOSE, board, point, actor, at)
    if report.reporting_point_id != point.id:
        raise ValueError("the report is of another point")
    if report.snapshot is None or report.snapshot_sha256 is None or report.decision is None:
        raise InvalidTransition(
            "Uppföljningen är inte beslutad. Pröva begäran om utkastet utanför programmet."
        )
    if not report.decision.decided_on <= requested_on <= swedish_day(at):
        raise InvalidInput(
            f"Uppföljningen beslutades {long_date(report.decision.decided_on)}. Skriv en dag från "
            "och med den till och med i dag.",
            field="requested_on",
        )
    decided = read_report(report.snapshot)
    proposed = proposed_maskings(decided, secret_controls(session, board.id, decided))
    made = PublicVersion(
        board_id=board.id,
        report_id=report.id,
        version=report.version,
        report_sha256=report.snapshot_sha256,
        requested_on=requested_on,
        created_by_id=actor.user_id,
        created_at=at,
        maskings=[
            PublicMasking(place=place, proposed=ground) for place, ground in proposed.items()
        ],
    )
    session.add(made)
    session.flush()
    _trace(
        session,
        board,
        made,
        PublicEvent.PROPOSED,
        actor=actor,
        at=at,
        version=made.version,
        report_sha256=made.report_sha256,
        requested_on=requested_on,
        proposed=len(proposed),
    )
    return made


def _trace(
    session: Session,
    board: Board,
    public: PublicVersion,
    event: PublicEvent,
    *,
    actor: Actor,
    at: datetime,
    **data: Any,
) -> None:
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=event,
        subject=("report", public.report_id),
        data={"public_version": public.id, **data},
    )


def _change(
    session: Session, public: PublicVersion, row_version: int | None, **values: Any
) -> None:
    seen = public.row_version if row_version is None else row_version
    changed = session.execute(
        sa.update(PublicVersion)
        .where(
            PublicVersion.id == public.id,
            PublicVersion.state == PublicState.ASKED_FOR,
            PublicVersion.row_version == seen,
        )
        .values(row_version=PublicVersion.row_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Prövningen har ändrats sedan du öppnade sidan. Läs igenom den igen.")
    session.refresh(public)


def _ensure_open(
    board: Board, point: ReportingPoint, public: PublicVersion, actor: Actor, at: datetime
) -> None:
    ensure_may(Permission.REPORT_DISCLOSE, board, point, actor, at)
    if public.board_id != board.id:
        raise ValueError("the request belongs to another board")
    if public.state is not PublicState.ASKED_FOR:
        raise InvalidTransition(_DECIDED_ALREADY)


def judge_public_version(
    session: Session,
    board: Board,
    point: ReportingPoint,
    public: PublicVersion,
    judged: Mapping[str, Judged],
    *,
    provision: str = "",
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> PublicVersion:
    """Spara prövningen av varje del: keep what is proposed, lift it, or mask more.

    ``judged`` is by place; what it leaves out stays as it is. ``provision`` holds for each masking
    that has none of its own. To lift a proposal, or to mask what none proposed, takes a reason.

    Raises NotAllowed, InvalidTransition when decided, Conflict, and InvalidInput with the field
    ``reason:<place>`` or ``provision:<place>``.
    """
    _ensure_open(board, point, public, actor, at)
    pieces = {one.place: one for one in pieces_of(_asked_for(session, public))}
    default = provision_words(provision)
    kept = {one.place: one for one in public.maskings}
    checked = {
        place: _checked(session, board, pieces, kept.get(place), place, one)
        for place, one in judged.items()
    }
    _change(session, public, row_version, provision=default)
    for place, one in checked.items():
        row = kept.get(place)
        if row is None:
            if not one.masked:
                continue
            row = PublicMasking(public_version_id=public.id, place=place, masked=True, judged_at=at)
            session.add(row)
        elif row.proposed is None and not one.masked:
            session.delete(row)
            continue
        if (row.masked, row.provision, row.reason) != (one.masked, one.provision, one.reason):
            row.masked, row.provision, row.reason = one.masked, one.provision, one.reason
            row.judged_by_id = actor.user_id
            row.judged_at = at if one.masked is not None else None
    session.flush()
    session.refresh(public, ["maskings"])
    _trace(
        session,
        board,
        public,
        PublicEvent.JUDGED,
        actor=actor,
        at=at,
        masked=sum(one.masked is True for one in public.maskings),
        lifted=sum(one.masked is False for one in public.maskings),
        left=sum(one.masked is None for one in public.maskings),
    )
    return public


def _asked_for(session: Session, public: PublicVersion) -> Any:
    report = session.get_one(FollowUpReport, public.report_id)
    return version_asked_for(session, report, public.version)


def _checked(
    session: Session,
    board: Board,
    pieces: Mapping[str, Piece],
    kept: PublicMasking | None,
    place: str,
    one: Judged,
) -> Judged:
    if place not in pieces:
        raise ValueError(f"the report has no place {place}")
    reason = clean_text(one.reason)
    if len(reason) > REASON_MAX:
        raise InvalidInput(f"Skriv högst {REASON_MAX} tecken.", field=f"reason:{place}")
    refuse_named_items(session, board.id, reason, f"reason:{place}")
    try:
        provision = provision_words(one.provision)
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field=f"provision:{place}") from error
    proposed = kept is not None and kept.proposed is not None
    if one.masked is False and proposed and not reason:
        raise InvalidInput(
            f"{pieces[place].where}: skriv varför det kan lämnas ut.", field=f"reason:{place}"
        )
    if one.masked and not proposed and not reason:
        raise InvalidInput(
            f"{pieces[place].where}: skriv varför det maskeras.", field=f"reason:{place}"
        )
    return Judged(one.masked, provision, reason)


def decide_public_version(
    session: Session,
    board: Board,
    point: ReportingPoint,
    public: PublicVersion,
    *,
    refuse: bool = False,
    ground: str = "",
    aware: bool = False,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> PublicVersion:
    """Avgör begäran: give out the whole, or with what is masked left out, or refuse it.

    What is given out is frozen as JSON with SHA-256, with the hash of the version it is made from.
    ``aware``: the person has seen that what is masked can be read out of the rest, and goes on. The
    trail says so, with the places.

    Raises NotAllowed, InvalidTransition when decided or where a proposal has not been judged,
    InvalidInput where a provision or a ground is lacking or what is masked can be read out of the
    rest and nobody has seen it, and Conflict.
    """
    _ensure_open(board, point, public, actor, at)
    ground = clean_text(ground)
    if len(ground) > GROUND_MAX:
        raise InvalidInput(f"Skriv högst {GROUND_MAX} tecken.", field="ground")
    refuse_named_items(session, board.id, ground, "ground")
    left = [one for one in public.maskings if one.masked is None]
    if left and not refuse:
        raise InvalidTransition(
            f"{len(left)} av programmets förslag är inte prövade. Pröva dem först."
        )
    masked = {one.place: one.provision or public.provision for one in public.maskings if one.masked}
    if (refuse and not public.provision) or (not refuse and not all(masked.values())):
        raise InvalidInput(
            "En bestämmelse saknas. Skriv kapitel och paragraf för det som inte lämnas ut, och "
            "spara prövningen.",
            field="provision",
        )
    if (refuse or masked) and not ground:
        raise InvalidInput("Skriv varför allt inte lämnas ut.", field="ground")
    decided_on = swedish_day(at)
    values: dict[str, Any] = {"outcome": PublicOutcome.REFUSED}
    told: dict[str, list[str]] = {}
    if not refuse:
        report = _asked_for(session, public)
        ways = told_anyway(report, masked)
        if ways and not aware:
            raise InvalidInput(ways[0].sentence, field="aware")
        told = {way.by: list(way.masked) for way in ways}
        made = public_report(
            report,
            masked,
            report_sha256=public.report_sha256,
            requested_on=public.requested_on,
            decided_on=decided_on,
            ground=ground,
        )
        content = public_to_plain(made)
        values = {
            "outcome": made.outcome,
            "content": canonical_json(content),
            "content_sha256": sha256_of(content),
        }
    _change(
        session,
        public,
        row_version,
        state=PublicState.ANSWERED,
        ground=ground,
        decided_on=decided_on,
        decided_at=at,
        decided_by_id=actor.user_id,
        **values,
    )
    _trace(
        session,
        board,
        public,
        PublicEvent.DECIDED,
        actor=actor,
        at=at,
        state={"old": PublicState.ASKED_FOR, "new": public.state},
        outcome=public.outcome,
        masked=dict(sorted(masked.items())) if not refuse else {},
        told_anyway=told,
        provision=public.provision,
        version=public.version,
        report_sha256=public.report_sha256,
        sha256=public.content_sha256,
    )
    return public
