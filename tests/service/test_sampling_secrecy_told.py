"""What is told of a kontrolltillfälle's list is told of that list and of no other."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from internkontroll.core.transaction import transaction
from internkontroll.sampling.models import Draw, SeedSource, SelectionMethod
from internkontroll.sampling.queries import progress_of_each, secret_list_stands
from internkontroll.sampling.services import commit_draw, freeze_population, seed_draw
from internkontroll.schedule.models import Occurrence
from tests.factories import make_control, make_occurrence
from tests.service.sampling_desk import AT, CASES, Desk

LATER = datetime(2020, 3, 3, 8, tzinfo=UTC)


def _drawn(desk: Desk, *served: Occurrence, is_secret: bool) -> Draw:
    """A sample of a list of the first one, which serves all of them."""
    population = desk.hand_in(CASES, occurrence=served[0], is_secret=is_secret)
    desk.read()
    with transaction(desk.session) as session:
        freeze_population(session, population, actor=desk.actor, at=AT)
        method = SelectionMethod.SRS_TICKET
        draw = commit_draw(
            session, population, n=5, occurrences=served, method=method, actor=desk.actor, at=AT
        )
        return seed_draw(
            session,
            draw,
            source=SeedSource.DICE,
            digits="01234567890123456789",
            reference="ordförande",
            actor=desk.actor,
            at=LATER,
        )


def test_an_open_list_is_not_told_as_secret_because_another_one_is(
    session: Session, tmp_path: Path
) -> None:
    desk = Desk(session, tmp_path / "uploads")
    plan = desk.control.plan
    shares, beside = (
        make_occurrence(session, make_control(session, plan), desk.point) for _ in range(2)
    )
    secret = _drawn(desk, desk.occurrence, shares, is_secret=True)
    open_one = _drawn(desk, beside, is_secret=False)
    asked = [desk.occurrence.id, shares.id, beside.id]
    told = progress_of_each(session, asked)
    assert [(told[each].draw, told[each].has_secret_list) for each in asked] == [
        (secret, True),
        (secret, True),
        (open_one, False),
    ]
    assert [secret_list_stands(session, each) for each in asked] == [True, True, False]
