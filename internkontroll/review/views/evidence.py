"""Bilagor: add, open as a download in a sandbox, and take away with a reason."""

from contextlib import closing

from flask import Response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.files.attachments import ATTACHMENT_MAX, MEDIA_TYPES
from internkontroll.organisation.models import Board
from internkontroll.review.forms import AttachmentForm, RemovalForm
from internkontroll.review.models import Attachment
from internkontroll.review.queries import attachment_select, attachments_of
from internkontroll.review.services import (
    BESIDE_CASES,
    COMMENT_MAX,
    MOST_ATTACHMENTS,
    add_attachment,
    read_attachment,
    remove_attachment,
)
from internkontroll.review.views.blueprint import (
    OPEN,
    address,
    attachments_folder,
    bp,
    occurrence_of,
)
from internkontroll.sampling.queries import secret_list_stands
from internkontroll.sampling.services import store_upload
from internkontroll.schedule.models import Occurrence
from internkontroll.web.access import (
    current_actor,
    demand,
    load_or_404,
    may,
    now,
    requires,
    session,
)
from internkontroll.web.submission import page, submit

SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""What a browser lets a handed-out file do, should somebody open it in the page all the same."""


def _evidence_page(
    board: Board, occurrence: Occurrence, form: AttachmentForm | None = None
) -> ResponseReturnValue:
    rows = attachments_of(session(), occurrence.id)
    secret = secret_list_stands(session(), occurrence.id)
    performs = may(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    is_open = occurrence.state in OPEN
    return page(
        "review/evidence.html",
        form=form or AttachmentForm(formdata=None),
        board=board,
        occurrence=occurrence,
        standing=[row for row in rows if row.removed_at is None],
        removed=[row for row in rows if row.removed_at is not None],
        secret=secret,
        beside_cases=BESIDE_CASES,
        can_add=performs and is_open and not secret,
        can_remove=performs and is_open,
        asks_confirmation=bool(form and "personnummer på rad" in " ".join(form.file.errors)),
        most=MOST_ATTACHMENTS,
    )


@bp.get("/bilagor")
@requires(Permission.OCCURRENCE_READ)
def evidence(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """The attachments, and the form in which one is added."""
    return _evidence_page(board, occurrence_of(board, occurrence_id))


@bp.post("/bilagor")
@requires(Permission.OCCURRENCE_PERFORM)
def attach(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Add an attachment."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    form = AttachmentForm()
    if form.validate():
        try:
            answer = _attached(board, occurrence, form)
        except InvalidInput as error:
            form.refuse(error)
        else:
            if answer:
                return answer
    return _evidence_page(board, occurrence_of(board, occurrence_id), form)


def _attached(
    board: Board, occurrence: Occurrence, form: AttachmentForm
) -> ResponseReturnValue | None:
    smaller = "Dela upp den eller spara den i ett mindre format."
    file = form.file.data
    # A large file lies on disk until it is closed.
    with (
        closing(file),
        store_upload(
            file.stream, attachments_folder(), limit=ATTACHMENT_MAX, smaller=smaller
        ) as upload,
    ):

        def act(open_session: Session) -> str:
            add_attachment(
                open_session,
                occurrence,
                upload=upload,
                file_name=file.filename or "",
                personal_confirmed=bool(form.personal_confirmed.data),
                actor=current_actor(),
                at=now(),
            )
            return address("review.evidence", board, occurrence.id)

        return submit(form, act, done="Bilagan är tillagd.")


def _attachment(occurrence: Occurrence, attachment_id: int) -> Attachment:
    return load_or_404(attachment_select(occurrence.id, attachment_id))


@bp.get("/bilagor/<int:attachment_id>")
@requires(Permission.OCCURRENCE_READ)
def attachment(board: Board, occurrence_id: int, attachment_id: int) -> ResponseReturnValue:
    """The attachment as a download: never shown in the page, never allowed to run anything."""
    occurrence = occurrence_of(board, occurrence_id)
    found = _attachment(occurrence, attachment_id)
    data = read_attachment(
        occurrence, found, folder=attachments_folder(), actor=current_actor(), at=now()
    )
    answer = Response(data, content_type=MEDIA_TYPES[found.kind])
    answer.headers.set("Content-Disposition", "attachment", filename=found.file_name)
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


def _removal_page(
    board: Board, occurrence: Occurrence, found: Attachment, form: RemovalForm
) -> ResponseReturnValue:
    return page(
        "review/removal.html",
        form=form,
        board=board,
        occurrence=occurrence,
        attachment=found,
        comment_max=COMMENT_MAX,
    )


@bp.get("/bilagor/<int:attachment_id>/ta-bort")
@requires(Permission.OCCURRENCE_PERFORM)
def removal(board: Board, occurrence_id: int, attachment_id: int) -> ResponseReturnValue:
    """Ask why the attachment is taken away."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    return _removal_page(board, occurrence, _attachment(occurrence, attachment_id), RemovalForm())


@bp.post("/bilagor/<int:attachment_id>/ta-bort")
@requires(Permission.OCCURRENCE_PERFORM)
def remove(board: Board, occurrence_id: int, attachment_id: int) -> ResponseReturnValue:
    """Take the attachment away: the file goes, that it was there stays."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    found = _attachment(occurrence, attachment_id)
    form = RemovalForm()

    def act(open_session: Session) -> str:
        remove_attachment(
            open_session,
            occurrence,
            found,
            form.reason.data or "",
            folder=attachments_folder(),
            actor=current_actor(),
            at=now(),
        )
        return address("review.evidence", board, occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Bilagan är borttagen.")):
        return answer
    return _removal_page(board, occurrence, found, form)
