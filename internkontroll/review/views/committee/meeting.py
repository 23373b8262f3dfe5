"""Sammanträdets sida: what the committee reviews, who draws, who stepped aside, what comes next."""

from dataclasses import dataclass
from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board, Meeting, MeetingKind, MeetingState
from internkontroll.review.forms import MinutesForm, VerifierForm
from internkontroll.review.models import Conclusion, UrgentHandover
from internkontroll.review.queries import (
    Deadline,
    ReviewItem,
    blind_to,
    deadline_of,
    handovers_of,
    judgements_by_position,
    notes_of,
    protected_items,
    review_items,
    standing_conclusion,
    standing_note_rule,
)
from internkontroll.review.rules import tally
from internkontroll.review.services import may_confirm, verify_minutes
from internkontroll.review.views.committee.blueprint import (
    address,
    bp,
    meeting_of,
    people_of,
)
from internkontroll.sampling.queries import SamplingProgress, is_unreconciled, sampling_progress
from internkontroll.schedule.models import (
    CommitteeReview,
    ConflictOfInterest,
    Occurrence,
    OccurrenceState,
)
from internkontroll.schedule.queries import (
    conflicts_of,
    frame_of_occurrence,
    review_of,
    reviewed_kinds,
    reviews_of_meeting,
    seats_of,
)
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
    kinds: tuple[str, ...]
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


def _verifier_form(board: Board, meeting: Meeting, *, sent: bool = False) -> VerifierForm:
    seats = seats_of(session(), meeting.id)
    data = {
        "row_version": str(seats.row_version) if seats else "0",
        "verifier": str(seats.verifier_id) if seats else "",
        "substitute": str(seats.substitute_id) if seats and seats.substitute_id else "",
    }
    form = VerifierForm() if sent else VerifierForm(formdata=None, data=data)
    people = people_of(board, meeting)
    form.verifier.choices = choices([("", "Välj"), *people])
    form.substitute.choices = choices([("", "Ingen"), *people])
    return form


def _step(
    board: Board,
    occurrence: Occurrence,
    sampling: SamplingProgress,
    items: list[ReviewItem],
    *,
    ready: bool,
    draws: bool,
) -> tuple[str, str, str | None, str | None]:
    """What comes next: a sentence, the button, where it leads if the reader may, and who may."""
    code = board.code.lower()
    here: dict[str, Any] = {"board_code": code, "occurrence_id": occurrence.id}
    committee = occurrence.subcommittee_id
    waiting = [item.position for item in items if item.stands and not item.judged]
    if occurrence.state is OccurrenceState.APPROVED:
        return (
            "Utskottets utfall är bekräftat.",
            "Läs utfallet",
            url_for("review.conclusion", **here),
            None,
        )
    if occurrence.state is OccurrenceState.PERFORMED:
        confirms = may(Permission.COMMITTEE_CONFIRM, committee) and may_confirm(
            session(), occurrence, current_actor()
        )
        return (
            "Justeraren har lämnat sitt förslag. Ordföranden bekräftar utskottets utfall.",
            "Bekräfta utskottets utfall",
            address("outcome", board, occurrence_id=occurrence.id) if confirms else None,
            "Ordföranden gör det vid sammanträdet, inte den som har dragit eller granskat.",
        )
    if occurrence.state not in SKIPPABLE_STATES:
        return "", "", None, None
    if not ready:
        return (
            "Börja med justerare och slag av ärenden.",
            "",
            None,
            None,
        )
    if not sampling.is_frozen and sampling.draw is None:
        return (
            "Listan att dra ur är inte klar.",
            "Läs in listan" if sampling.population is None else "Fortsätt med listan",
            (
                url_for("sampling.population_new", **here)
                if sampling.population is None
                else url_for(
                    "sampling.population", board_code=code, population_id=sampling.population.id
                )
            )
            if may(Permission.POPULATION_LOAD, committee)
            else None,
            "Den som är ansvarig för kontrollen läser in listan.",
        )
    if sampling.draw is None or not sampling.is_drawn:
        return (
            "Listan är fryst. Stickprovet är inte draget.",
            "Dra stickprovet",
            (
                url_for("sampling.draw_new", **here)
                if sampling.draw is None
                else url_for("sampling.draw", board_code=code, draw_id=sampling.draw.id)
            )
            if draws
            else None,
            "Sammanträdets justerare, eller den som ersätter, drar.",
        )
    if waiting:
        return (
            f"{len(waiting)} ärenden återstår." if len(waiting) > 1 else "1 ärende återstår.",
            f"Granska ärende {waiting[0]}",
            address("case", board, occurrence_id=occurrence.id, position=waiting[0])
            if may(Permission.COMMITTEE_REVIEW, committee)
            and (draws or not may(Permission.COMMITTEE_CONFIRM, committee))
            else None,
            "Utskottets ledamöter granskar. Den som granskar bekräftar inte utfallet.",
        )
    return (
        "Alla ärenden är granskade. Justerarens förslag är inte lämnat.",
        "Lämna förslaget",
        url_for("review.conclusion", **here)
        if may(Permission.OCCURRENCE_PERFORM, committee)
        else None,
        "Justeraren lämnar förslaget.",
    )


