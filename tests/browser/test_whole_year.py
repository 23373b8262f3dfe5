"""A whole year of the real plan, every occurrence played at the screens by seeded chance.

What should come of each occurrence is chosen beforehand and counted here in plain numbers. The
three decided reports must tell the same at every level, and so must plain SQL.
"""

import os
import random
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from internkontroll.core.access import Role
from tests.browser.screens import (
    ITEMS,
    Person,
    Year,
    decide_the_plan,
    decide_the_report,
    open_the_year,
    prepare_the_meeting,
    pressed_at,
    read_the_plan,
)

KINDS = ("sqlite", "postgresql") if os.environ.get("EVERY_DATABASE") == "1" else ("sqlite",)
"""The year takes minutes: on PostgreSQL it is a part of `make soak`, its verbs of every test."""
SEED = 2020
SIZE_OF_CENSUS = 2
CENSUS, SURVEY = 13, 24
"""The two controls of the plan that no sample is drawn for."""
SAMPLE = {1: 3, 12: 10} | dict.fromkeys((9, 10, 11, *range(14, 24)), 5)
"""How many the plan says are to be drawn, by the control's number."""
SAMPLE_OF_SILENT = 2
"""How many are drawn where the plan leaves the size open."""
POINTS = {
    "april": date(2020, 5, 28),
    "augusti": date(2020, 9, 24),
    "årsbokslut": date(2021, 2, 18),
}
"""The reports of the year and the day the board decides each."""


class Fate(StrEnum):
    """What chance has in store for an occurrence."""

    IN_TIME = "in time"
    LATE = "some days late"
    NEXT_POINT = "after the point's facts were closed"
    NOT_PERFORMED = "not performed"
    STARTED = "started and left"
    LEFT = "left"


WEIGHTS = {
    Fate.IN_TIME: 11,
    Fate.LATE: 3,
    Fate.NEXT_POINT: 2,
    Fate.NOT_PERFORMED: 3,
    Fate.STARTED: 2,
    Fate.LEFT: 3,
}


@dataclass(frozen=True)
class Chance:
    """An occurrence of the year and what will be done with it, on which day."""

    id: int
    control: int
    committee: str | None
    scheduled_on: date
    due_on: date
    fate: Fate
    act_on: date
    wrong: frozenset[int]

    @property
    def tester(self) -> tuple[Role, str]:
        return (Role.MEMBER, self.committee) if self.committee else (Role.RESPONSIBLE, "SCN")

    @property
    def signer(self) -> tuple[Role, str]:
        return (Role.CHAIR, self.committee) if self.committee else (Role.REVIEWER, "SCN")

    @property
    def done_on(self) -> date | None:
        """The day it is signed, if it ever is."""
        done = self.fate in (Fate.IN_TIME, Fate.LATE, Fate.NEXT_POINT)
        return self.act_on if done else None


DAYS_AFTER_DUE = {
    Fate.IN_TIME: -1,
    Fate.LATE: 3,
    Fate.NEXT_POINT: 40,
    Fate.NOT_PERFORMED: -2,
    Fate.STARTED: -1,
    Fate.LEFT: 0,
}


def chances_of(year: Year) -> list[Chance]:
    """Every occurrence of the year in the order in which it is acted upon."""
    chance = random.Random(SEED)  # noqa: S311 -- a test is to be the same every time
    rows = year.rows(
        "SELECT o.id, c.number, s.code, o.scheduled_on, o.due_on FROM occurrence o "
        "JOIN control c ON c.id = o.control_id LEFT JOIN subcommittee s ON s.id = o.subcommittee_id"
        " ORDER BY o.scheduled_on, c.number, s.code"
    )
    chances = []
    for identity, number, code, scheduled, due in rows:
        fate = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        wrong = frozenset({chance.randint(1, 3)}) if chance.random() < 0.2 else frozenset()
        due_on = date.fromisoformat(str(due))
        chances.append(
            Chance(
                id=int(str(identity)),
                control=int(str(number)),
                committee=str(code) if code else None,
                scheduled_on=date.fromisoformat(str(scheduled)),
                due_on=due_on,
                fate=fate,
                act_on=due_on + timedelta(days=DAYS_AFTER_DUE[fate]),
                wrong=wrong,
            )
        )
    return sorted(chances, key=lambda one: (one.act_on, one.id))


