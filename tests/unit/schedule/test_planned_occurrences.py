"""Which occurrences a plan and a calendar call for."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from internkontroll.organisation.rules import points_of_year
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.rules import (
    ControlFacts,
    MeetingFacts,
    PlannedOccurrence,
    PointFacts,
    missing_sentences,
    planned_occurrences,
)

POINTS = [
    PointFacts(number, point.name, point.period_end, point.cut_off)
    for number, point in enumerate(points_of_year(2020), start=1)
]
MEETINGS = [
    MeetingFacts(committee * 100 + month, committee, date(2020, month, 10))
    for committee in (1, 2)
    for month in range(1, 11)
]
ALL = ("april", "augusti", "årsbokslut")


def control(
    number: int = 1,
    frequency: Frequency = Frequency.REPORTING_POINT,
    points: tuple[str, ...] = ALL,
) -> ControlFacts:
    return ControlFacts(number, number, frequency, points)


def plan(
    *controls: ControlFacts,
    points: list[PointFacts] = POINTS,
    meetings: list[MeetingFacts] = MEETINGS,
    reviewing: tuple[int, ...] = (1, 2),
) -> list[PlannedOccurrence]:
    return planned_occurrences(controls, points, meetings, reviewing, year=2020)


def test_a_control_without_frequency_is_done_once_for_each_point_it_is_reported_at() -> None:
    assert [
        (item.origin, item.scheduled_on, item.due_on, item.reporting_point_id)
        for item in plan(control(points=("årsbokslut", "april")))
    ] == [
        ("point:april", date(2020, 4, 30), date(2020, 5, 7), 1),
        ("point:årsbokslut", date(2020, 12, 31), date(2021, 1, 7), 3),
    ]


def test_a_point_is_due_fourteen_days_before_its_cut_off_even_when_that_is_early() -> None:
    tight = [PointFacts(1, "april", date(2020, 4, 30), date(2020, 5, 1))]
    assert [item.due_on for item in plan(control(points=("april",)), points=tight)] == [
        date(2020, 4, 17)
    ]


def test_a_control_for_each_meeting_has_one_for_each_meeting_of_each_individutskott() -> None:
    items = plan(control(frequency=Frequency.PER_MEETING))
    assert len(items) == 20
    assert Counter(item.subcommittee_id for item in items) == {1: 10, 2: 10}
    assert all(item.scheduled_on == item.due_on for item in items)
    assert {item.meeting_id for item in items} == {meeting.id for meeting in MEETINGS}
    assert {item.origin for item in items} == {f"meeting:{row.id}" for row in MEETINGS}


def test_a_committee_that_reviews_no_cases_gets_none() -> None:
    items = plan(control(frequency=Frequency.PER_MEETING), reviewing=(2,))
    assert {item.subcommittee_id for item in items} == {2}


@pytest.mark.parametrize(
    ("frequency", "last_days", "first_origin"),
    [
        (Frequency.QUARTER, ["03-31", "06-30", "09-30", "12-31"], "quarter:2020-1"),
        (Frequency.TERTIAL, ["04-30", "08-31", "12-31"], "tertial:2020-1"),
        (Frequency.HALF_YEAR, ["06-30", "12-31"], "half_year:2020-1"),
        (Frequency.YEAR, ["12-31"], "year:2020"),
    ],
)
def test_a_control_of_a_period_is_scheduled_on_its_last_day(
    frequency: Frequency, last_days: list[str], first_origin: str
) -> None:
    items = plan(control(frequency=frequency))
    assert [item.scheduled_on.isoformat()[5:] for item in items] == last_days
    assert items[0].origin == first_origin
    assert all(item.due_on - item.scheduled_on == timedelta(days=14) for item in items)
    assert all(item.meeting_id is None and item.reporting_point_id is None for item in items)


def test_a_monthly_control_knows_the_leap_year() -> None:
    items = plan(control(frequency=Frequency.MONTH))
    assert len(items) == 12
    assert (items[1].origin, items[1].scheduled_on) == ("month:2020-02", date(2020, 2, 29))


def test_a_control_on_demand_is_not_scheduled() -> None:
    assert plan(control(frequency=Frequency.ON_DEMAND)) == []


def test_the_municipalitys_plan_gives_fifty_five_besides_the_meetings() -> None:
    # 24 controls: one per meeting; 4 at year-end, 3 in August, 16 at all three.
    frequencies = [
        control(1, Frequency.PER_MEETING, ("april", "årsbokslut")),
        *(control(n, points=("årsbokslut",)) for n in range(2, 6)),
        *(control(n, points=("augusti",)) for n in range(6, 9)),
        *(control(n) for n in range(9, 25)),
    ]
    items = plan(*frequencies)
    kinds = Counter(item.origin.split(":")[0] for item in items)
    assert kinds == {"point": 4 + 3 + 3 * 16, "meeting": 20}
    assert kinds["point"] == 55


def test_a_point_that_the_year_lacks_is_told_of_and_names_its_controls() -> None:
    controls = [control(4, points=("mars/april", "april")), control(7, points=("mars/april",))]
    assert [item.origin for item in plan(*controls)] == ["point:april"]
    sentences = missing_sentences(controls, POINTS, MEETINGS, {1: "Individutskott 1"}, year=2020)
    assert len(sentences) == 1
    assert sentences[0].startswith("Kontrollerna 4 och 7 rapporteras vid mars/april")


def test_a_control_without_any_point_is_told_of() -> None:
    sentences = missing_sentences([control(3, points=())], POINTS, [], {}, year=2020)
    assert len(sentences) == 1
    assert "Kontroll 3 saknar rapporteringstidpunkt" in sentences[0]


def test_an_individutskott_without_meetings_is_told_of() -> None:
    only_first = [row for row in MEETINGS if row.subcommittee_id == 1]
    names = {1: "Individutskott 1", 2: "Individutskott 2"}
    per_meeting = [control(frequency=Frequency.PER_MEETING)]
    assert missing_sentences(per_meeting, POINTS, MEETINGS, names, year=2020) == []
    (sentence,) = missing_sentences(per_meeting, POINTS, only_first, names, year=2020)
    assert sentence.startswith("Individutskott 2 har inga sammanträden 2020.")


def test_a_board_without_individutskott_is_told_that_nothing_was_made() -> None:
    per_meeting = [control(9, Frequency.PER_MEETING)]
    (sentence,) = missing_sentences(per_meeting, POINTS, [], {}, year=2020)
    assert "Kontroll 9" in sentence
    assert "inget utskott" in sentence


PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the rules."""

