"""What a row of the trail costs a form: the same POST with and without it, turn by turn."""

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.accounts.services import accounts
from internkontroll.core.access import Role
from internkontroll.core.database import intent_to_write
from internkontroll.core.migrate import migrate
from tests.conftest import MovableClock, closing, make_app
from tests.factories import make_board, make_user
from tests.world import AT, log_in_directly

TIMES = 60
MOST_TRAIL = 1.3
"""Most that a POST with its row of the trail may take, against the same without."""


@dataclass(frozen=True)
class Cost:
    """Median processor milliseconds of the POST without and with its row of the trail."""

    bare: float
    traced: float

    @property
    def ratio(self) -> float:
        """How many times as long it takes with the row."""
        return self.traced / self.bare


def _sent(client: FlaskClient, user_id: int, number: int) -> float:
    """Processor seconds of renaming the account once more."""
    fields = {"title": f"Läsare {number}", "row_version": str(number), "key": f"{number:024d}"}
    begun = time.process_time()
    answer = client.post(f"/konton/{user_id}/andra", data=fields)
    taken = time.process_time() - begun
    if answer.status_code != 303:
        raise RuntimeError(f"the form answered {answer.status_code}")
    return taken


def cost_of_trail() -> Cost:
    """Rename an account many times, every other time without its row of the trail."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'trail.sqlite'}"
        migrate(url)
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            make_user(session, Role.ADMINISTRATOR, None, username="administrator")
            user_id = make_user(session, Role.READER, make_board(session)).id
            log_in_directly(session, "administrator")
            session.commit()
            version = session.get_one(User, user_id).row_version
        engine.dispose()
        made = make_app(url, folder, MovableClock(AT), WTF_CSRF_ENABLED=False)
        bare, traced = [], []
        with closing(made) as app:
            client = app.test_client()
            with client.session_transaction() as cookie:
                cookie["_user_id"] = "provning-administrator"
            for number in range(version, version + 2 * TIMES, 2):
                traced.append(_sent(client, user_id, number))
                with mock.patch.object(accounts, "record"):
                    bare.append(_sent(client, user_id, number + 1))
    half = TIMES // 2
    return Cost(
        statistics.median(bare[-half:]) * 1000,
        statistics.median(traced[-half:]) * 1000,
    )
