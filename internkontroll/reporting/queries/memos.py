"""Tjänsteskrivelsen som den står: the template that holds and what is written by hand."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.reporting.models import CoverMemo, FollowUpReport, MemoPart, MemoTemplate
from internkontroll.reporting.rules.memo import (
    DEFAULT_TEMPLATE,
    Memo,
    MemoTexts,
    PartTemplate,
    template_from_plain,
)


@dataclass(frozen=True)
class StandingTemplate:
    """Mallen som gäller; revision 0 is the program's own."""

    revision: int
    parts: tuple[PartTemplate, ...]


@dataclass(frozen=True)
class StandingMemo:
    """Det skrivna som gäller; revision 0 before anything is written."""

    revision: int
    written: MemoTexts


def standing_template(session: Session, *, at: datetime | None = None) -> StandingTemplate:
    """The municipality's template now, or as it was at a moment."""
    statement = sa.select(MemoTemplate).order_by(MemoTemplate.revision.desc()).limit(1)
    if at is not None:
        statement = statement.where(MemoTemplate.recorded_at <= at)
    found = session.scalar(statement)
    if found is None:
        return StandingTemplate(0, DEFAULT_TEMPLATE)
    return StandingTemplate(found.revision, template_from_plain(found.parts))


def version_written(report: FollowUpReport | None) -> int:
    """The version that is being written: the next one while a decided one is corrected."""
    if report is None:
        return 1
    return report.version + (1 if report.correction_reason is not None else 0)


def standing_memo(
    session: Session, report: FollowUpReport | None, version: int | None = None
) -> StandingMemo:
    """What is written by hand about a version of the report; without one, about the standing."""
    found = report and session.scalar(
        sa.select(CoverMemo)
        .where(
            CoverMemo.report_id == report.id,
            CoverMemo.version == (report.version if version is None else version),
        )
        .order_by(CoverMemo.revision.desc())
        .limit(1)
    )
    if not found:
        return StandingMemo(0, MemoTexts())
    texts = {MemoPart(part): text for part, text in found.texts.items()}
    written = MemoTexts(texts, found.memo_author, found.registry_number)
    return StandingMemo(found.revision, written)


def memo_of(
    session: Session, report: FollowUpReport | None, standing: StandingMemo | None = None
) -> Memo:
    """The tjänsteskrivelse of a report; a decided one has the template of its decision.

    ``standing`` is what is written, where it has been read already.
    """
    decided_at = report.cut_off_at if report is not None else None
    template = standing_template(session, at=decided_at)
    return Memo(template.parts, (standing or standing_memo(session, report)).written)


def memo_being_written(
    session: Session, report: FollowUpReport | None, standing: StandingMemo | None = None
) -> Memo:
    """The tjänsteskrivelse of what is written now: of the correction, if one is begun.

    ``standing`` is what is written of that version, where it has been read already.
    """
    if report is None or report.correction_reason is None:
        return memo_of(session, report, standing)
    written = standing or standing_memo(session, report, version_written(report))
    return Memo(standing_template(session).parts, written.written)


def memo_of_version(
    session: Session, report: FollowUpReport, version: int, *, cut_off_at: datetime
) -> Memo:
    """The tjänsteskrivelse of an earlier version, with the template of its decision."""
    template = standing_template(session, at=cut_off_at)
    return Memo(template.parts, standing_memo(session, report, version).written)
