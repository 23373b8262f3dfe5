"""The trail: rows hang together, cannot be changed, and a broken one is named."""

from enum import StrEnum

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from internkontroll.core.access import system_actor
from internkontroll.trail.models import TrailDisposal, TrailPayload
from internkontroll.trail.queries import chain_head, history_of, verify_trail
from internkontroll.trail.services import record
from tests.databases import Databases
from tests.factories import AT


class Happening(StrEnum):
    DONE = "thing:done"


def add_rows(session: Session, chain: str = "SCN", count: int = 3) -> None:
    for number in range(count):
        record(
            session,
            chain=chain,
            actor=system_actor("operator"),
            at=AT,
            event=Happening.DONE,
            subject=("thing", number),
            data={"old": number, "new": "å"},
        )
    session.commit()


def test_every_chain_is_whole_after_writing(session: Session) -> None:
    add_rows(session, "SCN", 3)
    add_rows(session, "AMN", 2)

    verdicts = {verdict.chain: verdict for verdict in verify_trail(session)}

    assert {chain: verdict.rows for chain, verdict in verdicts.items()} == {"SCN": 3, "AMN": 2}
    assert all(verdict.whole for verdict in verdicts.values())
    assert verdicts["SCN"].head == chain_head(session, "SCN")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail_row SET event = 'x' WHERE seq = 2",
        "DELETE FROM trail_row WHERE seq = 3",
        "UPDATE trail_payload SET salt = 'x'",
        "DELETE FROM trail_payload",
    ],
)
def test_the_database_refuses_to_change_the_trail(session: Session, statement: str) -> None:
    add_rows(session)

    with pytest.raises(DatabaseError):
        session.execute(sa.text(statement))


def test_a_changed_row_is_named(session: Session, database_url: str, databases: Databases) -> None:
    add_rows(session)
    engine = sa.create_engine(databases.owner_of(database_url), poolclass=sa.NullPool)
    with engine.begin() as owner:
        if owner.dialect.name == "sqlite":
            owner.exec_driver_sql("DROP TRIGGER trail_row_keeps")
        else:
            owner.exec_driver_sql("ALTER TABLE trail_row DISABLE TRIGGER trail_row_keeps")
        owner.exec_driver_sql("UPDATE trail_row SET subject_id = 99 WHERE seq = 2")
    engine.dispose()

    (verdict,) = verify_trail(session)

    assert verdict.broken_at == 2
    assert verdict.reason == "raden är ändrad"


def test_a_disposed_payload_leaves_the_chain_whole(
    session: Session, database_url: str, databases: Databases
) -> None:
    add_rows(session)
    row_id = session.scalars(sa.select(TrailPayload.row_id)).first()
    session.add(TrailDisposal(row_id=row_id, at=AT, decision="Gallringsbeslut § 12"))
    session.commit()
    engine = sa.create_engine(databases.owner_of(database_url), poolclass=sa.NullPool)
    with engine.begin() as owner:
        owner.execute(sa.text("DELETE FROM trail_payload WHERE row_id = :id"), {"id": row_id})
    engine.dispose()

    (verdict,) = verify_trail(session)

    assert verdict.whole
    assert verdict.rows == 3


def test_the_history_of_a_thing_is_its_own_rows_only(session: Session) -> None:
    add_rows(session)

    history = history_of(session, "SCN", "thing", 1)

    assert [row.data for row in history] == [{"old": 1, "new": "å"}]
    assert history[0].actor == "system"
    assert history_of(session, "AMN", "thing", 1) == []
