"""Kommunens checklistor: read by all who are logged in, written by those who keep the library."""

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.plan.forms import row_version
from internkontroll.plan.forms.checklists import ChecklistForm, checklist_form
from internkontroll.plan.models import Checklist, ChecklistVersion
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.queries.checklists import (
    checklist_lines,
    checklist_select,
    draft_select,
    uses_of,
)
from internkontroll.plan.rules.checklists import checklist_changes
from internkontroll.plan.services.checklists import (
    NAME_MAX,
    NOTE_MAX,
    begin_version,
    change_draft,
    create_checklist,
    publish_version,
    remove_draft,
)
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    may,
    now,
    requires,
    session,
    signed_in,
    today,
)
from internkontroll.web.forms import BaseForm, ButtonForm, VersionedForm
from internkontroll.web.submission import page, submit

library = Blueprint("checklists", __name__, url_prefix="/kommunen/checklistor")


def _boards_read() -> frozenset[int]:
    """The boards whose plans the person may read, drafts too."""
    roles, on = PERMISSIONS[Permission.PLAN_READ], today()
    return frozenset(
        grant.board_id
        for grant in current_actor().grants
        if grant.board_id is not None
        and grant.role in roles
        and grant.valid_from <= on <= grant.valid_to
    )


@library.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The library."""
    return page(
        "plan/checklists.html",
        lines=checklist_lines(session()),
        may_edit=may(Permission.CHECKLIST_EDIT),
    )


@library.get("/ny")
@requires(Permission.CHECKLIST_EDIT)
def new() -> ResponseReturnValue:
    """Write a checklist."""
    return _new_page()


@library.post("/ny")
@requires(Permission.CHECKLIST_EDIT)
def create() -> ResponseReturnValue:
    """Save a new checklist as a draft."""
    return _new_page(sent=True)


def _new_page(*, sent: bool = False) -> ResponseReturnValue:
    form = checklist_form((), sent_rows=request.form.get("rows") or "5")

    def act(open_session: Session) -> str:
        try:
            made = create_checklist(
                open_session,
                form.name.data or "",
                form.criteria(),
                actor=current_actor(),
                at=now(),
            )
        except InvalidInput as error:
            raise form.at_row(error) from error
        return url_for("checklists.show", checklist_id=made.id)

    done = "Utkastet är sparat. Publicera det när det är klart."
    valid = sent and form.validate() and not form.refuse_help_alone()
    if valid and (answer := submit(form, act, done=done)):
        return answer
    return _form_page(form, None)


def _form_page(form: ChecklistForm, version: ChecklistVersion | None) -> ResponseReturnValue:
    return page(
        "plan/checklist_form.html",
        form=form,
        version=version,
        name_max=NAME_MAX,
        note_max=NOTE_MAX,
    )


def _checklist(checklist_id: int) -> Checklist:
    return load_or_404(checklist_select(checklist_id))


def _show_page(
    checklist: Checklist, form: BaseForm | None = None, number: int | None = None
) -> ResponseReturnValue:
    """A checklist at the version asked for; without one, the one that holds, else the draft."""
    published = [row for row in checklist.versions if row.published_at is not None]
    draft = next((row for row in checklist.versions if row.published_at is None), None)
    holds = published[-1] if published else None
    asked = [row for row in checklist.versions if row.number == number]
    if number is not None and not asked:
        abort(404)
    shown = asked[0] if asked else holds or draft
    if shown is None:
        abort(404)
    earlier = [row for row in checklist.versions if row.number < shown.number]
    uses, others = uses_of(session(), checklist.id, _boards_read())
    return page(
        "plan/checklist.html",
        form=form,
        checklist=checklist,
        version=shown,
        holds=holds,
        draft=draft,
        before=earlier[-1] if earlier else None,
        changes=checklist_changes(earlier[-1].criteria, shown.criteria) if earlier else None,
        uses=uses,
        others=others,
        boards=_boards_read(),
        button_form=ButtonForm(formdata=None),
        may_edit=may(Permission.CHECKLIST_EDIT),
        **WORDS_OF_A_PLAN,
    )


@library.get("/<int:checklist_id>")
@signed_in
def show(checklist_id: int) -> ResponseReturnValue:
    """One checklist: the version that holds, the others, and which controls use it."""
    return _show_page(_checklist(checklist_id))


@library.get("/<int:checklist_id>/versioner/<int:number>")
@signed_in
def version(checklist_id: int, number: int) -> ResponseReturnValue:
    """One version, and what it changed."""
    return _show_page(_checklist(checklist_id), number=number)


def _draft(checklist_id: int) -> ChecklistVersion:
    return load_or_404(draft_select(checklist_id))


@library.get("/<int:checklist_id>/utkast")
@requires(Permission.CHECKLIST_EDIT)
def edit(checklist_id: int) -> ResponseReturnValue:
    """Change the draft."""
    return _edit_page(checklist_id)


@library.post("/<int:checklist_id>/utkast")
@requires(Permission.CHECKLIST_EDIT)
def save(checklist_id: int) -> ResponseReturnValue:
    """Save the changed draft."""
    return _edit_page(checklist_id, sent=True)


def _form_of(draft: ChecklistVersion, *, blank: bool = False) -> ChecklistForm:
    return checklist_form(
        draft.criteria,
        sent_rows=request.form.get("rows"),
        blank=blank,
        name=draft.checklist.name,
        note=draft.note,
        row_version=str(draft.row_version),
    )


def _edit_page(checklist_id: int, *, sent: bool = False) -> ResponseReturnValue:
    draft = _draft(checklist_id)
    form = _form_of(draft)

    def act(open_session: Session) -> str:
        try:
            change_draft(
                open_session,
                draft,
                name=form.name.data or "",
                note=form.note.data,
                criteria=form.criteria(),
                row_version=row_version(form),
                actor=current_actor(),
                at=now(),
            )
        except InvalidInput as error:
            raise form.at_row(error) from error
        return url_for("checklists.version", checklist_id=checklist_id, number=draft.number)

    valid = sent and form.validate() and not form.refuse_help_alone()
    if valid and (answer := submit(form, act, done="Utkastet är sparat.")):
        return answer
    if form.refused_with == 409:
        draft = _draft(checklist_id)
        form.set_beside(_form_of(draft, blank=True))
    return _form_page(form, draft)


@library.post("/<int:checklist_id>/ny-version")
@requires(Permission.CHECKLIST_EDIT)
def begin(checklist_id: int) -> ResponseReturnValue:
    """Begin the next version as a copy of the one that holds."""
    checklist, form = _checklist(checklist_id), ButtonForm()

    def act(open_session: Session) -> str:
        begin_version(open_session, checklist, actor=current_actor(), at=now())
        return url_for("checklists.edit", checklist_id=checklist_id)

    if form.validate() and (answer := submit(form, act)):
        return answer
    return _show_page(_checklist(checklist_id), form)


@library.post("/<int:checklist_id>/publicera")
@requires(Permission.CHECKLIST_EDIT)
def publish(checklist_id: int) -> ResponseReturnValue:
    """Publish the draft as it was read."""
    draft, form = _draft(checklist_id), VersionedForm()

    def act(open_session: Session) -> str:
        publish_version(
            open_session,
            draft,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return url_for("checklists.show", checklist_id=checklist_id)

    done = "Versionen är publicerad. Den ändras inte längre, och kontrollmoment kan ta över den."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _show_page(_checklist(checklist_id), form, draft.number)


@library.get("/<int:checklist_id>/ta-bort-utkast")
@requires(Permission.CHECKLIST_EDIT)
def confirm_removal(checklist_id: int) -> ResponseReturnValue:
    """Ask before a draft is removed."""
    return _removal_page(checklist_id)


@library.post("/<int:checklist_id>/ta-bort-utkast")
@requires(Permission.CHECKLIST_EDIT)
def remove(checklist_id: int) -> ResponseReturnValue:
    """Remove a draft."""
    return _removal_page(checklist_id, sent=True)


def _removal_page(checklist_id: int, *, sent: bool = False) -> ResponseReturnValue:
    draft = _draft(checklist_id)
    form = VersionedForm() if sent else VersionedForm(row_version=str(draft.row_version))

    def act(open_session: Session) -> str:
        left = remove_draft(
            open_session, draft, row_version=form.seen_version, actor=current_actor(), at=now()
        )
        if left is None:
            return url_for("checklists.index")
        return url_for("checklists.show", checklist_id=checklist_id)

    if sent and form.validate() and (answer := submit(form, act, done="Utkastet är borttaget.")):
        return answer
    if form.refused_with == 409:
        form.set_beside(VersionedForm(formdata=None, row_version=str(draft.row_version)))
    return page("plan/checklist_removal.html", form=form, version=draft)