def _shown(board: Board, meeting: Meeting, occurrence: Occurrence, draws: bool) -> Shown:
    open_session = session()
    sampling = sampling_progress(open_session, occurrence.id)
    draw = sampling.draw if sampling.is_drawn else None
    items = review_items(open_session, occurrence.id, draw.id) if draw else []
    counted = tally(judgements_by_position(items).values())
    review = review_of(open_session, occurrence.id)
    kinds = case_kinds(occurrence.control.text)
    committee = occurrence.subcommittee_id
    open_still = occurrence.state in SKIPPABLE_STATES
    chooses = open_still and (draws or may(Permission.COMMITTEE_PREPARE, committee))
    chooses = chooses and may(Permission.COMMITTEE_REVIEW, committee)
    frame = frame_of_occurrence(open_session, occurrence)
    ready = seats_of(open_session, meeting.id) is not None and (review is not None or not kinds)
    return Shown(
        occurrence=occurrence,
        review=review,
        kinds=kinds,
        proposed=proposed_kind(kinds, reviewed_kinds(open_session, occurrence)),
        sampling=sampling,
        unreconciled=sampling.population is not None and is_unreconciled(sampling.population),
        items=items,
        judged=counted.judged,
        deviating=counted.deviating,
        protected=protected_items(open_session, draw.id) if draw else frozenset(),
        conclusion=standing_conclusion(open_session, occurrence.id),
        conflicts=list(conflicts_of(open_session, [occurrence.id])),
        handovers=[
            (row, deadline_of(row, now())) for row in handovers_of(open_session, [occurrence.id])
        ],
        chooses=chooses,
        step=_step(board, occurrence, sampling, items, ready=ready, draws=draws),
        frame=frame_sentence(frame) if frame else None,
    )


def _meeting_page(
    board: Board, meeting: Meeting, form: BaseForm | None = None
) -> ResponseReturnValue:
    """The meeting with every form it may need; a refused one takes its own place."""
    committee = meeting.subcommittee_id
    seats = seats_of(session(), meeting.id)
    held = meeting.state is MeetingState.PLANNED
    own = current_actor().user_id
    draws = seats is not None and own in (seats.verifier_id, seats.substitute_id)
    prepares = may(Permission.COMMITTEE_PREPARE, committee) and held
    shown = [
        _shown(board, meeting, row, draws)
        for row in reviews_of_meeting(session(), board.id, meeting.id)
    ]
    ids = [row.occurrence.id for row in shown]
    notes = notes_of(session(), ids)
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
        else _verifier_form(board, meeting)
        if prepares
        else None,
        minutes_form=form
        if isinstance(form, MinutesForm)
        else MinutesForm(formdata=None)
        if prepares and seats and not seats.minutes_verified_on and meeting.held_on <= today()
        else None,
        shown=shown,
        has_notes=any(note.text is not None for note in notes.values()),
        note_rule=standing_note_rule(session(), board.id),
        short_text=short_text,
        may_allow_notes=may(Permission.CASE_NOTE_ALLOW),
        may_note=held and may(Permission.CASE_NOTE, committee),
        performs=performs,
        # What the internal part of the minutes tells is for those who may read that.
        inside=inside and blind_to(session(), ids, own) is None,
        notes_conflicts=held and may(Permission.COMMITTEE_STEP_ASIDE, committee),
    )


@bp.get("/sammantraden/<int:meeting_id>")
@requires(Permission.OCCURRENCE_READ)
def meeting(board: Board, meeting_id: int) -> ResponseReturnValue:
    """The meeting's page."""
    return _meeting_page(board, meeting_of(board, meeting_id))


@bp.post("/sammantraden/<int:meeting_id>/justerare")
@requires(Permission.COMMITTEE_PREPARE)
def save_verifier(board: Board, meeting_id: int) -> ResponseReturnValue:
    """Name the justerare and the substitute."""
    found = meeting_of(board, meeting_id)
    demand(Permission.COMMITTEE_PREPARE, found.subcommittee_id)
    form = _verifier_form(board, found, sent=True)

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
    return _meeting_page(board, found, form)


@bp.post("/sammantraden/<int:meeting_id>/justering")
@requires(Permission.COMMITTEE_PREPARE)
def save_minutes(board: Board, meeting_id: int) -> ResponseReturnValue:
    """Record that the minutes are verified; the notes are destroyed."""
    found = meeting_of(board, meeting_id)
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
    return _meeting_page(board, found, form)
