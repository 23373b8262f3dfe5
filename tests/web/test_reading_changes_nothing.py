"""Opening a page changes nothing but the reading trail and the session's last-seen."""

import hashlib

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.base import Base
from tests.web.test_route_matrix import addresses, client_of, matrix_app

__all__ = ["matrix_app"]

READING_TRAIL = {"trail_row", "trail_payload", "reading"}
LAST_SEEN = {"login_session"}


def checksum(url: str) -> dict[str, str]:
    """A digest of every table's rows, but for what a reading may add to."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    sums = {}
    with engine.connect() as connection:
        for name, table in Base.metadata.tables.items():
            if name in READING_TRAIL | LAST_SEEN:
                continue
            rows = sorted(repr(row) for row in connection.execute(sa.select(table)))
            sums[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    engine.dispose()
    return sums


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.RESPONSIBLE, Role.MEMBER], ids=str)
def test_no_get_of_any_route_changes_a_row(matrix_app: Flask, role: Role) -> None:
    url = matrix_app.config["SQLALCHEMY_DATABASE_URI"]
    before, client = checksum(url), client_of(matrix_app, role)
    opened = 0
    for rule in matrix_app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()):
            continue
        address = addresses(matrix_app, rule.endpoint, role, False)
        answer = client.get(address, buffered=True)
        opened += answer.status_code == 200

    assert opened > 10
    assert checksum(url) == before
