"""Läs om: another person reads a share of the items again, blind; then the two are compared."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Criterion
from internkontroll.review.forms import (
    CancelReadingForm,
    JudgementForm,
    OrderReadingForm,
    SettleForm,
    judgement_form,
)
from internkontroll.review.models import Answer, SecondReading
from internkontroll.review.policy import PERMISSIONS
from internkontroll.review.queries import (
    ReadingAnswer,
    answers_of_reading,
    possible_readers,
    reading_agreement,
    readings_of,
    review_items,
    standing_reading,
)
from internkontroll.review.services import (
    COMMENT_MAX,
    answer_again,
    cancel_second_reading,
    finish_second_reading,
    order_second_reading,
    read_item,
    settle_difference,
    version_of,
)
from internkontroll.review.views.blueprint import (
    ANSWERS,
    address,
    bp,
    drawn_of,
    item_of,
    occurrence_of,
)
from internkontroll.review.words import WORDS, item_words
from internkontroll.sampling.models import Draw
from internkontroll.sampling.services import system_digits
from internkontroll.schedule.models import Occurrence, OccurrenceState
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
from internkontroll.web.forms import BaseForm, ButtonForm, choices
from internkontroll.web.submission import page, submit

_WORDS = {answer: WORDS[answer] for answer in ANSWERS}


def _order_form(people: Sequence[Any]) -> OrderReadingForm:
    form = OrderReadingForm()
    offered = [("", "Välj en person"), *((str(user.id), user.title) for user in people)]
    form.reader.choices = choices(offered)
    return form


def _settle_form(answer_id: int, *, blank: bool = True) -> SettleForm:
    prefix = f"skillnad{answer_id}-"
    form = SettleForm(formdata=None, prefix=prefix) if blank else SettleForm(prefix=prefix)
    form.answer.choices = choices((answer.value, word) for answer, word in _WORDS.items())
    return form


def _people(occurrence: Occurrence) -> Sequence[Any]:
    roles = PERMISSIONS[Permission.REVIEW_REREAD]
    own = current_actor().user_id
    found = possible_readers(session(), occurrence, roles, today())
    return [user for user in found if user.id != own]


def _reading_page(
    board: Board,
    occurrence: Occurrence,
    form: BaseForm | None = None,
    *,
    order: OrderReadingForm | None = None,
    cancel: CancelReadingForm | None = None,
    settle: tuple[int, SettleForm] | None = None,
) -> ResponseReturnValue:
    open_session = session()
    draw = drawn_of(occurrence)
    committee = occurrence.subcommittee_id
    performs = may(Permission.OCCURRENCE_PERFORM, committee)
    reading = standing_reading(open_session, occurrence.id, draw.id)
    answers = answers_of_reading(open_session, reading.id) if reading else []
    mine = reading is not None and reading.reader_id == current_actor().user_id
    started = occurrence.state is OccurrenceState.STARTED
    done = reading is not None and reading.finished_at is not None
    left = [one for one in answers if one.row.answer is None]
    items = [item for item in review_items(open_session, occurrence.id, draw.id) if item.stands]
    differences = [one for one in answers if done and one.row.answer is not one.row.first_answer]
    people = _people(occurrence) if reading is None and performs else []
    return page(
        "review/second.html",
        form,
        board=board,
        occurrence=occurrence,
        draw=draw,
        thing=item_words(is_secret=draw.population.is_secret),
        reading=reading,
        # With the seed and the chosen numbers a guess of a secret list could be tried.
        sees_seed=not draw.population.is_secret or _reads(occurrence),
        mine=mine,
        positions=sorted({one.position for one in answers}),
        left=sorted({one.position for one in left}),
        found=reading_agreement(answers) if done else None,
        criteria={one.criterion_id: one for one in answers},
        differences=differences,
        settle_forms={
            one.row.id: settle[1]
            if settle is not None and settle[0] == one.row.id
            else _settle_form(one.row.id)
            for one in differences
            if one.row.final_answer is None
        },
        may_settle=started and (performs or mine),
        may_cancel=started and not done and (performs or mine),
        may_order=started and performs and reading is None,
        unjudged=sum(not item.judged for item in items),
        standing=len(items),
        people=people,
        order_form=order or _order_form(people),
        cancel_form=cancel or CancelReadingForm(formdata=None),
        finish_form=ButtonForm(formdata=None),
        broken=[row for row in readings_of(open_session, occurrence.id) if row.cancelled_at],
        comment_max=COMMENT_MAX,
    )


@bp.get("/las-om")
@requires(Permission.OCCURRENCE_READ)
def second(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """The second reading: choose it, see how far it is, and how alike the two are."""
    return _reading_page(board, occurrence_of(board, occurrence_id))


@bp.post("/las-om")
@requires(Permission.OCCURRENCE_PERFORM)
def order(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Let another person read a drawn share again."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    form = _order_form(_people(occurrence))

    def act(open_session: Session) -> str:
        order_second_reading(
            open_session,
            occurrence,
            n=form.n.data or 0,
            reader_id=int(form.reader.data or "0"),
            seed=system_digits(),
            actor=current_actor(),
            at=now(),
        )
        return address("review.second", board, occurrence_id)

    done = "Programmet har valt posterna. Den andra personen kan börja läsa."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _reading_page(board, occurrence, form, order=form)


def _reading_of(occurrence: Occurrence) -> tuple[SecondReading, Draw]:
    """The second reading that stands and the sample that it reads; 404 without one."""
    draw = drawn_of(occurrence)
    reading = standing_reading(session(), occurrence.id, draw.id)
    if reading is None:
        abort(404)
    return reading, draw


def _own_reading(occurrence: Occurrence) -> tuple[SecondReading | None, Draw]:
    """The second reading for its reader, None for anybody else; and what it reads."""
    demand(Permission.REVIEW_REREAD, occurrence.subcommittee_id)
    reading, draw = _reading_of(occurrence)
    return (reading if reading.reader_id == current_actor().user_id else None), draw


def _not_mine(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Tell somebody else than the reader that it is another person's."""
    flash("En annan person är vald att läsa om posterna.", "warn")
    return redirect(address("review.second", board, occurrence_id), 303)


