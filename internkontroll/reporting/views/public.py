"""Begäran om en beslutad uppföljning: what is proposed to be masked, judged, and given out."""

import json
from dataclasses import dataclass

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.files.pdf import plain_pdf
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import document_house
from internkontroll.reporting.documents import name_of, public_document, refusal_document
from internkontroll.reporting.forms import DiscloseForm, RequestForm, judge_form
from internkontroll.reporting.models import FollowUpReport, PublicState, PublicVersion
from internkontroll.reporting.queries import PointEntry
from internkontroll.reporting.queries.public import (
    given_out_otherwise,
    public_select,
    public_versions_of,
    version_asked_for,
)
from internkontroll.reporting.rules import Report
from internkontroll.reporting.rules.public import (
    APPEAL,
    PUBLIC_RULE,
    pieces_of,
    public_from_plain,
)
from internkontroll.reporting.rules.told_anyway import told_anyway
from internkontroll.reporting.services import (
    decide_public_version,
    judge_public_version,
    propose_public_version,
)
from internkontroll.reporting.views.blueprint import address, as_file, bp, entry_or_404
from internkontroll.web.access import current_actor, load_or_404, now, requires, session, today
from internkontroll.web.forms import BaseForm, VersionedForm
from internkontroll.web.submission import page, submit


@dataclass(frozen=True)
class _Request:
    """A request with the version of the report that it is about."""

    entry: PointEntry
    public: PublicVersion
    report: Report


def _decided_or_404(board: Board, year: int, point: str) -> tuple[PointEntry, FollowUpReport]:
    entry = entry_or_404(board, year, point)
    if entry.report is None or not entry.is_decided:
        abort(404)
    return entry, entry.report


def _request_or_404(board: Board, year: int, point: str, public_id: int) -> _Request:
    entry, report = _decided_or_404(board, year, point)
    public = load_or_404(public_select(board.id, report.id, public_id))
    return _Request(entry, public, version_asked_for(session(), report, public.version))


