"""A committee's reviews are summed by month and up to each reporting point; only what is signed."""

from datetime import date

from internkontroll.review.rules import (
    MeetingReview,
    Outcomes,
    known_size,
    months_of,
    sum_of,
    sums_until,
)
from internkontroll.schedule.models import OccurrenceState


def review(
    day: date,
    outcomes: Outcomes | None = None,
    *,
    number: int = 1,
    cancelled: bool = False,
) -> MeetingReview:
    return MeetingReview(
        occurrence_id=day.toordinal() * 10 + number,
        meeting_id=day.toordinal(),
        held_on=day,
        counted_on=day,
        ordinary=True,
        cancelled=cancelled,
        state=OccurrenceState.APPROVED if outcomes else OccurrenceState.STARTED,
        number=number,
        kind="Beslut att inte inleda utredning",
        outcomes=outcomes,
    )


YEAR = [
    review(date(2020, 5, 14), Outcomes(3, 9, 0)),
    review(date(2020, 2, 13), Outcomes(3, 21, 1, 1)),
    review(date(2020, 2, 13), Outcomes(2, 2, 2), number=2),
    review(date(2020, 3, 12)),
    review(date(2020, 4, 16), cancelled=True),
]


def test_the_months_stand_in_order_with_the_sum_of_what_is_signed() -> None:
    months = months_of(YEAR)
    assert [month.total.label for month in months] == ["Februari", "Mars", "April", "Maj"]
    february = months[0].total
    assert (february.held, february.signed) == (2, 2)
    assert february.outcomes == Outcomes(5, 23, 3, 1)
    assert february.outcomes.clean == 1
    assert [row.number for row in months[0].reviews] == [1, 2]


def test_what_is_not_signed_is_held_and_not_counted_and_a_cancelled_one_is_neither() -> None:
    march, april = (month.total for month in months_of(YEAR)[1:3])
    assert (march.held, march.signed, march.outcomes) == (1, 0, Outcomes(0, 0, 0))
    assert (april.held, april.signed) == (0, 0)


def test_the_sums_cumulate_to_the_last_day_of_each_period() -> None:
    ends = [("april", date(2020, 4, 30)), ("årsbokslut", date(2020, 12, 31))]
    april, whole = sums_until(YEAR, ends)
    assert (april.label, april.held, april.signed) == ("april", 3, 2)
    assert april.outcomes == Outcomes(5, 23, 3, 1)
    assert whole.outcomes == Outcomes(8, 32, 3, 1)
    on_the_day = sums_until([review(date(2020, 4, 30), Outcomes(3, 5, 0))], ends)
    assert [one.signed for one in on_the_day] == [1, 1]


def test_the_months_add_up_to_the_year() -> None:
    (whole,) = sums_until(YEAR, [("årsbokslut", date(2020, 12, 31))])
    months = [month.total for month in months_of(YEAR)]
    assert sum(month.held for month in months) == whole.held
    assert sum(month.outcomes.reviewed for month in months) == whole.outcomes.reviewed
    assert sum(month.outcomes.deviating for month in months) == whole.outcomes.deviating


def test_one_unknown_list_makes_the_size_of_the_whole_unknown() -> None:
    assert known_size([(3, 21), (2, 2)]) == 23
    assert known_size([(3, 21), (2, 0)]) == 0
    assert known_size([(3, 21), (0, 0)]) == 21
    assert sum_of("år", [review(date(2020, 2, 13), Outcomes(3, 0, 1))]).outcomes.size == 0
