"""Skriv slutsatsen, skriv under eller lämna tillbaka."""

from collections.abc import Sequence
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.findings.queries import findings_of_occurrence, label
from internkontroll.organisation.models import Board
from internkontroll.plan.rules.vocabulary import TECHNIQUE_TERMS
from internkontroll.review.forms import ConclusionForm, ReopenForm, ReturnForm, SignForm
from internkontroll.review.models import Basis, Conclusion
from internkontroll.review.queries import (
    ReviewItem,
    attachments_of,
    conclusions_of,
    evaluate,
    judgements_by_position,
    latest_result,
    review_items,
    standing_reading,
)
from internkontroll.review.rules import hindrances, tally
from internkontroll.review.services import (
    TEXT_MAX,
    close_reopening,
    list_stands,
    may_sign,
    permission_to_perform,
    permission_to_sign,
    reopen_conclusion,
    return_conclusion,
    sample_is_needed,
    sign_conclusion,
    write_conclusion,
)
from internkontroll.review.views.blueprint import (
    OPEN,
    address,
    bp,
    occurrence_of,
    refuse_reader_of,
)
from internkontroll.review.views.reopening import correction_context, second_context
from internkontroll.review.words import item_words
from internkontroll.sampling.models import Draw
from internkontroll.sampling.queries import sampling_progress
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.queries import reviews_cases
from internkontroll.web.access import (
    current_actor,
    demand,
    may,
    now,
    requires,
    session,
)
from internkontroll.web.forms import ButtonForm
from internkontroll.web.submission import page, submit

HANDED_IN = "Slutsatsen är lämnad för underskrift."
HANDED_IN_AT_MEETING = "Förslaget är lämnat till utskottet. Ordföranden bekräftar utfallet."


def _proof(
    open_session: Session,
    occurrence: Occurrence,
    draw: Draw | None,
    conclusion: Conclusion | None,
    items: Sequence[ReviewItem],
) -> str | None:
    """What the sample proves: as it was written with the conclusion, else as it is judged now."""
    if conclusion is not None and conclusion.proof is not None:
        return conclusion.proof
    if draw is None or any(item.stands and not item.judged for item in items):
        return None
    found = evaluate(open_session, occurrence.id, draw, items)
    return found.sentence if found else None


def _conclusion_page(
    board: Board,
    occurrence: Occurrence,
    form: Any = None,
    *,
    write_form: ConclusionForm | None = None,
    return_form: ReturnForm | None = None,
    reopen_form: ReopenForm | None = None,
) -> ResponseReturnValue:
    open_session = session()
    progress = sampling_progress(open_session, occurrence.id)
    draw = progress.draw if progress.is_drawn else None
    reading = standing_reading(open_session, occurrence.id, draw.id if draw else None)
    refuse_reader_of(board, reading)
    items = review_items(open_session, occurrence.id, draw.id) if draw else []
    standing = judgements_by_position(items)
    counted = tally(standing.values())
    conclusions = conclusions_of(open_session, occurrence.id)
    conclusion = conclusions.standing
    findings = findings_of_occurrence(open_session, occurrence.id)
    committee = occurrence.subcommittee_id
    performs = may(permission_to_perform(occurrence), committee)
    signs = may(permission_to_sign(occurrence), committee)
    waits = conclusion is not None and conclusion.signed_at is None
    result = latest_result(open_session, occurrence.id) if draw is None else None
    sample_missing = (
        draw is None
        and result is None
        and (list_stands(progress) or sample_is_needed(occurrence.control))
    )
    result_missing = draw is None and result is None and not sample_missing
    correction = correction_context(occurrence, conclusions, reopen_form)
    return page(
        "review/conclusion.html",
        form,
        occurrence=occurrence,
        board=board,
        items=items,
        draw=draw,
        facts_of_draw=progress.facts,
        counted=counted,
        found_hindrances=hindrances(standing),
        sample_missing=sample_missing,
        thing=item_words(is_secret=bool(progress.population and progress.population.is_secret)),
        proof=_proof(open_session, occurrence, draw, conclusion, items),
        conclusion=conclusion,
        returned=None if conclusion else conclusions.sent_back,
        findings={finding.item_id: finding for finding in findings},
        whole=[finding for finding in findings if finding.item_id is None],
        finding_label=lambda finding: label(finding, board),
        can_write=performs and occurrence.state in OPEN,
        **correction,
        **second_context(reading),
        shows_comments=performs or signs or may(Permission.SAMPLE_READ, committee),
        can_record=may(Permission.FINDING_RECORD, committee)
        and occurrence.state in {*OPEN, OccurrenceState.PERFORMED, OccurrenceState.APPROVED},
        is_signer=signs and waits,
        waits=waits,
        confirms=may(Permission.COMMITTEE_CONFIRM, committee),
        may_sign=conclusion is not None
        and signs
        and waits
        and may_sign(open_session, conclusion, current_actor()),
        result=result,
        terms_of=TECHNIQUE_TERMS,
        result_missing=result_missing,
        earlier=[
            row for row in conclusions.signed if conclusion is not None and row.id != conclusion.id
        ],
        can_correct=performs
        and occurrence.state is OccurrenceState.APPROVED
        and conclusion is not None
        and conclusion.basis is Basis.RESULT
        and not waits,
        attachments=[
            row for row in attachments_of(open_session, occurrence.id) if not row.removed_at
        ]
        if occurrence.attachments
        else [],
        write_form=write_form or ConclusionForm(formdata=None),
        sign_form=SignForm(formdata=None),
        return_form=return_form or ReturnForm(formdata=None),
        text_max=TEXT_MAX,
        at_meeting=reviews_cases(occurrence),
    )


