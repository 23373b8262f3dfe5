"""Uppföljningens dokument: HTML, PDF and JSON, all of them from the one report object."""

from pathlib import Path
from typing import Any

from internkontroll.core.canonical import canonical_json
from internkontroll.core.words import StateWord
from internkontroll.files.house import House
from internkontroll.files.html import render_html
from internkontroll.files.pdf import Unset, render_pdf, unset_pdf
from internkontroll.files.plain_document import Typed, typed_data
from internkontroll.findings.models import CorrectionOutcome, Severity
from internkontroll.findings.words import STATES as FINDING_STATES
from internkontroll.reporting.documents.telling import (
    assignment_word,
    state_line,
    version_sentence,
)
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.pictures import pictures_data, report_pictures
from internkontroll.reporting.rules import ShownReport, section_words, to_plain
from internkontroll.reporting.words import FOLLOWING, NOT_HERE, NOT_YET, STATES, TOLD


def _told(word: StateWord) -> dict[str, str]:
    return {"word": word.word, "tone": word.tone}


def document_data(shown: ShownReport) -> dict[str, Any]:
    """What a document's template gets: the report as plain data, the words, and the hash."""
    report = shown.report
    return {
        "report": to_plain(report),
        "grounds": typed_data(Typed(report.grounds or "")),
        "comments": [typed_data(Typed(row.comment, 3)) for row in report.rows],
        "assignments": [_told(assignment_word(one)) for one in report.assignments],
        "without_matters": report.without_matters,
        "reviewed_words": report.reviewed_words,
        "standing": state_line(report),
        "version": version_sentence(report) if report.version > 1 else None,
        "pictures": pictures_data(report_pictures(report)),
        "sha256": shown.sha256,
        "words": {
            "assessment": {kind.value: _told(STATES[kind]) for kind in Assessment},
            "not_yet": _told(NOT_YET),
            "not_here": _told(NOT_HERE),
            "overall": {kind.value: _told(STATES[kind]) for kind in OverallAssessment},
            "severity": {kind.value: _told(FINDING_STATES[kind]) for kind in Severity},
            **{
                name: {kind.value: _told(word) for kind, word in words.items()}
                for name, words in FOLLOWING.items()
            },
            "correction": {kind.value: _told(FINDING_STATES[kind]) for kind in CorrectionOutcome},
            **{
                name: {kind.value: word for kind, word in words.items()}
                for name, words in TOLD.items()
            },
        },
    }


def unset_report_pdf(shown: ShownReport, house: House | None = None) -> Unset[bytes]:
    """The report as PDF/A-2a and PDF/UA-1, to be typeset."""
    return unset_pdf("report.typ", document_data(shown), house)


def report_pdf(shown: ShownReport, house: House | None = None) -> bytes:
    """The report as PDF/A-2a and PDF/UA-1."""
    return render_pdf("report.typ", document_data(shown), house)


def report_html(shown: ShownReport, house: House | None = None) -> bytes:
    """The report as one HTML file that needs no other."""
    words = {
        "assessment": {kind: STATES[kind] for kind in Assessment},
        "not_yet": NOT_YET,
        "not_here": NOT_HERE,
        "overall": {kind: STATES[kind] for kind in OverallAssessment},
        "severity": {kind: FINDING_STATES[kind] for kind in Severity},
        **FOLLOWING,
        "correction": {kind: FINDING_STATES[kind] for kind in CorrectionOutcome},
        **TOLD,
    }
    data = {
        "report": shown.report,
        "pictures": report_pictures(shown.report),
        "sha256": shown.sha256,
        "words": words,
        "section": section_words,
        "typed": Typed,
        "assignment_word": assignment_word,
        "version_sentence": version_sentence,
    }
    return render_html("report.html", data, house).encode("utf-8")


def report_json(shown: ShownReport) -> bytes:
    """The report as canonical JSON; a decided one is the very bytes that its hash is of."""
    text = shown.snapshot if shown.snapshot is not None else canonical_json(to_plain(shown.report))
    return text.encode("utf-8")


def write_report_files(shown: ShownReport, out_dir: Path, house: House | None = None) -> list[Path]:
    """Write report.html, report.pdf and report.json into a folder, made if it is not there.

    All are made before any is written, so that a failure leaves the old ones. Raises OSError.
    """
    contents = {
        "report.html": report_html(shown, house),
        "report.pdf": report_pdf(shown, house),
        "report.json": report_json(shown),
    }
    out_dir.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in contents.items():
        path = out_dir / name
        path.write_bytes(content)
        written.append(path)
    return written
