"""Skriv tjänsteskrivelsen, och ändra kommunens mall för den."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import clean_line, clean_text
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.organisation.policy import PERMISSIONS as ORGANISATION_PERMISSIONS
from internkontroll.reporting.models import CoverMemo, MemoEvent, MemoPart, MemoTemplate
from internkontroll.reporting.queries.memos import (
    standing_memo,
    standing_template,
    version_written,
)
from internkontroll.reporting.rules.memo import (
    TEXT_MAX,
    WRITTEN,
    MemoTexts,
    PartTemplate,
    check_template,
    template_to_plain,
)
from internkontroll.reporting.services.guards import (
    CHANGED_MEANWHILE,
    ensure_may,
    ensure_report,
    refuse_locked,
)
from internkontroll.sampling.services import refuse_named_items
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

LINE_MAX = 120
"""Most characters of the author's function and of a diarienummer."""

TEMPLATE_CHANGED = (
    "Någon annan har ändrat mallen sedan du öppnade sidan. Jämför med den som gäller nu och spara "
    "igen."
)


def _checked_texts(texts: Mapping[MemoPart, str]) -> dict[MemoPart, str]:
    cleaned = {part: clean_text(texts.get(part, "")) for part in WRITTEN}
    for part, text in cleaned.items():
        if len(text) > TEXT_MAX:
            raise InvalidInput("Texten är för lång. Skriv högst 8 000 tecken.", field=part.value)
    return {part: text for part, text in cleaned.items() if text}


def _checked_line(text: str, field: str) -> str:
    cleaned = clean_line(text)
    if len(cleaned) > LINE_MAX:
        raise InvalidInput(f"Skriv högst {LINE_MAX} tecken.", field=field)
    return cleaned


def write_memo(
    session: Session,
    board: Board,
    point: ReportingPoint,
    *,
    texts: Mapping[MemoPart, str],
    memo_author: str = "",
    registry_number: str = "",
    revision: int | None = None,
    actor: Actor,
    at: datetime,
) -> CoverMemo | None:
    """Skriv tjänsteskrivelsen. Every change is a new row; a part without text is left out of it.

    While a decided report is corrected it is that of the version to come.

    The trail names the row, not its words. ``revision`` is the one the form was filled in against:
    Conflict if somebody was faster. Saying the same again changes nothing (None while nothing is
    written). Raises NotAllowed, InvalidInput, and InvalidTransition when the report is decided.
    """
    ensure_may(Permission.REPORT_WRITE, board, point, actor, at)
    report = ensure_report(session, board, point, at=at)
    refuse_locked(report)
    version = version_written(report)
    standing = standing_memo(session, report, version)
    if revision is not None and revision != standing.revision:
        raise Conflict(CHANGED_MEANWHILE)
    wanted = MemoTexts(
        _checked_texts(texts),
        _checked_line(memo_author, "memo_author"),
        _checked_line(registry_number, "registry_number"),
    )
    for part, text in wanted.texts.items():
        refuse_named_items(session, board.id, text, part.value)
    refuse_named_items(session, board.id, wanted.memo_author, "memo_author")
    if wanted == standing.written:
        return None
    memo = CoverMemo(
        report_id=report.id,
        version=version,
        revision=standing.revision + 1,
        texts={part.value: text for part, text in wanted.texts.items()},
        memo_author=wanted.memo_author,
        registry_number=wanted.registry_number,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(memo)
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=MemoEvent.WRITTEN,
        subject=("report", report.id),
        data={
            "memo": memo.id,
            "version": version,
            "revision": {"old": standing.revision, "new": memo.revision},
        },
    )
    return memo


def change_memo_template(
    session: Session,
    parts: Sequence[PartTemplate],
    *,
    revision: int,
    actor: Actor,
    at: datetime,
) -> MemoTemplate | None:
    """Ändra kommunens mall: parts, headings, order and standing texts, from now on.

    Decided reports keep the template of their decision. ``revision`` is the one that was seen:
    Conflict if somebody was faster. The same again changes nothing (None). Raises NotAllowed and
    InvalidInput.
    """
    ensure(
        actor,
        Permission.ORGANISATION_EDIT,
        Scope(None),
        swedish_day(at),
        ORGANISATION_PERMISSIONS,
    )
    wanted = check_template(parts)
    standing = standing_template(session)
    if revision != standing.revision:
        raise Conflict(TEMPLATE_CHANGED)
    if wanted == standing.parts:
        return None
    made = MemoTemplate(
        revision=revision + 1,
        parts=template_to_plain(wanted),
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(made)
    session.flush()
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=MemoEvent.TEMPLATE_CHANGED,
        subject=("municipality", 1),
        data={
            "revision": {"old": revision, "new": made.revision},
            "parts": {
                "old": template_to_plain(standing.parts),
                "new": made.parts,
            },
        },
    )
    return made
