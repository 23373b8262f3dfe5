"""Kommunstyrelsens samlade bild: its pages and files."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.core.words import StateWord
from internkontroll.files.docx import CONTENT_TYPE
from internkontroll.findings.models import Severity
from internkontroll.organisation.queries import document_house
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR
from internkontroll.reporting.forms import SummaryForm
from internkontroll.reporting.models import OverallAssessment
from internkontroll.reporting.oversight_document import (
    done_actions,
    file_name,
    oversight_docx,
    oversight_json,
    oversight_pdf,
    total_actions,
)
from internkontroll.reporting.pictures import oversight_pictures
from internkontroll.reporting.queries.built_on import ToldVersions, told_versions
from internkontroll.reporting.queries.oversight import (
    oversight_entries,
    oversight_report,
    shown_oversight,
    standing_decision,
    standing_summary,
    unacknowledged,
)
from internkontroll.reporting.rules import section_words
from internkontroll.reporting.rules.oversight import (
    BoardStanding,
    ObligatoryStanding,
    OversightReport,
    RowChoice,
    SentRow,
    ShownOversight,
    chosen_rows,
    per_ten,
)
from internkontroll.reporting.services.oversight import write_summary
from internkontroll.reporting.words import NOT_HERE, NOT_YET, STATES
from internkontroll.web.access import (
    current_actor,
    may,
    may_in_executive,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit

bp = Blueprint("oversight", __name__, url_prefix="/kommunstyrelsen/samlad-bild")

POINT = f"/<int(min={FIRST_YEAR},max={LAST_YEAR}):year>/<path:point>"
SLUGS = {
    "alla": RowChoice.ALL,
    "ogjorda": RowChoice.UNDONE,
    "avvikelser": RowChoice.DEVIATING,
    "mindre": RowChoice.MINOR,
    "vasentliga": RowChoice.MATERIAL,
    "allvarliga": RowChoice.SERIOUS,
    "ej-genomforda": RowChoice.NOT_PERFORMED,
}
BY_SEVERITY = {
    Severity.SERIOUS: "allvarliga",
    Severity.MATERIAL: "vasentliga",
    Severity.MINOR: "mindre",
}


def _row_word(row: SentRow) -> StateWord:
    if row.assessment:
        return STATES[row.assessment]
    return NOT_HERE if row.not_applicable else NOT_YET


@bp.context_processor
def _for_every_page() -> dict[str, Any]:
    return {
        "by_severity": BY_SEVERITY,
        "done_actions": done_actions,
        "not_asked": (BoardStanding.NOT_ASKED, BoardStanding.NO_POINT),
        "obligatory_standing": ObligatoryStanding,
        "opens_reports": may(Permission.REPORT_READ_DECIDED),
        "per_ten": per_ten,
        "row_word": _row_word,
        "section": section_words,
        "total_actions": total_actions,
    }


def _reads_drafts() -> bool:
    """Whether kommunstyrelsen's own assessment is theirs to read before it is decided.

    A revisor is let in to it by the terms that open every other undecided report.
    """
    return may(Permission.OVERSIGHT_READ) or may_in_executive(Permission.REPORT_READ)


def _asks_for_today() -> bool:
    return request.args.get("laget") == "nu"


def _report_addresses(
    report: OversightReport, replaced: Mapping[str, int] | None = None
) -> dict[str, str]:
    """Where each sent report is, by its nämnd's code: made once for all the links of a page.

    Of one that has been corrected since kommunstyrelsens decision that is the version it built on.
    """
    where: dict[str, Any] = {"year": report.year, "point": report.point}
    made = {
        line.code: url_for("reporting.show", board_code=line.code.lower(), **where)
        for line in report.sent
    }
    for code, version in (replaced or {}).items():
        made[code] = url_for("reporting.version", board_code=code.lower(), version=version, **where)
    return made


def _told(report: OversightReport) -> ToldVersions:
    """What has taken the place of the reports that kommunstyrelsens decision tells."""
    if report.decision is None:
        return ToldVersions()
    with within(EVERY_BOARD):
        return told_versions(session(), report)


def shown_or_404(year: int, point: str) -> ShownOversight:
    """The picture of a point: as decided, or as of today before that or where it is asked for."""
    if _asks_for_today():
        return ShownOversight(report_or_404(year, point))
    drafts = _reads_drafts()
    with within(EVERY_BOARD):
        shown = shown_oversight(session(), year, point, on=today(), drafts=drafts)
    if shown is None:
        abort(404)
    return shown


def is_decided(shown: ShownOversight, year: int, point: str) -> bool:
    """Whether kommunstyrelsen has decided the picture, also where today's is shown instead."""
    if shown.snapshot is not None:
        return True
    return _asks_for_today() and standing_decision(session(), year, point) is not None


def called(report: OversightReport, kind: str) -> str:
    """Name of a file; today's picture tells its day, not to be taken for the decided one."""
    name = file_name(report, kind)
    if not _asks_for_today():
        return name
    return f"{name.removesuffix(f'.{kind}')}-laget-{report.known_on}.{kind}"


def address(year: int, point: str) -> dict[str, Any]:
    """What the addresses of a point's pages are made of; today's picture leads on to today's."""
    now_asked = {"laget": "nu"} if _asks_for_today() else {}
    return {"year": year, "point": point, **now_asked}


