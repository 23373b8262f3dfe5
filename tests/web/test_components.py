"""The components as a page shows them: labels, errors, escaping, what a screen reader is told."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask_wtf import CSRFProtect
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from config import ROOT
from internkontroll.web import filters, headers
from internkontroll.web.filters import StateWord
from internkontroll.web.forms import (
    BaseForm,
    DateField,
    IntegerTextField,
    NoPersonalId,
    SentenceRequired,
    choices,
)
from internkontroll.web.pagination import Page, Sort

PAGE = """{% extends "base.html" %}
{% from "components/forms.html" import button, error_summary, field, hidden %}
{% block heading %}Ärende <em>2</em> & 3{% endblock %}
{% block errors %}{{ error_summary(form) }}{% endblock %}
{% block content %}<form method="post" novalidate>{{ hidden(form) }}
{{ field(form.answer, hint="Välj ett.", keys=true) }}{{ field(form.title, hint="Kort.") }}
{{ field(form.note, max=60) }}{{ field(form.day) }}{{ field(form.count) }}{{ field(form.board) }}
{{ field(form.sure) }}{{ field(form.secret, autocomplete="current-password") }}
{{ button("Spara svaret") }}</form>{% endblock %}"""


class Review(BaseForm):
    answer = RadioField(
        "Är skälen dokumenterade?",
        choices=choices([("ja", "Ja"), ("nej", "Nej")]),
        validators=[SentenceRequired("Välj om skälen är dokumenterade")],
    )
    title = StringField("Rubrik", validators=[SentenceRequired("Skriv en rubrik")])
    note = TextAreaField("Iakttagelse", validators=[NoPersonalId()])
    day = DateField("Datum")
    count = IntegerTextField("Antal", maximum=10)
    board = SelectField("Nämnd", choices=choices({"scn": "Socialnämnden"}))
    sure = BooleanField("Listan är hel", validators=[SentenceRequired("Kryssa i att den är hel")])
    secret = PasswordField("Lösenord")
    version = HiddenField(default="3")


@pytest.fixture
def app(clock: Callable[[], Any]) -> Flask:
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(SECRET_KEY="for a test", SESSION_COOKIE_SECURE=False, TESTING=True)
    app.extensions["clock"] = clock
    CSRFProtect(app)
    app.config["WTF_CSRF_ENABLED"] = False
    filters.register(app)
    headers.register(app)
    app.add_url_rule("/lista", "rows", lambda: "")
    return app


def _page(app: Flask, typed: dict[str, str] | None = None) -> str:
    method = "POST" if typed is not None else "GET"
    with app.test_request_context("/lista", method=method, data=typed or {}):
        form = Review()
        if typed is not None:
            form.validate()
        return render_template_string(PAGE, form=form)


def _component(app: Flask, source: str, address: str = "/lista", **values: Any) -> str:
    with app.test_request_context(address):
        return render_template_string(source, **values)


WRONG = {
    "title": " \u00a0",
    "note": "Gäller <b>850709-9806</b>",
    "day": "03/04",
    "count": "11",
    "board": "annan",
}


def test_every_error_is_said_in_the_summary_and_at_its_field(app: Flask) -> None:
    page = _page(app, WRONG)
    summary, rest = page.split("</ul>\n</div>", 1)
    rows = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a></li>', summary)
    assert [target for target, _ in rows] == [
        "answer-0", "title", "note", "day", "count", "board", "sure",
    ]  # fmt: skip
    for target, sentence in rows:
        assert rest.count(f'id="{target}"') == 1
        assert f"</span>{sentence}</p>" in rest


def test_an_error_is_tied_to_its_control(app: Flask) -> None:
    page = _page(app, WRONG)
    for described in re.findall(r'aria-describedby="([^"]+)"', page):
        for target in described.split():
            assert page.count(f'id="{target}"') == 1, target
    assert page.count('aria-invalid="true"') == 6  # a group of choices says it by its description
    assert 'aria-describedby="title-hint title-error"' in page


def test_the_title_starts_with_the_heading_and_tells_of_errors(app: Flask) -> None:
    assert "<title>Ärende 2 &amp; 3 – Internkontroll</title>" in _page(app)
    assert "<title>Fel: Ärende 2 &amp; 3 – Internkontroll</title>" in _page(app, WRONG)


def test_a_page_without_errors_has_no_summary(app: Flask) -> None:
    page = _page(app)
    assert "Det finns ett problem" not in page
    assert "aria-invalid" not in page
    assert page.count("<h1>") == 1


def test_what_was_typed_is_kept_and_escaped(app: Flask) -> None:
    page = _page(app, WRONG)
    assert 'value="03/04"' in page
    assert "&lt;b&gt;850709-9806&lt;/b&gt;" in page
    assert "<b>8507" not in page


def test_the_browser_is_never_asked_to_validate(app: Flask) -> None:
    assert not re.search(r"\s(required|maxlength|minlength|pattern)\b", _page(app))


def test_a_look_alike_of_a_personnummer_can_be_confirmed_beside_its_field(app: Flask) -> None:
    assert 'name="note-bekraftad"' in _page(app, WRONG)
    assert 'name="note-bekraftad"' not in _page(app, {**WRONG, "note-bekraftad": "1"})


def test_hidden_fields_are_sent_without_ids(app: Flask) -> None:
    page = _page(app)
    assert '<input type="hidden" name="version" value="3">' in page
    assert 'id="version"' not in page
    assert page.count('name="csrf_token"') == 1


def test_ids_are_unique(app: Flask) -> None:
    ids = re.findall(r'\sid="([^"]+)"', _page(app, WRONG))
    assert len(ids) == len(set(ids))


def test_a_page_for_someone_not_logged_in_has_no_menu_and_no_logout(app: Flask) -> None:
    page = _page(app)
    assert "Huvudmeny" not in page
    assert "Logga ut" not in page
    assert '<html lang="sv">' in page
    assert 'href="#main"' in page


def test_a_state_is_a_word_with_a_tone(app: Flask) -> None:
    source = '{% from "components/state.html" import state %}{{ state(word) }}'
    shown = _component(app, source, word=StateWord("Försenad", "bad"))
    assert shown == '<span class="state bad">Försenad</span>'


TABLE = """{% from "components/table.html" import table %}
{% call table("Risker", [{"label": "Namn", "sort": "namn"}, {"label": "Värde", "sort": "varde",
 "num": true}, {"label": "Ändra", "hidden": true}], sort=sort) %}<tbody></tbody>{% endcall %}"""


def test_a_heading_turns_the_order_it_has_and_says_which_it_is(app: Flask) -> None:
    rising = _component(app, TABLE, "/lista?sok=jäv&sida=4", sort=Sort("namn"))
    assert 'aria-sort="ascending"' in rising
    assert "/lista?sok=j%C3%A4v&amp;sortera=namn&amp;ordning=fallande" in rising
    assert "/lista?sok=j%C3%A4v&amp;sortera=varde" in rising
    falling = _component(app, TABLE, "/lista?ordning=fallande", sort=Sort("namn", descending=True))
    assert 'aria-sort="descending"' in falling
    assert 'href="/lista?sortera=namn"' in falling


def test_pages_are_counted_and_the_present_one_is_marked(app: Flask) -> None:
    source = (
        '{% from "components/pagination.html" import pagination %}{{ pagination(page, "risker") }}'
    )
    shown = _component(app, source, page=Page([], 2, 50, 1320))
    assert "Visar 51–100 av 1\u00a0320 risker" in shown
    assert 'href="/lista?sida=2" aria-current="page"' in shown
    assert _component(app, source, page=Page([], 1, 50, 0)) == ""


def test_a_task_that_cannot_begin_is_no_link(app: Flask) -> None:
    source = '{% from "components/tasks.html" import tasks %}{{ tasks(items, "Att göra") }}'
    task = SimpleNamespace(
        title="Skriv din del",
        url=None,
        due="28 april",
        late=None,
        left="om 16 dagar",
        detail="Väntar på kontroll 14.",
        state=StateWord("Kan inte börja än", "idle"),
    )
    shown = _component(app, source, items=[task])
    assert "<a " not in shown
    assert "Kan inte börja än" in shown


def test_an_empty_list_says_what_why_first_step_and_who(app: Flask) -> None:
    source = """{% from "components/empty.html" import empty %}{{ empty("Inga risker än",
        "Planen bygger på riskerna.", "Lägg till en risk", "/ny", "Controller kan göra det.") }}"""
    shown = _component(app, source)
    for part in ("Inga risker än", "Planen bygger", 'href="/ny">Lägg till', "Controller kan"):
        assert part in shown
