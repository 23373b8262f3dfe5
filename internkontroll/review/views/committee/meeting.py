"""Sammanträdets sida: what the committee reviews, who draws, who stepped aside, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, flash
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board, MeetingKind, MeetingState
from internkontroll.review.forms import MinutesForm, VerifierForm
from internkontroll.review.models import Conclusion, UrgentHandover
from internkontroll.review.queries import (
    Deadline,
    ReviewItem,
    Sitting,
    SittingReview,
    deadline_of,
    handovers_of,
    judgements_by_position,
    reviews_at,
    sitting_of,
)
from internkontroll.review.rules import tally
from internkontroll.review.services import confirmable, verify_minutes
from internkontroll.review.views.committee.blueprint import (
    address,
    bp,
    people_of,
)
from internkontroll.review.views.committee.steps import next_step, opens_cases
from internkontroll.sampling.queries import SamplingProgress, is_unreconciled
from internkontroll.schedule.models import (
    CommitteeReview,
    ConflictOfInterest,
    Occurrence,
    OccurrenceState,
)
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import frame_of_meeting, kinds_before
from internkontroll.schedule.rules import (
    SKIPPABLE_STATES,
    case_kinds,
    proposed_kind,
    short_text,
)
from internkontroll.schedule.services import (
    name_verifier,
)
from internkontroll.schedule.words import frame_sentence
from internkontroll.web.access import (
    current_actor,
    demand,
    may,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import BaseForm, choices
from internkontroll.web.submission import page, submit


@dataclass(frozen=True)
class Shown:
    """One kontrollmoment's review at the meeting, as the page tells it."""

    occurrence: Occurrence
    review: CommitteeReview | None
    proposed: str | None
    sampling: SamplingProgress
    unreconciled: bool
    items: list[ReviewItem]
    judged: int
    deviating: int
    protected: frozenset[int]
    conclusion: Conclusion | None
    conflicts: list[ConflictOfInterest]
    handovers: list[tuple[UrgentHandover, Deadline | None]]
    chooses: bool
    step: tuple[str, str, str | None, str | None]
    frame: str | None


def _sitting(board: Board, meeting_id: int) -> Sitting:
    """The meeting; 404 for another board's or committee's."""
    actor = current_actor()
    found = sitting_of(
        session(),
        board.id,
        meeting_id,
        committees=committees_within_reach(actor, board.id, today()),
        reviews_cases=True,
        reader_id=actor.user_id,
    )
    if found is None:
        abort(404)
    return found


def _verifier_form(board: Board, sitting: Sitting, *, sent: bool = False) -> VerifierForm:
    seats = sitting.seats
    data = {
        "row_version": str(seats.row_version) if seats else "0",
        "verifier": str(seats.verifier_id) if seats else "",
        "substitute": str(seats.substitute_id) if seats and seats.substitute_id else "",
    }
    form = VerifierForm() if sent else VerifierForm(formdata=None, data=data)
    people = people_of(board, sitting.meeting)
    form.verifier.choices = choices([("", "Välj"), *people])
    form.substitute.choices = choices([("", "Ingen"), *people])
    return form


def _shown(
    board: Board,
    row: SittingReview,
    *,
    named: bool,
    draws: bool,
    confirms: bool,
    frame: str,
    earlier: Sequence[str],
    handovers: Sequence[UrgentHandover],
) -> Shown:
    """``named`` tells whether there is a justerare; ``earlier`` are kinds taken before."""
    occurrence, sampling = row.occurrence, row.sampling
    counted = tally(judgements_by_position(row.items).values())
    kinds = case_kinds(occurrence.control.text)
    committee = occurrence.subcommittee_id
    open_still = occurrence.state in SKIPPABLE_STATES
    chooses = open_still and (draws or may(Permission.COMMITTEE_PREPARE, committee))
    chooses = chooses and may(Permission.COMMITTEE_REVIEW, committee)
    return Shown(
        occurrence=occurrence,
        review=row.review,
        proposed=proposed_kind(kinds, earlier),
        sampling=sampling,
        unreconciled=sampling.population is not None and is_unreconciled(sampling.population),
        items=row.items,
        judged=counted.judged,
        deviating=counted.deviating,
        protected=row.protected,
        conclusion=row.conclusion,
        conflicts=row.conflicts,
        handovers=[
            (each, deadline_of(each, now()))
            for each in handovers
            if each.occurrence_id == occurrence.id
        ],
        chooses=chooses,
        step=next_step(
            board,
            row,
            seated=named,
            kind_is_chosen=row.review is not None or not kinds,
            chooses=chooses,
            draws=draws,
            confirms=confirms,
        ),
        frame=frame,
    )


def _confirms(rows: Sequence[SittingReview]) -> frozenset[int]:
    """The reviews that are handed over and whose outcome the reader may confirm."""
    handed_over = [
        row.conclusion for row in rows if row.occurrence.state is OccurrenceState.PERFORMED
    ]
    return confirmable(session(), handed_over, current_actor())