def report_or_404(year: int, point: str) -> OversightReport:
    """The picture of a point as of today, 404 without one."""
    # Who reads it in kommunstyrelsen has no role in the nämnder; what it reads is what they sent.
    drafts = _reads_drafts()
    with within(EVERY_BOARD):
        report = oversight_report(session(), year, point, on=today(), drafts=drafts)
    if report is None:
        abort(404)
    return report


@bp.get("")
@requires(Permission.OVERSIGHT_READ, executive=True)
def index() -> ResponseReturnValue:
    """The reporting points of all nämnder, newest first."""
    with within(EVERY_BOARD):
        entries = oversight_entries(session(), on=today())
    return page("oversight/index.html", entries=entries)


@bp.get(POINT)
@requires(Permission.OVERSIGHT_READ, executive=True)
def show(year: int, point: str) -> ResponseReturnValue:
    """The samlade bild of a point."""
    shown = shown_or_404(year, point)
    report = shown.report
    told = _told(report)
    with within(EVERY_BOARD):
        # What is decided is shown as it was; a receipt is of today.
        waiting = frozenset() if report.decision else unacknowledged(session(), year, point)
    return page(
        "oversight/show.html",
        report=report,
        report_at=_report_addresses(report, told.replaced),
        later=told.later,
        unacknowledged=waiting,
        pictures=oversight_pictures(report),
        sha256=shown.sha256,
        decided=is_decided(shown, year, point),
        where=address(year, point),
        may_write=may(Permission.OVERSIGHT_WRITE),
        may_decide=may(Permission.OVERSIGHT_DECIDE),
        # A role in kommunstyrelsen alone reads the picture, not the nämnder's own documents.
        may_fetch=may(Permission.OVERSIGHT_WRITE),
    )


@bp.get(f"{POINT}/rader")
@requires(Permission.OVERSIGHT_READ, executive=True)
def rows(year: int, point: str) -> ResponseReturnValue:
    """The kontrollmoment behind a figure: of one nämnd or of all."""
    report = shown_or_404(year, point).report
    code = request.args.get("namnd", "").upper()
    choice = SLUGS.get(request.args.get("visa", "alla"))
    lines = [line for line in report.boards if not code or line.code == code]
    if choice is None or not lines:
        abort(404)
    return page(
        "oversight/rows.html",
        report=report,
        report_at=_report_addresses(report, _told(report).replaced),
        where=address(year, point),
        board=lines[0] if code else None,
        choice=choice,
        rows=chosen_rows(lines, choice),
    )


@bp.get(f"{POINT}/bedomning")
@requires(Permission.OVERSIGHT_WRITE)
def assess(year: int, point: str) -> ResponseReturnValue:
    """The page where kommunstyrelsen's own assessment is written."""
    return _assess_page(year, point)


@bp.post(f"{POINT}/bedomning")
@requires(Permission.OVERSIGHT_WRITE)
def save_assessment(year: int, point: str) -> ResponseReturnValue:
    """Save kommunstyrelsen's own assessment."""
    return _assess_page(year, point, sent=True)


def _form(year: int, point: str, **more: Any) -> SummaryForm:
    before = standing_summary(session(), year, point)
    form = SummaryForm(
        overall=before.overall if before else None,
        grounds=before.grounds if before else None,
        proposals=before.proposals if before else None,
        row_version=before.revision if before else 0,
        **more,
    )
    form.overall.choices = choices((kind.value, STATES[kind].word) for kind in OverallAssessment)
    return form


def _assess_page(year: int, point: str, *, sent: bool = False) -> ResponseReturnValue:
    report = report_or_404(year, point)
    form = _form(year, point)

    def act(open_session: Session) -> str:
        write_summary(
            open_session,
            year,
            point,
            overall=form.chosen(),
            grounds=form.grounds.data or "",
            proposals=form.proposals.data or "",
            revision=form.row_version.number,
            actor=current_actor(),
            at=now(),
        )
        return url_for("oversight.show", year=year, point=point, _anchor="bedomning")

    done = "Kommunstyrelsens bedömning är sparad."
    if sent and form.validate():
        if answer := submit(form, act, done=done):
            return answer
        if form.refused_with == 409:
            form.set_beside(_form(year, point, formdata=None))
    return page(
        "oversight/assess.html",
        form=form,
        report=report,
        report_at=_report_addresses(report),
        where={"year": year, "point": point},
    )


@bp.get(f"{POINT}/pdf")
@requires(Permission.OVERSIGHT_READ, executive=True)
def pdf(year: int, point: str) -> ResponseReturnValue:
    """The samlade bild as PDF."""
    shown = shown_or_404(year, point)
    report = shown.report
    return _file(
        oversight_pdf(report, document_house(session()), shown.sha256),
        "application/pdf",
        called(report, "pdf"),
    )


@bp.get(f"{POINT}/word")
@requires(Permission.OVERSIGHT_READ, executive=True)
def word(year: int, point: str) -> ResponseReturnValue:
    """The samlade bild as DOCX."""
    shown = shown_or_404(year, point)
    report = shown.report
    return _file(
        oversight_docx(report, document_house(session()), shown.sha256),
        CONTENT_TYPE,
        called(report, "docx"),
    )


@bp.get(f"{POINT}/json")
@requires(Permission.OVERSIGHT_READ, executive=True)
def json_file(year: int, point: str) -> ResponseReturnValue:
    """The samlade bild as JSON."""
    shown = shown_or_404(year, point)
    report = shown.report
    return _file(oversight_json(report, shown.snapshot), "application/json", called(report, "json"))


def _file(body: bytes, kind: str, name: str) -> Response:
    answer = Response(body, content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
