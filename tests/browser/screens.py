"""People at their screens through a nämnd's year: each step as the one who does it does it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.database import intent_to_write
from tests.conftest import MovableClock
from tests.factories import PASSWORD, Town

MEETINGS = {
    "IU1": [date(2020, month, 12) for month in (1, 2, 3, 4, 5, 6, 9, 10, 11, 12)],
    "IU2": [date(2020, month, 19) for month in (1, 2, 3, 4, 5, 6, 9, 10, 11, 12)],
}
DICE = "00417720653198842213"
ITEMS = (
    "SELECT count(*) FROM sample_item i JOIN draw_occurrence o ON o.draw_id = i.draw_id "
    "WHERE o.occurrence_id = :id"
)
DECIDED = {"decided_on": "18 december 2019", "paragraph": "187", "registry_number": "SCN-2019-0598"}


class Person:
    """Somebody at a screen: presses what is written on it."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base

    def log_in(self, username: str) -> None:
        self.open("/logga-in")
        self.page.get_by_label("Användarnamn").fill(username)
        self.page.get_by_label("Lösenord").fill(PASSWORD)
        self.press("Logga in")

    def open(self, path: str) -> None:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        self.arrives()

    def arrives(self) -> None:
        """What holds on every page that is come to: nothing lies beside the screen."""
        size = self.page.viewport_size
        assert size is not None
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], f"{self.page.url} is {wide} px wide at {size['width']}"

    def press(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name).first.click()
        self.arrives()
        self.sees_no_error()

    def send(self) -> None:
        """Press the first button of the page's own form, whatever is written on it."""
        with self.page.expect_navigation():
            self.page.locator("main form button[type=submit]").first.click()
        self.arrives()
        self.sees_no_error()

    def follow(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()
        self.arrives()

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(label).fill(text)

    def choose(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).first.check()

    def fill(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            self.page.locator(f"[name='{name}']").fill(value)

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def sees_no_error(self) -> None:
        errors: Locator = self.page.locator(".errors")
        assert errors.count() == 0, errors.first.inner_text()


TOO_SMALL = """smallest => [...document.querySelectorAll(
    'main button, main .btn, main label.choice, main .input')].map(each => {
  const box = each.getBoundingClientRect();
  return [each.innerText, box.width, box.height];
}).filter(([words, width, height]) => width && Math.min(width, height) < smallest)"""


class AtTheTable(Person):
    """A member of a committee with a tablet or a telephone, whose taps are counted."""

    MOST_TAPS = 3
    SMALLEST = 44

    def arrives(self) -> None:
        """What is pressed in the page is also large enough for a finger."""
        super().arrives()
        small = self.page.evaluate(TOO_SMALL, self.SMALLEST)
        assert not small, f"{self.page.url}: {small}"

    def judges(self, position: int, of: int, answers: Sequence[tuple[int, str]], taps: int) -> None:
        """Answer what is not Ja, by question, and let one press do the rest and go on.

        ``taps`` is what it took to come to the case.
        """
        self.sees(f"{position} av {of}")
        for question, answer in answers:
            group = self.page.locator("main fieldset").nth(question)
            group.locator("label.choice", has_text=answer).first.click()
        self.press("Resten Ja, nästa")
        taps += len(answers) + 1
        assert taps <= self.MOST_TAPS, f"case {position} took {taps} taps"

    def hands_in(self, text: str) -> None:
        self.fill({"text": text})
        self.press("Lämna förslaget till utskottet")


class Year:
    """The municipality's people, the moving clock and the served app."""

    def __init__(
        self, app: Flask, base: str, clock: MovableClock, town: Town, new_page: Callable[..., Page]
    ) -> None:
        self.app, self.base, self.clock, self.town = app, base, clock, town
        self._new_page = new_page

    @contextmanager
    def person(
        self, role: Role, where: str = "SCN", width: int = 1280, **more: Any
    ) -> Iterator[Person]:
        page = self._new_page(self.base, width=width, **more)
        somebody = Person(page, self.base)
        somebody.log_in(self.town.account(role, where)[0])
        yield somebody
        page.context.close()

    @contextmanager
    def at_the_table(self, username: str, screen: Mapping[str, Any]) -> Iterator[AtTheTable]:
        """A member of a committee, at the screen they hold."""
        page = self._new_page(self.base, **screen)
        member = AtTheTable(page, self.base)
        member.log_in(username)
        yield member
        page.context.close()

    def write(self, act: Callable[[Session], Any]) -> Any:
        """Do what is done elsewhere, straight in the database."""
        engine = sa.create_engine(self.app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            made = act(session)
            session.commit()
        engine.dispose()
        return made

    def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        engine = sa.create_engine(self.app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(sa.text(statement), values)]
        engine.dispose()
        return found

    def occurrence(self, number: int, origin: str) -> int:
        (row,) = self.rows(
            "SELECT o.id FROM occurrence o JOIN control c ON c.id = o.control_id "
            "WHERE c.number = :number AND o.origin = :origin",
            number=number,
            origin=origin,
        )
        return int(str(row[0]))


def read_the_plan(year: Year, file: Path) -> None:
    year.clock.move_to(2019, 11, 20)
    with year.person(Role.CONTROLLER) as controller:
        controller.open("/namnd/scn/planer")
        controller.follow("Läs in en plan")
        controller.write("År", "2020")
        controller.page.locator("input[type=file]").set_input_files(file)
        controller.press("Provläs")
        controller.sees("24")
        controller.sees("14")
        controller.press("Läs in planen")
        expect(controller.page.locator("h1")).to_have_text("Internkontrollplan 2020")


def decide_the_plan(year: Year) -> None:
    year.clock.move_to(2019, 12, 20)
    (plan,) = year.rows("SELECT id FROM plan")
    with year.person(Role.SECRETARY) as secretary:
        secretary.open(f"/namnd/scn/planer/{plan[0]}/rontgen")
        secretary.fill(DECIDED)
        secretary.press("Registrera beslutet och frys planen")
        secretary.sees("Beslutad")
        secretary.sees("§ 187")


def open_the_year(year: Year) -> None:
    year.clock.move_to(2020, 1, 8)
    (plan,) = year.rows("SELECT id FROM plan")
    with year.person(Role.DIRECTOR) as director:
        director.open(f"/namnd/scn/planer/{plan[0]}/ansvariga")
        for choice in director.page.locator("select").all()[1:]:
            choice.select_option(label="responsible.scn")
        director.press("Spara ansvariga")
    with year.person(Role.CONTROLLER) as controller:
        controller.open("/namnd/scn/ar/2020")
        controller.press("Öppna året")
        for code, days in MEETINGS.items():
            controller.open(f"/namnd/scn/ar/2020/sammantraden/{year.town.subcommittees[code]}")
            controller.write("Sammanträdesdagar", "\n".join(f"{d.day}/{d.month}" for d in days))
            controller.send()
        for _ in range(2):
            controller.open("/namnd/scn/ar/2020")
            controller.press("Skapa kontrolltillfällen")
            assert year.rows("SELECT count(*) FROM occurrence") == [(75,)]


def prepare_the_meeting(
    chair: Person, meeting: int, committee: str, substitute: str | None = None
) -> None:
    """The chair names the justerare and takes the kind of cases that is in turn."""
    chair.open(f"/namnd/scn/individutskott/sammantraden/{meeting}")
    chair.page.locator("[name=verifier]").select_option(label=f"member.{committee.lower()}")
    if substitute is not None:
        chair.page.locator("[name=substitute]").select_option(label=substitute)
    chair.press("Spara justeraren")
    chair.follow("Välj slag av ärenden")
    chair.fill({"protected": "0"})
    chair.press("Spara valet")


def draw_a_sample(
    year: Year, person: Person, occurrence: int, file: Path, seed: dict[str, str], n: str
) -> None:
    person.open(f"/namnd/scn/kontroller/{occurrence}")
    with person.page.expect_navigation():
        person.page.locator("main a.btn").first.click()
    person.page.locator("input[type=file]").set_input_files(file)
    person.fill(
        {
            "description": "Beslutade ärenden till och med april",
            "source": "Verksamhetssystemet",
            "taken_out_by": "Systemförvaltningen",
            "taken_out_on": "idag",
        }
    )
    person.send()
    expect(person.page.get_by_role("button", name="Frys listan")).to_be_visible(timeout=20_000)
    person.press("Frys listan")
    person.follow("Besluta om stickprovet")
    person.fill({"n": n})
    person.send()
    person.page.locator(f"[name=source][value={seed.pop('source')}]").check()
    handled = person.page.locator("[name=handled][value=none]")
    if handled.count():
        handled.check()
    person.fill(seed)
    person.press("Dra stickprovet")
    person.follow("Granska posterna")


def judge_everything(year: Year, person: Person, occurrence: int, wrong: set[int]) -> None:
    """Every item a page; a nej becomes a finding in one step."""
    count = int(str(year.rows(ITEMS, id=occurrence)[0][0]))
    for position in range(1, count + 1):
        person.open(f"/namnd/scn/granskning/{occurrence}/post/{position}")
        expect(person.page.locator("h1")).to_contain_text(f"{position} av {count}")
        answer = "no" if position in wrong else "yes"
        for group in person.page.locator("main fieldset").all():
            group.locator(f"input[value={answer}]").check()
        if position in wrong:
            person.press("Spara och skriv avvikelse")
            person.page.locator("[name=severity][value=material]").check()
            person.fill({"description": "Beslutsmeddelandet saknas.", "cause": "Ny rutin."})
            person.press("Spara avvikelsen")
        else:
            person.press("Spara och gå till")


def pressed_at(signer: tuple[Role, str]) -> tuple[str, str]:
    """What the tester and the signer press: in an individutskott it is the chair who confirms."""
    if signer[0] is Role.CHAIR:
        return "Lämna förslaget till utskottet", "Bekräfta utskottets utfall"
    return "Lämna för underskrift", "Skriv under"


def conclude(year: Year, person: Person, occurrence: int, signer: tuple[Role, str]) -> None:
    """The tester hands the conclusion over, another person signs."""
    person.open(f"/namnd/scn/granskning/{occurrence}/slutsats")
    person.fill({"text": "Granskningen är gjord enligt planen."})
    hand_in, sign = pressed_at(signer)
    person.press(hand_in)
    assert person.page.get_by_role("button", name=sign).count() == 0
    with year.person(*signer) as other:
        other.open(f"/namnd/scn/granskning/{occurrence}/slutsats")
        other.press(sign)
    state = year.rows("SELECT state FROM occurrence WHERE id = :id", id=occurrence)
    assert state == [("approved",)]


def decide_the_report(year: Year, point: str, day: date) -> dict[str, Any]:
    """The controller weighs the whole the day before, the secretary records it the day after."""
    year.clock.move_to(day.year, day.month, day.day - 1)
    address = f"/namnd/scn/uppfoljning/2020/{point}"
    with year.person(Role.CONTROLLER) as controller:
        controller.open(address)
        controller.follow("Skriv den samlade bedömningen")
        controller.page.locator("[name=overall][value=partly]").check()
        controller.fill({"grounds": "Flera kontroller är inte gjorda. Resten följer planen."})
        controller.press("Spara den samlade bedömningen")
    year.clock.move_to(day.year, day.month, day.day + 1)
    with year.person(Role.SECRETARY) as secretary:
        secretary.open(address)
        secretary.follow("Registrera nämndens beslut")
        secretary.fill(
            {"decided_on": day.isoformat(), "paragraph": "61", "registry_number": "SCN-2020-0101"}
        )
        secretary.press("Registrera beslutet")
        secretary.sees("§ 61")
        secretary.follow("Alla dokument")
        with secretary.page.expect_download() as coming:
            secretary.page.get_by_role("link", name="JSON").first.click()
        report: dict[str, Any] = json.loads(Path(coming.value.path()).read_text("utf-8"))
    assert report["state"] == "decided"
    return report


def closing_count(report: dict[str, Any]) -> dict[str, int]:
    """The count that must close, as the snapshot tells it."""
    total = report["total"]
    return {
        "due": total["due"],
        "done": total["in_time"] + total["late"],
        "not_performed": total["not_performed"],
        "missed": total["missed"],
    }
