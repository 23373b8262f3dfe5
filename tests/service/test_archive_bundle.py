"""A year's documents together: everything decided, nothing secret, and a way to check each part."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.archive.bundle import Bundle, DrawsTold
from internkontroll.archive.services import bundling
from internkontroll.archive.services.bundling import make_bundle, typeset_year
from internkontroll.core.access import Actor, Grant, Permission, Role, system_actor
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Plan
from internkontroll.reporting import services
from internkontroll.reporting.models import (
    FollowUpReport,
    OverallAssessment,
    OversightDecision,
    PublicState,
    PublicVersion,
    ReportState,
    ReportVersion,
)
from internkontroll.reporting.services import Minutes
from internkontroll.reporting.services.oversight import decide_oversight, write_summary
from internkontroll.sampling.models import Draw, DrawState, Population, SampleItem
from internkontroll.trail.models import AUDIT_CHAIN, TrailPayload, TrailRow
from internkontroll.trail.queries import chain_head
from internkontroll.trail.rules import payload_digest
from tests.databases import Databases
from tests.pdf_text import pdf_text
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
    decide_picture(session)
    with session.begin_nested() as before:
        plain = opened(session, scn, actor)
        before.rollback()
    made = typeset_year(session, scn, YEAR, actor=actor, at=AT)

    def refuse(*_: Any) -> bytes:
        raise AssertionError("a PDF was made while others wait to write")

    monkeypatch.setattr(bundling, "plan_pdf", refuse)
    monkeypatch.setattr(bundling.report_documents, "report_pdf", refuse)
    monkeypatch.setattr(bundling, "oversight_pdf", refuse)
    out = io.BytesIO()
    make_bundle(session, scn, YEAR, out, typeset=made, actor=actor, at=AT)

    with zipfile.ZipFile(out) as archive:
        pdfs = {name: archive.read(name) for name in archive.namelist() if name.endswith(".pdf")}
    assert pdfs == {name: content for name, content in plain.items() if name.endswith(".pdf")}
    assert {name.partition("/")[0] for name in pdfs} == {"plan", "uppfoljning", "samlad-bild"}


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
    replaced = session.scalars(
        sa.select(ReportVersion.snapshot_sha256)
        .join(FollowUpReport, FollowUpReport.id == ReportVersion.report_id)
        .where(FollowUpReport.board_id == scn.id)
    ).all()
    reports = [*reports, *replaced]
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
    assert len(decisions) >= len(plans) + len(reports) - len(replaced)


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


KS = system_actor("provning")


def decide_picture(session: Session, point: str = "augusti", reason: str = "") -> OversightDecision:
    """Kommunstyrelsen decides the samlade bild of a point; with a reason it corrects it."""
    grounds = f"Nämnderna har lämnat sina uppföljningar. {reason}"
    write_summary(
        session,
        YEAR,
        point,
        overall=OverallAssessment.PARTLY,
        grounds=grounds,
        proposals="",
        actor=KS,
        at=AT,
    )
    minutes = Minutes(swedish_day(AT), "102", "KS 2020/12")
    return decide_oversight(session, YEAR, point, minutes, reason, actor=KS, at=AT)


def test_what_kommunstyrelsen_decided_of_the_year_is_in_it_in_every_version(
    session: Session, scn: Board
) -> None:
    first = decide_picture(session)
    second = decide_picture(session, reason="En nämnd saknades.")
    draft = "Ett utkast som ingen har beslutat"
    write_summary(
        session,
        YEAR,
        "april",
        overall=OverallAssessment.PARTLY,
        grounds=draft,
        proposals="",
        actor=KS,
        at=AT,
    )
    files = opened(session, scn, auditor(scn))

    stem = f"samlad-bild/samlad-bild-{YEAR}-augusti-version"
    assert {name for name in files if name.startswith("samlad-bild/")} == {
        f"{stem}-{version}.{kind}" for version in (1, 2) for kind in ("json", "pdf")
    }
    told = [one for one in json.loads(files["beslut.json"]) if "samlade bild" in one["about"]]
    assert [(one["version"], one["reason"]) for one in told] == [
        (1, None),
        (2, "En nämnd saknades."),
    ]
    for one, made in zip(told, (first, second), strict=True):
        body = files[f"{stem}-{one['version']}.json"]
        assert body.decode() == made.snapshot
        assert hashlib.sha256(body).hexdigest() == one["sha256"] == made.snapshot_sha256
        assert (one["body"], one["paragraph"]) == ("Kommunstyrelsen", "102")
        assert made.snapshot_sha256[:16] in pdf_text(files[f"{stem}-{one['version']}.pdf"])
    assert all(draft.encode() not in body for body in files.values())
    assert json.loads(files["manifest.json"])["pictures"] == 2


def test_pictures_of_points_that_are_called_almost_the_same_have_a_file_each(
    session: Session, scn: Board
) -> None:
    first = decide_picture(session)
    for point in ("Augusti", "augusti!", "augusti 2"):
        told = {**json.loads(first.snapshot), "point": point}
        for version in (1, 2):
            session.add(
                OversightDecision(
                    year=YEAR,
                    point=point,
                    version=version,
                    body=first.body,
                    decided_on=first.decided_on,
                    paragraph=first.paragraph,
                    registry_number=first.registry_number,
                    reason="En nämnd saknades." if version > 1 else None,
                    snapshot=canonical_json(told),
                    snapshot_sha256=sha256_of(told),
                    recorded_at=first.recorded_at,
                )
            )
    session.flush()
    files = opened(session, scn, auditor(scn))
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(files):
        if name.startswith("samlad-bild/") and name.endswith(".json"):
            found[json.loads(files[name])["point"]].append(name)
    stems = {
        point: {name.rpartition("-version-")[0] for name in names} for point, names in found.items()
    }

    assert {point: len(names) for point, names in found.items()} == {
        "augusti": 1,
        "Augusti": 2,
        "augusti!": 2,
        "augusti 2": 2,
    }
    assert all(len(one) == 1 for one in stems.values()), "the versions of a picture stand together"
    assert len(set().union(*stems.values())) == 4


def test_the_report_that_the_picture_was_made_of_is_beside_it_also_when_it_is_corrected(
    session: Session, scn: Board
) -> None:
    decided = json.loads(decide_picture(session).snapshot)
    (built_on,) = (one["report"]["sha256"] for one in decided["boards"] if one["code"] == "SCN")
    point = session.scalars(
        sa.select(ReportingPoint).where(
            ReportingPoint.board_id == scn.id,
            ReportingPoint.year == YEAR,
            ReportingPoint.name == "augusti",
        )
    ).one()
    later: dict[str, Any] = {"actor": KS, "at": AT + timedelta(hours=1)}
    services.open_correction(session, scn, point, "En siffra var fel.", **later)
    services.decide_correction(
        session, scn, point, Minutes(swedish_day(AT), "7", "SCN 2020/7"), **later
    )
    files = opened(session, scn, auditor(scn))

    stem = f"uppfoljning/uppfoljning-scn-{YEAR}-augusti"
    assert hashlib.sha256(files[f"{stem}-version-1.json"]).hexdigest() == built_on
    assert hashlib.sha256(files[f"{stem}.json"]).hexdigest() != built_on
    assert files[f"{stem}-version-1.pdf"].startswith(b"%PDF")
    decisions = [
        one["paragraph"]
        for one in json.loads(files["beslut.json"])
        if one["about"] == f"Uppföljning per augusti {YEAR}"
    ]
    assert len(decisions) == 2
    assert decisions.count("7") == 1


def test_a_request_is_told_without_what_is_masked_or_why(session: Session, scn: Board) -> None:
    rows = session.scalars(
        sa.select(PublicVersion).where(PublicVersion.board_id == scn.id).order_by(PublicVersion.id)
    ).all()
    answered = [one for one in rows if one.state is PublicState.ANSWERED]
    waiting = [one for one in rows if one.state is PublicState.ASKED_FOR]
    assert answered
    assert waiting
    judged = answered[0]
    judged.maskings[0].reason = "Det hemliga skälet upprepar det maskerade"
    judged.decided_by_id = session.scalars(sa.select(User.id).limit(1)).one()
    waiting[0].provision, waiting[0].ground = "26:1", "Ett utkast till skäl"
    session.flush()
    files = opened(session, scn, auditor(scn))

    told = {one["requested_on"] + one["state"]: one for one in json.loads(files["begaran.json"])}
    one = told[f"{judged.requested_on}answered"]
    assert one["report_sha256"] in {
        hashlib.sha256(body).hexdigest()
        for name, body in files.items()
        if name.startswith("uppfoljning/")
    }
    assert (one["outcome"], one["decided_on"]) == (judged.outcome, str(judged.decided_on))
    assert one["decided_by"] == session.get_one(User, judged.decided_by_id).title
    assert one["given_out_sha256"] == judged.content_sha256
    assert {(part["place"], part["masked"]) for part in one["parts"]} == {
        (masking.place, masking.masked) for masking in judged.maskings
    }
    assert all(part["provision"] for part in one["parts"] if part["masked"])
    draft = told[f"{waiting[0].requested_on}asked_for"]
    assert (draft["parts"], draft["ground"], draft["provision"]) == ([], "", "")
    body = files["begaran.json"].decode()
    assert "Det hemliga" not in body
    assert judged.content is not None
    texts = [part["text"] for part in json.loads(judged.content)["pieces"] if part["text"]]
    assert texts
    assert all(text not in body for text in texts if len(text) > 20)


def test_another_years_pictures_and_another_boards_requests_are_not_in_it(
    session: Session, scn: Board
) -> None:
    decide_picture(session)
    session.execute(sa.update(OversightDecision).values(year=YEAR - 1))
    amn = session.scalars(sa.select(Board).where(Board.code == "AMN")).one()
    session.execute(sa.update(PublicVersion).values(board_id=amn.id))
    files = opened(session, scn, auditor(scn))

    assert not [name for name in files if name.startswith("samlad-bild/")]
    assert json.loads(files["begaran.json"]) == []