def _every_shown(
    board: Board, sitting: Sitting, rows: Sequence[SittingReview], *, draws: bool
) -> list[Shown]:
    """Each review with what is read of all of them at once."""
    if not rows:
        return []
    meeting = sitting.meeting
    # What is on its turn is told only until the kind is chosen.
    to_choose = {
        row.occurrence.control.lineage
        for row in rows
        if row.review is None and case_kinds(row.occurrence.control.text)
    }
    earlier = kinds_before(session(), meeting, to_choose) if to_choose else {}
    handovers = handovers_of(session(), [row.occurrence.id for row in rows])
    frame = frame_sentence(frame_of_meeting(session(), meeting))
    confirms = _confirms(rows) if may(Permission.COMMITTEE_CONFIRM, meeting.subcommittee_id) else ()
    return [
        _shown(
            board,
            row,
            named=sitting.seats is not None,
            draws=draws,
            confirms=row.occurrence.id in confirms,
            frame=frame,
            earlier=earlier.get(row.occurrence.control.lineage, ()),
            handovers=handovers,
        )
        for row in rows
    ]


def _meeting_page(
    board: Board, sitting: Sitting, form: BaseForm | None = None
) -> ResponseReturnValue:
    """The meeting with every form it may need; a refused one takes its own place."""
    meeting, seats = sitting.meeting, sitting.seats
    committee = meeting.subcommittee_id
    held = meeting.state is MeetingState.PLANNED
    own = current_actor().user_id
    draws = seats is not None and own in (seats.verifier_id, seats.substitute_id)
    prepares = may(Permission.COMMITTEE_PREPARE, committee) and held
    rows = reviews_at(session(), board.id, meeting.id)
    performs = may(Permission.OCCURRENCE_PERFORM, committee)
    inside = prepares or performs or may(Permission.MINUTES_READ_INTERNAL, committee)
    return page(
        "review/committee/meeting.html",
        form,
        board=board,
        meeting=meeting,
        held=held,
        ordinary=meeting.kind is MeetingKind.ORDINARY,
        seats=seats,
        prepares=prepares,
        verifier_form=form
        if isinstance(form, VerifierForm)
        else _verifier_form(board, sitting)
        if prepares
        else None,
        minutes_form=form
        if isinstance(form, MinutesForm)
        else MinutesForm(formdata=None)
        if prepares and seats and not seats.minutes_verified_on and meeting.held_on <= today()
        else None,
        shown=_every_shown(board, sitting, rows, draws=draws),
        has_notes=any(row.has_notes for row in rows),
        note_rule=sitting.note_rule,
        short_text=short_text,
        may_allow_notes=may(Permission.CASE_NOTE_ALLOW),
        may_note=held and may(Permission.CASE_NOTE, committee),
        opens_cases=opens_cases(committee, draws=draws),
        performs=performs,
        # What the internal part of the minutes tells is for those who may read that.
        inside=inside and not sitting.is_blind,
        notes_conflicts=held and may(Permission.COMMITTEE_STEP_ASIDE, committee),
    )


@bp.get("/sammantraden/<int:meeting_id>")
@requires(Permission.OCCURRENCE_READ)
def meeting(board: Board, meeting_id: int) -> ResponseReturnValue:
    """The meeting's page."""
    return _meeting_page(board, _sitting(board, meeting_id))


@bp.post("/sammantraden/<int:meeting_id>/justerare")
@requires(Permission.COMMITTEE_PREPARE)
def save_verifier(board: Board, meeting_id: int) -> ResponseReturnValue:
    """Name the justerare and the substitute."""
    sitting = _sitting(board, meeting_id)
    found = sitting.meeting
    demand(Permission.COMMITTEE_PREPARE, found.subcommittee_id)
    form = _verifier_form(board, sitting, sent=True)

    def act(open_session: Session) -> str:
        verifier_id, substitute_id = form.people()
        name_verifier(
            open_session,
            found,
            verifier_id=verifier_id,
            substitute_id=substitute_id,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return address("meeting", board, meeting_id=meeting_id)

    if form.validate() and (answer := submit(form, act, done="Justeraren är utsedd.")):
        return answer
    return _meeting_page(board, _sitting(board, meeting_id), form)


@bp.post("/sammantraden/<int:meeting_id>/justering")
@requires(Permission.COMMITTEE_PREPARE)
def save_minutes(board: Board, meeting_id: int) -> ResponseReturnValue:
    """Record that the minutes are verified; the notes are destroyed."""
    found = _sitting(board, meeting_id).meeting
    demand(Permission.COMMITTEE_PREPARE, found.subcommittee_id)
    form = MinutesForm()
    purged: list[int] = []

    def act(open_session: Session) -> str:
        purged.append(
            verify_minutes(
                open_session, found, form.verified_on.data, actor=current_actor(), at=now()
            )
        )
        return address("meeting", board, meeting_id=meeting_id)

    if form.validate() and (answer := submit(form, act, done="Justeringen är antecknad.")):
        if purged and purged[0]:
            one = purged[0] == 1
            flash("1 anteckning är förstörd." if one else f"{purged[0]} anteckningar är förstörda.")
        return answer
    return _meeting_page(board, _sitting(board, meeting_id), form)
