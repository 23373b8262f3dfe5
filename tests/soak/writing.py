"""Kill the browser, the session and the server in turn while somebody writes in a report.

What is lost is measured in time: from the moment at which the first lost word was typed until the
kill. A draft that the program has said it keeps may not be lost at all.
"""

import os
import random
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Playwright, Response, expect
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.database import intent_to_write
from internkontroll.organisation.models import Board
from tests.factories import PASSWORD, make_control, make_plan, make_points, make_town
from tests.soak.site import HOST, Server
from tests.soak.site import Browser as Site

TEXTS, WORDS_EACH = 3, 1000
"""Three thousand words: a comment holds eight thousand characters."""
LONGEST_SPELL = 6.0
"""Seconds at most from coming back until the next kill: longer than between two drafts."""
GAP = 0.25
"""Seconds between two strokes; how many words a stroke is depends on how many kills there are."""
PATIENCE = 60_000
ENOUGH_SECONDS = 5.0
SENTENCE = (
    "rutinen följs inte alltid när någon ny börjar och därför saknas underlag till beslutet som "
    "enheten fattade före sommaren men läget har blivit bättre sedan listan gicks igenom av två "
    "personer varje vecka så att felen syns innan pengarna betalas ut till rätt mottagare"
)
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)


@dataclass
class Written:
    """What came of it: seconds of typing lost at most by kind of kill, and what may never be."""

    longest: dict[str, float] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    drafts: int = 0
    lost_drafts: int = 0
    garbled: int = 0
    saved: int = 0
    left_over: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether everything held."""
        return (
            max(self.longest.values()) <= ENOUGH_SECONDS
            and not (self.lost_drafts or self.garbled or self.left_over)
            and self.saved == TEXTS
        )

    def __str__(self) -> str:
        lost = ", ".join(
            f"{kind} {self.kills[kind]} times, at most {self.longest[kind]:.1f} s of typing lost"
            for kind in sorted(self.kills)
        )
        return (
            f"{TEXTS * WORDS_EACH} words: {lost}; {self.lost_drafts} of {self.drafts} kept drafts "
            f"lost, {self.garbled} garbled, {self.saved} of {TEXTS} texts saved whole, "
            f"{self.left_over} drafts left over"
        )


class Chromium:
    """A browser in a process group of its own, which can be killed as a computer loses power."""

    def __init__(self, playwright: Playwright, path: str, folder: Path) -> None:
        self._playwright, self._path, self._folder = playwright, path, folder
        self._started = 0
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None
        self._browser: Browser | None = None

    def start(self, base_url: str) -> Page:
        """A page of a browser that has never been here."""
        self._started += 1
        own = self._folder / f"browser-{self._started}"
        self._process = subprocess.Popen(
            [self._path, *OPTIONS, f"--user-data-dir={own}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._browser = self._playwright.chromium.connect_over_cdp(self._address())
        context = self._browser.new_context(base_url=base_url, locale="sv-SE")
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    def _address(self) -> str:
        assert self._process is not None
        stream = self._process.stderr
        assert stream is not None
        for line in stream:
            if found := re.search(r"ws://\S+", line):
                self._listener = threading.Thread(target=stream.read, daemon=True)
                self._listener.start()
                return found[0]
        raise RuntimeError("Chromium did not start")

    def kill(self) -> None:
        """kill -9 of the browser and all that it has started."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        if self._listener is not None:
            self._listener.join()
        with self._process:
            pass


