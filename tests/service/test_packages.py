"""Nämndernas paket: ordered at once, made one by one by the worker, and of what was sent alone."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.archive.models import ArchiveEvent, PackageState, ReportPackage
from internkontroll.archive.queries.packages import package_progress, package_select
from internkontroll.archive.services import packages
from internkontroll.archive.services.packages import (
    KEPT_FOR,
    NEW_VERSION,
    NOT_MADE,
    make_packages,
    order_packages,
    remove_old_packages,
)
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import InvalidTransition, NotAllowed
from internkontroll.organisation.models import Municipality
from internkontroll.reporting.models import FollowUpReport
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.conftest import MovableClock
from tests.factories import make_actor, make_board
from tests.oversight_rows import make_april

NOW = datetime(2020, 6, 15, 9, tzinfo=UTC)
PROGRAM = system_actor("provning")


@pytest.fixture
def sessions(session: Session) -> Callable[[], Session]:
    """Three boards, of which two have sent April; sessions of the worker's own."""
    session.add(Municipality(id=1, name="Exempelkommunen"))
    for code in ("SCN", "AMN"):
        make_april(session, make_board(session, code, f"Nämnden {code}"))
    make_april(session, make_board(session, "OSN", "Nämnden OSN"), decided=False)
    session.commit()
    engine = session.get_bind()
    return lambda: Session(engine)


def ordered(session: Session, actor: Actor = PROGRAM) -> int:
    made = order_packages(session, 2020, "april", actor=actor, at=NOW)
    session.commit()
    return made


def states(session: Session) -> dict[str, PackageState | None]:
    found = {one.code: one.state for one in package_progress(session, 2020, "april").entries}
    session.rollback()  # or it would hold SQLite's one place to write
    return found


def tell_of(session: Session, event: ArchiveEvent) -> list[tuple[str, dict[str, object]]]:
    rows = session.execute(
        sa.select(TrailRow.chain, TrailPayload.body)
        .join(TrailPayload, TrailPayload.row_id == TrailRow.id)
        .where(TrailRow.event == event.value)
        .order_by(TrailRow.id)
    )
    return [(chain, body["data"]) for chain, body in rows]


def test_every_sent_report_is_ordered_once_and_no_other(
    session: Session, sessions: Callable[[], Session]
) -> None:
    assert states(session) == {"AMN": None, "SCN": None}

    assert (ordered(session), ordered(session)) == (2, 0)

    assert states(session) == {"AMN": PackageState.WAITING, "SCN": PackageState.WAITING}
    assert tell_of(session, ArchiveEvent.PACKAGES_ORDERED) == [
        ("kommun", {"point": "april 2020", "ordered": 2, "sent": 2})
    ]


def test_a_package_is_the_one_that_the_board_itself_would_fetch(
    session: Session, sessions: Callable[[], Session]
) -> None:
    ordered(session)

    assert make_packages(sessions, MovableClock(NOW)) == 2

    found = session.scalars(package_select(2020, "april", "SCN")).one()
    assert found.content is not None
    assert found.sha256 == hashlib.sha256(found.content).hexdigest()
    assert found.size == len(found.content)
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["board"], manifest["report_sha256"]) == ("SCN", found.report_sha256)
    told = dict(tell_of(session, ArchiveEvent.PACKAGE_MADE))
    assert told["SCN"] == {
        "report_sha256": found.report_sha256,
        "sha256": found.sha256,
        "size": found.size,
    }
    assert set(told) == {"SCN", "AMN"}


