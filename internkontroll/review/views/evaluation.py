"""Utvärderingen: what the judged sample proves, and how far that is from what was planned."""

from flask import abort
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.review.queries import evaluate, review_items
from internkontroll.review.views.blueprint import (
    OPEN,
    bp,
    drawn_of,
    occurrence_to_read,
)
from internkontroll.review.words import item_words
from internkontroll.sampling.rules import MUS_METHODS, achieved_sentence
from internkontroll.sampling.rules.figures import (
    kronor_near,
    kronor_up,
    percent_near,
    percent_up,
)
from internkontroll.web.access import may, requires, session
from internkontroll.web.submission import page


@bp.get("/utvardering")
@requires(Permission.OCCURRENCE_READ)
def evaluation(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """What the sample gives: share, limit, amounts, and what is missing to reach the plan."""
    occurrence = occurrence_to_read(board, occurrence_id)
    draw = drawn_of(occurrence)
    items = review_items(session(), occurrence.id, draw.id)
    found = evaluate(session(), occurrence.id, draw, items)
    if found is None and not items:
        abort(404)
    population, committee = draw.population, occurrence.subcommittee_id
    compared = found.compared if found else None
    standing = [item for item in items if item.stands]
    return page(
        "review/evaluation.html",
        board=board,
        occurrence=occurrence,
        draw=draw,
        population=population,
        thing=item_words(is_secret=population.is_secret),
        found=found,
        judged=sum(item.judged for item in standing),
        standing=len(standing),
        by_amount=draw.method.value in MUS_METHODS,
        # The amounts of a secret list are for those who may read its items.
        sees_amounts=not population.is_secret or may(Permission.SAMPLE_READ, committee),
        can_record=may(Permission.OCCURRENCE_PERFORM, committee)
        and may(Permission.SAMPLE_READ, committee)
        and occurrence.state in OPEN,
        compared=achieved_sentence(
            found.planned_n, found.planned_k, found.n, found.deviating, found.size, compared
        )
        if found and compared
        else None,
        percent_near=percent_near,
        percent_up=percent_up,
        kronor_near=kronor_near,
        kronor_up=kronor_up,
    )
