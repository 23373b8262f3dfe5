"""The plan's text sections."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.plan.forms.content import TextForm
from internkontroll.plan.forms.versions import whole
from internkontroll.plan.models import Plan
from internkontroll.plan.queries import plan_select, text_rows
from internkontroll.plan.rules.content import section_texts
from internkontroll.plan.rules.sections import (
    SECTION_HINTS,
    SECTION_TITLES,
    TextSection,
    default_text,
)
from internkontroll.plan.rules.states import EDITABLE
from internkontroll.plan.services.texts import write_text
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.web.access import current_actor, load_or_404, may, now, requires, session
from internkontroll.web.submission import page, submit

SLUGS = {
    "inledning": TextSection.INTRODUCTION,
    "arbete": TextSection.BOARD_WORK,
    "utveckling": TextSection.DEVELOPMENT,
    "begrepp": TextSection.TERMS,
    "uppdrag": TextSection.APPOINTMENT,
}
NAMES = f"any({','.join(SLUGS)})"


@bp.get("/planer/<int:plan_id>/texter")
@requires(Permission.PLAN_READ)
def texts(board: Board, plan_id: int) -> ResponseReturnValue:
    """The plan's text sections as they stand."""
    plan = load_or_404(plan_select(board.id, plan_id))
    rows = text_rows(session(), plan_id)
    current = section_texts(rows, board_name=board.name, year=plan.year)
    slug_of = {section: slug for slug, section in SLUGS.items()}
    written = {row.section: row for row in rows}
    return page(
        "plan/texts.html",
        board=board,
        plan=plan,
        sections=[
            (slug_of[section], SECTION_TITLES[section], text, written.get(section))
            for section, text in current
        ],
        may_edit=may(Permission.PLAN_EDIT) and plan.state in EDITABLE,
        **WORDS_OF_A_PLAN,
    )


@bp.get(f"/planer/<int:plan_id>/texter/<{NAMES}:slug>")
@requires(Permission.PLAN_EDIT)
def edit_text(board: Board, plan_id: int, slug: str) -> ResponseReturnValue:
    """Change a section."""
    return _page(board, load_or_404(plan_select(board.id, plan_id)), slug)


@bp.post(f"/planer/<int:plan_id>/texter/<{NAMES}:slug>")
@requires(Permission.PLAN_EDIT)
def save_text(board: Board, plan_id: int, slug: str) -> ResponseReturnValue:
    """Save a section as a new version."""
    return _page(board, load_or_404(plan_select(board.id, plan_id)), slug, sent=True)


def _form(board: Board, plan: Plan, section: TextSection, **more: None) -> TextForm:
    rows = [row for row in text_rows(session(), plan.id) if row.section is section]
    default = default_text(section, board_name=board.name, year=plan.year)
    return TextForm(
        text=rows[-1].text if rows else default,
        revision=str(rows[-1].revision if rows else 0),
        **more,
    )


def _page(board: Board, plan: Plan, slug: str, *, sent: bool = False) -> ResponseReturnValue:
    section, plan_id = SLUGS[slug], plan.id
    form = _form(board, plan, section)

    def act(open_session: Session) -> str:
        write_text(
            open_session,
            plan,
            section,
            form.text.data,
            revision=whole(form.revision.data),
            actor=current_actor(),
            at=now(),
        )
        return address("plan.texts", board, plan_id=plan_id)

    done = f"{SECTION_TITLES[section]} är sparad."
    if sent and form.validate() and (answer := submit(form, act, done=done)):
        return answer
    if form.refused_with == 409:
        plan = load_or_404(plan_select(board.id, plan_id))
        form.set_beside(_form(board, plan, section, formdata=None))
    return page(
        "plan/text.html",
        form=form,
        board=board,
        plan=plan,
        slug=slug,
        title=SECTION_TITLES[section],
        hint=SECTION_HINTS[section],
        versions=[row for row in reversed(text_rows(session(), plan_id)) if row.section is section],
        default=default_text(section, board_name=board.name, year=plan.year),
        **WORDS_OF_A_PLAN,
    )
