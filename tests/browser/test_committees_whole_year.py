"""A year of two individutskott at the table: one at a tablet, one at a telephone without scripts.

What each meeting brings is chosen beforehand and counted here in plain numbers. The pages, the two
decided reports and plain SQL must tell the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from internkontroll.core.access import Role
from tests.browser.screens import AtTheTable, Year, decide_the_report, prepare_the_meeting
from tests.committee_year import (
    APRIL,
    DAY_OF,
    DICE,
    MONTHS,
    WHOLE_YEAR,
    Sittings,
    list_cases,
    make_sittings,
    recounts,
)

TABLET = {"width": 768, "height": 1024}
TELEPHONE = {"width": 390, "height": 844, "java_script_enabled": False}


class Brings(StrEnum):
    """What a meeting brings beside its cases."""

    CONFLICT = "the justerare steps aside from the first case"
    TWO_CASES = "the list has two cases, and the chair judges the second otherwise"
    CANCELLED = "the meeting is called off"
    SUBSTITUTE = "the substitute draws and reviews"


SPECIAL = {
    "IU1": {
        3: Brings.CONFLICT,
        4: Brings.CANCELLED,
        5: Brings.SUBSTITUTE,
        6: Brings.TWO_CASES,
    },
    "IU2": {
        2: Brings.SUBSTITUTE,
        4: Brings.TWO_CASES,
        9: Brings.CANCELLED,
        11: Brings.CONFLICT,
    },
}
"""Every kind at both sizes."""
EXTRA = {"IU1": date(2020, 5, 27), "IU2": date(2020, 3, 27)}
"""Extra meetings; their decisions are in the frame of the next ordinary one."""
AFTER_EXTRA = {"IU1": 6, "IU2": 4}
WRONG = {("IU1", 2): {1}, ("IU1", 3): {2}, ("IU1", 10): {1, 3}, ("IU2", 1): {3}, ("IU2", 12): {2}}
"""The cases with a Nej, by committee and month."""


@dataclass(frozen=True)
class Sitting:
    """A meeting to be played, and what should come of it."""

    committee: str
    month: int

    @property
    def brings(self) -> Brings | None:
        return SPECIAL[self.committee].get(self.month)

    @property
    def size(self) -> int:
        """Cases in the list."""
        return 2 if self.brings is Brings.TWO_CASES else 9

    @property
    def cases(self) -> int:
        return min(3, self.size)

    @property
    def wrong(self) -> frozenset[int]:
        return frozenset(WRONG.get((self.committee, self.month), ()))

    @property
    def day(self) -> date:
        return date(2020, self.month, DAY_OF[self.committee])


SITTINGS = tuple(
    sorted(
        (Sitting(committee, month) for committee in DAY_OF for month in MONTHS),
        key=lambda sitting: sitting.day,
    )
)


def expected(until: date) -> list[tuple[str, int, int, int]]:
    """(committee, meetings, reviewed, deviating) as was meant, until that day."""
    held = [s for s in SITTINGS if s.brings is not Brings.CANCELLED and s.day <= until]
    return [
        (
            committee,
            len(own),
            sum(sitting.cases for sitting in own),
            sum(len(sitting.wrong) for sitting in own),
        )
        for committee in sorted(DAY_OF)
        if (own := [sitting for sitting in held if sitting.committee == committee])
    ]


class Committees:
    """Both committees, each at its own screen."""

    def __init__(self, year: Year, screens: dict[str, dict[str, Any]]) -> None:
        self.year, self.screens = year, screens
        self.sittings: Sittings = year.write(
            lambda session: make_sittings(session, year.town, EXTRA)
        )

    def play(self, sitting: Sitting) -> None:
        if sitting.brings is Brings.CANCELLED:
            self.call_off(sitting)
            return
        name = f"{sitting.committee}-{sitting.month:02d}"
        occurrence = self.sittings.occurrences[sitting.committee, sitting.month]
        self.year.write(lambda session: list_cases(session, occurrence, name, sitting.size))
        self.move_to(sitting, days=-1, hour=18)
        self.prepare(sitting)
        self.review(sitting)
        self.move_to(sitting, days=0, hour=14)
        self.confirm(sitting)

    def move_to(self, sitting: Sitting, *, days: int, hour: int) -> None:
        day = sitting.day
        self.year.clock.move_to(day.year, day.month, day.day + days, hour)

    def account(self, role: Role, sitting: Sitting) -> str:
        return self.year.town.account(role, sitting.committee)[0]

    def meeting_url(self, sitting: Sitting) -> str:
        return self.sittings.meeting_url(sitting.committee, sitting.month)

    def at_the_table(self, account: str, sitting: Sitting) -> Any:
        return self.year.at_the_table(account, self.screens[sitting.committee])

    def call_off(self, sitting: Sitting) -> None:
        self.move_to(sitting, days=-1, hour=9)
        meeting = self.sittings.meetings[sitting.committee, sitting.month]
        with self.year.person(Role.CONTROLLER) as controller:
            controller.open(f"/namnd/scn/sammantraden/{meeting}/stall-in")
            controller.fill({"reason": "För få kan komma."})
            controller.send()
        with self.at_the_table(self.account(Role.CHAIR, sitting), sitting) as chair:
            chair.open(self.meeting_url(sitting))
            chair.sees("Stickprovet har utgått.")

    def prepare(self, sitting: Sitting) -> None:
        """The evening before: the chair names who draws and takes the kind that is in turn."""
        substitute = (
            self.sittings.second[sitting.committee] if sitting.brings is Brings.SUBSTITUTE else None
        )
        with self.at_the_table(self.account(Role.CHAIR, sitting), sitting) as chair:
            if sitting.month == AFTER_EXTRA[sitting.committee]:
                chair.open(self.sittings.meeting_url(sitting.committee, 0))
                chair.sees("Inget stickprov till ett extra sammanträde")
            meeting = self.sittings.meetings[sitting.committee, sitting.month]
            prepare_the_meeting(chair, meeting, sitting.committee, substitute)
            if sitting.month == AFTER_EXTRA[sitting.committee]:
                chair.sees("Det extra sammanträdets beslut")
            before = MONTHS[MONTHS.index(sitting.month) - 1]
            if SPECIAL[sitting.committee].get(before) is Brings.CANCELLED:
                chair.sees("Det inställda sammanträdets ärenden")

    def review(self, sitting: Sitting) -> None:
        """The justerare, or the substitute, draws and takes one case after the other."""
        first = self.account(Role.MEMBER, sitting)
        second = self.sittings.second[sitting.committee]
        drawer = second if sitting.brings is Brings.SUBSTITUTE else first
        with self.at_the_table(drawer, sitting) as member:
            self.draw(member, sitting)
            cases: Sequence[int] = range(1, sitting.cases + 1)
            if sitting.brings is Brings.CONFLICT:
                self.step_aside(member, sitting, first)
                with self.at_the_table(second, sitting) as other:
                    self.judge(other, sitting, [1])
                cases = cases[1:]
            self.judge(member, sitting, cases)
            member.hands_in("Granskningen är gjord enligt planen.")

    def draw(self, member: AtTheTable, sitting: Sitting) -> None:
        member.open(self.meeting_url(sitting))
        member.follow("Dra stickprovet")
        member.send()
        member.page.locator("[name=source][value=dice]").check()
        member.page.locator("[name=handled][value=none]").check()
        member.fill({"digits": DICE, "reference": "ordförande"})
        member.press("Dra stickprovet")

    def step_aside(self, member: AtTheTable, sitting: Sitting, who: str) -> None:
        member.open(self.meeting_url(sitting))
        member.follow("Anteckna jäv")
        member.page.locator("[name=user]").select_option(label=who)
        member.page.locator("[name=position]").select_option(value="1")
        member.press("Anteckna jävet")
        member.open(self.sittings.url(sitting.committee, sitting.month, "/arende/1"))
        member.sees("Du har anmält jäv")
        assert member.page.get_by_role("button", name="Resten Ja, nästa").count() == 0

    def judge(self, member: AtTheTable, sitting: Sitting, cases: Sequence[int]) -> None:
        member.open(self.meeting_url(sitting))
        if sitting.brings is Brings.TWO_CASES:
            member.sees(f"Listan har {sitting.size} ärenden, så alla granskas.")
        member.follow(f"Granska ärende {cases[0]}")
        for number in cases:
            answers = [(0, "Nej")] if number in sitting.wrong else []
            if sitting.brings is Brings.TWO_CASES and number == 2:
                answers = [(0, "Underlag saknas")]
            member.judges(number, sitting.cases, answers, taps=1 if number == cases[0] else 0)

    def confirm(self, sitting: Sitting) -> None:
        """At the meeting: the committee's outcome, the minutes and their justering."""
        meeting = self.sittings.meetings[sitting.committee, sitting.month]
        with self.at_the_table(self.account(Role.CHAIR, sitting), sitting) as chair:
            chair.open(self.meeting_url(sitting))
            chair.follow("Bekräfta utskottets utfall")
            if sitting.brings is Brings.TWO_CASES:
                chair.follow("Utskottet bedömer ärende 2 på ett annat sätt")
                chair.choose("Ja")
                chair.fill({"reason": "Underlaget visades vid bordet."})
                chair.press("Spara utskottets bedömning")
            chair.press("Bekräfta utskottets utfall")
            chair.sees("Utskottets utfall är bekräftat.")
            if sitting.brings is Brings.CONFLICT:
                chair.sees(f"{self.account(Role.MEMBER, sitting)}, ärende 1")
            chair.fill({"verified_on": "idag"})
            chair.press("Anteckna justeringen")
            chair.follow("Underlag till paragraf")
            whole = sitting.size == sitting.cases
            n_of = f"Alla {sitting.size}" if whole else f"{sitting.cases} av {sitting.size}"
            chair.sees(n_of)
            chair.sees(f"{len(sitting.wrong)} av {sitting.cases} avviker.")
            assert f"{sitting.committee}-{sitting.month:02d}-" not in chair.page.content()
            if sitting.brings is not None:
                chair.open(f"/namnd/scn/sammantraden/{meeting}/underlag-internt")
                chair.sees("Utfall per löpnummer")

    def months(self, committee: str) -> dict[str, tuple[int, int, int]]:
        """(meetings, reviewed, deviating) to each reporting point, as the committee's page says."""
        chair = self.year.town.account(Role.CHAIR, committee)[0]
        number = self.year.town.subcommittees[committee]
        with self.year.at_the_table(chair, self.screens[committee]) as person:
            person.open(f"/namnd/scn/utskott/{number}/manadsvis/2020")
            rows = person.page.locator("table:has(#tidpunkter) tbody tr").all()
            cells = [row.locator("td").all_inner_texts() for row in rows]
        return {
            point.strip().lower(): (first_of(signed), first_of(reviewed), first_of(deviating))
            for point, signed, reviewed, deviating in cells
        }


