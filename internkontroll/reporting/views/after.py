"""After the decision: minutes verified, handed over and received, corrected, earlier versions."""

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.files.pdf import plain_pdf
from internkontroll.organisation.models import Board, BoardKind
from internkontroll.organisation.queries import document_house
from internkontroll.reporting.documents import memo_document, report_json
from internkontroll.reporting.forms import (
    CorrectReportForm,
    DropCorrectionForm,
    MinutesForm,
    ReceiveReportForm,
    VerifyReportForm,
)
from internkontroll.reporting.models import ReportVersion
from internkontroll.reporting.queries import PointEntry, memo_of_version, working_report
from internkontroll.reporting.queries.assignments import assignments_given
from internkontroll.reporting.queries.built_on import BuiltOn, executive_built_on
from internkontroll.reporting.queries.treating import (
    read_report,
    treatments_of,
    version_select,
    versions_of,
)
from internkontroll.reporting.rules import Report, ShownReport
from internkontroll.reporting.rules.assignments import assignment_label
from internkontroll.reporting.rules.versions import differences
from internkontroll.reporting.services import (
    Minutes,
    decide_correction,
    drop_correction,
    open_correction,
    receive_report,
    send_report,
    verify_report,
)
from internkontroll.reporting.views.assignments import late_assignment
from internkontroll.reporting.views.blueprint import (
    address,
    as_file,
    bp,
    carry_out,
    entry_or_404,
    shown_or_404,
    version_of,
)
from internkontroll.reporting.views.parts import report_parts
from internkontroll.web.access import current_actor, load_or_404, may, now, requires, session
from internkontroll.web.forms import BaseForm, ButtonForm
from internkontroll.web.submission import page

_WAY = "reporting.treatment"
"""The page that tells the report's way through the board."""


def _built_on(board: Board, entry: PointEntry) -> BuiltOn | None:
    """Kommunstyrelsens decision on the point, and which version of the report it built on."""
    if entry.report is None or not entry.is_decided:
        return None
    point = entry.point
    return executive_built_on(session(), board.code, point.year, point.name, entry.report)


def _decided_or_404(board: Board, year: int, point: str) -> PointEntry:
    entry = entry_or_404(board, year, point)
    if not entry.is_decided:
        abort(404)
    return entry