@dataclass
class Typing:
    """A text being typed: when it had which length, and how much the program has said it keeps."""

    address: str
    text: str
    length: int = 0
    kept: int = 0
    strokes: list[tuple[float, int]] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether the last word is typed."""
        return self.length == len(self.text)

    def next_words(self, words: int) -> str:
        """What is typed in one stroke."""
        rest = self.text[self.length :]
        parts = re.findall(r"\S+\s*", rest)[:words]
        return "".join(parts)

    def lost_seconds(self, found: int, killed_at: float) -> float:
        """How long before the kill the first lost word was typed; 0 where none is lost."""
        lost = [at for at, length in self.strokes if length > found]
        return killed_at - min(lost) if lost else 0.0

    def go_on_from(self, found: int) -> None:
        """What was lost has never been typed."""
        self.length = self.kept = found
        self.strokes = [(at, length) for at, length in self.strokes if length <= found]


class Writer:
    """Somebody who writes on and on, comes back whatever happens and types what was lost again."""

    def __init__(self, chromium: Chromium, server: Server, url: str, kills: int) -> None:
        self.chromium, self.server, self.url = chromium, server, url
        self.base = f"http://{HOST}:{server.port}"
        self.result = Written()
        self._chance = random.Random(kills)  # noqa: S311 -- when to kill, and what to write
        self._typings = [
            Typing(
                f"/namnd/scn/uppfoljning/2020/april/kontroll/{number}",
                " ".join(self._chance.choices(SENTENCE.split(), k=WORDS_EACH)),
            )
            for number in range(1, TEXTS + 1)
        ]
        self.now = self._typings[0]
        self._left = kills
        first = Site(server)
        first.log_in("controller.scn", PASSWORD)
        self._code = pyotp.TOTP(first.secret)
        self.page = self._sit_down()

    # At the screen

    def _sit_down(self) -> Page:
        page = self.chromium.start(self.base)
        page.on("response", self._hear)
        return page

    def _hear(self, answer: Response) -> None:
        """Note what the program says it has kept of the text."""
        if answer.status != 204 or not answer.url.endswith(f"{self.now.address}/utkast"):
            return
        found = re.search(r'name="comment"\r\n\r\n(.*?)\r\n--', _sent(answer), re.DOTALL)
        assert found is not None
        self.result.drafts += 1
        self.now.kept = max(self.now.kept, len(found[1]))

    def _open(self) -> str:
        """Open the page of the text, logging in where that is asked; gives what stands there."""
        self.page.goto(self.now.address)
        self._log_in()
        return self._standing()

    def _log_in(self) -> None:
        if "/logga-in" in self.page.url:
            self.page.get_by_label("Användarnamn").fill("controller.scn")
            self.page.get_by_label("Lösenord").fill(PASSWORD)
            with self.page.expect_navigation():
                self.page.get_by_role("button", name="Logga in").click()
            # A code opens once, and half a minute is not waited for the next.
            _run(self.url, "UPDATE second_factor SET last_step = NULL")
            self.page.locator("[name=code]").fill(self._code.now())
            with self.page.expect_navigation():
                self.page.locator("main form button[type=submit]").first.click()

    def _standing(self) -> str:
        field_ = self.page.locator("[name=comment]")
        expect(field_).to_be_visible(timeout=PATIENCE)
        return field_.input_value()

    def _save(self) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Spara texten").click()

    # Writing

    def _go_to_the_end(self) -> None:
        self.page.locator("[name=comment]").focus()
        self.page.keyboard.press("Control+End")

    def _type(self, words: int) -> None:
        stroke = self.now.next_words(words)
        self.page.keyboard.insert_text(stroke)
        self.now.length += len(stroke)
        self.now.strokes.append((time.monotonic(), self.now.length))

    def _spell(self) -> None:
        """Write for a while."""
        seconds = GAP + self._chance.random() * (LONGEST_SPELL - GAP)
        strokes = max(1, round(seconds / GAP))
        words = len(self._rest().split()) // (self._left + 1)
        self._go_to_the_end()
        for _ in range(strokes):
            if not self.now.is_whole:
                self._type(max(1, words // strokes))
            self.page.wait_for_timeout(GAP * 1000)

    def _rest(self) -> str:
        """All that remains to be written, in this text and the coming ones."""
        place = self._typings.index(self.now)
        coming = " ".join(one.text for one in self._typings[place + 1 :])
        return f"{self.now.text[self.now.length :]} {coming}"

    def _finish(self) -> None:
        """Save the text that is whole, and begin on the next."""
        self._save()
        place = self._typings.index(self.now) + 1
        if place < len(self._typings):
            self.now = self._typings[place]
            assert self._open() == ""

    # Kills

    def _lose_browser(self) -> str:
        self.chromium.kill()
        self.page = self._sit_down()
        return self._open()

    def _lose_session(self) -> str:
        """Every other time it has been idle too long, every other time it was ended elsewhere."""
        idle = self.result.kills["session"] % 2 == 0
        values = {"last_seen_at": datetime.now(UTC) - timedelta(hours=2)} if idle else {}
        column = "last_seen_at = :last_seen_at" if idle else "ended_at = :ended_at"
        _run(
            self.url,
            f"UPDATE login_session SET {column} WHERE ended_at IS NULL",  # noqa: S608
            **(values or {"ended_at": datetime.now(UTC)}),
        )
        if not idle:
            return self._open()
        self._save()
        self._log_in()
        return self._standing()

    def _lose_server(self) -> str:
        """The page is not asked for what it still has: it is opened anew."""
        self.server.kill()
        self.server.start()
        return self._open()

    def _come_back(self, kind: str, kill: Callable[[], str]) -> None:
        typing, killed_at = self.now, time.monotonic()
        kept = typing.kept
        found = kill()
        lost = typing.lost_seconds(len(found), killed_at)
        result = self.result
        result.kills[kind] += 1
        result.longest[kind] = max(result.longest.get(kind, 0.0), lost)
        result.lost_drafts += len(found) < kept
        result.garbled += not typing.text.startswith(found)
        typing.go_on_from(len(found))

    def write_and_be_killed(self) -> None:
        """All the words, with a kill after each spell of writing."""
        kinds = [
            ("browser", self._lose_browser),
            ("session", self._lose_session),
            ("server", self._lose_server),
        ]
        assert self._open() == ""
        while self._left:
            self._spell()
            self._come_back(*kinds[self._left % len(kinds)])
            self._left -= 1
            if self.now.is_whole:
                self._finish()
        while True:
            self._go_to_the_end()
            self._type(WORDS_EACH)
            last = self.now is self._typings[-1]
            self._finish()
            if last:
                break

    def count(self) -> Written:
        """Recount in SQL what was written."""
        saved = {str(row[0]) for row in _run(self.url, "SELECT comment FROM report_remark")}
        self.result.saved = sum(one.text in saved for one in self._typings)
        ((left_over,),) = _run(self.url, "SELECT count(*) FROM form_draft")
        self.result.left_over = int(str(left_over))
        return self.result


def _sent(answer: Response) -> str:
    body = answer.request.post_data_buffer
    assert body is not None
    return body.decode("utf-8")


def _run(url: str, statement: str, **values: object) -> list[tuple[object, ...]]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        told = sa.text(statement)
        if values:
            told = told.bindparams(
                *(sa.bindparam(name, type_=sa.DateTime(timezone=True)) for name in values)
            )
        answer = session.execute(told, values)
        rows = [tuple(row) for row in answer] if answer.returns_rows else []  # type: ignore[attr-defined]
        session.commit()
    engine.dispose()
    return rows


def _fill(url: str) -> None:
    """A town whose board has a plan with three controls that April reports."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        town = make_town(session, datetime.now(UTC))
        assert town.account(Role.CONTROLLER)[0] == "controller.scn"
        scn = session.get_one(Board, town.boards["SCN"])
        make_points(session, scn)
        plan = make_plan(session, scn, decided=True)
        for _ in range(TEXTS):
            make_control(session, plan)
        session.commit()
    engine.dispose()


def kill_while_writing(
    url: str, folder: Path, port: int, kills: int, browsers: Chromium
) -> Written:
    """Write three thousand words at a real server while something is killed ``kills`` times."""
    _fill(url)
    server = Server(url, folder, port)
    server.start()
    try:
        writer = Writer(browsers, server, url, kills)
        try:
            writer.write_and_be_killed()
        finally:
            browsers.kill()
    finally:
        server.kill()
    return writer.count()
