"""A client that looks at every page it gets: what a person and a screen reader would stumble on."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
LABELLED = {"text", "password", "file", "email", "search", "checkbox", "radio", ""}


@dataclass
class FormFound:
    """A form of a page with its fields as they would be sent."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


class PageReader(HTMLParser):
    """Reads one page: headings, title, ids, labels, forms, text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.lang = ""
        self.title = ""
        self.h1: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labels: set[str] = set()
        self.controls: list[dict[str, str]] = []
        self.forms: list[FormFound] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.scripts: list[dict[str, str]] = []
        self.landmarks: set[str] = set()
        self.text: list[str] = []
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what matters of a tag."""
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.stack.append(tag)
        if "id" in given:
            self.ids[given["id"]] += 1
        if "style" in given or any(name.startswith("on") for name in given):
            self.inline.append(self.get_starttag_text() or tag)
        if tag == "html":
            self.lang = given.get("lang", "")
        elif tag == "h1":
            self.h1.append("")
        elif tag == "label":
            self.labels.add(given.get("for", ""))
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "script":
            self.scripts.append(given)
        elif tag in {"main", "header", "footer", "nav"}:
            self.landmarks.add(tag)
        else:
            self._form_part(tag, given)

    def _form_part(self, tag: str, given: dict[str, str]) -> None:
        if tag == "form":
            self.forms.append(FormFound(given.get("action", ""), given.get("method", "get")))
        elif tag in {"input", "textarea", "select"}:
            self._control(tag, given)
        elif tag == "option" and self._select and "selected" in given and self.forms:
            self.forms[-1].fields.append((self._select, given.get("value", "")))

    def _control(self, tag: str, given: dict[str, str]) -> None:
        self.controls.append({**given, "tag": tag})
        name = given.get("name")
        if tag == "select":
            self._select = name
        if not name or not self.forms:
            return
        form = self.forms[-1]
        form.names.add(name)
        kind = given.get("type", "")
        if tag == "textarea":
            form.fields.append((name, ""))
        elif tag == "input" and kind not in {"radio", "checkbox", "file", "submit"}:
            form.fields.append((name, given.get("value", "")))
        elif kind in {"radio", "checkbox"} and "checked" in given:
            form.fields.append((name, given.get("value", "on")))

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag."""
        if tag in self.stack:
            while self.stack.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Note text."""
        if "title" in self.stack and "svg" not in self.stack:
            self.title += data
        if "h1" in self.stack and self.h1:
            self.h1[-1] += data
        if "textarea" in self.stack and self.forms and self.forms[-1].fields:
            name, value = self.forms[-1].fields[-1]
            self.forms[-1].fields[-1] = (name, value + data)
        if not {"script", "style", "title"} & set(self.stack):
            self.text.append(data)


class Page:
    """An answer that was a page, already looked at."""

    def __init__(self, answer: TestResponse) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.html = answer.get_data(as_text=True)
        reader = PageReader()
        reader.feed(self.html)
        self.reader = reader
        self.text = " ".join(" ".join(reader.text).split())
        self.h1 = " ".join("".join(reader.h1).split())
        self.title = " ".join(reader.title.split())

    def form(self, action: str) -> FormFound:
        """The one form whose action ends so."""
        found = [f for f in self.reader.forms if urlsplit(f.action).path.endswith(action)]
        assert found, f"no form to {action} among {[f.action for f in self.reader.forms]}"
        return found[0]

    def inspect(self) -> None:
        """Fail on what every page must have and must not have."""
        read = self.reader
        assert read.lang == "sv", "the page does not say that it is Swedish"
        assert len(read.h1) == 1, f"the page has {len(read.h1)} h1"
        heading = self.h1
        title = self.title.removeprefix("Fel: ")
        assert title.startswith(heading), (
            f"the title {self.title!r} does not start with {heading!r}"
        )
        doubled = [name for name, times in read.ids.items() if times > 1]
        assert not doubled, f"the ids {doubled} stand more than once"
        assert {"main", "header", "footer"} <= read.landmarks, "landmarks are missing"
        assert not read.inline, f"inline style or script: {read.inline}"
        assert all("src" in script and "nonce" in script for script in read.scripts)
        for control in read.controls:
            kind = control.get("type", "")
            if control["tag"] == "input" and kind not in LABELLED:
                continue
            named = control.get("id", "") in read.labels or "aria-label" in control
            assert named or "aria-labelledby" in control, f"no label for {control}"
        for form in read.forms:
            assert form.action, "a form without action"
            if form.method.lower() == "post":
                assert "csrf_token" in form.names, f"no CSRF token in the form to {form.action}"


@dataclass
class PageClient:
    """A browser without scripts."""

    app: Flask

    def __post_init__(self) -> None:
        self.http = self.app.test_client()
        self.page: Page | None = None

    def get(self, url: str, status: int = 200) -> Page:
        """Open a page, follow redirects, look at it."""
        return self._looked_at(self.http.get(url, follow_redirects=True), status)

    def raw(self, url: str) -> TestResponse:
        """Open something that is not a page."""
        return self.http.get(url)

    def post(
        self, url: str, data: Any, status: int = 200, *, follow: bool = True, **more: Any
    ) -> Page:
        """Send fields to an address; a redirect is 303 and is followed."""
        answer = self.http.post(url, data=data, **more)
        if answer.status_code in {301, 302, 303, 307, 308}:
            assert answer.status_code == 303, f"a POST answered {answer.status_code}"
            if follow:
                answer = self.http.get(answer.location, follow_redirects=True)
        return self._looked_at(answer, status)

    def submit(self, action: str, status: int = 200, files: Any = None, **values: Any) -> Page:
        """Fill in the form of the page last seen whose action ends so, and send it."""
        assert self.page is not None, "no page is open"
        form = self.page.form(action)
        for name in {**values, **(files or {})}:
            assert name in form.names, f"the form has no field {name}: {sorted(form.names)}"
        data: dict[str, Any] = {}
        for name, value in form.fields:
            data.setdefault(name, []).append(value)
        data.update(values)
        data.update(files or {})
        return self.post(form.action, data, status)

    def _looked_at(self, answer: TestResponse, status: int) -> Page:
        page = Page(answer)
        assert page.status == status, f"{page.status}, not {status}: {page.text[:300]}"
        if answer.mimetype == "text/html":
            page.inspect()
        self.page = page
        return page

    def log_in(self, username: str, password: str) -> Page:
        """Log in through the page."""
        self.get("/logga-in")
        return self.submit("/logga-in", username=username, password=password)
