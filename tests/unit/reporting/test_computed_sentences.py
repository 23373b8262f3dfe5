"""The computed sentences: right Swedish for none, one, two and many, and nothing of nothing."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from internkontroll.findings.models import ActionState, CorrectionOutcome, Severity
from internkontroll.reporting.rules import (
    ActionCount,
    ActionFact,
    ActionMoved,
    ActionStanding,
    AdviceKind,
    ClosingCount,
    ControlFact,
    CorrectionCount,
    CountDoesNotClose,
    FindingLine,
    RiskCount,
    RiskFact,
    Statement,
    YearOutcome,
)
from internkontroll.reporting.rules.actions import (
    action_line,
    count_actions,
    count_corrections,
    earlier_actions,
    follow_up_text,
)
from internkontroll.reporting.rules.knowledge import count_risks, known_risks, risk_standings
from internkontroll.reporting.rules.lines import CorrectionLine
from internkontroll.reporting.rules.patterns import (
    advice_of,
    concentration,
    concentration_of,
    recurring,
    runs_of,
    without_deviation,
)
from tests.report_facts import control

DONE = ClosingCount(due=1, in_time=1)
MISSED = ClosingCount(due=1, missed=1)
WAITS = ClosingCount(not_yet_due=1)
NOTHING = ClosingCount()
CLOSED = datetime(2020, 9, 21, 21, tzinfo=UTC)


def against(number: int, risk: str, **more: object) -> ControlFact:
    return control(number, f"Kontroll {number}.", risks=(risk,), **more)


def told(*pairs: tuple[ControlFact, ClosingCount]) -> str | None:
    made = known_risks(risk_standings(pairs))
    return made.text if made else None


def figures(statement: Statement) -> dict[str, int]:
    return {figure.name: figure.value for figure in statement.figures}


def test_a_plan_without_risks_gets_no_sentence_on_them() -> None:
    assert told((control(1, "Ett.", risks=()), DONE)) is None


def test_the_plans_risks_are_told_as_known_or_why_not() -> None:
    pairs = [(against(number, f"Risk {number}"), DONE) for number in range(1, 12)]
    pairs += [
        (against(12, "Risk 12"), MISSED),
        (against(13, "Risk 12"), MISSED),
        (against(14, "Risk 13"), WAITS),
        (against(15, "Risk 14", not_applicable="Vi har inga."), NOTHING),
    ]
    assert told(*pairs) == (
        "Av planens 14 risker har vi i år underlag för ett uttalande om elva. Om tre vet vi inget: "
        "för en är det som skulle ha gjorts inte gjort (kontroll 12 och 13), för en är ingen "
        "kontroll aktuell än (kontroll 14) och för en är kontrollen ej tillämplig hos oss "
        "(kontroll 15)."
    )
    made = known_risks(risk_standings(pairs))
    assert made is not None
    assert figures(made) == {
        "risks": 14,
        "known": 11,
        "unknown": 3,
        "undone": 1,
        "not_yet": 1,
        "not_here": 1,
    }
    assert made.controls == (12, 13, 14, 15), "the rows that the reader is led to"


def test_one_risk_two_and_all_of_them_are_told_in_right_swedish() -> None:
    one, two = (against(1, "Jäv"), DONE), (against(2, "Mutor"), DONE)
    assert told(one) == "Vi har i år underlag för ett uttalande om planens enda risk."
    assert told(one, two) == ("Vi har i år underlag för ett uttalande om planens båda risker.")
    assert told((against(1, "Jäv"), MISSED)) == (
        "Vi har ännu inget underlag för ett uttalande om planens enda risk: det som skulle ha "
        "gjorts är inte gjort (kontroll 1)."
    )
    assert told((against(1, "Jäv"), WAITS), (against(2, "Mutor"), WAITS)) == (
        "Vi har ännu inget underlag för ett uttalande om någon av planens två risker: ingen "
        "kontroll är aktuell än (kontroll 1 och 2)."
    )


def test_one_control_done_is_enough_to_know_of_its_risk_and_what_was_removed_is_not() -> None:
    standings = risk_standings(
        [
            (against(1, "Jäv"), DONE),
            (against(2, "Jäv"), MISSED),
            (against(3, "Mutor", in_force=False), DONE),
        ]
    )
    assert count_risks(standings) == RiskCount(total=1, known=1)


def action(number: int, **more: object) -> ActionFact:
    values: dict[str, object] = {
        "lineage": "c4",
        "label": "Avvikelse 2020:2 (SCN)",
        "number": number,
        "description": "Skriv om rutinen.",
        "state": ActionState.PLANNED,
        "due_on": date(2020, 12, 1),
        "recorded_at": datetime(2020, 5, 4, tzinfo=UTC),
    }
    return ActionFact(**{**values, **more})  # type: ignore[arg-type]


def ended(number: int, state: ActionState = ActionState.DONE) -> ActionFact:
    at = datetime(2020, 9, 1, 9, tzinfo=UTC)
    return action(number, state=state, ended_on=at.date(), ended_at=at, outcome="Gjort.")


def follow_up(*actions: ActionFact) -> str | None:
    lines = [action_line(fact, CLOSED) for fact in actions]
    made = earlier_actions(lines, "augusti 2020", {"Avvikelse 2020:2 (SCN)": 4})
    return made.text if made else None


WHICH = "vid förra uppföljningen (per augusti 2020)"


def test_what_became_of_the_earlier_actions_is_told_with_the_exceptions() -> None:
    moved = tuple(
        ActionMoved(date(2020, month, 1), datetime(2020, month, 1, tzinfo=UTC))
        for month in (6, 7, 8)
    )
    nine = [*(ended(number) for number in range(1, 8)), action(8, moves=moved)]
    assert follow_up(*nine, action(9, manned=False)) == (
        f"Av de nio åtgärder som var öppna {WHICH} är sju klara. En är flyttad för tredje gången. "
        "En saknar ansvarig."
    )


def test_earlier_actions_are_told_right_for_none_one_and_all() -> None:
    assert follow_up() is None
    assert follow_up(ended(1)) == f"Den åtgärd som var öppen {WHICH} är klar."
    late = action(1, due_on=date(2020, 9, 20))
    assert follow_up(late) == f"Den åtgärd som var öppen {WHICH} är inte klar. Den är försenad."
    assert follow_up(ended(1), ended(2)) == f"Båda de åtgärder som var öppna {WHICH} är klara."
    three = (ended(number) for number in (1, 2, 3))
    assert follow_up(*three) == f"Alla tre åtgärder som var öppna {WHICH} är klara."
    assert follow_up(late, late, ended(3, ActionState.CANCELLED)) == (
        f"Ingen av de tre åtgärder som var öppna {WHICH} är klar. En är avbruten. Två är försenade."
    )
    assert follow_up(ended(1), late) == (
        f"Av de två åtgärder som var öppna {WHICH} är en klar. En är försenad."
    )


def test_an_action_stands_as_it_stood_at_the_moment() -> None:
    later = datetime(2020, 10, 1, tzinfo=UTC)
    fact = action(
        1,
        state=ActionState.DONE,
        due_on=date(2020, 12, 1),
        ended_on=later.date(),
        ended_at=later,
        outcome="Klart.",
        moves=(ActionMoved(date(2020, 9, 1), later),),
    )
    then = action_line(fact, CLOSED)
    assert (then.standing, then.due_on, then.moves, then.outcome) == (
        ActionStanding.LATE,
        date(2020, 9, 1),
        0,
        None,
    )
    now = action_line(fact, later)
    assert (now.standing, now.due_on, now.moves) == (ActionStanding.DONE, date(2020, 12, 1), 1)


def test_the_day_itself_is_not_late() -> None:
    assert action_line(action(1, due_on=date(2020, 9, 21)), CLOSED).standing is ActionStanding.OPEN


def finding(*outcomes: CorrectionOutcome | None) -> list[FindingLine]:
    return [
        FindingLine(
            f"Avvikelse 2020:{number} (SCN)",
            Severity.MINOR,
            "Datum saknas.",
            date(2020, 5, 4),
            about_item=True,
            correction=CorrectionLine(outcome, "Gjort.", None) if outcome else None,
        )
        for number, outcome in enumerate(outcomes, start=1)
    ]


@pytest.mark.parametrize(
    ("outcomes", "text"),
    [
        ((), ""),
        ((None,), "Den enskilda posten är inte rättad."),
        ((CorrectionOutcome.CORRECTED,), "Den enskilda posten är rättad."),
        ((CorrectionOutcome.IMPOSSIBLE,), "Den enskilda posten kan inte rättas."),
        ((None, None), "Ingen av två enskilda poster är rättad."),
        (
            (CorrectionOutcome.CORRECTED, CorrectionOutcome.IMPOSSIBLE, None),
            "En av tre enskilda poster är rättad, en kan inte rättas.",
        ),
    ],
)
def test_corrections_are_told_right_for_none_one_and_many(
    outcomes: Sequence[CorrectionOutcome | None], text: str
) -> None:
    assert follow_up_text(count_corrections(finding(*outcomes)), ActionCount()) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (ActionCount(total=1, done=1), "Den enda åtgärden är klar."),
        (ActionCount(total=1, open=1), "Den enda åtgärden pågår."),
        (ActionCount(total=1, open=1, late=1), "Den enda åtgärden är försenad."),
        (
            ActionCount(total=6, done=2, cancelled=1, open=3, late=1),
            "Av sex åtgärder är två klara, en avbruten, en försenad och två på väg.",
        ),
    ],
)
def test_actions_are_told_right_for_one_and_many(count: ActionCount, text: str) -> None:
    assert follow_up_text(CorrectionCount(), count) == text


def test_a_count_that_does_not_close_is_refused() -> None:
    with pytest.raises(CountDoesNotClose):
        ActionCount(total=2, done=1)
    with pytest.raises(CountDoesNotClose):
        ActionCount(total=1, done=1, late=1)
    with pytest.raises(CountDoesNotClose):
        CorrectionCount(items_to_correct=2, corrected=1)
    with pytest.raises(CountDoesNotClose):
        RiskCount(total=2, known=1)


def test_an_action_cancelled_is_counted_apart_from_those_done() -> None:
    lines = [
        action_line(fact, CLOSED) for fact in (ended(1), ended(2, ActionState.CANCELLED), action(3))
    ]
    assert count_actions(lines) == ActionCount(total=3, done=1, cancelled=1, open=1)


def years(*faults: int, first: int = 2020, done: int = 0) -> list[YearOutcome]:
    """The years backwards from ``first``; each has so many deviating items."""
    return [
        YearOutcome(first - place, 3, many, 0, done if place else 0)
        for place, many in enumerate(faults)
    ]


def test_a_fault_that_comes_back_is_told_with_what_was_done_against_it() -> None:
    faulty, _ = runs_of({4: years(2, 1, 1, 0, done=1), 7: years(1, 1)}, 2020)
    assert [recurring(run).text for run in faulty] == [
        (
            "Kontroll 4 visar brister för tredje året i rad. Två åtgärder är genomförda men har "
            "hittills inte ändrat utfallet."
        ),
        (
            "Kontroll 7 visar brister för andra året i rad. Ingen åtgärd mot de tidigare bristerna "
            "är genomförd."
        ),
    ]
    assert figures(recurring(faulty[0])) == {"years": 3, "actions_done": 2}


def test_a_fault_of_one_year_or_with_a_year_between_does_not_come_back() -> None:
    gap = [YearOutcome(2020, 1, 1, 0, 0), YearOutcome(2018, 1, 1, 0, 0)]
    assert runs_of({1: years(1), 2: years(1, 0, 1), 3: gap, 4: years(1, 1, first=2019)}, 2020) == (
        [],
        [],
    )


def test_one_action_is_told_in_the_singular_and_a_run_past_what_is_read_as_at_least() -> None:
    faulty, _ = runs_of({4: years(1, 1, 1, 1, 1, done=0)}, 2020)
    assert "för minst femte året i rad" in recurring(faulty[0]).text
    single = [YearOutcome(2020, 1, 0, 1, 0), YearOutcome(2019, 1, 0, 1, 1)]
    faulty, _ = runs_of({4: single}, 2020)
    assert "En åtgärd är genomförd men" in recurring(faulty[0]).text


def test_what_has_long_been_right_may_be_done_more_seldom() -> None:
    _, clean = runs_of({8: years(0, 0, 0, 0), 9: years(0, 0, 0, 0), 3: years(0, 0, 0)}, 2020)
    assert [one.text for one in without_deviation(clean)] == [
        "Kontroll 8 och 9 har varit utan avvikelse i fyra år och kan glesas ut."
    ]
    assert without_deviation([]) == []


def test_what_was_not_done_a_year_has_not_been_right_that_year() -> None:
    undone = [YearOutcome(2020 - back, int(back != 2), 0, 0, 0) for back in range(5)]
    assert runs_of({8: undone}, 2020) == ([], [])
    before = years(0, 0, 0, 0, first=2019)
    assert len(runs_of({8: before}, 2020)[1]) == 1, "what is not yet done this year waits"


def test_where_the_controls_lie_is_told_with_the_higher_risks_that_have_none() -> None:
    controls = [against(number, "Arvoden betalas fel.") for number in range(1, 11)]
    controls += [against(number, f"Risk {number}") for number in range(11, 25)]
    risks = [
        RiskFact("Arvoden betalas fel.", 6),
        RiskFact("Mutor.", 12),
        RiskFact("Jäv.", 9),
        RiskFact("Risk 11", 16),
        RiskFact("Lägre.", 4),
        RiskFact("Lika hög.", 6),
        RiskFact("Ovärderad.", None),
    ]
    found = concentration_of(controls, risks)
    assert found is not None
    assert concentration(found).text == (
        "Tio av 24 kontrollmoment gäller en och samma risk: ”Arvoden betalas fel”. Två risker med "
        "högre riskvärde har inget kontrollmoment."
    )
    assert [one.text for one in advice_of([], [], found)] == [
        "Pröva ett kontrollmoment mot risken ”Mutor” (riskvärde 12). Den har inget i år.",
        "Pröva ett kontrollmoment mot risken ”Jäv” (riskvärde 9). Den har inget i år.",
    ]


def test_a_spread_plan_or_one_without_scores_says_nothing_of_higher_risks() -> None:
    spread = [against(number, f"Risk {number}") for number in range(1, 8)]
    assert concentration_of(spread, []) is None
    assert concentration_of([], []) is None
    same = [against(number, "Jäv") for number in range(1, 4)]
    found = concentration_of(same, [RiskFact("Jäv", None), RiskFact("Mutor", 16)])
    assert found is not None
    assert found.bare == ()
    assert concentration(found).text == "Tre av tre kontrollmoment gäller en och samma risk: ”Jäv”."


def test_the_advice_names_each_kind_with_its_rows() -> None:
    faulty, clean = runs_of({4: years(1, 1), 8: years(0, 0, 0, 0)}, 2020)
    advice = advice_of(faulty, clean, None)
    assert [(one.kind, one.controls) for one in advice] == [
        (AdviceKind.MORE_OFTEN, (4,)),
        (AdviceKind.LESS_OFTEN, (8,)),
    ]
    assert advice[1].text == "Gör kontroll 8 mer sällan. Utan avvikelse i fyra år."
