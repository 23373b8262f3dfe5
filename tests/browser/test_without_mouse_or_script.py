"""The line from plan to decided report with scripts off, and once more without a mouse."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Locator, Page

from internkontroll.core.access import Role
from tests.browser.screens import (
    DICE,
    Year,
    closing_count,
    conclude,
    decide_the_plan,
    decide_the_report,
    draw_a_sample,
    judge_everything,
    open_the_year,
    read_the_plan,
)

WINDOW_TRIES = 3
MOST_TABS = 400
"""So many steps lie on no page: who has not come to the place by then is in a trap."""

STANDING = """() => {
  const here = document.activeElement;
  const moved = here !== window.stoodAt;
  window.stoodAt = here;
  const ring = (one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  };
  const holder = here.closest('.choice') || here;
  const box = holder.getBoundingClientRect();
  return {
    name: here.tagName + ' ' + (here.id || here.name || here.textContent.trim().slice(0, 40)),
    outside: here === document.body || here === document.documentElement,
    moved,
    ring: ring(here) || ring(holder),
    seen: box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0,
  };
}"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is tested here is the same on both databases."""
    return sqlite_url


def step(page: Page, key: str = "Tab") -> None:
    """One step; whoever sees must see where it led."""
    page.keyboard.press(key)
    at: dict[str, Any] = page.evaluate(STANDING)
    if at["outside"]:
        return
    assert at["moved"], f"{page.url}: {key} does not leave {at['name']}"
    assert at["ring"], f"{page.url}: nothing shows that {at['name']} has the focus"
    assert at["seen"], f"{page.url}: {at['name']} has the focus out of sight"


def reach(place: Locator) -> None:
    """Step on until the place has the focus."""
    is_here = "one => one === document.activeElement"
    in_group = "one => document.activeElement.name === one.name && one.type === 'radio'"
    for _ in range(MOST_TABS):
        if place.evaluate(is_here):
            return
        step(place.page, "ArrowDown" if place.evaluate(in_group) else "Tab")
    raise AssertionError(f"{place.page.url}: {place} cannot be reached by keyboard")


def press(place: Locator, **_more: object) -> None:
    """A link opens with Enter, a button with the space bar."""
    reach(place)
    is_link = place.evaluate("one => one.tagName === 'A'")
    place.page.keyboard.press("Enter" if is_link else "Space")


def write(place: Locator, text: str, **_more: object) -> None:
    """Type in a field, over what stands there."""
    reach(place)
    place.page.keyboard.press("Control+A")
    place.page.keyboard.press("Delete")
    place.page.keyboard.insert_text(text)


def choose(place: Locator, **_more: object) -> None:
    """Choose an answer or tick a box."""
    reach(place)
    if not place.is_checked():
        place.page.keyboard.press("Space")
    assert place.is_checked()


def select(place: Locator, *, label: str, **_more: object) -> None:
    """Go down a list to the wanted row."""
    reach(place)
    for _ in range(MOST_TABS):
        if place.evaluate("one => one.selectedOptions[0].label.trim()") == label:
            return
        place.page.keyboard.press("ArrowDown")
    raise AssertionError(f"{place.page.url}: {label} is not in the list")


def pick_file(place: Locator, file: Path, **_more: object) -> None:
    """The button of a file field opens the machine's own window."""
    for _ in range(WINDOW_TRIES):
        reach(place)
        # The browser opens it only a moment after the key, and a busy machine may be too late.
        try:
            with place.page.expect_file_chooser(timeout=5_000) as opened:
                place.page.keyboard.press("Enter")
        except Error:  # it waited in vain
            continue
        opened.value.set_files(file)
        return
    raise AssertionError(f"{place.page.url}: Enter opens no window to choose a file in")


def play(year: Year, real_input: Path) -> dict[str, int]:
    """From the plan's file to the decided report of April, each by the one who does it."""
    read_the_plan(year, real_input / "internkontrollplan_scn_2020.csv")
    decide_the_plan(year)
    open_the_year(year)
    year.clock.move_to(2020, 5, 4)
    sampled = year.occurrence(12, "point:april")
    with year.person(Role.RESPONSIBLE) as tester:
        seed = {"source": "public", "digits": DICE, "reference": "Lottodragning 2 maj 2020"}
        population = real_input / "population_arenden_2020.csv"
        draw_a_sample(year, tester, sampled, population, seed, "10")
        judge_everything(year, tester, sampled, wrong={2})
        conclude(year, tester, sampled, (Role.REVIEWER, "SCN"))
    return closing_count(decide_the_report(year, "april", date(2020, 5, 28)))


COUNTED = {"due": 24, "done": 1, "not_performed": 0, "missed": 23}
"""Eight meetings of committees and sixteen points of April; one of them is done."""


def test_the_line_is_played_with_scripts_off(year: Year, real_input: Path) -> None:
    year._new_page = partial(year._new_page, java_script_enabled=False)

    assert play(year, real_input) == COUNTED
    assert year.rows("SELECT count(*) FROM finding") == [(1,)]


BY_HAND: dict[str, Callable[..., None]] = {
    "click": press,
    "fill": write,
    "check": choose,
    "select_option": select,
    "set_input_files": pick_file,
}


def test_the_line_is_played_by_keyboard_alone(
    year: Year, real_input: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, act in BY_HAND.items():
        monkeypatch.setattr(Locator, name, act)
    year._new_page = partial(year._new_page, reduced_motion="reduce")

    assert play(year, real_input) == COUNTED
    assert year.rows("SELECT count(*) FROM finding") == [(1,)]
