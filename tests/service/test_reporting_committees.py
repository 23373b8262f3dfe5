"""The committees' lines of a report are the sums of their months, on both kinds of database."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from internkontroll.reporting.queries import find_point, shown_report
from internkontroll.review.queries import reviews_of_committee
from internkontroll.review.rules import sums_until
from tests.committee_rows import make_committee_year
from tests.factories import make_points

AFTER_THE_YEAR = datetime(2021, 3, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("point", "last"), [("april", date(2020, 4, 30)), ("årsbokslut", date(2020, 12, 31))]
)
def test_the_months_flow_into_the_report_by_themselves(
    session: Session, point: str, last: date
) -> None:
    year = make_committee_year(session)
    make_points(session, year.board)
    entry = find_point(session, year.board.id, 2020, point)
    assert entry is not None
    shown = shown_report(session, year.board, entry, at=AFTER_THE_YEAR)
    assert shown is not None
    lines = {line.name: line for line in shown.report.committees}
    assert set(lines) == {year.first.name, year.second.name}
    for committee in (year.first, year.second):
        reviews = reviews_of_committee(session, year.board.id, committee.id, 2020)
        (total,) = sums_until(reviews, [(point, last)])
        line = lines[committee.name]
        assert (line.reviewed, line.population, line.deviating) == (
            total.outcomes.reviewed,
            total.outcomes.size,
            total.outcomes.deviating,
        )
        assert line.count.done_at_all == total.signed
        assert line.count.due == total.held
