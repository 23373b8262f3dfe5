"""The rows of a report's page are drawn once, and never shown for another report or reader."""

import re

import pytest
from flask import Flask, get_template_attribute

from internkontroll.core.access import Role
from internkontroll.reporting.views import parts
from tests.conftest import MovableClock
from tests.factories import Town
from tests.report_rows import Spring
from tests.web.april_report import APRIL, LIST, ClientOf, fill

AUGUST = f"{LIST}/2020/augusti"
REMARK_LINK = re.compile(r'href="[^"]+/kontroll/\d+"')


@pytest.fixture
def spring(app: Flask, town: Town, clock: MovableClock) -> Spring:
    """The board's spring; it is 29 May."""
    clock.move_to(2020, 5, 29)
    return fill(app, town)


def test_the_same_report_is_drawn_once_however_often_and_by_whomever_it_is_read(
    client_of: ClientOf, spring: Spring, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def noting(template: str, name: str) -> object:
        drawn.append(name)
        return get_template_attribute(template, name)

    parts.forget_parts()
    monkeypatch.setattr(f"{parts.__name__}.get_template_attribute", noting)
    client_of(Role.MEMBER).get(AUGUST)
    assert {"outcomes", "pictures", "counts"} <= set(drawn)
    assert len(drawn) == len(set(drawn))
    told = len(drawn)

    clock.forward(hours=1)
    page = client_of(Role.CHAIR).get(AUGUST)

    assert page.text.count("Utfall per kontrollmoment") > 1
    assert len(drawn) == told


def test_who_may_not_write_gets_no_links_though_a_writer_has_just_read_the_page(
    client_of: ClientOf, spring: Spring
) -> None:
    assert REMARK_LINK.search(client_of(Role.CONTROLLER).get(APRIL).html)
    assert not REMARK_LINK.search(client_of(Role.MEMBER).get(APRIL).html)
    assert REMARK_LINK.search(client_of(Role.CONTROLLER).get(APRIL).html)


def test_what_is_written_stands_on_the_page_at_the_next_reading(
    client_of: ClientOf, spring: Spring
) -> None:
    client = client_of(Role.CONTROLLER)
    assert "Rutinen är ny sedan i mars." not in client.get(APRIL).text
    client.get(f"{APRIL}/kontroll/1")
    client.submit("/kontroll/1", comment="Rutinen är ny sedan i mars.")
    assert "Rutinen är ny sedan i mars." in client.get(APRIL).text


def test_another_boards_report_of_the_same_figures_has_its_own_links(
    app: Flask, town: Town, client_of: ClientOf, spring: Spring
) -> None:
    fill(app, town, "AMN")
    own = client_of(Role.CONTROLLER).get(APRIL).html
    other = client_of(Role.CONTROLLER, "AMN").get(APRIL.replace("scn", "amn")).html
    assert set(REMARK_LINK.findall(own)).isdisjoint(REMARK_LINK.findall(other))
    assert REMARK_LINK.search(other)