def _rows_of(answers: Sequence[ReadingAnswer], position: int) -> list[ReadingAnswer]:
    rows = [row for row in answers if row.position == position]
    if not rows:
        abort(404)
    return rows


def _asked(rows: Sequence[ReadingAnswer]) -> list[Criterion]:
    """The criteria that the second reader answers for the item, in order."""
    return [row.asked for row in rows]


def _form_of(
    criteria: Sequence[Criterion], rows: Sequence[ReadingAnswer], *, filled: bool
) -> JudgementForm:
    if not filled:
        return judgement_form(criteria, _WORDS)
    values: dict[str, Any] = {"version": str(version_of(rows))}
    for row in rows:
        values[f"answer_{row.criterion_id}"] = row.row.answer
        values[f"comment_{row.criterion_id}"] = row.row.comment
    return judgement_form(criteria, _WORDS, values)


def _item_page(
    board: Board, occurrence_id: int, position: int, form: JudgementForm | None = None
) -> ResponseReturnValue:
    """One item for the second reader, inside the transaction that records its opening."""
    with recorded_reading() as open_session:
        occurrence = occurrence_of(board, occurrence_id)
        reading, draw = _own_reading(occurrence)
        if reading is None:
            return _not_mine(board, occurrence_id)
        read = answers_of_reading(open_session, reading.id)
        rows = _rows_of(read, position)
        drawn = item_of(draw, position) if _reads(occurrence) else None
        if drawn is not None and draw.population.is_secret:
            read_item(open_session, occurrence, drawn, actor=current_actor(), at=now())
        criteria = _asked(rows)
        saved = _form_of(criteria, rows, filled=True)
        if form is not None and form.refused_with == 409:
            form.set_beside(saved)
        positions = sorted({row.position for row in read})
        return page(
            "review/second_item.html",
            form or saved,
            board=board,
            occurrence=occurrence,
            draw=draw,
            reading=reading,
            drawn=drawn,
            position=position,
            answers={row.criterion_id: row.row for row in rows},
            place=positions.index(position) + 1,
            count=len(positions),
            before=max((one for one in positions if one < position), default=None),
            later=min((one for one in positions if one > position), default=None),
            criteria=criteria,
            thing=item_words(is_secret=draw.population.is_secret),
            can_edit=reading.finished_at is None and occurrence.state is OccurrenceState.STARTED,
            comment_max=COMMENT_MAX,
        )


