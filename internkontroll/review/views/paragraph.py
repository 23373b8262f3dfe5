"""Underlag till paragraf, and a committee's reviews month by month."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from flask import Blueprint, Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.core.words import StateWord
from internkontroll.files import docx
from internkontroll.files.csv_out import Cell, csv_bytes
from internkontroll.organisation.models import Board, MeetingState, Subcommittee
from internkontroll.organisation.queries import document_house, points_of_year
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR
from internkontroll.organisation.words import STATES as MEETING_STATES
from internkontroll.review.documents import (
    Part,
    minutes_document,
    minutes_docx,
    minutes_file_name,
    minutes_pdf,
)
from internkontroll.review.queries import (
    Sitting,
    committees_in_reach,
    minutes_facts,
    reviews_of_committee,
    sitting_of,
)
from internkontroll.review.rules import (
    MeetingReview,
    MinutesFacts,
    PeriodSum,
    months_of,
    sums_until,
)
from internkontroll.review.services import read_internal_minutes
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import Committees
from internkontroll.schedule.words import STATES as OCCURRENCE_STATES
from internkontroll.web.access import (
    current_actor,
    demand,
    may,
    now,
    recorded_reading,
    requires,
    session,
    today,
)
from internkontroll.web.submission import page

minutes = Blueprint("minutes", __name__, url_prefix="/namnd/<board_code>")

YEAR = f"<int(min={FIRST_YEAR},max={LAST_YEAR}):year>"
PDF = "application/pdf"


def _reach(board: Board) -> Committees:
    return committees_within_reach(current_actor(), board.id, today())


def _sitting(board: Board, meeting_id: int) -> Sitting:
    """The committee's meeting; 404 for another board's and for a committee out of reach."""
    reader_id = current_actor().user_id
    found = sitting_of(
        session(), board.id, meeting_id, committees=_reach(board), reader_id=reader_id
    )
    if found is None:
        abort(404)
    return found


def _page(board: Board, sitting: Sitting, facts: MinutesFacts, part: Part) -> ResponseReturnValue:
    meeting = sitting.meeting
    return page(
        "review/minutes.html",
        board=board,
        meeting=meeting,
        committee=meeting.subcommittee,
        document=minutes_document(facts, part),
        part=part,
        reviews=[row.review for row in facts.reviews],
        may_read_internal=may(Permission.MINUTES_READ_INTERNAL, meeting.subcommittee_id),
        may_see_board=may(Permission.BOARD_READ),
    )


def _file(body: bytes, kind: str, name: str) -> Response:
    answer = Response(body, content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _public(board: Board, meeting_id: int) -> tuple[Sitting, MinutesFacts]:
    sitting = _sitting(board, meeting_id)
    return sitting, minutes_facts(session(), board, sitting, internal=False)


@minutes.get("/sammantraden/<int:meeting_id>/underlag")
@requires(Permission.OCCURRENCE_READ)
def show(board: Board, meeting_id: int) -> ResponseReturnValue:
    """The public part of what the minutes take in: counts and the kind of case."""
    sitting, facts = _public(board, meeting_id)
    return _page(board, sitting, facts, Part.PUBLIC)


@minutes.get("/sammantraden/<int:meeting_id>/underlag.pdf")
@requires(Permission.OCCURRENCE_READ)
def pdf(board: Board, meeting_id: int) -> ResponseReturnValue:
    """The public part as PDF."""
    _, facts = _public(board, meeting_id)
    name = minutes_file_name(facts, Part.PUBLIC, "pdf")
    return _file(minutes_pdf(facts, Part.PUBLIC, document_house(session())), PDF, name)


@minutes.get("/sammantraden/<int:meeting_id>/underlag.docx")
@requires(Permission.OCCURRENCE_READ)
def word(board: Board, meeting_id: int) -> ResponseReturnValue:
    """The public part as DOCX."""
    _, facts = _public(board, meeting_id)
    name = minutes_file_name(facts, Part.PUBLIC, "docx")
    return _file(
        minutes_docx(facts, Part.PUBLIC, document_house(session())), docx.CONTENT_TYPE, name
    )


@contextmanager
def _internal(board: Board, meeting_id: int, form: str) -> Iterator[tuple[Sitting, MinutesFacts]]:
    """The internal part, its reading in the trail; not for one who reads the items again.

    The reading is recorded when the block ends, and nothing is handed out if it cannot be.
    """
    with recorded_reading() as open_session:
        sitting = _sitting(board, meeting_id)
        demand(Permission.MINUTES_READ_INTERNAL, sitting.meeting.subcommittee_id)
        if sitting.is_blind:
            flash("Du läser om posterna och får inte se de första svaren än.", "warn")
            where = url_for("minutes.show", board_code=board.code.lower(), meeting_id=meeting_id)
            abort(redirect(where, 303))
        facts = read_internal_minutes(
            open_session, board, sitting, form=form, actor=current_actor(), at=now()
        )
        yield sitting, facts


def _read(board: Board, meeting_id: int, form: str) -> MinutesFacts:
    """The internal part for a file, which is made after the reading is recorded."""
    with _internal(board, meeting_id, form) as (_, facts):
        return facts


@minutes.get("/sammantraden/<int:meeting_id>/underlag-internt")
@requires(Permission.MINUTES_READ_INTERNAL)
def internal(board: Board, meeting_id: int) -> ResponseReturnValue:
    """The internal part: outcomes by running number; a reading in the trail."""
    with _internal(board, meeting_id, "page") as (sitting, facts):
        return _page(board, sitting, facts, Part.INTERNAL)


@minutes.get("/sammantraden/<int:meeting_id>/underlag-internt.pdf")
@requires(Permission.MINUTES_READ_INTERNAL)
def internal_pdf(board: Board, meeting_id: int) -> ResponseReturnValue:
    """The internal part as PDF; a reading in the trail."""
    facts = _read(board, meeting_id, "pdf")
    name = minutes_file_name(facts, Part.INTERNAL, "pdf")
    return _file(minutes_pdf(facts, Part.INTERNAL, document_house(session())), PDF, name)


@minutes.get("/sammantraden/<int:meeting_id>/underlag-internt.docx")
@requires(Permission.MINUTES_READ_INTERNAL)
def internal_word(board: Board, meeting_id: int) -> ResponseReturnValue:
    """The internal part as DOCX; a reading in the trail."""
    facts = _read(board, meeting_id, "docx")
    name = minutes_file_name(facts, Part.INTERNAL, "docx")
    return _file(
        minutes_docx(facts, Part.INTERNAL, document_house(session())), docx.CONTENT_TYPE, name
    )


def _committee(board: Board, subcommittee_id: int) -> tuple[Subcommittee, Sequence[Subcommittee]]:
    """The committee and all that the reader reaches; 404 for one out of reach."""
    reached = committees_in_reach(session(), board.id, committees=_reach(board))
    found = next((row for row in reached if row.id == subcommittee_id), None)
    if found is None:
        abort(404)
    return found, reached


def _review_word(review: MeetingReview) -> StateWord:
    """How far the review has come, or that it fell away with its meeting."""
    if review.cancelled:
        return MEETING_STATES[MeetingState.CANCELLED]
    return OCCURRENCE_STATES[review.state]


def _point_sums(board: Board, year: int, reviews: Sequence[MeetingReview]) -> tuple[PeriodSum, ...]:
    ends: list[tuple[str, date]] = [
        (point.name, point.period_end) for point in points_of_year(session(), board.id, year)
    ]
    return sums_until(reviews, ends or [("årsbokslut", date(year, 12, 31))])


@minutes.get(f"/utskott/<int:subcommittee_id>/manadsvis/{YEAR}")
@requires(Permission.OCCURRENCE_READ)
def months(board: Board, subcommittee_id: int, year: int) -> ResponseReturnValue:
    """A committee's reviews month by month, with the sums that its reports have."""
    committee, reached = _committee(board, subcommittee_id)
    reviews = reviews_of_committee(session(), board.id, committee.id, year)
    return page(
        "review/months.html",
        board=board,
        committee=committee,
        committees=reached,
        year=year,
        other_years=[each for each in (year - 1, year + 1) if FIRST_YEAR <= each <= LAST_YEAR],
        months=months_of(reviews),
        sums=_point_sums(board, year, reviews),
        review_word=_review_word,
        sees_outcomes=may(Permission.SAMPLE_READ, committee.id),
        may_see_board=may(Permission.BOARD_READ),
    )


