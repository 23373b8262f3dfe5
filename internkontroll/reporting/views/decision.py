"""What a report lacks before the decision, its approval, and what the board does with it."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board, DecisionOutcome
from internkontroll.organisation.queries import unit_tree_on
from internkontroll.reporting.forms import MORE, DecideForm, TakeBackReportForm, decide_form
from internkontroll.reporting.models import ReportState
from internkontroll.reporting.queries import PointEntry
from internkontroll.reporting.queries.treating import read_report, treatments_of
from internkontroll.reporting.queries.xray import xray_of
from internkontroll.reporting.rules import Report
from internkontroll.reporting.rules.versions import Difference, differences
from internkontroll.reporting.rules.xray import XrayKind, XrayLine
from internkontroll.reporting.services import (
    Minutes,
    approve_report,
    begin_report_amendment,
    decide_report,
    refer_back_report,
    table_report,
    take_back_report,
)
from internkontroll.reporting.views.blueprint import (
    address,
    bp,
    carry_out,
    entry_or_404,
    shown_or_404,
    version_of,
)
from internkontroll.web.access import current_actor, may, now, requires, session, today
from internkontroll.web.drafts import kept_values
from internkontroll.web.forms import BaseForm, ButtonForm
from internkontroll.web.submission import page

DONE = {
    DecisionOutcome.APPROVED: "Uppföljningen är beslutad.",
    DecisionOutcome.AMENDED: "Uppföljningen är beslutad. Ändringarna står vid förslaget.",
    DecisionOutcome.REFERRED_BACK: "Återremissen är registrerad. Uppföljningen är ett utkast igen.",
    DecisionOutcome.TABLED: "Bordläggningen är registrerad.",
}
_AT_CONTROL = frozenset(
    {XrayKind.NO_COMMENT, XrayKind.OTHER_BOARD, XrayKind.WRONG_YEAR, XrayKind.FIGURES}
)


@bp.get("/<int:year>/<path:point>/rontgen")
@requires(Permission.REPORT_READ)
def xray(board: Board, year: int, point: str) -> ResponseReturnValue:
    """What is worth a look before the board decides, each line with the way to where it is."""
    return _xray_page(board, entry_or_404(board, year, point), ButtonForm())


def _mended_at(board: Board, entry: PointEntry, line: XrayLine) -> str | None:
    """The page where what a line tells of is mended, if the person may."""
    code, where = board.code.lower(), address(board, entry)
    if line.kind is XrayKind.NO_RESPONSIBLE and line.subject_id and may(Permission.PLAN_APPOINT):
        return url_for("plan.appoint", board_code=code, plan_id=line.subject_id)
    if line.kind is XrayKind.NO_EVIDENCE and may(Permission.OCCURRENCE_READ):
        return url_for("schedule.show", board_code=code, occurrence_id=line.subject_id)
    if line.kind is XrayKind.NO_ACTION and may(Permission.FINDING_READ):
        return url_for("findings.show", board_code=code, finding_id=line.subject_id)
    # A row that a revision took away has no page: the one with its number now is another's.
    if line.removed or not may(Permission.REPORT_WRITE):
        return None
    if line.kind in _AT_CONTROL and line.number is not None:
        return url_for("reporting.remark", number=line.number, **where)
    if line.kind in (XrayKind.NO_OVERALL, XrayKind.OTHER_BOARD, XrayKind.WRONG_YEAR):
        return url_for("reporting.overall", **where)
    return None


def _changed_by_the_board(entry: PointEntry, made: Report) -> tuple[Difference, ...] | None:
    report = entry.report
    if report is None or report.state is not ReportState.AMENDING or report.proposal is None:
        return None
    return differences(read_report(report.proposal), made)


def _xray_page(board: Board, entry: PointEntry, form: BaseForm) -> ResponseReturnValue:
    made = shown_or_404(board, entry).report
    lines = xray_of(session(), board, entry.report, made, at=now())
    state = entry.state
    treated = treatments_of(session(), entry.report.id) if entry.report else ()
    return page(
        "reporting/xray.html",
        form=form,
        board=board,
        entry=entry,
        report=made,
        where=address(board, entry),
        lines=[(line, _mended_at(board, entry, line)) for line in lines],
        changed=_changed_by_the_board(entry, made),
        treated=treated,
        may_approve=state is ReportState.LIVE
        and may(Permission.REPORT_APPROVE)
        and made.overall is not None,
        may_take_back=state in (ReportState.APPROVED, ReportState.AMENDING)
        and may(Permission.REPORT_WRITE),
        may_amend=state is ReportState.APPROVED and may(Permission.REPORT_DECIDE),
        may_decide=state is not ReportState.DECIDED and may(Permission.REPORT_DECIDE),
    )


@bp.post("/<int:year>/<path:point>/godkann")
@requires(Permission.REPORT_APPROVE)
def approve(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Approve the report: it is frozen as the proposal to the board."""
    entry = entry_or_404(board, year, point)
    form = ButtonForm()

    def freeze(open_session: Session) -> object:
        return approve_report(open_session, board, entry.point, actor=current_actor(), at=now())

    done = "Uppföljningen är godkänd och låst tills nämnden har behandlat den."
    answer = carry_out(board, entry, form, freeze, to="reporting.xray", done=done)
    return answer or _xray_page(board, entry_or_404(board, year, point), form)


