"""The warning two minutes before the session ends, in a real browser with a clock that is moved."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from internkontroll.core.access import Role
from tests.browser.screens import Person, Year


def test_one_press_two_minutes_before_the_end_keeps_the_person_where_they_are(
    year: Year, new_page: Callable[..., Page]
) -> None:
    page = new_page(year.base, width=390)
    page.clock.install(time=year.clock.at)
    person = Person(page, year.base)
    person.log_in(year.town.account(Role.READER)[0])
    person.open("/min-profil")
    dialog = page.get_by_role("dialog")
    line = page.locator("[data-session-line]")
    expect(line).to_have_text("Du loggas ut klockan 12.30 om du inte gör något.")

    page.clock.run_for(27 * 60_000)
    expect(dialog).to_have_count(0)
    year.clock.forward(minutes=28)
    page.clock.run_for(61_000)
    expect(dialog).to_be_visible()
    expect(page.get_by_role("button", name="Stanna kvar")).to_be_focused()
    page.keyboard.press("Enter")

    expect(dialog).to_have_count(0)
    expect(line).to_have_text("Du loggas ut klockan 12.58 om du inte gör något.")
    year.clock.forward(minutes=29)
    person.open("/min-profil")

    year.clock.forward(minutes=31)
    page.clock.run_for(28 * 60_000 + 30_000)
    page.keyboard.press("Escape")
    page.clock.run_for(120_000)
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Du är utloggad")
    page.get_by_role("button", name="Stäng").click()
    expect(dialog).to_have_count(0)


def test_somebody_who_is_typing_is_not_interrupted(
    year: Year, new_page: Callable[..., Page]
) -> None:
    page = new_page(year.base)
    page.clock.install(time=year.clock.at)
    person = Person(page, year.base)
    person.log_in(year.town.account(Role.READER)[0])
    person.open("/byt-losenord")
    page.clock.run_for(25 * 60_000)
    page.get_by_label("Nytt lösenord", exact=True).press_sequentially("några ord")
    year.clock.forward(minutes=28)

    page.clock.run_for(4 * 60_000)

    expect(page.locator("[data-session-line]")).to_contain_text("12.58")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_without_scripts_the_page_says_when(year: Year, new_page: Callable[..., Page]) -> None:
    page = new_page(year.base, java_script_enabled=False)
    person = Person(page, year.base)
    person.log_in(year.town.account(Role.READER)[0])

    expect(page.locator("footer")).to_contain_text("Du loggas ut klockan 12.30")
    expect(page.locator("dialog")).to_be_hidden()
