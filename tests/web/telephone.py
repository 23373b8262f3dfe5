"""A telephone that shows codes, and the two steps of logging in with one."""

import re
from datetime import timedelta

import pyotp
from flask import Flask

from internkontroll.core.access import Role
from tests.client import PageClient
from tests.conftest import MovableClock
from tests.factories import PASSWORD, Town

RECOVERY = re.compile(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b")
WRONG = "Koden stämmer inte"


class Telephone:
    """Shows the codes of a secret, by the test's clock."""

    def __init__(self, secret: str, clock: MovableClock) -> None:
        self.totp, self.clock = pyotp.TOTP(secret), clock

    def code(self, **ahead: float) -> str:
        return self.totp.at(self.clock() + timedelta(**ahead))


def begin(client: PageClient, clock: MovableClock, password: str = PASSWORD) -> Telephone:
    client.get("/min-profil/kod")
    page = client.submit("/min-profil/kod/borja", current=password)
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.html)
    assert found
    return Telephone(found[1].replace(" ", ""), clock)


def set_up(client: PageClient, clock: MovableClock) -> tuple[Telephone, list[str]]:
    telephone = begin(client, clock)
    page = client.submit("/min-profil/kod/bekrafta", code=telephone.code())
    codes = RECOVERY.findall(page.text)
    assert len(codes) == 10
    clock.forward(minutes=1)
    return telephone, codes


def first_step(app: Flask, town: Town, role: Role = Role.MEMBER, where: str = "IU1") -> PageClient:
    client = PageClient(app)
    assert client.log_in(*town.account(role, where)).h1 == "Skriv koden"
    return client
