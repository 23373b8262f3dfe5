"""A real installation: `internkontroll serve` in a process of its own, and a browser."""

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

import pyotp

from config import ROOT
from tests.client import PageReader

HOST = "127.0.0.1"
START_SECONDS = 60


class Refused(Exception):
    """The server did not start; its sentences."""


@dataclass
class Server:
    """`internkontroll serve` on a database, started, killed and started again."""

    url: str
    folder: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    listening: bool = False

    def environment(self) -> dict[str, str]:
        """What the operations department would set."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {
            **kept,
            "LC_ALL": "C.UTF-8",
            "DATABASE_URL": self.url,
            "INSTANCE_DIR": str(self.folder),
            "SECRET_KEY": "5b1f0c9d7e3a42865b1f0c9d7e3a4286",
            "TRUSTED_HOSTS": HOST,
            "WEB_THREADS": "6",
            **self.settings,
        }

    def start(self) -> None:
        """Start, and come back when the first page has been answered. Raises Refused."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "internkontroll.cli", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        heard = threading.Event()
        self.listening = False
        assert self.process.stdout is not None
        reader = threading.Thread(target=self._read, args=(self.process.stdout, heard))
        reader.start()
        if not heard.wait(START_SECONDS) or not self.listening:
            self.kill()
            raise Refused("".join(self.lines))
        # gunicorn listens before its workers have loaded the program: the first answer waits.
        assert Browser(self).get("/halsa")[0] == 200

    def _read(self, stream: IO[str], heard: threading.Event) -> None:
        for line in stream:
            self.lines.append(line)
            if "Listening at" in line:
                self.listening = True
                heard.set()
        stream.close()
        heard.set()

    def kill(self) -> None:
        """kill -9 of gunicorn and all its workers."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def log(self) -> list[dict[str, object]]:
        """The lines of the log that are JSON."""
        return [json.loads(line) for line in list(self.lines) if line.startswith("{")]


class Browser:
    """A client that keeps its cookies and knows its token; each request on its own connection."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.secret = ""
        """What the telephone shares with the program, once the code is set up."""

    def send(
        self, method: str, path: str, body: str | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """One request. Raises OSError or HTTPException when nobody answers."""
        connection = http.client.HTTPConnection(HOST, self.server.port, timeout=START_SECONDS)
        try:
            given = {"Connection": "close", **headers}
            if self.cookies:
                given["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
            if body is not None:
                given["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            for line in answer.headers.get_all("Set-Cookie") or ():
                for name, morsel in SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
            return answer.status, answer.headers, text
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
        """Open a page."""
        return self.send("GET", path, **headers)

    def post(self, path: str, **fields: str) -> int:
        """Send a form with a token and a key of its own; gives the status."""
        sent = {"csrf_token": self.token, "key": secrets.token_urlsafe(24), **fields}
        return self.send("POST", path, urlencode(sent))[0]

    def _read_token(self, html: str) -> None:
        reader = PageReader()
        reader.feed(html)
        tokens = [dict(form.fields).get("csrf_token", "") for form in reader.forms]
        assert tokens, "no form on the page:\n" + "".join(self.server.lines[-5:])
        self.token = tokens[0]

    def log_in(self, username: str, password: str) -> None:
        """Log in through the pages, and set up the code that the role asks for."""
        self._read_token(self.get("/logga-in")[2])
        assert self.post("/logga-in", username=username, password=password) == 303
        self._read_token(self.get("/min-profil/kod")[2])
        assert self.post("/min-profil/kod/borja", current=password) == 303
        found = re.search(r'class="secret">([A-Z2-7 ]+)<', self.get("/min-profil/kod")[2])
        assert found
        self.secret = found[1].replace(" ", "")
        code = pyotp.TOTP(self.secret).now()
        assert self.post("/min-profil/kod/bekrafta", code=code) == 303
        self._read_token(self.get("/namnd/scn/")[2])