NAMES = st.sampled_from([*ALL, "mars/april"])
CONTROLS = st.lists(
    st.builds(
        ControlFacts,
        id=st.integers(1, 40),
        number=st.integers(1, 40),
        frequency=st.sampled_from(Frequency),
        points=st.lists(NAMES, max_size=5).map(tuple),
    ),
    max_size=8,
    unique_by=lambda row: row.id,
)
MEETING_LISTS = st.lists(
    st.builds(
        MeetingFacts,
        id=st.integers(1, 500),
        subcommittee_id=st.integers(1, 4),
        held_on=st.dates(date(2020, 1, 1), date(2020, 12, 31)),
    ),
    max_size=10,
    unique_by=lambda row: row.id,
)


@PATIENT
@given(CONTROLS, MEETING_LISTS, st.randoms(use_true_random=False))
def test_the_order_of_the_calendar_never_changes_what_is_planned(
    controls: list[ControlFacts], meetings: list[MeetingFacts], random: object
) -> None:
    once = plan(*controls, meetings=meetings)
    shuffled, points = list(meetings), list(POINTS)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(points)  # type: ignore[attr-defined]
    assert plan(*controls, meetings=shuffled, points=points) == once


@PATIENT
@given(CONTROLS, MEETING_LISTS)
def test_an_origin_stands_once_within_its_control(
    controls: list[ControlFacts], meetings: list[MeetingFacts]
) -> None:
    counted = Counter((item.control_id, item.origin) for item in plan(*controls, meetings=meetings))
    assert not counted or max(counted.values()) == 1


@PATIENT
@given(CONTROLS, MEETING_LISTS, MEETING_LISTS)
def test_more_meetings_never_take_an_occurrence_away(
    controls: list[ControlFacts], meetings: list[MeetingFacts], more: list[MeetingFacts]
) -> None:
    known = {row.id for row in meetings}
    wider = [*meetings, *(row for row in more if row.id not in known)]
    before = plan(*controls, meetings=meetings)
    after = {(item.control_id, item.origin): item for item in plan(*controls, meetings=wider)}
    assert all(after[item.control_id, item.origin] == item for item in before)


@PATIENT
@given(CONTROLS, MEETING_LISTS)
def test_every_occurrence_has_the_cause_that_its_origin_says(
    controls: list[ControlFacts], meetings: list[MeetingFacts]
) -> None:
    for item in plan(*controls, meetings=meetings):
        assert item.origin.startswith("meeting:") == (item.meeting_id is not None)
        assert item.origin.startswith("point:") == (item.reporting_point_id is not None)
        assert item.scheduled_on.year == 2020
