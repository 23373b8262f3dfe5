"""Fill a form of a finished page with kept values: pure text in, pure text out.

The form is known by where it goes, so that no view needs to know of drafts. The tag of each
control is written anew with its value; everything else of the page stays as it is.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit

Attributes = list[tuple[str, str | None]]

NEVER_FILLED = frozenset({"password", "file", "submit", "button", "image", "reset"})
FRESH = frozenset({"csrf_token", "key"})
"""Hidden fields that belong to the page as it is now. Others, as a version, are the draft's own:
who changed the thing meanwhile is then told of, and not overwritten."""


def _tag(name: str, attributes: Attributes, **changes: str | None) -> str:
    rest = [(key, value) for key, value in attributes if key not in changes]
    rest += [(key, value) for key, value in changes.items() if value is not None]
    parts = [key if value is None else f'{key}="{escape(value)}"' for key, value in rest]
    return f"<{' '.join([name, *parts])}>"


class Filled(NamedTuple):
    """A page with its form filled in, and the values that no control of the form could take."""

    html: str
    left: list[str]


class _Filler(HTMLParser):
    """Walks the page once and notes what to write instead of what."""

    def __init__(self, html: str, path: str, pairs: Sequence[Sequence[str]]) -> None:
        super().__init__(convert_charrefs=True)
        self._html, self._path = html, path
        self._lines = [0]
        # The parser counts no other line ends; splitlines would.
        for line in html.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._values: dict[str, deque[str]] = defaultdict(deque)
        for name, value in pairs:
            self._values[name].append(value)
        self._chosen = {name: set(values) for name, values in self._values.items()}
        # Names of controls that hold no words of the person's, or that offer what can be chosen.
        self._wordless = set(FRESH)
        self._inside = False
        self._select: str | None = None
        self._text_from: int | None = None
        self._text = ""
        self.found = False
        self.edits: list[tuple[int, int, str]] = []
        self.main_ends: int | None = None
        self.form_ends: int | None = None

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Note a control of the form."""
        begins = self._here()
        ends = begins + len(self.get_starttag_text() or "")
        given = {name: value or "" for name, value in attrs}
        if tag == "main":
            self.main_ends = ends
        elif tag == "form":
            goes_there = urlsplit(given.get("action", "")).path == self._path
            posted = given.get("method", "").lower() == "post"
            if goes_there and posted and not self.found:
                self.found = self._inside = True
                self.form_ends = ends
        elif self._inside:
            self._control(tag, attrs, given, begins, ends)

    def _control(
        self, tag: str, attrs: Attributes, given: dict[str, str], begins: int, ends: int
    ) -> None:
        name = given.get("name", "")
        if tag in {"select", "button"}:
            self._wordless.add(name)
        if tag == "input":
            self._input(attrs, given, begins, ends)
        elif tag == "select":
            self._select = name if name in self._chosen else None
        elif tag == "option" and self._select is not None:
            chosen = given.get("value", "") in self._chosen[self._select]
            plain = [pair for pair in attrs if pair[0] != "selected"]
            mark: Attributes = [("selected", None)] if chosen else []
            self.edits.append((begins, ends, _tag("option", plain + mark)))
        elif tag == "textarea" and self._values.get(name):
            self._text_from, self._text = ends, self._values[name].popleft()

    def _input(self, attrs: Attributes, given: dict[str, str], begins: int, ends: int) -> None:
        name, kind = given.get("name", ""), given.get("type", "text").lower()
        if kind in NEVER_FILLED or kind in {"radio", "checkbox"}:
            self._wordless.add(name)
        if not name or kind in NEVER_FILLED or name in FRESH:
            return
        if kind in {"radio", "checkbox"}:
            plain = [pair for pair in attrs if pair[0] != "checked"]
            chosen = given.get("value", "on") in self._chosen.get(name, ())
            mark: Attributes = [("checked", None)] if chosen else []
            self.edits.append((begins, ends, _tag("input", plain + mark)))
        elif self._values.get(name):
            value = self._values[name].popleft()
            self.edits.append((begins, ends, _tag("input", attrs, value=value)))

    def left(self) -> list[str]:
        """What was typed and has no control here, in the order the fields were sent."""
        return [
            value
            for name, values in self._values.items()
            if name not in self._wordless
            for value in values
            if value.strip()
        ]

    def handle_endtag(self, tag: str) -> None:
        """Leave a control or the form."""
        if tag == "textarea" and self._text_from is not None:
            # A browser leaves out the first line break after the tag.
            self.edits.append((self._text_from, self._here(), "\n" + escape(self._text)))
            self._text_from = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._inside = False


def fill_form(
    html: str, path: str, pairs: Sequence[Sequence[str]], *, hidden: tuple[str, str]
) -> Filled | None:
    """The page with the form that goes to ``path`` filled in; None if it has no such form.

    What no control of the form could take is handed back beside it, so that it can be shown.
    ``hidden`` is a field of our own that is sent along. Passwords and files are never filled in,
    the token and the key stay those of the page.
    """
    filler = _Filler(html, path, pairs)
    filler.feed(html)
    filler.close()
    if filler.form_ends is None:
        return None
    own = _tag("input", [("type", "hidden"), ("name", hidden[0]), ("value", hidden[1])])
    edits = [*filler.edits, (filler.form_ends, filler.form_ends, own)]
    return Filled(_edited(html, edits), filler.left())


def put_first(html: str, notice: str) -> str:
    """The page with a notice first in its main part."""
    filler = _Filler(html, "", ())
    filler.feed(html)
    filler.close()
    at = filler.main_ends or 0
    return _edited(html, [(at, at, notice)])


def _edited(html: str, edits: Sequence[tuple[int, int, str]]) -> str:
    parts, position = [], 0
    for begins, ends, text in sorted(edits):
        parts += [html[position:begins], text]
        position = ends
    return "".join([*parts, html[position:]])
