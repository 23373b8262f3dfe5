"""The record of a draw: who may have it, what it keeps silent on, and that anyone can redraw."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import ROOT
from internkontroll.core.access import Role, system_actor
from internkontroll.core.errors import NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.sampling import rules
from internkontroll.sampling.models import Draw, SelectionMethod
from internkontroll.sampling.queries import full_record, items_select, record_for_outside
from internkontroll.sampling.services import export_population, export_record, replace_item
from internkontroll.trail.models import TrailPayload, TrailRow
from internkontroll.trail.queries import verify_trail
from tests.factories import make_actor
from tests.service.sampling_table import LATER, SEED, Table


@pytest.fixture
def table(session: Session, tmp_path: Path) -> Table:
    return Table(session, tmp_path / "uploads")


def test_handing_out_is_a_reading_in_the_trail_and_needs_the_right(table: Table) -> None:
    draw = table.drawn()
    outsider = make_actor(table.session, Role.CONTROLLER, table.board)
    table.session.commit()
    for export in (export_record, export_population):
        with pytest.raises(NotAllowed):
            export(table.session, draw, actor=outsider, at=LATER)
    with transaction(table.session):
        export_record(table.session, draw, actor=table.actor, at=LATER)
        export_population(table.session, draw, actor=table.actor, at=LATER)
    events = table.session.scalars(sa.select(TrailRow.event).order_by(TrailRow.seq)).all()
    assert events[-2:] == ["draw:record-exported", "population:exported"]


def test_the_record_tells_who_did_each_step(table: Table) -> None:
    draw = table.drawn()
    steps = full_record(table.session, draw)["steps"]
    assert [step["step"] for step in steps] == list(rules.record.STEPS)
    assert {step["by"] for step in steps} == {table.actor.name}


def test_the_record_names_the_operating_systems_user_of_the_command_line(table: Table) -> None:
    population = table.frozen()
    draw = table.commit(population, actor=system_actor("driften"))
    table.seed(draw, actor=system_actor("driften"))
    steps = full_record(table.session, draw)["steps"]
    assert steps[1]["by"] == "system (driften)"
    assert steps[2]["by"] == "system (driften)"


def test_a_sealed_record_holds_nothing_to_try_case_numbers_on(table: Table) -> None:
    draw = table.drawn()
    sealed = record_for_outside(table.session, draw)
    text = json.dumps(sealed, ensure_ascii=False)
    assert "SCN-Ä" not in text
    assert str(draw.population.sha256) not in text
    assert str(draw.population.sorted_sha256) not in text
    assert SEED not in text
    assert draw.seal_key not in text
    assert sealed["kind"] == "sealed"


def test_no_reference_hash_or_seed_of_a_secret_list_stands_in_the_trail(table: Table) -> None:
    draw = table.drawn()
    with transaction(table.session):
        export_record(table.session, draw, actor=table.actor, at=LATER)
    told = str(table.session.scalars(sa.select(TrailPayload.body)).all())
    assert "SCN-Ä" not in told
    assert str(draw.population.sha256) not in told
    assert SEED not in told
    assert all(verdict.whole for verdict in verify_trail(table.session))


def test_an_open_list_has_its_seed_in_the_trail(table: Table) -> None:
    draw = table.drawn(is_secret=False)
    assert table.trail(draw)[-1][1]["data"]["seed"] == SEED


@pytest.mark.parametrize("method", [SelectionMethod.SRS_TICKET, SelectionMethod.SRS_COUNTER])
def test_anyone_with_the_files_can_redraw(
    table: Table, tmp_path: Path, method: SelectionMethod
) -> None:
    draw = table.seed(table.commit(table.frozen(), method=method))
    item = table.session.scalars(items_select(draw.id)).first()
    assert item is not None
    with transaction(table.session):
        replace_item(table.session, draw, item, reason="Gäller ej.", actor=table.actor, at=LATER)
    answer = _redraw(table, draw, tmp_path / "tom")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "OK" in answer.stdout


@pytest.mark.real_input
def test_the_real_list_is_drawn_and_redrawn(table: Table, real_input: Path, tmp_path: Path) -> None:
    draw = table.drawn((real_input / "population_arenden_2020.csv").read_bytes())
    assert draw.population.size == 1842
    assert len(set(table.row_numbers(draw))) == 5
    answer = _redraw(table, draw, tmp_path / "tom")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def _redraw(table: Table, draw: Draw, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the published script on both exports in an empty folder."""
    folder.mkdir()
    with transaction(table.session):
        record = export_record(table.session, draw, actor=table.actor, at=LATER)
        population = export_population(table.session, draw, actor=table.actor, at=LATER)
    (folder / "protokoll.json").write_bytes(record)
    (folder / "lista.txt").write_bytes(population)
    script = ROOT / "docs" / "verify_draw.py"
    return subprocess.run(
        [sys.executable, "-I", str(script), "protokoll.json", "lista.txt"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