@bp.get("/<int:year>/<path:point>/offentlig")
@requires(Permission.REPORT_DISCLOSE)
def public_versions(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Every request for the report, and the form of a new one."""
    entry, _ = _decided_or_404(board, year, point)
    return _list_page(board, entry, RequestForm(None, requested_on=today()))


@bp.post("/<int:year>/<path:point>/offentlig")
@requires(Permission.REPORT_DISCLOSE)
def request_public(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Take a request for the report in: the rule proposes what to mask."""
    entry, report = _decided_or_404(board, year, point)
    form = RequestForm()

    def act(open_session: Session) -> str:
        day = form.requested_on.data
        made = propose_public_version(
            open_session, board, entry.point, report, day, actor=current_actor(), at=now()
        )
        return url_for("reporting.public_version", public_id=made.id, **address(board, entry))

    done = "Begäran är antecknad. Pröva nu varje förslag."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _list_page(board, entry, form)


def _list_page(board: Board, entry: PointEntry, form: BaseForm) -> ResponseReturnValue:
    return page(
        "reporting/public_versions.html",
        form=form,
        board=board,
        entry=entry,
        rows=public_versions_of(session(), entry.report.id) if entry.report else (),
        where=address(board, entry),
    )


@bp.get("/<int:year>/<path:point>/offentlig/<int:public_id>")
@requires(Permission.REPORT_DISCLOSE)
def public_version(board: Board, year: int, point: str, public_id: int) -> ResponseReturnValue:
    """One request: each part to judge, then the decision; or what was given out."""
    return _public_page(board, _request_or_404(board, year, point, public_id), None)


@bp.post("/<int:year>/<path:point>/offentlig/<int:public_id>")
@requires(Permission.REPORT_DISCLOSE)
def judge_public(board: Board, year: int, point: str, public_id: int) -> ResponseReturnValue:
    """Save what has been judged of each part."""
    here = _request_or_404(board, year, point, public_id)
    form = judge_form(pieces_of(here.report), here.public)

    def act(open_session: Session) -> str:
        try:
            judge_public_version(
                open_session,
                board,
                here.entry.point,
                here.public,
                form.judged(),
                provision=form.provision.data or "",
                row_version=form.seen_version,
                actor=current_actor(),
                at=now(),
            )
        except InvalidInput as error:
            raise InvalidInput(error.sentence, field=form.field_of(error.field)) from error
        where = address(board, here.entry)
        return url_for("reporting.public_version", public_id=public_id, _anchor="beslut", **where)

    if form.validate() and (answer := submit(form, act, done="Prövningen är sparad.")):
        return answer
    here = _request_or_404(board, year, point, public_id)
    if form.refused_with == 409:
        form.set_beside(judge_form(pieces_of(here.report), here.public, filled=True))
    return _public_page(board, here, form)


@bp.post("/<int:year>/<path:point>/offentlig/<int:public_id>/beslut")
@requires(Permission.REPORT_DISCLOSE)
def decide_public(board: Board, year: int, point: str, public_id: int) -> ResponseReturnValue:
    """Decide what is given out."""
    here = _request_or_404(board, year, point, public_id)
    form = DiscloseForm()

    def act(open_session: Session) -> str:
        decide_public_version(
            open_session,
            board,
            here.entry.point,
            here.public,
            refuse=form.refuses,
            ground=form.ground.data or "",
            aware=bool(form.aware.data),
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        where = address(board, here.entry)
        return url_for("reporting.public_version", public_id=public_id, **where)

    if form.validate() and (answer := submit(form, act, done="Begäran är avgjord.")):
        return answer
    here = _request_or_404(board, year, point, public_id)
    if form.refused_with == 409:
        form.row_version.data = str(here.public.row_version)
        form.aware.data = False
    return _public_page(board, here, form)


def _public_page(board: Board, here: _Request, form: VersionedForm | None) -> ResponseReturnValue:
    public, pieces = here.public, pieces_of(here.report)
    maskings = {one.place: one for one in public.maskings}
    is_open = public.state is PublicState.ASKED_FOR
    deciding = form if isinstance(form, DiscloseForm) else None
    judging = None if deciding else form
    judging = judging or judge_form(pieces, public, filled=True)
    rows = [(number, piece, maskings.get(piece.place)) for number, piece in enumerate(pieces)]
    masked = [one.place for one in public.maskings if one.masked]
    number_of = {piece.place: number for number, piece, _ in rows}
    ways = told_anyway(here.report, masked) if is_open else ()
    return page(
        "reporting/public_version.html",
        form=form,
        judging=judging,
        deciding=deciding or DiscloseForm(None, row_version=str(public.row_version)),
        board=board,
        entry=here.entry,
        report=here.report,
        public=public,
        is_open=is_open,
        proposed=[row for row in rows if row[2] is not None],
        others=[row for row in rows if row[2] is None],
        otherwise=given_out_otherwise(session(), public) if is_open else (),
        told_anyway=[(number_of[way.by], way.sentence) for way in ways],
        left=sum(one.masked is None for one in public.maskings),
        rule=PUBLIC_RULE,
        appeal=APPEAL,
        where=address(board, here.entry),
    )


def _answered_or_404(board: Board, year: int, point: str, public_id: int) -> _Request:
    here = _request_or_404(board, year, point, public_id)
    if here.public.state is not PublicState.ANSWERED:
        abort(404)
    return here


@bp.get("/<int:year>/<path:point>/offentlig/<int:public_id>/pdf")
@requires(Permission.REPORT_DISCLOSE)
def public_pdf(board: Board, year: int, point: str, public_id: int) -> ResponseReturnValue:
    """What was given out as PDF; the written decision where nothing was."""
    here = _answered_or_404(board, year, point, public_id)
    content, sha256 = here.public.content, here.public.content_sha256
    if content is None or sha256 is None:
        document, name = refusal_document(here.report, here.public), "beslut"
    else:
        document = public_document(public_from_plain(json.loads(content)), sha256)
        name = "offentlig-version"
    body = plain_pdf(document, document_house(session()))
    return as_file(body, "application/pdf", name_of(here.report, name, "pdf"))


@bp.get("/<int:year>/<path:point>/offentlig/<int:public_id>/json")
@requires(Permission.REPORT_DISCLOSE)
def public_json(board: Board, year: int, point: str, public_id: int) -> ResponseReturnValue:
    """What was given out as JSON: the very bytes that its hash is of."""
    here = _answered_or_404(board, year, point, public_id)
    if here.public.content is None:
        abort(404)
    name = name_of(here.report, "offentlig-version", "json")
    return as_file(here.public.content.encode("utf-8"), "application/json", name)