def _reads(occurrence: Occurrence) -> bool:
    return may(Permission.SAMPLE_READ, occurrence.subcommittee_id)


@bp.get("/las-om/post/<int:position>")
@requires(Permission.REVIEW_REREAD)
def second_item(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """One item and its questions, without the first answers."""
    return _item_page(board, occurrence_id, position)


@bp.post("/las-om/post/<int:position>")
@requires(Permission.REVIEW_REREAD)
def judge_again(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Save the second reader's answers and go on."""
    occurrence = occurrence_of(board, occurrence_id)
    reading, _ = _own_reading(occurrence)
    if reading is None:
        return _not_mine(board, occurrence_id)
    rows = _rows_of(answers_of_reading(session(), reading.id), position)
    form = _form_of(_asked(rows), rows, filled=False)

    def act(open_session: Session) -> str:
        answer_again(
            open_session,
            occurrence,
            reading,
            position,
            form.answers(),
            version=form.read_version(),
            actor=current_actor(),
            at=now(),
        )
        answers = answers_of_reading(open_session, reading.id)
        later = sorted({row.position for row in answers if row.position > position})
        if later:
            return address("review.second_item", board, occurrence_id, position=later[0])
        return address("review.second", board, occurrence_id)

    if form.validate() and (answer := submit(form, act)):
        return answer
    return _item_page(board, occurrence_id, position, form)


@bp.post("/las-om/lamna-in")
@requires(Permission.REVIEW_REREAD)
def finish(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Hand the second reading in."""
    occurrence = occurrence_of(board, occurrence_id)
    (reading, _), form = _own_reading(occurrence), ButtonForm()
    if reading is None:
        return _not_mine(board, occurrence_id)

    def act(open_session: Session) -> str:
        finish_second_reading(open_session, occurrence, reading, actor=current_actor(), at=now())
        return address("review.second", board, occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Läsningen är inlämnad.")):
        return answer
    return _reading_page(board, occurrence, form)


@bp.post("/las-om/avbryt")
@requires(Permission.OCCURRENCE_READ)
def cancel(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Break the second reading off, with a reason; the verb asks who may."""
    occurrence = occurrence_of(board, occurrence_id)
    (reading, _), form = _reading_of(occurrence), CancelReadingForm()

    def act(open_session: Session) -> str:
        cancel_second_reading(
            open_session,
            occurrence,
            reading,
            form.reason.data or "",
            actor=current_actor(),
            at=now(),
        )
        return address("review.second", board, occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Läsningen är avbruten.")):
        return answer
    return _reading_page(board, occurrence, form, cancel=form)


@bp.post("/las-om/skillnad/<int:answer_id>")
@requires(Permission.OCCURRENCE_READ)
def settle(board: Board, occurrence_id: int, answer_id: int) -> ResponseReturnValue:
    """Write what the two readers have come to; the verb asks who may."""
    occurrence = occurrence_of(board, occurrence_id)
    reading, _ = _reading_of(occurrence)
    if answer_id not in {one.row.id for one in answers_of_reading(session(), reading.id)}:
        abort(404)
    form = _settle_form(answer_id, blank=False)

    def act(open_session: Session) -> str:
        settle_difference(
            open_session,
            occurrence,
            reading,
            answer_id,
            Answer(form.answer.data),
            form.reason.data or "",
            actor=current_actor(),
            at=now(),
        )
        return address("review.second", board, occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Skillnaden är utredd.")):
        return answer
    return _reading_page(board, occurrence, form, settle=(answer_id, form))
