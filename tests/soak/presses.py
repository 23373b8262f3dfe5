"""Twenty presses of one button at the same moment, again and again: one effect each time."""

import secrets
import threading
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.trail.queries import verify_trail
from tests.client import PageClient
from tests.factories import PASSWORD


@dataclass(frozen=True)
class Pressed:
    """Rounds, effects, rows of the trail, answers other than a redirect, broken chains."""

    rounds: int
    effects: int
    told: int
    other_answers: int
    broken_chains: int


def press_together(
    app: Flask, url: str, occurrence_id: int, *, rounds: int, times: int = 20
) -> Pressed:
    """Report an occurrence as not done ``times`` times at once, take it back, and again."""
    client = PageClient(app)
    client.log_in("controller.scn", PASSWORD)
    address = f"/namnd/scn/kontroller/{occurrence_id}"
    form = dict(client.get(f"{address}/ej-genomford").form("/ej-genomford").fields)
    cookie = client.http.get_cookie("session")
    assert cookie is not None
    statuses: list[int] = []

    def press(path: str, data: dict[str, str], barrier: threading.Barrier) -> None:
        other = app.test_client()
        other.set_cookie("session", cookie.value)
        barrier.wait()
        statuses.append(other.post(path, data=data).status_code)

    for _ in range(rounds):
        for verb in ("ej-genomford", "ateruppta"):
            data = {**form, "key": secrets.token_urlsafe(24), "reason": "Listan gick inte."}
            barrier = threading.Barrier(times)
            threads = [
                threading.Thread(target=press, args=(f"{address}/{verb}", data, barrier))
                for _ in range(times)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with Session(engine) as session:
        effects = session.scalar(sa.text("SELECT count(*) FROM non_performance")) or 0
        told = session.scalar(
            sa.text("SELECT count(*) FROM trail_row WHERE event = 'occurrence:not-performed'")
        )
        broken = sum(not verdict.whole for verdict in verify_trail(session))
    engine.dispose()
    other_answers = sum(status != 303 for status in statuses)
    return Pressed(rounds, effects, told or 0, other_answers, broken)
