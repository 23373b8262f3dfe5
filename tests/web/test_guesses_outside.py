"""A secret frame of five guessable case numbers cannot be found from a package or a bundle."""

import pytest
import sqlalchemy as sa
from flask import Flask, url_for

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.plan.models import Plan
from internkontroll.plan.queries.plans import live_content
from internkontroll.plan.rules.content import frozen
from internkontroll.sampling.rules import Item
from tests.everything_in import text_of
from tests.web.test_sampling_draw_pages import (
    GUESSES,
    SECOND,
    ClientOf,
    Listed,
    drawn,
    here,
    listed,
    tried_out,
)

__all__ = ["listed"]

EXPORTS = {
    "bundles.file": ({"year": 2020}, (Role.CONTROLLER, Role.AUDITOR)),
    "reporting.package": ({"year": 2020, "point": "april"}, (Role.CONTROLLER,)),
}


def freeze_the_plan(app: Flask) -> None:
    with app.app_context(), intent_to_write():
        plan = db.session.scalars(sa.select(Plan)).one()
        plan.content, plan.content_sha256 = frozen(live_content(db.session(), plan))
        db.session.commit()
        db.session.remove()


@pytest.mark.parametrize("endpoint", EXPORTS)
def test_no_guess_of_a_case_is_confirmed_by_what_is_handed_out_whole(
    app: Flask, client_of: ClientOf, listed: Listed, endpoint: str
) -> None:
    cases: list[Item] = [(guess, None) for guess in GUESSES]
    client = client_of(Role.RESPONSIBLE)
    draw = here(drawn(client, listed(cases, secret=True), n="3"))
    client.get(f"{draw}/utoka")
    client.submit("/utoka", n="1", reason="En till.")
    client.submit("/utoka/fro", source="dice", digits=SECOND, reference="ordförande")
    freeze_the_plan(app)
    values, roles = EXPORTS[endpoint]
    with app.test_request_context():
        url = url_for(endpoint, board_code="scn", **values)
    for role in roles:
        with client_of(role).http.get(url, buffered=True) as answer:
            assert answer.status_code == 200
            told = text_of(answer.get_data()).lower()

        assert len(told) > 5_000
        assert not [one for one in tried_out(cases) if one in told]