def expected(chances: list[Chance], reported: set[int], period_end: date, cut_off: date) -> Any:
    """The closing count of each control by the plain rule: due by the cut-off, known by then."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for one in chances:
        if one.control not in reported or one.scheduled_on > period_end or one.due_on > cut_off:
            continue
        count = counts[one.control]
        count["due"] += 1
        if one.done_on is not None and one.done_on <= cut_off:
            count["in_time" if one.done_on <= one.due_on else "late"] += 1
        elif one.fate is Fate.NOT_PERFORMED:
            count["not_performed"] += 1
        else:
            count["missed"] += 1
    return counts


LEVELS = ("due", "in_time", "late", "not_performed", "missed")


def told(count: dict[str, int]) -> dict[str, int]:
    """The figures of a count in a snapshot; that they close is seen on the way."""
    assert count["due"] == sum(count[name] for name in LEVELS[1:]), count
    return {name: count[name] for name in LEVELS}


def summed(counts: list[dict[str, int]]) -> dict[str, int]:
    return {name: sum(count[name] for count in counts) for name in LEVELS}


class Office:
    """Everybody at a browser of their own the year round, logged in anew each working day."""

    def __init__(self, year: Year, seats: ExitStack) -> None:
        self.year = year
        self._seats = seats
        self._people: dict[tuple[Role, str], Person] = {}
        self._logged_in: set[tuple[Role, str]] = set()

    def begin_day(self, on: date) -> None:
        self.year.clock.move_to(on.year, on.month, on.day)
        self._logged_in.clear()

    def person(self, who: tuple[Role, str]) -> Person:
        if who not in self._people:
            sits_down = self.year.person(*who, java_script_enabled=False)
            self._people[who] = self._seats.enter_context(sits_down)
        elif who not in self._logged_in:
            self._people[who].page.context.clear_cookies()
            self._people[who].log_in(self.year.town.account(*who)[0])
        self._logged_in.add(who)
        return self._people[who]


def perform(office: Office, one: Chance, folder: Path) -> None:
    """From list to signed conclusion, or for the survey from result to signed conclusion."""
    tester = office.person(one.tester)
    if one.control == SURVEY:
        record_the_result(tester, one)
    else:
        draw(office, one, folder)
        judge(office, one)
    tester.open(f"/namnd/scn/granskning/{one.id}/slutsats")
    tester.fill({"text": "Granskningen är gjord enligt planen."})
    hand_in, sign = pressed_at(one.signer)
    tester.press(hand_in)
    signer = office.person(one.signer)
    signer.open(f"/namnd/scn/granskning/{one.id}/slutsats")
    signer.press(sign)


def record_the_result(tester: Person, one: Chance) -> None:
    """A survey has no list: what was asked and answered is written down."""
    tester.open(f"/namnd/scn/granskning/{one.id}/resultat")
    tester.fill(
        {
            "performed_by": "Kommunens stab",
            "performed_on": "idag",
            "what_was_done": "En enkät gick till alla enheter.",
            "size": "40",
            "reviewed": "31",
            "deviating": "2",
            "outcome": "De flesta följer rutinen.",
        }
    )
    tester.press("Spara resultatet")


def load_the_list(office: Office, one: Chance, folder: Path) -> None:
    """The work begins: the list is read in and frozen, nothing is drawn yet."""
    tester = office.person(one.tester)
    file = folder / f"lista-{one.id}.csv"
    rows = SIZE_OF_CENSUS if one.control == CENSUS else one.id % 7 + 11
    file.write_text(
        "Löpnummer\n" + "".join(f"T{one.id:03}-{n:02}\n" for n in range(1, rows + 1)), "utf-8"
    )
    tester.open(f"/namnd/scn/kontroller/{one.id}/lista")
    tester.page.locator("input[type=file]").set_input_files(file)
    tester.fill(
        {
            "description": "Beslut i perioden",
            "source": "Verksamhetssystemet",
            "taken_out_by": "Systemförvaltaren",
            "taken_out_on": "idag",
        }
    )
    tester.press("Läs in listan")
    tester.press("Frys listan")


def draw(office: Office, one: Chance, folder: Path) -> None:
    """Commit to a number, then give the digits."""
    if one.committee is not None:
        (meeting,) = office.year.rows("SELECT meeting_id FROM occurrence WHERE id = :id", id=one.id)
        prepare_the_meeting(office.person(one.signer), int(str(meeting[0])), one.committee)
    load_the_list(office, one, folder)
    tester = office.person(one.tester)
    tester.open(f"/namnd/scn/kontroller/{one.id}/urval")
    if one.control != CENSUS:
        tester.fill({"n": str(SAMPLE.get(one.control, SAMPLE_OF_SILENT))})
    tester.press("Besluta")
    tester.page.locator("[name=source][value=dice]").check()
    tester.fill({"digits": f"{one.id:020}", "reference": "nämndens ordförande"})
    if one.committee is not None:
        tester.page.locator("[name=handled][value=none]").check()
    tester.press("Dra stickprovet")


def judge(office: Office, one: Chance) -> None:
    """Every item a page, and each answer leads to the next; a nej becomes a finding in one step."""
    tester = office.person(one.tester)
    count = int(str(office.year.rows(ITEMS, id=one.id)[0][0]))
    for position in range(1, count + 1):
        address = f"/namnd/scn/granskning/{one.id}/post/{position}"
        if not tester.page.url.endswith(address):
            tester.open(address)
        answer = "no" if position in one.wrong else "yes"
        for group in tester.page.locator("main fieldset").all():
            group.locator(f"input[value={answer}]").check()
        if position in one.wrong:
            tester.press("Spara och skriv avvikelse")
            tester.page.locator("[name=severity][value=minor]").check()
            tester.fill({"description": "Beslutsmeddelandet saknas.", "cause": "Ny rutin."})
            tester.press("Spara avvikelsen")
        else:
            tester.press("Spara och gå till")


def act(office: Office, one: Chance, folder: Path) -> None:
    """Do with the occurrence what chance has in store for it."""
    if one.done_on is not None:
        perform(office, one, folder)
    elif one.fate is Fate.NOT_PERFORMED:
        controller = office.person((Role.CONTROLLER, "SCN"))
        controller.open(f"/namnd/scn/kontroller/{one.id}/ej-genomford")
        controller.fill({"reason": "Underlaget gick inte att ta ut."})
        controller.send()
    elif one.fate is Fate.STARTED and one.control != SURVEY:
        load_the_list(office, one, folder)


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_a_whole_year_of_the_real_plan_closes_its_count_at_every_level(
    year: Year, real_input: Path, tmp_path: Path
) -> None:
    read_the_plan(year, real_input / "internkontrollplan_scn_2020.csv")
    decide_the_plan(year)
    open_the_year(year)
    chances = chances_of(year)
    assert len(chances) == 75
    assert {one.fate for one in chances} == set(Fate)

    reports: dict[str, dict[str, Any]] = {}
    waiting = list(chances)
    with ExitStack() as seats:
        office = Office(year, seats)
        for point, decided_on in POINTS.items():
            while waiting and waiting[0].act_on < decided_on - timedelta(days=1):
                today = waiting[0].act_on
                office.begin_day(today)
                while waiting and waiting[0].act_on == today:
                    act(office, waiting.pop(0), tmp_path)
            reports[point] = decide_the_report(year, point, decided_on)
    assert not waiting

    for point, report in reports.items():
        every_level_tells_the_same(year, point, report, chances)
    signed_in_the_database(year, reports["årsbokslut"])


def every_level_tells_the_same(
    year: Year, point: str, report: dict[str, Any], chances: list[Chance]
) -> None:
    """Control, area and whole: the snapshot against what was chosen beforehand."""
    (row,) = year.rows(
        "SELECT period_end, cut_off FROM reporting_point WHERE name = :name", name=point
    )
    period_end, cut_off = (date.fromisoformat(str(day)) for day in row)
    rows = {line["number"]: line for line in report["rows"]}
    wanted = expected(chances, set(rows), period_end, cut_off)
    for number, line in rows.items():
        figures = {name: wanted[number][name] for name in LEVELS}
        assert told(line["count"]) == figures, f"{point}, kontroll {number}"
    for area in report["areas"]:
        inside = [told(line["count"]) for line in rows.values() if line["area"] == area["name"]]
        assert told(area["count"]) == summed(inside), f"{point}, {area['name']}"
    assert told(report["total"]) == summed([told(line["count"]) for line in rows.values()])
    assert report["total"]["due"] > 0


def signed_in_the_database(year: Year, report: dict[str, Any]) -> None:
    """The figures of the last report counted once more by plain SQL, as known at its cut-off."""
    (found,) = year.rows(
        "SELECT count(*), sum(c.reviewed), sum(c.deviating) FROM conclusion c "
        "JOIN occurrence o ON o.id = c.occurrence_id JOIN control k ON k.id = o.control_id "
        "JOIN reporting_point p ON p.name = 'årsbokslut' AND date(c.signed_at) <= p.cut_off "
        "WHERE k.number NOT IN (9, 10, 11)"
    )
    signed, reviewed, deviating = (int(str(figure)) for figure in found)
    assert signed == report["total"]["in_time"] + report["total"]["late"]
    assert reviewed == report["reviewed"]
    assert deviating == report["deviating"]
