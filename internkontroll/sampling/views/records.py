"""Dragningens protokoll: verify it, hand it out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Response, abort
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import DomainError, InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import document_house
from internkontroll.sampling.documents import protocol_pdf
from internkontroll.sampling.forms import VerifyForm
from internkontroll.sampling.models import Draw, DrawState, SelectionMethod
from internkontroll.sampling.queries import (
    check_draw,
    full_record,
    has_content,
    record_for_outside,
)
from internkontroll.sampling.rules import record_bytes
from internkontroll.sampling.services import (
    export_population,
    export_record,
    store_upload,
    verify_handed_in,
)
from internkontroll.sampling.views.walls import address, bp, load_draw, uploads_folder
from internkontroll.web.access import (
    current_actor,
    demand,
    may,
    now,
    recorded_reading,
    requires,
    session,
)
from internkontroll.web.submission import page, submit


def _load_verifiable(board: Board, draw_id: int) -> Draw:
    """The draw; 404 where there is nothing to redraw."""
    found = load_draw(board, draw_id)
    if found.state is not DrawState.DRAWN or found.method is SelectionMethod.TARGETED:
        abort(404)
    return found


def _check_page(board: Board, found: Draw, form: VerifyForm) -> ResponseReturnValue:
    stored = has_content(session(), found.population_id)
    difference = None
    if stored:
        try:
            difference = check_draw(session(), found)
        except DomainError as error:
            difference = error.sentence
    return page(
        "sampling/check.html",
        form=form,
        board=board,
        draw=found,
        population=found.population,
        occurrence=found.population.occurrence,
        stored=stored,
        difference=difference,
        may_read=may(Permission.SAMPLE_READ, found.population.occurrence.subcommittee_id),
    )


@bp.get("/dragning/<int:draw_id>/kontroll")
@requires(Permission.OCCURRENCE_READ)
def check(board: Board, draw_id: int) -> ResponseReturnValue:
    """Redraw from what is stored and say whether it comes out the same."""
    return _check_page(board, _load_verifiable(board, draw_id), VerifyForm())


@bp.post("/dragning/<int:draw_id>/kontroll")
@requires(Permission.SAMPLE_READ)
def verify_files(board: Board, draw_id: int) -> ResponseReturnValue:
    """Redraw from files that are handed in and say the first difference."""
    found = _load_verifiable(board, draw_id)
    demand(Permission.SAMPLE_READ, found.population.occurrence.subcommittee_id)
    form = VerifyForm()
    if form.validate():
        try:
            with _stored(form.record) as record, _stored(form.population) as population:

                def act(open_session: Session) -> str:
                    verify_handed_in(
                        open_session,
                        found,
                        record=record,
                        population=population,
                        population_name=getattr(form.population.data, "filename", "") or "",
                        actor=current_actor(),
                        at=now(),
                    )
                    return address("sampling.check", board, draw_id=draw_id)

                done = "Det du lämnade in stämmer med dragningen."
                if answer := submit(form, act, done=done):
                    return answer
        except InvalidInput as error:
            form.refuse(error)
    return _check_page(board, _load_verifiable(board, draw_id), form)


@contextmanager
def _stored(field: FileField) -> Iterator[Path | None]:
    """The handed-in file on disk while it is compared; None where none was chosen."""
    if not field.data:
        yield None
        return
    try:
        upload = store_upload(field.data.stream, uploads_folder())
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field=field.name) from error
    with upload:
        yield upload.path


def _file(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _name(board: Board, draw_id: int, end: str) -> str:
    return f"dragning-{board.code.lower()}-{draw_id}{end}"


@bp.get("/dragning/<int:draw_id>/protokoll.json")
@requires(Permission.SAMPLE_READ)
def record_full(board: Board, draw_id: int) -> ResponseReturnValue:
    """The full record as a file; a reading in the trail."""
    with recorded_reading() as open_session:
        found = load_draw(board, draw_id)
        content = export_record(open_session, found, actor=current_actor(), at=now())
    return _file(content, "application/json", _name(board, draw_id, ".json"))


@bp.get("/dragning/<int:draw_id>/protokoll.pdf")
@requires(Permission.SAMPLE_READ)
def protocol_full(board: Board, draw_id: int) -> ResponseReturnValue:
    """The protocol on one page, with seed and hash; a reading in the trail."""
    with recorded_reading() as open_session:
        found = load_draw(board, draw_id)
        content = export_record(open_session, found, actor=current_actor(), at=now())
        made = protocol_pdf(
            full_record(open_session, found),
            content,
            board=board.name,
            house=document_house(open_session),
        )
    return _file(made, "application/pdf", _name(board, draw_id, ".pdf"))


@bp.get("/dragning/<int:draw_id>/protokoll-forseglat.json")
@requires(Permission.OCCURRENCE_READ)
def record_sealed(board: Board, draw_id: int) -> ResponseReturnValue:
    """The sealed record as a file: it may leave the wall."""
    found = load_draw(board, draw_id)
    content = record_bytes(record_for_outside(session(), found))
    return _file(content, "application/json", _name(board, draw_id, "-forseglad.json"))


@bp.get("/dragning/<int:draw_id>/protokoll-forseglat.pdf")
@requires(Permission.OCCURRENCE_READ)
def protocol_sealed(board: Board, draw_id: int) -> ResponseReturnValue:
    """The sealed protocol on one page: it may leave the wall."""
    found = load_draw(board, draw_id)
    sealed = record_for_outside(session(), found)
    made = protocol_pdf(
        sealed, record_bytes(sealed), board=board.name, house=document_house(session())
    )
    return _file(made, "application/pdf", _name(board, draw_id, "-forseglad.pdf"))


@bp.get("/dragning/<int:draw_id>/lista.txt")
@requires(Permission.SAMPLE_READ)
def canonical(board: Board, draw_id: int) -> ResponseReturnValue:
    """The frozen list as its canonical file; a reading in the trail."""
    with recorded_reading() as open_session:
        found = load_draw(board, draw_id)
        content = export_population(open_session, found, actor=current_actor(), at=now())
        name = f"lista-{board.code.lower()}-{draw_id}.txt"
    return _file(content, "text/plain; charset=utf-8", name)
