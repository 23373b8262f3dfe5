"""A year's documents together: everything decided, nothing secret, and a way to check each part."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.archive.bundle import Bundle, DrawsTold
from internkontroll.archive.services import bundling
from internkontroll.archive.services.bundling import make_bundle, typeset_year
from internkontroll.core.access import Actor, Grant, Permission, Role
from internkontroll.core.errors import InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Plan
from internkontroll.reporting.models import FollowUpReport, ReportState
from internkontroll.sampling.models import Draw, DrawState, Population, SampleItem
from internkontroll.trail.models import AUDIT_CHAIN, TrailPayload, TrailRow
from internkontroll.trail.queries import chain_head
from internkontroll.trail.rules import payload_digest
from tests.databases import Databases
from tests.world import AT, YEAR

SECRETS = frozenset({Permission.SAMPLE_READ, Permission.MINUTES_READ_INTERNAL})


@pytest.fixture(scope="module")
def world(databases: Databases) -> Iterator[Session]:
    """The demonstration. What a test changes is rolled back."""
    with databases.fresh_world() as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with Session(engine) as session:
            yield session
        engine.dispose()


@pytest.fixture
def session(world: Session) -> Iterator[Session]:
    yield world
    world.rollback()


@pytest.fixture
def scn(session: Session) -> Board:
    return session.scalars(sa.select(Board).where(Board.code == "SCN")).one()


def auditor(board: Board, *, secret: bool = False) -> Actor:
    """A revisor of the nämnd, let in to the secret samples or not."""
    withheld = frozenset() if secret else SECRETS
    return Actor(None, "Revisor", (Grant(Role.AUDITOR, board.id, withheld=withheld),))


def opened(session: Session, board: Board, actor: Actor, year: int = YEAR) -> dict[str, bytes]:
    out = io.BytesIO()
    make_bundle(session, board, year, out, actor=actor, at=AT)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_was_typeset_beforehand_is_what_is_put_in(
    session: Session, scn: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = auditor(scn)
    plain = opened(session, scn, actor)
    session.rollback()
    made = typeset_year(session, scn, YEAR, actor=actor, at=AT)

    def refuse(*_: Any) -> bytes:
        raise AssertionError("a PDF was made while others wait to write")

    monkeypatch.setattr(bundling, "plan_pdf", refuse)
    monkeypatch.setattr(bundling.report_documents, "report_pdf", refuse)
    out = io.BytesIO()
    make_bundle(session, scn, YEAR, out, typeset=made, actor=actor, at=AT)

    with zipfile.ZipFile(out) as archive:
        pdfs = {name: archive.read(name) for name in archive.namelist() if name.endswith(".pdf")}
    assert pdfs == {name: content for name, content in plain.items() if name.endswith(".pdf")}
    assert len(pdfs) >= 2


def test_every_file_is_in_the_manifest_and_has_the_sum_that_it_tells(
    session: Session, scn: Board
) -> None:
    files = opened(session, scn, auditor(scn))
    manifest = json.loads(files["manifest.json"])
    told = {one["name"]: (one["sha256"], one["size"]) for one in manifest["files"]}

    assert set(told) == set(files) - {"manifest.json", "SHA256SUMS"}
    for name, (sha256, size) in told.items():
        assert (hashlib.sha256(files[name]).hexdigest(), len(files[name])) == (sha256, size), name
    lines = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    assert {name: hashlib.sha256(files[name]).hexdigest() for name in lines} == lines
    assert set(lines) == set(files) - {"SHA256SUMS"}


def test_the_plans_and_the_reports_are_those_that_were_decided(
    session: Session, scn: Board
) -> None:
    files = opened(session, scn, auditor(scn))
    plans = session.scalars(
        sa.select(Plan.content_sha256).where(
            Plan.board_id == scn.id, Plan.year == YEAR, Plan.content.is_not(None)
        )
    ).all()
    reports = session.scalars(
        sa.select(FollowUpReport.snapshot_sha256).where(
            FollowUpReport.board_id == scn.id, FollowUpReport.state == ReportState.DECIDED
        )
    ).all()
    sums = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    found = {
        folder: sorted(
            value
            for name, value in sums.items()
            if name.startswith(folder) and name.endswith(".json")
        )
        for folder in ("plan/", "uppfoljning/")
    }

    assert plans
    assert reports
    assert found == {"plan/": sorted(plans), "uppfoljning/": sorted(reports)}
    pdfs = [name for name in files if name.endswith(".pdf")]
    assert len(pdfs) == len(plans) + len(reports)
    assert all(files[name].startswith(b"%PDF") for name in pdfs)
    decisions = json.loads(files["beslut.json"])
    assert len(decisions) >= len(plans) + len(reports)


def test_a_draw_is_whole_only_where_nothing_is_secret_and_the_reader_may_see_it(
    session: Session, scn: Board, tmp_path: Path
) -> None:
    drawn = dict(
        session.execute(
            sa.select(Draw.id, Population.is_secret)
            .join(Population, Population.id == Draw.population_id)
            .where(Draw.board_id == scn.id, Draw.state == DrawState.DRAWN)
        ).all()
    )
    assert set(drawn.values()) == {True, False}
    sealed_to = opened(session, scn, auditor(scn))
    files = opened(session, scn, auditor(scn, secret=True))

    for draw_id, secret in drawn.items():
        whole, sealed = f"dragningar/dragning-{draw_id}.json", f"dragning-{draw_id}-forseglad.json"
        assert (whole in files) is not secret
        assert (f"dragningar/{sealed}" in files) is secret
        assert whole not in sealed_to
        assert f"dragningar/{sealed}" in sealed_to
    told = json.loads(files["manifest.json"])["draws"]
    assert told == {
        "total": len(drawn),
        "full": list(drawn.values()).count(False),
        "sealed": list(drawn.values()).count(True),
        "purged": 0,
    }
    for name, body in files.items():
        if name.startswith("dragningar/"):
            (tmp_path / Path(name).name).write_bytes(body)
    tried = 0
    for record in tmp_path.glob("dragning-*[0-9].json"):
        number = record.stem.removeprefix("dragning-")
        population = tmp_path / f"lista-{number}.txt"
        if population.exists():
            answer = subprocess.run(
                [sys.executable, "-I", "verify_draw.py", record.name, population.name],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert answer.returncode == 0, answer.stdout + answer.stderr
            tried += 1
    assert tried


def test_no_case_of_a_secret_list_is_anywhere_in_it(session: Session, scn: Board) -> None:
    secret = session.scalars(
        sa.select(SampleItem.reference)
        .join(Draw, Draw.id == SampleItem.draw_id)
        .join(Population, Population.id == Draw.population_id)
        .where(Population.board_id == scn.id, Population.is_secret)
    ).all()
    hashes = session.scalars(
        sa.select(Population.sha256).where(
            Population.board_id == scn.id, Population.is_secret, Population.sha256.is_not(None)
        )
    ).all()
    assert secret
    for actor in (auditor(scn, secret=True), auditor(scn)):
        for name, body in opened(session, scn, actor).items():
            for found in (*secret, *hashes):
                assert found is None or found.encode() not in body, name


def test_the_trail_in_it_holds_together_and_ends_where_the_chain_did(
    session: Session, scn: Board
) -> None:
    head = chain_head(session, "SCN")
    files = opened(session, scn, auditor(scn))
    rows = [json.loads(line) for line in files["spar/spar.jsonl"].decode().splitlines()]

    assert rows[-1]["hash"] == head
    for before, row in pairwise(rows):
        assert row["previous"] == before["hash"]
        assert row["seq"] == before["seq"] + 1
    for row in rows:
        assert row["digest"] == payload_digest(row["salt"], row["body"])
    assert {row["chain"] for row in rows} == {"SCN"}


def made_rows(session: Session, chain: str) -> list[dict[str, Any]]:
    return list(
        session.scalars(
            sa.select(TrailPayload.body)
            .join(TrailRow, TrailRow.id == TrailPayload.row_id)
            .where(TrailRow.chain == chain, TrailRow.event == "bundle:made")
        )
    )


def test_an_auditors_making_stands_in_the_auditors_own_chain(session: Session, scn: Board) -> None:
    files = opened(session, scn, auditor(scn))

    assert made_rows(session, "SCN") == []
    (row,) = made_rows(session, AUDIT_CHAIN)
    assert row["data"]["manifest_sha256"] == hashlib.sha256(files["manifest.json"]).hexdigest()
    assert (row["data"]["board"], row["data"]["year"]) == ("SCN", YEAR)


def test_the_controllers_making_stands_in_the_boards_chain(session: Session, scn: Board) -> None:
    opened(session, scn, Actor(None, "Controller", (Grant(Role.CONTROLLER, scn.id),)))

    assert len(made_rows(session, "SCN")) == 1
    assert made_rows(session, AUDIT_CHAIN) == []


def test_only_auditors_within_their_grant_and_the_boards_controller_may(
    session: Session, scn: Board
) -> None:
    amn = session.scalars(sa.select(Board).where(Board.code == "AMN")).one()
    ended = Actor(None, "x", (replace(auditor(scn).grants[0], valid_to=AT.date().replace(day=1)),))
    for actor in (
        auditor(amn),
        ended,
        Actor(None, "x", (Grant(Role.SECRETARY, scn.id),)),
        Actor(None, "x", (Grant(Role.OVERSIGHT_CONTROLLER, None),)),
    ):
        with pytest.raises(NotAllowed):
            opened(session, scn, actor)


def test_a_year_without_a_decided_plan_has_nothing_to_put_together(
    session: Session, scn: Board
) -> None:
    with pytest.raises(InvalidTransition, match="inte beslutat någon plan för 2031"):
        opened(session, scn, auditor(scn), 2031)


def test_what_does_not_add_up_and_a_name_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        DrawsTold(total=3, full=1, sealed=1)
    bundle = Bundle(io.BytesIO())
    bundle.add("a.txt", "a", b"a")
    with pytest.raises(ValueError, match="already"):
        bundle.add("a.txt", "a", b"b")
