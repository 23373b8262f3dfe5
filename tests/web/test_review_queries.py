"""To open a secret item asks the database at most twelve times, the recording of it included."""

from typing import Any

import pytest
from flask import Flask

from internkontroll.core.access import Role
from tests.factories import Town
from tests.web.drawn_review import ClientOf, Seeded, seed


@pytest.fixture
def seeded(app: Flask, town: Town) -> Seeded:
    """Three cases of IU1 drawn from a secret list."""
    return seed(app, town)


def test_an_opened_secret_item_asks_at_most_twelve_times(
    client_of: ClientOf, seeded: Seeded, count_queries: Any
) -> None:
    client = client_of(Role.MEMBER)
    client.get(f"{seeded.url}/post/2")
    with count_queries() as counted:
        client.get(f"{seeded.url}/post/1")
    assert seeded.references[0] in client.page.text
    assert "INSERT INTO reading" in "".join(counted.statements)
    assert int(counted) <= 12, "\n".join(counted.statements)
