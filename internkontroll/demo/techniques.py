"""Demonstrationens andra arbetssätt: one draw for two controls, and an enkät as recorded result."""

from datetime import date, timedelta

import sqlalchemy as sa

from internkontroll.core.clock import start_of_day
from internkontroll.demo.work import Work
from internkontroll.plan.models import Control, Criterion, Plan
from internkontroll.plan.rules.vocabulary import Technique
from internkontroll.review.models import Answer
from internkontroll.review.services import ResultFacts, judge_item, record_result
from internkontroll.sampling.models import SampleItem
from internkontroll.schedule.models import Occurrence, OccurrenceState

SHARING = (7, 8)
"""Controls of the same invoices: whether they agree with the order, and who attested them."""
SURVEY = 12


def begin_other_ways(work: Work, plan: Plan, today: date) -> None:
    """Begin the year's last occasion of those controls, three days ago."""
    at = start_of_day(today - timedelta(days=3)) + timedelta(hours=9)
    occasion = "point:årsbokslut"
    found: dict[int, Occurrence] = dict(
        work.session.execute(
            sa.select(Control.number, Occurrence)
            .join(Occurrence, Occurrence.control_id == Control.id)
            .where(
                Control.plan_id == plan.id,
                Control.number.in_((*SHARING, SURVEY)),
                Occurrence.origin == occasion,
                Occurrence.state == OccurrenceState.PLANNED,
            )
        ).all()
    )
    tester = work.town.actors["kontrollansvarig"]
    if set(SHARING) <= set(found):
        shared = [found[number] for number in SHARING]
        draw = work.drawn(shared, tester, at)
        item = work.session.scalars(
            sa.select(SampleItem).where(SampleItem.draw_id == draw.id, SampleItem.position == 1)
        ).one()
        for occurrence in shared:
            criteria = work.session.scalars(
                sa.select(Criterion.id).where(Criterion.control_id == occurrence.control_id)
            )
            answers = dict.fromkeys(criteria, (Answer.YES, None))
            judge_item(work.session, occurrence, item, answers, actor=tester, at=at)
    if SURVEY in found:
        facts = ResultFacts(
            technique=Technique.SURVEY,
            by_other=True,
            performed_by="Kommunledningskontoret",
            performed_on=today - timedelta(days=10),
            what_was_done="En enkät med sex frågor gick till alla chefer och förtroendevalda i "
            "nämnden. En påminnelse skickades efter två veckor.",
            outcome="Tre visste inte vart man vänder sig om man erbjuds en förmån.",
            size=64,
            reviewed=51,
            deviating=3,
            source="Sammanställningen är diarieförd hos kommunledningskontoret.",
        )
        record_result(work.session, found[SURVEY], facts, version=0, actor=tester, at=at)