@bp.post("/<int:year>/<path:point>/andra-vid-beslut")
@requires(Permission.REPORT_DECIDE)
def amend(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Open an approved report for what the board changed."""
    entry = entry_or_404(board, year, point)
    form = ButtonForm()

    def begin(open_session: Session) -> object:
        by = current_actor()
        return begin_report_amendment(open_session, board, entry.point, actor=by, at=now())

    done = "Skriv nu in det som nämnden ändrade. Förslaget är sparat som det var."
    answer = carry_out(board, entry, form, begin, to="reporting.xray", done=done)
    return answer or _xray_page(board, entry_or_404(board, year, point), form)


@bp.get("/<int:year>/<path:point>/ta-tillbaka")
@requires(Permission.REPORT_WRITE)
def take_back(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Ask why an approved report is taken back."""
    entry = entry_or_404(board, year, point)
    return _take_back_page(board, entry, TakeBackReportForm(row_version=version_of(entry)))


@bp.post("/<int:year>/<path:point>/ta-tillbaka")
@requires(Permission.REPORT_WRITE)
def take_back_now(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Make an approved report a draft again."""
    entry = entry_or_404(board, year, point)
    form = TakeBackReportForm()

    def unlock(open_session: Session) -> object:
        return take_back_report(
            open_session,
            board,
            entry.point,
            form.reason.data or "",
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )

    done = "Uppföljningen är ett utkast igen."
    answer = carry_out(board, entry, form, unlock, to="reporting.show", done=done)
    return answer or _take_back_page(board, entry_or_404(board, year, point), form)


def _take_back_page(
    board: Board, entry: PointEntry, form: TakeBackReportForm
) -> ResponseReturnValue:
    return page(
        "reporting/take_back.html",
        form=form,
        board=board,
        entry=entry,
        where=address(board, entry),
    )


@bp.get("/<int:year>/<path:point>/beslut")
@requires(Permission.REPORT_DECIDE)
def decide(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The page where the board's decision is recorded."""
    return _decide_page(board, entry_or_404(board, year, point))


@bp.post("/<int:year>/<path:point>/beslut")
@requires(Permission.REPORT_DECIDE)
def save_decision(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Record what the board decided; bifall and ändring freeze the report."""
    return _decide_page(board, entry_or_404(board, year, point), sent=True)


def units_to_choose(board: Board) -> list[tuple[int, str]]:
    """The board's units, by the path in the tree."""
    return [(node.unit.id, node.path) for node in unit_tree_on(session(), board.id, today())]


def _decide_page(board: Board, entry: PointEntry, *, sent: bool = False) -> ResponseReturnValue:
    shown = shown_or_404(board, entry)
    typed = request.form if sent else kept_values()
    given: dict[str, Any] = {"body": board.name, "row_version": version_of(entry)}
    if typed:
        given["formdata"] = typed
    form = decide_form(units_to_choose(board), **given)
    amending = entry.state is ReportState.AMENDING
    if amending:
        # The page then asks for no outcome: what the board changed has been written in.
        form.outcome.data = DecisionOutcome.APPROVED.value
    if typed and typed.get("after") == MORE:
        form.add_line()
    elif sent and form.validate():
        outcome = DecisionOutcome.AMENDED if amending else form.chosen

        def register(open_session: Session) -> None:
            _record(open_session, board, entry, form, outcome)

        to, done = "reporting.show", DONE[outcome]
        if answer := carry_out(board, entry, form, register, to=to, done=done):
            return answer
    lines = (
        () if entry.is_decided else xray_of(session(), board, entry.report, shown.report, at=now())
    )
    return page(
        "reporting/decide.html",
        form=form,
        board=board,
        entry=entry,
        report=shown.report,
        amending=amending,
        lines=lines,
        more=MORE,
        where=address(board, entry),
        may_write=may(Permission.REPORT_WRITE),
    )


def _record(
    open_session: Session,
    board: Board,
    entry: PointEntry,
    form: DecideForm,
    outcome: DecisionOutcome,
) -> None:
    """What the board did, by the verb of its outcome."""
    more: dict[str, Any] = {
        "row_version": form.row_version_seen,
        "actor": current_actor(),
        "at": now(),
    }
    told, reason = form.told(), form.reason.data or ""
    if outcome is DecisionOutcome.REFERRED_BACK:
        refer_back_report(open_session, board, entry.point, Minutes(**told), reason, **more)
    elif outcome is DecisionOutcome.TABLED:
        next_on = form.next_on.data
        minutes = Minutes(**told)
        table_report(open_session, board, entry.point, minutes, reason, next_on=next_on, **more)
    else:
        decide_report(
            open_session,
            board,
            entry.point,
            **told,
            outcome=outcome,
            assignments=form.new_assignments(),
            **more,
        )
