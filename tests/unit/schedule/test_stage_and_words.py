"""What comes next with an occurrence, how late it is, and how it is told."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from internkontroll.core.access import Actor, Grant, Role, system_actor
from internkontroll.schedule.models import CommitteeEvent, OccurrenceEvent, OccurrenceState
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.rules import (
    OPEN_STATES,
    Stage,
    StageFacts,
    days_late,
    short_text,
    stage_of,
)
from internkontroll.schedule.words import (
    FILTER_LABELS,
    STAGES,
    STATE_FILTERS,
    STATES,
    WORDS,
    generated_sentence,
    late_word,
    left_words,
    origin_words,
)

DAY = date(2020, 5, 7)


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        (StageFacts(), Stage.LIST_MISSING),
        (StageFacts(needs_sample=False), Stage.RESULT_MISSING),
        (StageFacts(needs_sample=False, has_result=True), Stage.CONCLUDE_UNSAMPLED),
        (StageFacts(has_result=True), Stage.CONCLUDE_UNSAMPLED),
        (StageFacts(has_list=True, has_result=True), Stage.LIST_OPEN),
        (StageFacts(needs_sample=False, has_list=True), Stage.LIST_OPEN),
        (StageFacts(has_list=True), Stage.LIST_OPEN),
        (StageFacts(has_list=True, is_frozen=True), Stage.READY_TO_DRAW),
        (StageFacts(has_list=True, is_frozen=True, has_draw=True), Stage.SEED_MISSING),
        (StageFacts(True, True, True, True, True, items=3, judged=2), Stage.REVIEW),
        (StageFacts(True, True, True, True, True, items=3, judged=3), Stage.CONCLUDE),
        (StageFacts(True, True, True, True, True, items=0, judged=0), Stage.REVIEW),
    ],
)
@pytest.mark.parametrize("state", [OccurrenceState.PLANNED, OccurrenceState.STARTED])
def test_the_next_thing_follows_from_what_there_is(
    state: OccurrenceState, facts: StageFacts, stage: Stage
) -> None:
    assert stage_of(state, facts) is stage


@pytest.mark.parametrize(
    ("state", "stage"),
    [
        (OccurrenceState.PERFORMED, Stage.SIGN),
        (OccurrenceState.APPROVED, Stage.DONE),
        (OccurrenceState.NOT_PERFORMED, Stage.CLOSED),
        (OccurrenceState.EXPIRED, Stage.CLOSED),
    ],
)
def test_the_state_decides_once_the_tester_is_done(state: OccurrenceState, stage: Stage) -> None:
    assert stage_of(state, StageFacts()) is stage
    assert stage_of(state, StageFacts(True, True, True, True, True, 3, 1)) is stage


def test_something_is_late_from_the_day_after_its_day() -> None:
    planned = OccurrenceState.PLANNED
    assert days_late(DAY, planned, DAY) == 0
    assert days_late(DAY, planned, date(2020, 5, 8)) == 1
    assert days_late(DAY, planned, date(2020, 5, 6)) == 0


@pytest.mark.parametrize("state", sorted(set(OccurrenceState) - set(OPEN_STATES)))
def test_what_is_closed_is_never_late(state: OccurrenceState) -> None:
    assert days_late(DAY, state, date(2021, 1, 1)) == 0


def test_lateness_is_told_in_words() -> None:
    assert late_word(0) is None
    one, nine = late_word(1), late_word(9)
    assert one is not None
    assert nine is not None
    assert (one.word, nine.word, nine.tone) == ("1 dag sen", "9 dagar sen", "bad")
    assert [left_words(days) for days in (-1, 0, 1, 10)] == [
        None,
        "i dag",
        "i morgon",
        "om 10 dagar",
    ]


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("meeting:17", "inför sammanträdet"),
        ("point:årsbokslut", "till årsbokslut"),
        ("month:2020-03", "för mars"),
        ("quarter:2020-2", "för kvartal 2"),
        ("tertial:2020-3", "för tertial 3"),
        ("half_year:2020-1", "för halvår 1"),
        ("year:2020", "för 2020"),
    ],
)
def test_an_origin_is_told_in_words(origin: str, words: str) -> None:
    assert origin_words(origin) == words


def test_every_state_stage_and_event_has_its_words() -> None:
    assert set(STATES) == set(OccurrenceState)
    assert set(WORDS) == {*OccurrenceEvent, *CommitteeEvent}
    assert set(STAGES) == set(Stage)
    assert {state for states in STATE_FILTERS.values() for state in states} == set(OccurrenceState)
    assert set(FILTER_LABELS) == {*STATE_FILTERS, "forsenade"}


@pytest.mark.parametrize(
    ("new", "known", "sentence"),
    [
        (75, 0, "75 kontrolltillfällen är skapade."),
        (1, 74, "1 kontrolltillfälle är skapat. 74 fanns redan."),
        (0, 75, "Inga nya kontrolltillfällen. Alla 75 fanns redan."),
        (0, 0, "Planen gav inga kontrolltillfällen."),
    ],
)
def test_the_outcome_of_making_the_year_is_told(new: int, known: int, sentence: str) -> None:
    assert generated_sentence(new, known) == sentence


@settings(deadline=None)
@given(st.text(max_size=400), st.integers(10, 120))
def test_a_heading_is_never_longer_than_asked_and_is_one_line(text: str, length: int) -> None:
    short = short_text(text, length)
    assert len(short.removesuffix(" …")) <= length
    assert "\n" not in short


def test_a_heading_is_the_first_sentence_or_is_cut_between_words() -> None:
    assert short_text("Loggar granskas. Urvalet görs varje månad.") == "Loggar granskas"
    assert short_text("Loggar granskas.") == "Loggar granskas"
    assert short_text("Loggarna granskas av enheten", 18) == "Loggarna granskas …"
    assert short_text("å" * 30, 10) == "å" * 10 + " …"


def actor(*grants: Grant) -> Actor:
    return Actor(user_id=1, name="ledamot", grants=grants)


def test_a_member_reaches_only_the_own_individutskott() -> None:
    one = actor(Grant(Role.MEMBER, 1, 11))
    assert committees_within_reach(one, 1, DAY) == {11}
    assert committees_within_reach(one, 2, DAY) == set()
    both = actor(Grant(Role.MEMBER, 1, 11), Grant(Role.CHAIR, 1, 12))
    assert committees_within_reach(both, 1, DAY) == {11, 12}


def test_a_role_in_the_whole_board_reaches_every_committee() -> None:
    grants = Grant(Role.MEMBER, 1, 11), Grant(Role.CONTROLLER, 1)
    assert committees_within_reach(actor(*grants), 1, DAY) is None
    assert committees_within_reach(actor(Grant(Role.READER, None)), 1, DAY) is None
    assert committees_within_reach(system_actor("drift"), 1, DAY) is None


def test_a_role_that_reads_nothing_or_has_ended_reaches_no_committee() -> None:
    assert committees_within_reach(actor(Grant(Role.ADMINISTRATOR, 1)), 1, DAY) == set()
    ended = Grant(Role.CONTROLLER, 1, valid_to=date(2020, 5, 6))
    assert committees_within_reach(actor(ended), 1, DAY) == set()


def test_a_list_in_a_heading_is_written_with_commas() -> None:
    text = "Utskottet granskar endera:\n- särskilda kostnader\n  – avslutade utan åtgärd"
    assert (
        short_text(text) == "Utskottet granskar endera: särskilda kostnader, avslutade utan åtgärd"
    )
