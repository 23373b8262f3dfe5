"""Filling in a finished page: only the right form, only what a person types, nothing else moved."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internkontroll.web.draft_filling import fill_form, put_first

PAGE = """<!doctype html><html><body><main id="main" tabindex="-1"><h1>Å</h1>
<form method="post" action="/annan"><input name="a" value="1"></form>
<form method="post" action="/hit?x=1" novalidate>
<input type="hidden" name="csrf_token" value="färsk"><input type="hidden" name="key" value="ny">
<input type="hidden" name="version" value="7">
<label for="a">A</label><input id="a" name="a" type="text" value="gammal" maxlength="9">
<input type="password" name="p"><input type="file" name="f">
<textarea id="t" name="t" rows="4">
gammal &amp; lång</textarea>
<input type="radio" name="r" value="1" checked><input type="radio" name="r" value="2">
<input type="checkbox" name="c" value="x"><input type="checkbox" name="c" value="y" checked>
<select name="s"><option value="">Välj</option><option value="q" selected>Q</option>
<option value="w">W</option></select>
<button type="submit">Spara</button></form>
<textarea name="t">utanför</textarea></main></body></html>"""


class Controls(HTMLParser):
    """What a browser would show of the controls of each form, by where the form goes."""

    def __init__(self) -> None:
        super().__init__()
        self.form = ""
        self.found: list[tuple[str, str, str]] = []
        self.text: str | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = given["action"]
        elif tag == "input" and given.get("type") in {"radio", "checkbox"}:
            if "checked" in given:
                self.found.append((self.form, given["name"], given["value"]))
        elif tag == "input":
            self.found.append((self.form, given["name"], given.get("value", "")))
        elif tag == "textarea":
            self.text = ""
        elif tag == "select":
            self.select = given["name"]
        elif tag == "option" and "selected" in given:
            self.found.append((self.form, self.select, given["value"]))

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.found.append((self.form, "t", (self.text or "").removeprefix("\n")))
            self.text = None
        elif tag == "form":
            self.form = ""


def shown(html: str) -> list[tuple[str, str, str]]:
    controls = Controls()
    controls.feed(html)
    return controls.found


def filled(pairs: list[tuple[str, str]]) -> str:
    done = fill_form(PAGE, "/hit", pairs, hidden=("utkast", "4"))
    assert done is not None
    return done.html


def test_the_form_that_goes_there_gets_its_values_and_no_other() -> None:
    html = filled(
        [
            ("csrf_token", "gammal"),
            ("key", "gammal"),
            ("version", "3"),
            ("a", 'ny "text" <b>'),
            ("p", "hemligt"),
            ("f", "fil"),
            ("t", "\nrad 1\nrad 2 </textarea>"),
            ("r", "2"),
            ("c", "x"),
            ("s", "w"),
        ]
    )

    assert shown(html) == [
        ("/annan", "a", "1"),
        ("/hit?x=1", "utkast", "4"),
        ("/hit?x=1", "csrf_token", "färsk"),
        ("/hit?x=1", "key", "ny"),
        ("/hit?x=1", "version", "3"),
        ("/hit?x=1", "a", 'ny "text" <b>'),
        ("/hit?x=1", "p", ""),
        ("/hit?x=1", "f", ""),
        ("/hit?x=1", "t", "\nrad 1\nrad 2 </textarea>"),
        ("/hit?x=1", "r", "2"),
        ("/hit?x=1", "c", "x"),
        ("/hit?x=1", "s", "w"),
        ("", "t", "utanför"),
    ]


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0c", "\x1c", "\r"])
def test_a_sign_that_only_looks_like_a_line_end_moves_nothing(sign: str) -> None:
    odd = PAGE.replace("<h1>Å</h1>", f"<h1>Å{sign}</h1>")
    pairs = [("a", "ny")]
    whole = fill_form(odd, "/hit", pairs, hidden=("utkast", "4"))
    plain = fill_form(PAGE, "/hit", pairs, hidden=("utkast", "4"))
    assert whole is not None
    assert plain is not None
    assert whole.html == plain.html.replace("<h1>Å</h1>", f"<h1>Å{sign}</h1>")


def test_what_was_not_chosen_is_not_chosen() -> None:
    controls = [(name, value) for form, name, value in shown(filled([("a", "x")])) if form]

    assert ("r", "1") not in controls
    assert ("c", "y") not in controls
    assert ("s", "q") in controls


def test_words_that_no_control_takes_are_handed_back_and_nothing_else_is() -> None:
    pairs = [
        ("rad-1-text", "andra raden"),
        ("a", "en"),
        ("a", "två"),
        ("rad-1-dag", " "),
        ("t", "text"),
        ("knapp", "mer"),
        ("r", "9"),
        ("c", "z"),
        ("s", "borta"),
        ("p", "hemligt"),
        ("f", "fil"),
        ("key", "gammal"),
    ]
    page = PAGE.replace('<button type="submit">', '<button name="knapp" value="mer">')
    done = fill_form(page, "/hit", pairs, hidden=("utkast", "4"))
    assert done is not None
    assert done.left == ["andra raden", "två"]


def test_a_page_without_the_form_is_told_apart() -> None:
    assert fill_form(PAGE, "/borta", [("a", "x")], hidden=("utkast", "4")) is None
    assert fill_form(PAGE.replace("post", "get"), "/hit", [], hidden=("u", "4")) is None


def test_a_notice_comes_first_in_the_main_part() -> None:
    assert '<main id="main" tabindex="-1"><p>Hej</p><h1>' in put_first(PAGE, "<p>Hej</p>")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_comes_back_as_it_was_and_cannot_leave_its_field(text: str) -> None:
    text = text.replace("\r", "").replace("\0", "")
    html = filled([("a", text), ("t", text)])

    found = {name: value for form, name, value in shown(html) if form == "/hit?x=1"}
    assert (found["a"], found["t"]) == (text, text)
    assert html.count("<form") == 2


@pytest.mark.parametrize("broken", ["", "<main", "<form action='/hit' method=post"])
def test_half_a_page_breaks_nothing(broken: str) -> None:
    assert fill_form(broken, "/hit", [("a", "x")], hidden=("u", "1")) is None