@bp.get("/<int:year>/<path:point>/behandling")
@requires(Permission.REPORT_READ_DECIDED)
def treatment(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Every time the report was before the board, its versions, and where it was sent."""
    return _treatment_page(board, entry_or_404(board, year, point), ButtonForm())


def _treatment_page(board: Board, entry: PointEntry, form: BaseForm) -> ResponseReturnValue:
    report = entry.report
    goes_on = entry.point.executive_on is not None and board.kind is not BoardKind.EXECUTIVE
    decides = entry.is_decided and may(Permission.REPORT_DECIDE)
    treated = treatments_of(session(), report.id) if report else ()
    inside = may(Permission.REPORT_READ)
    if not inside:
        # Kommunstyrelsen sees what was decided, not what was sent back on the way there.
        treated = [row for row in treated if report and row.decision_id == report.decision_id]
    return page(
        "reporting/treatment.html",
        given=assignments_given(session(), board.id, report) if inside else (),
        label=assignment_label,
        late=late_assignment,
        form=form,
        verify_form=form if isinstance(form, VerifyReportForm) else VerifyReportForm(None),
        receive_form=form if isinstance(form, ReceiveReportForm) else ReceiveReportForm(None),
        board=board,
        entry=entry,
        where=address(board, entry),
        treatments=treated,
        versions=versions_of(session(), report.id) if report else (),
        goes_on=goes_on,
        built_on=_built_on(board, entry) if goes_on else None,
        may_verify=decides and entry.decision is not None and entry.decision.verified_on is None,
        may_send=decides and goes_on and report is not None and report.sent_at is None,
        may_receive=report is not None
        and report.sent_at is not None
        and report.received_at is None
        and may(Permission.REPORT_RECEIVE),
        may_decide=not entry.is_decided and may(Permission.REPORT_DECIDE),
        may_correct=decides,
        may_disclose=entry.is_decided and may(Permission.REPORT_DISCLOSE),
    )


@bp.post("/<int:year>/<path:point>/justering")
@requires(Permission.REPORT_DECIDE)
def verify(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Note when the minutes were verified."""
    entry = _decided_or_404(board, year, point)
    form = VerifyReportForm()

    def note(open_session: Session) -> object:
        day, by = form.verified_on.data, current_actor()
        return verify_report(open_session, board, entry.point, day, actor=by, at=now())

    answer = carry_out(board, entry, form, note, to=_WAY, done="Justeringen är antecknad.")
    return answer or _treatment_page(board, entry_or_404(board, year, point), form)


@bp.post("/<int:year>/<path:point>/overlamna")
@requires(Permission.REPORT_DECIDE)
def send(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Hand the decided report over to kommunstyrelsen."""
    entry = _decided_or_404(board, year, point)
    form = ButtonForm()

    def hand_over(open_session: Session) -> object:
        return send_report(open_session, board, entry.point, actor=current_actor(), at=now())

    done = "Uppföljningen är överlämnad till kommunstyrelsen."
    answer = carry_out(board, entry, form, hand_over, to=_WAY, done=done)
    return answer or _treatment_page(board, entry_or_404(board, year, point), form)


@bp.post("/<int:year>/<path:point>/kvittera")
@requires(Permission.REPORT_RECEIVE)
def receive(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Acknowledge that kommunstyrelsen has received the report."""
    entry = _decided_or_404(board, year, point)
    form = ReceiveReportForm()

    def acknowledge(open_session: Session) -> object:
        day, by = form.received_on.data, current_actor()
        return receive_report(open_session, board, entry.point, day, actor=by, at=now())

    done = "Uppföljningen är kvitterad."
    answer = carry_out(board, entry, form, acknowledge, to=_WAY, done=done)
    return answer or _treatment_page(board, entry_or_404(board, year, point), form)


@bp.get("/<int:year>/<path:point>/rattelse")
@requires(Permission.REPORT_READ)
def correction(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Why the report is corrected; once begun, what differs and the form of its decision."""
    return _correction_page(board, _decided_or_404(board, year, point), None)


@bp.post("/<int:year>/<path:point>/rattelse")
@requires(Permission.REPORT_DECIDE)
def correct(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Begin a correction."""
    entry = _decided_or_404(board, year, point)
    form = CorrectReportForm()

    def begin(open_session: Session) -> object:
        why, by = form.reason.data or "", current_actor()
        return open_correction(open_session, board, entry.point, why, actor=by, at=now())

    done = "Rättelsen är påbörjad. Den beslutade versionen gäller tills nämnden har beslutat nästa."
    answer = carry_out(board, entry, form, begin, to="reporting.correction", done=done)
    return answer or _correction_page(board, entry_or_404(board, year, point), form)


@bp.post("/<int:year>/<path:point>/rattelse/beslut")
@requires(Permission.REPORT_DECIDE)
def decide_corrected(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Record the board's decision on the correction: the next version is frozen."""
    entry = _decided_or_404(board, year, point)
    form = MinutesForm()

    def decide(open_session: Session) -> object:
        return decide_correction(
            open_session,
            board,
            entry.point,
            Minutes(**form.told()),
            row_version=form.row_version_seen,
            actor=current_actor(),
            at=now(),
        )

    done = "Den rättade versionen är beslutad."
    answer = carry_out(board, entry, form, decide, to=_WAY, done=done)
    return answer or _correction_page(board, entry_or_404(board, year, point), form)


@bp.get("/<int:year>/<path:point>/rattelse/ta-bort")
@requires(Permission.REPORT_DECIDE)
def drop(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Ask why a begun correction is dropped."""
    entry = _decided_or_404(board, year, point)
    return _drop_page(board, entry, DropCorrectionForm(None, row_version=version_of(entry)))


@bp.post("/<int:year>/<path:point>/rattelse/ta-bort")
@requires(Permission.REPORT_DECIDE)
def drop_now(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Drop a begun correction: the decided version stands with its texts."""
    entry = _decided_or_404(board, year, point)
    form = DropCorrectionForm()

    def put_back(open_session: Session) -> object:
        return drop_correction(
            open_session,
            board,
            entry.point,
            form.reason.data or "",
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )

    done = "Rättelsen är borttagen. Den beslutade versionen gäller som förut."
    answer = carry_out(board, entry, form, put_back, to=_WAY, done=done)
    return answer or _drop_page(board, entry_or_404(board, year, point), form)


def _drop_page(board: Board, entry: PointEntry, form: DropCorrectionForm) -> ResponseReturnValue:
    return page(
        "reporting/drop_correction.html",
        form=form,
        board=board,
        entry=entry,
        where=address(board, entry),
    )


def _correction_page(board: Board, entry: PointEntry, form: BaseForm | None) -> ResponseReturnValue:
    decided = shown_or_404(board, entry).report
    report = entry.report
    begun = report is not None and report.correction_reason is not None
    changed = None
    if begun:
        working = working_report(session(), board, entry, at=now())
        changed = differences(decided, working.report) if working else ()
    may_decide = may(Permission.REPORT_DECIDE)
    if form is None and may_decide:
        form = (
            MinutesForm(body=board.name, row_version=version_of(entry))
            if begun
            else CorrectReportForm()
        )
    return page(
        "reporting/correction.html",
        form=form,
        board=board,
        entry=entry,
        report=decided,
        begun=begun,
        changed=changed,
        built_on=_built_on(board, entry),
        where=address(board, entry),
        may_write=may(Permission.REPORT_WRITE),
        may_decide=may_decide,
    )


def _version_or_404(board: Board, year: int, point: str, version: int) -> ReportVersion:
    entry = _decided_or_404(board, year, point)
    if entry.report is None:
        abort(404)
    return load_or_404(version_select(entry.report.id, version))


@bp.get("/<int:year>/<path:point>/version/<int:version>")
@requires(Permission.REPORT_READ_DECIDED)
def version(board: Board, year: int, point: str, version: int) -> ResponseReturnValue:
    """An earlier version, and what differs from the one that took its place."""
    entry = entry_or_404(board, year, point)
    row = _version_or_404(board, year, point, version)
    made = read_report(row.snapshot)
    return page(
        "reporting/version.html",
        board=board,
        entry=entry,
        row=row,
        report=made,
        part=report_parts(made, None).drawn,
        changed=differences(made, _next(board, entry, version)),
        where=address(board, entry),
    )


@bp.get("/<int:year>/<path:point>/version/<int:version>/tjansteskrivelse")
@requires(Permission.REPORT_READ_DECIDED)
def version_memo(board: Board, year: int, point: str, version: int) -> ResponseReturnValue:
    """The tjänsteskrivelse of an earlier version as PDF."""
    entry = entry_or_404(board, year, point)
    row = _version_or_404(board, year, point, version)
    if entry.report is None:
        abort(404)
    shown = ShownReport(read_report(row.snapshot), row.snapshot_sha256, row.snapshot)
    cut_off_at = shown.report.cut_off_at
    memo = memo_of_version(session(), entry.report, version, cut_off_at=cut_off_at)
    body = plain_pdf(memo_document(shown, memo), document_house(session()))
    name = f"tjansteskrivelse-{board.code.lower()}-{year}-version-{version}.pdf"
    return as_file(body, "application/pdf", name)


def _next(board: Board, entry: PointEntry, version: int) -> Report:
    """The version that took the place of this one: the one in force, or another earlier one."""
    if entry.report is not None and entry.report.version > version + 1:
        later = load_or_404(version_select(entry.report.id, version + 1))
        return read_report(later.snapshot)
    return shown_or_404(board, entry).report


@bp.get("/<int:year>/<path:point>/version/<int:version>/json")
@requires(Permission.REPORT_READ_DECIDED)
def version_json(board: Board, year: int, point: str, version: int) -> ResponseReturnValue:
    """An earlier version as JSON: the very bytes that its hash is of."""
    row = _version_or_404(board, year, point, version)
    made = read_report(row.snapshot)
    shown = ShownReport(made, row.snapshot_sha256, row.snapshot)
    name = f"uppfoljning-{board.code.lower()}-{year}-version-{version}.json"
    return as_file(report_json(shown), "application/json", name)