@bp.get("/slutsats")
@requires(Permission.OCCURRENCE_READ)
def conclusion(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """What the review found, and the conclusion: to write, to sign or to read."""
    return _conclusion_page(board, occurrence_of(board, occurrence_id))


@bp.post("/slutsats")
@requires(Permission.OCCURRENCE_PERFORM)
def conclude(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Hand the conclusion over for somebody else's signature."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(permission_to_perform(occurrence), occurrence.subcommittee_id)
    form = ConclusionForm()

    def act(open_session: Session) -> str:
        write_conclusion(
            open_session, occurrence, form.text.data or "", actor=current_actor(), at=now()
        )
        return address("review.conclusion", board, occurrence_id)

    done = HANDED_IN_AT_MEETING if reviews_cases(occurrence) else HANDED_IN
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _conclusion_page(board, occurrence, form, write_form=form)


@bp.post("/slutsats/underskrift")
@requires(Permission.CONCLUSION_SIGN)
def sign(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Sign somebody else's conclusion."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(Permission.CONCLUSION_SIGN, occurrence.subcommittee_id)
    form = SignForm()

    def act(open_session: Session) -> str:
        sign_conclusion(
            open_session,
            occurrence,
            shown=form.read_shown(),
            actor=current_actor(),
            at=now(),
        )
        return address("review.conclusion", board, occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Slutsatsen är underskriven.")):
        return answer
    return _conclusion_page(board, occurrence, form)


@bp.post("/slutsats/aterlamning")
@requires(Permission.CONCLUSION_SIGN)
def send_back(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Give the conclusion back to the tester with a reason."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(Permission.CONCLUSION_SIGN, occurrence.subcommittee_id)
    form = ReturnForm()

    def act(open_session: Session) -> str:
        return_conclusion(
            open_session,
            occurrence,
            form.reason.data or "",
            shown=form.read_shown(),
            actor=current_actor(),
            at=now(),
        )
        return address("review.conclusion", board, occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Slutsatsen är tillbakalämnad.")):
        return answer
    return _conclusion_page(board, occurrence, form, return_form=form)


@bp.post("/slutsats/oppna")
@requires(Permission.CONCLUSION_SIGN)
def reopen(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Open one's own signed conclusion, so that its answers can be corrected."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(Permission.CONCLUSION_SIGN, occurrence.subcommittee_id)
    form = ReopenForm()

    def act(open_session: Session) -> str:
        reopen_conclusion(
            open_session, occurrence, form.reason.data or "", actor=current_actor(), at=now()
        )
        return address("review.conclusion", board, occurrence_id)

    done = "Slutsatsen är öppen för rättelse. Den gäller tills en rättad är underskriven."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _conclusion_page(board, occurrence, form, reopen_form=form)


@bp.post("/slutsats/stang")
@requires(Permission.CONCLUSION_SIGN)
def close(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Close a conclusion that was opened and where nothing was corrected."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(Permission.CONCLUSION_SIGN, occurrence.subcommittee_id)
    form = ButtonForm()

    def act(open_session: Session) -> str:
        close_reopening(open_session, occurrence, actor=current_actor(), at=now())
        return address("review.conclusion", board, occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Slutsatsen är stängd igen.")):
        return answer
    return _conclusion_page(board, occurrence, form)