def test_a_worker_that_stops_leaves_the_rest_to_the_next_one(
    session: Session, sessions: Callable[[], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered(session)
    clock = MovableClock(NOW)

    def slow(*_: object) -> bytes:
        clock.forward(seconds=40)
        return b"PK"

    monkeypatch.setattr(packages, "package_of", slow)

    assert make_packages(sessions, clock) == 1
    progress = package_progress(session, 2020, "april")
    session.rollback()
    assert (progress.done, progress.waiting, progress.total) == (1, 1, 2)
    assert make_packages(sessions, clock) == 1
    assert set(states(session).values()) == {PackageState.DONE}
    assert make_packages(sessions, clock) == 0


def test_one_that_cannot_be_made_does_not_stop_the_others_and_can_be_tried_again(
    session: Session, sessions: Callable[[], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered(session)

    def breaks(shown: packages.ShownReport, *_: object) -> bytes:
        if shown.report.board_code == "SCN":
            raise RuntimeError("the press is broken")
        return b"PK"

    monkeypatch.setattr(packages, "package_of", breaks)
    make_packages(sessions, MovableClock(NOW))

    assert states(session) == {"AMN": PackageState.DONE, "SCN": PackageState.FAILED}
    failed = next(
        one for one in package_progress(session, 2020, "april").entries if one.code == "SCN"
    )
    assert failed.failure == NOT_MADE
    assert [chain for chain, _ in tell_of(session, ArchiveEvent.PACKAGE_FAILED)] == ["SCN"]
    assert session.scalar(package_select(2020, "april", "SCN")) is None
    session.rollback()

    assert ordered(session) == 1
    assert states(session) == {"AMN": PackageState.DONE, "SCN": PackageState.WAITING}


def test_one_that_cannot_even_be_read_does_not_stop_the_others(
    session: Session, sessions: Callable[[], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered(session)
    unreadable = session.scalars(sa.select(ReportPackage.report_id).limit(1)).one()
    report = session.get_one(FollowUpReport, unreadable)
    report.snapshot = "{}"
    session.commit()
    monkeypatch.setattr(packages, "package_of", lambda *_: b"PK")

    assert make_packages(sessions, MovableClock(NOW)) == 2

    assert sorted(map(str, states(session).values())) == ["done", "failed"]


def test_nothing_is_locked_while_the_documents_are_made(
    session: Session, sessions: Callable[[], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered(session)
    written = []

    def meanwhile(*_: object) -> bytes:
        with sessions() as other:
            other.execute(sa.update(Municipality).values(name="Exempelkommunen"))
            other.commit()
        written.append(True)
        return b"PK"

    monkeypatch.setattr(packages, "package_of", meanwhile)
    make_packages(sessions, MovableClock(NOW))

    assert len(written) == 2
    assert set(states(session).values()) == {PackageState.DONE}


def test_the_package_of_a_version_that_has_fallen_is_neither_made_nor_given_out(
    session: Session, sessions: Callable[[], Session]
) -> None:
    ordered(session)
    report = session.scalars(
        sa.select(FollowUpReport).join(ReportPackage).order_by(ReportPackage.id).limit(1)
    ).one()
    report.snapshot_sha256 = "f" * 64
    session.commit()

    make_packages(sessions, MovableClock(NOW))

    failed = session.scalars(
        sa.select(ReportPackage).where(ReportPackage.report_id == report.id)
    ).one()
    assert (failed.state, failed.failure) == (PackageState.FAILED, NEW_VERSION)
    session.rollback()
    assert sorted(map(str, states(session).values())) == ["None", "done"]
    assert remove_old_packages(session, at=NOW) == 1
    assert package_progress(session, 2020, "april").done == 1


def test_a_package_is_taken_away_after_its_time_and_can_be_ordered_again(
    session: Session, sessions: Callable[[], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "package_of", lambda *_: b"PK")
    ordered(session)
    make_packages(sessions, MovableClock(NOW))

    assert remove_old_packages(session, at=NOW + KEPT_FOR) == 0
    assert remove_old_packages(session, at=NOW + KEPT_FOR + timedelta(seconds=1)) == 2
    session.commit()
    assert states(session) == {"AMN": None, "SCN": None}
    assert ordered(session) == 2


def test_where_nothing_is_sent_there_is_nothing_to_order(
    session: Session, sessions: Callable[[], Session]
) -> None:
    with pytest.raises(InvalidTransition, match="Ingen nämnd har lämnat"):
        order_packages(session, 2020, "augusti", actor=PROGRAM, at=NOW)


def test_only_kommunstyrelsens_controller_orders(
    session: Session, sessions: Callable[[], Session]
) -> None:
    with pytest.raises(NotAllowed):
        ordered(session, make_actor(session, Role.CONTROLLER, None))
    assert ordered(session, make_actor(session, Role.OVERSIGHT_CONTROLLER, None)) == 2
