"""Tjänsteskrivelsen: the page where it is written, and the municipality's template for it."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.reporting.documents import memo_document
from internkontroll.reporting.forms import MemoForm, MemoTemplateForm, memo_template_form
from internkontroll.reporting.models import MemoPart
from internkontroll.reporting.queries import (
    PointEntry,
    StandingMemo,
    memo_being_written,
    standing_memo,
    standing_template,
    version_written,
)
from internkontroll.reporting.rules.memo import WRITTEN
from internkontroll.reporting.services import change_memo_template, write_memo
from internkontroll.reporting.views.blueprint import address, bp, entry_or_404, written_or_404
from internkontroll.reporting.words import WORDS
from internkontroll.web.access import current_actor, now, requires, session
from internkontroll.web.submission import page, submit

memo_template = Blueprint("memo_template", __name__, url_prefix="/organisation/tjansteskrivelse")

PART_WORDS = {part: WORDS[part] for part in MemoPart}
PROMPTS = {
    MemoPart.PREPARATION: "Vilka har tagit fram underlaget, och vilka har lämnat synpunkter?",
    MemoPart.CHILDREN: "Rör någon av bristerna barn och unga? Vad betyder de för dem?",
    MemoPart.EQUALITY: "Drabbar bristerna kvinnor och män, flickor och pojkar olika?",
    MemoPart.BUSINESS: "Rör bristerna företag, till exempel i upphandling eller tillstånd?",
    MemoPart.PRESENTATION: (
        "Siffrorna och det nämnden ska ta ställning till står redan där. Skriv det som saknas."
    ),
    MemoPart.ECONOMY: "Vad kostar åtgärderna, och ryms de i budgeten?",
}
"""What the writer is asked in each part."""


def _standing(entry: PointEntry) -> StandingMemo:
    return standing_memo(session(), entry.report, version_written(entry.report))


def _memo_form(entry: PointEntry, standing: StandingMemo, **more: Any) -> MemoForm:
    version = version_written(entry.report)
    written = standing.written
    if version > 1 and not standing.revision:
        # The words of the version before are proposed; they are this one's when they are saved.
        written = standing_memo(session(), entry.report, version - 1).written
    return MemoForm(
        registry_number=written.registry_number,
        memo_author=written.memo_author,
        revision=standing.revision,
        **{part.value: written.texts.get(part, "") for part in WRITTEN},
        **more,
    )


@bp.get("/<int:year>/<path:point>/tjansteskrivelse")
@requires(Permission.REPORT_WRITE)
def memo(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The page where the tjänsteskrivelse is written."""
    return _memo_page(board, entry_or_404(board, year, point))


@bp.post("/<int:year>/<path:point>/tjansteskrivelse")
@requires(Permission.REPORT_WRITE)
def save_memo(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Save the tjänsteskrivelse's texts."""
    return _memo_page(board, entry_or_404(board, year, point), sent=True)


def _memo_page(board: Board, entry: PointEntry, *, sent: bool = False) -> ResponseReturnValue:
    shown = written_or_404(board, entry)
    standing = _standing(entry)
    form = _memo_form(entry, standing)
    if sent and form.validate():

        def act(open_session: Session) -> str:
            write_memo(
                open_session,
                board,
                entry.point,
                texts=form.texts(),
                memo_author=form.memo_author.data or "",
                registry_number=form.registry_number.data or "",
                revision=form.revision.number,
                actor=current_actor(),
                at=now(),
            )
            return url_for("reporting.memo", **address(board, entry))

        if answer := submit(form, act, done="Tjänsteskrivelsen är sparad."):
            return answer
        if form.refused_with == 409:
            entry = entry_or_404(board, entry.point.year, entry.point.name)
            standing = _standing(entry)
            form.set_beside(_memo_form(entry, standing, formdata=None))
    memo = memo_being_written(session(), entry.report, standing)
    return page(
        "reporting/memo.html",
        form=form,
        board=board,
        entry=entry,
        report=shown.report,
        memo=memo,
        version=version_written(entry.report),
        borrowed=not sent and form.revision.number < 1,
        document=memo_document(shown, memo),
        parts=[part for part in memo.template if part.included and part.part in WRITTEN],
        words=PART_WORDS,
        prompts=PROMPTS,
        where=address(board, entry),
    )


def _template_form() -> MemoTemplateForm:
    standing = standing_template(session())
    values: dict[str, object] = {"revision": standing.revision}
    for place, part in enumerate(standing.parts, start=1):
        name = part.part.value
        values |= {
            f"place_{name}": place,
            f"heading_{name}": part.heading,
            f"text_{name}": part.text,
            f"included_{name}": part.included,
        }
    return memo_template_form(PART_WORDS, values)


def _template_page(form: MemoTemplateForm) -> ResponseReturnValue:
    order = [one.part for one in standing_template(session()).parts]
    return page("reporting/memo_template.html", form=form, order=order, words=PART_WORDS)


@memo_template.get("/")
@requires(Permission.ORGANISATION_EDIT)
def edit() -> ResponseReturnValue:
    """The municipality's template, to change."""
    return _template_page(_template_form())


@memo_template.post("/")
@requires(Permission.ORGANISATION_EDIT)
def save() -> ResponseReturnValue:
    """Save the whole template."""
    form = memo_template_form(PART_WORDS)

    def act(open_session: Session) -> str:
        change_memo_template(
            open_session,
            form.parts(),
            revision=form.revision.number,
            actor=current_actor(),
            at=now(),
        )
        return url_for("memo_template.edit")

    if form.validate() and (answer := submit(form, act, done="Mallen är sparad.")):
        return answer
    if form.refused_with == 409:
        form.set_beside(_template_form())
    return _template_page(form)
