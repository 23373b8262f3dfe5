"""Keep what was typed when the session had ended, for a day, for the same person."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import FormDraft
from internkontroll.core.personal_id import names_a_person

DRAFT_LASTS = timedelta(hours=24)
DRAFT_SIZE = 200_000
"""Most bytes of a kept form, names and values together."""

MOST_DRAFTS = 20
"""Most kept forms of one person; the oldest goes first."""

Fields = Sequence[tuple[str, str]]


def _may_be_kept(text: str) -> bool:
    return not names_a_person(text)


def keep_draft(
    session: Session, *, user_id: int, path: str, page: str, fields: Fields, at: datetime
) -> FormDraft | None:
    """Behåll texten of a form that could not be taken. None if there is nothing, or too much.

    A field with a personnummer is left out and counted. What was kept before for the same form
    is replaced.
    """
    kept = [(name, value) for name, value in fields if _may_be_kept(value)]
    size = sum(len(name.encode()) + len(value.encode()) for name, value in kept)
    if not any(value.strip() for _, value in kept) or size > DRAFT_SIZE:
        return None
    content = {"pairs": [list(pair) for pair in kept], "left_out": len(fields) - len(kept)}
    # The row stays the same one: a page that is just being opened asks for it by its number.
    draft = session.scalar(
        sa.select(FormDraft)
        .where(FormDraft.user_id == user_id, FormDraft.path == path)
        .with_for_update()
    )
    if draft is None:
        draft = FormDraft(user_id=user_id, path=path, page=page, fields=content, at=at)
        session.add(draft)
    else:
        draft.page, draft.fields, draft.at = page, content, at
    session.flush()
    newest = (
        sa.select(FormDraft.id)
        .where(FormDraft.user_id == user_id)
        .order_by(FormDraft.at.desc(), FormDraft.id.desc())
        .limit(MOST_DRAFTS)
    )
    session.execute(
        sa.delete(FormDraft).where(FormDraft.user_id == user_id, FormDraft.id.not_in(newest))
    )
    return draft


def drop_draft(session: Session, draft_id: int, *, user_id: int) -> None:
    """Kasta en kvarlämnad text: it has been saved, or the person does not want it."""
    session.execute(
        sa.delete(FormDraft).where(FormDraft.id == draft_id, FormDraft.user_id == user_id)
    )


def purge_drafts(session: Session, *, at: datetime) -> int:
    """Gallra kvarlämnade texter that are older than a day. Returns how many."""
    done = session.execute(sa.delete(FormDraft).where(FormDraft.at < at - DRAFT_LASTS))
    return int(done.rowcount)  # type: ignore[attr-defined]
