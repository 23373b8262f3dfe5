"""What is handed in is verified: the first difference is told, to those who may read."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import InvalidInput, NotAllowed
from internkontroll.sampling.models import Population, PopulationContent
from tests.factories import make_actor
from tests.service.sampling_rounds import AMOUNTS, MUCH_LATER, SECOND, Rounds, script
from tests.service.sampling_table import SEED


@pytest.fixture
def rounds(session: Session, tmp_path: Path) -> Rounds:
    made = Rounds(session, tmp_path / "uploads")
    made.free()
    return made


def _changed(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    made = path.with_name(f"andrad-{path.name}")
    made.write_text(text.replace(old, new, 1), encoding="utf-8")
    return made


def test_a_handed_in_list_is_told_by_its_first_difference(rounds: Rounds, tmp_path: Path) -> None:
    draw = rounds.drawn(n=4)
    _, canonical = rounds.handed_out(draw, tmp_path / "ut")
    rounds.verify(draw, population=canonical)
    assert rounds.trail(draw)[-1][0] == "draw:verified"
    lines = canonical.read_text(encoding="utf-8").splitlines(keepends=True)
    for made, sentence in (
        ([*lines[:3], "SCN-Ä-9999\t\n", *lines[4:]], "Rad 4 är ändrad: beteckningen"),
        ([lines[0], lines[2], lines[1], *lines[3:]], "annan ordning. .*rad 2"),
        (lines[:-2], "avhuggen efter rad 10"),
        ([*lines, "SCN-Ä-0013\t\n"], "13 rader.*kommit till.*rad 13"),
        ([*lines[:4], *lines[5:]], "saknas eller är ändrad är rad 5"),
        (["".join(lines)[:-3]], "avhuggen"),
        (["hej"], "Kolumnen ”Ärendenummer” finns inte"),
    ):
        given = canonical.with_name("given.txt")
        given.write_text("".join(made), encoding="utf-8")
        with pytest.raises(InvalidInput, match=sentence) as refused:
            rounds.verify(draw, population=given)
        assert refused.value.field == "population"
        assert "SCN-Ä" not in str(refused.value)
    assert rounds.trail(draw)[-1][0] == "draw:verified"


def test_the_original_file_is_verified_by_the_columns_of_the_list(
    rounds: Rounds, tmp_path: Path
) -> None:
    draw = rounds.seed(rounds.commit(rounds.frozen(AMOUNTS), 4))
    original = tmp_path / "original"
    original.write_text(AMOUNTS, encoding="utf-8")
    rounds.verify(draw, population=original, population_name="fakturor.csv")
    with pytest.raises(InvalidInput, match="Rad 4 är ändrad: beloppet"):
        rounds.verify(
            draw,
            population=_changed(original, "100,50", "100,51"),
            population_name="fakturor.csv",
        )
    original.write_text("Något;Annat\na;1\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="Kolumnen"):
        rounds.verify(draw, population=original, population_name="fakturor.csv")


def test_a_handed_in_record_is_told_by_its_first_difference(rounds: Rounds, tmp_path: Path) -> None:
    draw = rounds.drawn(n=4)
    record, _ = rounds.handed_out(draw, tmp_path / "ut")
    rounds.verify(draw, record=record)
    for old, new, sentence in (
        ('"k":0', '"k":1', "avvikelser som får finnas"),
        (f'"seed":"{SEED}"', f'"seed":"{SECOND}"', "siffrorna|omgångarna"),
        ('"kind":"full"', '"kind":"annat"', "inte ett dragningsprotokoll"),
        ('{"N"', '["N"', "inte ett dragningsprotokoll"),
        ('{"N"', '{"seed":"1","N"', "inte ett dragningsprotokoll"),
        ('"secret":true', '"secret":1', "uppgifterna om listan"),
        ('{"N"', '{"\\ud800":[],"N"', "uppgiften ””"),
        ('{"N"', '{"a":[' + "[]," * 2_000_000 + '[]],"N"', "inte ett dragningsprotokoll"),
    ):
        with pytest.raises(InvalidInput, match=sentence) as refused:
            rounds.verify(draw, record=_changed(record, old, new))
        assert refused.value.field == "record"
    rounds.replace(draw, 1)
    with pytest.raises(InvalidInput, match="ersättningarna"):
        rounds.verify(draw, record=record)
    with pytest.raises(InvalidInput, match="Välj protokollet"):
        rounds.verify(draw)


def test_a_purged_list_is_verified_only_against_a_file_that_somebody_has(
    rounds: Rounds, tmp_path: Path
) -> None:
    draw = rounds.drawn(n=4)
    record, canonical = rounds.handed_out(draw, tmp_path / "ut")
    rounds.session.execute(sa.delete(PopulationContent))
    rounds.session.execute(
        sa.update(Population).values(purged_at=MUCH_LATER, purge_decision="Nämnden § 5")
    )
    rounds.session.commit()
    with pytest.raises(InvalidInput, match="gallrade") as refused:
        rounds.verify(draw, record=record)
    assert refused.value.field == "population"
    rounds.verify(draw, population=canonical)
    rounds.verify(draw, record=record, population=canonical)
    with pytest.raises(InvalidInput, match="en rad är ändrad"):
        rounds.verify(draw, population=_changed(canonical, "0003", "0033"))
    code, answer = script(record, canonical)
    assert code == 0, answer


def test_only_who_may_read_the_sample_can_try_files_on_it(rounds: Rounds, tmp_path: Path) -> None:
    draw = rounds.drawn(n=4)
    _, canonical = rounds.handed_out(draw, tmp_path / "ut")
    outsider = make_actor(rounds.session, Role.CONTROLLER, rounds.board)
    rounds.session.commit()
    with pytest.raises(NotAllowed):
        rounds.verify(draw, population=canonical, actor=outsider)