COLUMNS = (
    "Sammanträde", "Slag", "Kontroll", "Slag av ärende", "Läge", "I listan (N)", "Dragna",
    "Dragna den", "Dragna av", "Granskade (n)", "Avviker",
)  # fmt: skip
NOT_CHOSEN = "Inte valt"
OUTCOME_COLUMNS = ("Utan avvikelse", "Gäller inte")


def _cells(row: MeetingReview, *, sees_outcomes: bool) -> list[Cell]:
    drawn, outcomes = row.drawn, row.outcomes
    size = (outcomes.size if outcomes else drawn.size if drawn else 0) or None
    cells: list[Cell] = [
        row.held_on,
        "Ordinarie" if row.ordinary else "Extra",
        row.number,
        NOT_CHOSEN if row.kind_is_open else row.kind,
        _review_word(row).word,
        size,
        drawn.n if drawn else None,
        drawn.at.date() if drawn else None,
        drawn.by if drawn else None,
        outcomes.reviewed if outcomes else None,
        outcomes.deviating if outcomes else None,
    ]
    if sees_outcomes:
        cells += [outcomes.clean, outcomes.not_applicable] if outcomes is not None else [None, None]
    return cells


@minutes.get(f"/utskott/<int:subcommittee_id>/manadsvis/{YEAR}.csv")
@requires(Permission.OCCURRENCE_READ)
def months_file(board: Board, subcommittee_id: int, year: int) -> ResponseReturnValue:
    """The same rows as a file, one for each review."""
    committee, _ = _committee(board, subcommittee_id)
    sees_outcomes = may(Permission.SAMPLE_READ, committee.id)
    reviews = reviews_of_committee(session(), board.id, committee.id, year)
    header = (*COLUMNS, *(OUTCOME_COLUMNS if sees_outcomes else ()))
    body = csv_bytes(header, (_cells(row, sees_outcomes=sees_outcomes) for row in reviews))
    name = f"granskningar-{board.code}-{committee.code}-{year}.csv".lower()
    return _file(body, "text/csv; charset=utf-8", name)