def first_of(text: str) -> int:
    """The n of "n av N"."""
    return int(text.split()[0])


def summed(report: dict[str, Any]) -> list[tuple[str, int, int, int]]:
    """The same figures, as a decided report tells them of each committee."""
    return [
        (
            f"IU{line['name'][-1]}",
            line["count"]["in_time"] + line["count"]["late"],
            line["reviewed"],
            line["deviating"],
        )
        for line in report["committees"]
    ]


def test_a_year_of_two_individutskott_at_the_table(year: Year, database_url: str) -> None:
    # The second time, at the other database, the committees have changed screens.
    first, second = (
        (TELEPHONE, TABLET) if database_url.startswith("postgresql") else (TABLET, TELEPHONE)
    )
    screens = {"IU1": first, "IU2": second}
    committees = Committees(year, screens)
    for sitting in (one for one in SITTINGS if one.day <= APRIL):
        committees.play(sitting)
    april = decide_the_report(year, "april", date(2020, 5, 28))
    for sitting in (one for one in SITTINGS if one.day > APRIL):
        committees.play(sitting)
    whole = decide_the_report(year, "årsbokslut", date(2021, 2, 18))

    for until, report in ((APRIL, april), (WHOLE_YEAR, whole)):
        for statement in recounts(until):
            assert year.rows(statement) == expected(until)
        assert summed(report) == expected(until)
    for committee in sorted(DAY_OF):
        shown = committees.months(committee)
        for until, point in ((APRIL, "april"), (WHOLE_YEAR, "årsbokslut")):
            assert [(committee, *shown[point])] == [e for e in expected(until) if e[0] == committee]
    drawn = year.rows(
        "SELECT count(*), sum(CASE WHEN u.username LIKE 'ledamot2.%' THEN 1 ELSE 0 END) "
        "FROM draw d JOIN user_account u ON u.id = d.drawn_by_id WHERE d.handled_rows IS NOT NULL"
    )
    assert drawn == [(18, 2)]
    assert year.rows("SELECT count(*) FROM occurrence WHERE state = 'expired'") == [(2,)]
