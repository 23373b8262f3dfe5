"""Every method of IKS-1.1 drawn through the verbs, extended, replaced, handed out and verified."""

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config import ROOT
from internkontroll.core.access import Role
from internkontroll.core.errors import InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.review.queries import review_items
from internkontroll.review.queries import testers_of as those_with_a_part
from internkontroll.review.services import write_conclusion
from internkontroll.sampling import rules
from internkontroll.sampling.documents import protocol_of
from internkontroll.sampling.models import (
    Draw,
    DrawRound,
    Population,
    PopulationContent,
    SampleItem,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.queries import (
    check_draw,
    draw_facts,
    full_record,
    items_select,
    record_for_outside,
    rows_of,
    sampling_progress,
    strata_of,
)
from internkontroll.sampling.rules import Allocation, Stratification
from internkontroll.sampling.services import (
    commit_extension,
    export_population,
    export_record,
    replace_item,
    seed_extension,
    verify_handed_in,
)
from internkontroll.schedule.models import OccurrenceState
from tests.factories import make_actor
from tests.service.test_sampling_draws import LATER, SEED, Table

SECOND, THIRD = "98765432109876543210", "55555555550000000000"
MUCH_LATER = datetime(2020, 3, 4, 8, tzinfo=UTC)
AMOUNTS = "Verifikat;Belopp\n" + "".join(
    f"V-{number:03d};{amount}\n"
    for number, amount in enumerate(
        ["-250,00", "0", "0,00", *(f"{kronor},50" for kronor in range(100, 5100, 140)), "90000"], 1
    )
)
"""Forty rows: one negative, two zeros, and one that is larger than any interval."""
PARTED = Stratification((100_000, 300_000), Allocation.PROPORTIONAL)


class Rounds(Table):
    """A table where samples grow."""

    def free(self) -> None:
        """Let the plan leave the number open."""
        self.rule(SampleKind.UNSTATED, None)

    def extend(self, draw: Draw, n: int = 3, **given: Any) -> DrawRound:
        """Commit to n more."""
        values: dict[str, Any] = {
            "reason": "Fler avvikelser än väntat.",
            "actor": self.actor,
            "at": LATER,
            **given,
        }
        with transaction(self.session):
            return commit_extension(self.session, draw, n=n, **values)

    def seed_more(self, draw: Draw, digits: str | None = SECOND, **given: Any) -> DrawRound:
        """Draw the extension."""
        values: dict[str, Any] = {
            "source": SeedSource.DICE,
            "digits": digits,
            "reference": "ordförande",
            "actor": self.actor,
            "at": MUCH_LATER,
            **given,
        }
        with transaction(self.session):
            return seed_extension(self.session, draw, **values)

    def replace(self, draw: Draw, position: int) -> SampleItem:
        """Replace the item with that running number."""
        item = next(each for each in self.items(draw) if each.position == position)
        with transaction(self.session):
            return replace_item(
                self.session, draw, item, reason="Gäller inte.", actor=self.actor, at=MUCH_LATER
            )

    def items(self, draw: Draw) -> list[SampleItem]:
        """The items as they stand in the database."""
        return list(self.session.scalars(items_select(draw.id)))

    def handed_out(self, draw: Draw, folder: Path) -> tuple[Path, Path]:
        """The full record and the canonical list, handed out into a folder of their own."""
        folder.mkdir()
        with transaction(self.session):
            record = export_record(self.session, draw, actor=self.actor, at=MUCH_LATER)
            population = export_population(self.session, draw, actor=self.actor, at=MUCH_LATER)
        (folder / "protokoll.json").write_bytes(record)
        (folder / "lista.txt").write_bytes(population)
        return folder / "protokoll.json", folder / "lista.txt"

    def verify(self, draw: Draw, **given: Any) -> None:
        """Verify what is handed in."""
        values: dict[str, Any] = {
            "record": None,
            "population": None,
            "actor": self.actor,
            "at": MUCH_LATER,
            **given,
        }
        with transaction(self.session):
            verify_handed_in(self.session, draw, **values)


@pytest.fixture
def rounds(session: Session, tmp_path: Path) -> Rounds:
    made = Rounds(session, tmp_path / "uploads")
    made.free()
    return made


def script(record: Path, population: Path) -> tuple[int, str]:
    """What the published script answers, run by itself in the folder of the files."""
    done = subprocess.run(
        [sys.executable, "-I", str(ROOT / "docs" / "verify_draw.py"), record.name, population.name],
        cwd=record.parent,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize("parted", [None, PARTED], ids=["whole", "parted"])
@pytest.mark.parametrize("method", [SelectionMethod(name) for name in rules.METHODS], ids=str)
def test_every_method_is_drawn_handed_out_and_verified_by_anyone(
    rounds: Rounds, tmp_path: Path, method: SelectionMethod, parted: Stratification | None
) -> None:
    population = rounds.frozen(AMOUNTS)
    draw = rounds.seed(rounds.commit(population, 9, method=method, parted=parted))
    items = rounds.items(draw)
    stored = rows_of(rounds.session, population.id)
    if parted:
        strata = strata_of(rounds.session, draw)
        by_name = rules.draw_stratified(stored, strata, method.value, SEED)
        expected = [row for rows in by_name.values() for row in rows]
        assert {item.stratum for item in items} <= {each.name for each in strata}
    else:
        expected = rules.draw(stored, method.value, 9, SEED)
    assert [row for item in items for row in [item.row_number] * item.hits] == expected
    assert len({item.row_number for item in items}) == len(items)
    if method.value in rules.SRS_METHODS:
        rounds.replace(draw, 2)
        rounds.extend(draw)
        rounds.seed_more(draw)
        rounds.replace(draw, 11)
    assert check_draw(rounds.session, draw) is None
    record, canonical = rounds.handed_out(draw, tmp_path / "tom")
    code, answer = script(record, canonical)
    assert (code, answer[:2]) == (0, "OK"), answer
    rounds.verify(draw, record=record, population=canonical)


def test_a_sealed_record_tells_how_large_a_stratum_is_and_not_which_rows_it_has(
    rounds: Rounds,
) -> None:
    draw = rounds.seed(rounds.commit(rounds.frozen(AMOUNTS), 10, parted=PARTED))
    sealed = record_for_outside(rounds.session, draw)
    strata = sealed["parameters"]["strata"]
    assert sum(each["size"] for each in strata) == 40
    assert all(each.keys() == {"name", "n", "size"} for each in strata)
    protocol = protocol_of(sealed, rules.record_bytes(sealed), board="Nämnden")
    assert protocol.strata[0] == ("negativa belopp", "1", "1")


def test_a_sealed_record_of_any_draw_cannot_be_tried_outside(
    rounds: Rounds, tmp_path: Path
) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw)
    rounds.seed_more(draw)
    record, canonical = rounds.handed_out(draw, tmp_path / "tom")
    sealed = record_for_outside(rounds.session, draw)
    record.write_bytes(rules.record_bytes(sealed))
    code, answer = script(record, canonical)
    assert code == 2
    assert "förseglat" in answer
    assert SECOND not in json.dumps(sealed)
    with pytest.raises(InvalidInput, match="förseglat"):
        rounds.verify(draw, record=record)


def test_a_row_hit_several_times_is_examined_once_and_its_hits_are_kept(rounds: Rounds) -> None:
    draw = rounds.seed(
        rounds.commit(rounds.frozen(AMOUNTS), 12, method=SelectionMethod.MUS_INTERVAL)
    )
    items = rounds.items(draw)
    assert sum(item.hits for item in items) == 12
    largest = next(item for item in items if item.row_number == 40)
    assert largest.hits >= 5
    assert full_record(rounds.session, draw)["rows"].count(40) == largest.hits
    assert all((item.amount or 0) > 0 for item in items), "negatives and zeros are never hit"
    facts = draw_facts(rounds.session, [rounds.occurrence.id])[rounds.occurrence.id]
    assert (facts.n, facts.is_random) == (len(items), False)
    with pytest.raises(InvalidTransition, match="ingen nästa post"):
        rounds.replace(draw, 1)
    with pytest.raises(InvalidTransition, match="Bara ett slumpmässigt urval kan utökas"):
        rounds.extend(draw)


@pytest.mark.parametrize(
    ("text", "sentence", "field"),
    [
        ("Verifikat\nA\nB\nC\n", "inga belopp", "method"),
        ("Verifikat;Belopp\nA;0\nB;-5\nC;0\n", "inga positiva belopp", "method"),
        ("Verifikat;Belopp\nA;0,01\nB;-5\nC;0\n", "större än summan", "n"),
    ],
)
def test_a_list_that_cannot_be_weighed_by_amount_is_refused_before_the_commitment(
    rounds: Rounds, text: str, sentence: str, field: str
) -> None:
    population = rounds.frozen(text)
    for method in (SelectionMethod.MUS_INTERVAL, SelectionMethod.MUS_CELL):
        with pytest.raises(InvalidInput, match=sentence) as refused:
            rounds.commit(population, 2, method=method)
        assert refused.value.field == field
    assert sampling_progress(rounds.session, rounds.occurrence.id).draw is None


def test_a_sample_by_amount_is_never_taken_for_the_whole_list(rounds: Rounds) -> None:
    rounds.rule(SampleKind.CENSUS, None)
    population = rounds.frozen(AMOUNTS)
    for method in (SelectionMethod.MUS_INTERVAL, SelectionMethod.MUS_CELL):
        with pytest.raises(InvalidInput, match="missa andra") as refused:
            rounds.commit(population, 40, method=method)
        assert refused.value.field == "method"
    assert rounds.commit(population, 40).n == 40


def test_the_number_of_deviations_that_the_size_holds_for_is_committed_to(rounds: Rounds) -> None:
    population = rounds.frozen()
    with pytest.raises(InvalidInput, match="mindre än antalet") as refused:
        rounds.commit(population, 5, k=5)
    assert refused.value.field == "k"
    draw = rounds.seed(rounds.commit(population, 5, k=1))
    assert full_record(rounds.session, draw)["k"] == 1
    assert rounds.trail(draw)[0][1]["data"]["k"] == 1


def test_strata_are_committed_to_before_the_seed(rounds: Rounds) -> None:
    draw = rounds.commit(rounds.frozen(AMOUNTS), 10, parted=PARTED)
    [(event, body)] = rounds.trail(draw)
    assert event == "draw:committed"
    told = body["data"]["strata"]
    assert [each["name"] for each in told] == [
        "negativa belopp",
        "nollbelopp",
        "till 1000 kr",
        "över 1000 till 3000 kr",
        "över 3000 kr",
    ]
    assert sum(each["rows"] for each in told) == 40
    assert sum(each["n"] for each in told) == 10
    assert min(each["n"] for each in told) == 1
    assert draw.parameters["strata_by"]["limits"] == [100_000, 300_000]


def test_a_parted_draw_is_no_simple_random_sample(rounds: Rounds) -> None:
    rounds.seed(rounds.commit(rounds.frozen(AMOUNTS), 10, parted=PARTED))
    facts = draw_facts(rounds.session, [rounds.occurrence.id])[rounds.occurrence.id]
    assert (facts.n, facts.is_random) == (10, False)


def test_a_stratum_is_replaced_from_and_extended_within_itself(rounds: Rounds) -> None:
    draw = rounds.seed(rounds.commit(rounds.frozen(AMOUNTS), 10, parted=PARTED))
    first = rounds.items(draw)[-1]
    new = rounds.replace(draw, first.position)
    assert (new.stratum, new.round) == (first.stratum, 1)
    extension = rounds.extend(draw, 6)
    assert sum(extension.n_by_stratum.values()) == 6
    rounds.seed_more(draw)
    added = [item for item in rounds.items(draw) if item.round == 2]
    assert Counter(item.stratum for item in added) == Counter(
        {name: n for name, n in extension.n_by_stratum.items() if n}
    )
    assert check_draw(rounds.session, draw) is None


def test_an_extension_is_trailed_before_its_seed_and_keeps_what_was_drawn(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    before = rounds.row_numbers(draw)
    rounds.extend(draw, 3, reason="Tre avvikelser kom fram.")
    assert rounds.row_numbers(draw) == before
    event, body = rounds.trail(draw)[-1]
    assert (event, body["data"]["n"]) == ("draw:extension-committed", 3)
    assert body["reason"] == "Tre avvikelser kom fram."
    rounds.seed_more(draw)
    after = rounds.row_numbers(draw)
    items = rows_of(rounds.session, draw.population_id)
    more = rules.draw(items, "srs_ticket", 3, SECOND, taken=before, round=2)
    assert after == [*before, *more]
    assert rounds.trail(draw)[-1][0] == "draw:extension-seeded"
    record = full_record(rounds.session, draw)
    assert [entry["n"] for entry in record["rounds"]] == [4, 3]
    assert record["rounds"][1]["reason"] == "Tre avvikelser kom fram."
    assert [step["step"] for step in record["steps"] if step.get("round") == 2] == [
        "committed",
        "seeded",
        "drawn",
        "recorded",
    ]


def test_replacements_between_the_rounds_are_redrawn_in_their_order(rounds: Rounds) -> None:
    draw = rounds.drawn(n=3)
    rounds.replace(draw, 1)
    rounds.extend(draw, 2)
    rounds.seed_more(draw)
    rounds.replace(draw, 2)
    rounds.replace(draw, 5)
    rounds.extend(draw, 1, at=MUCH_LATER)
    rounds.seed_more(draw, THIRD)
    record = full_record(rounds.session, draw)
    assert [entry["after_round"] for entry in record["replacements"]] == [1, 2, 2]
    assert [item.round for item in rounds.items(draw)] == [1, 1, 1, 1, 2, 2, 1, 2, 3]
    assert check_draw(rounds.session, draw) is None


def test_nothing_is_replaced_by_a_row_that_a_waiting_extension_counts_on(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw, 8)
    with pytest.raises(InvalidTransition, match="väntar på sina siffror"):
        rounds.replace(draw, 1)
    rounds.seed_more(draw)
    assert len(rounds.items(draw)) == 12


def test_the_added_items_are_to_be_judged(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw, 3)
    progress = sampling_progress(rounds.session, rounds.occurrence.id)
    assert progress.extension_waits
    with pytest.raises(InvalidTransition, match="beslutad men inte dragen"):
        write_conclusion(
            rounds.session, rounds.occurrence, "Bra.", actor=rounds.actor, at=MUCH_LATER
        )
    rounds.session.rollback()
    rounds.seed_more(draw)
    assert not sampling_progress(rounds.session, rounds.occurrence.id).extension_waits
    assert len(review_items(rounds.session, rounds.occurrence.id)) == 7
    facts = draw_facts(rounds.session, [rounds.occurrence.id])[rounds.occurrence.id]
    assert (facts.n, facts.size, facts.is_random) == (7, 12, True)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (OccurrenceState.PERFORMED, "lämna tillbaka"),
        (OccurrenceState.APPROVED, "underskriven"),
        (OccurrenceState.NOT_PERFORMED, "ej genomfört"),
    ],
)
def test_nothing_is_added_to_what_is_concluded(
    rounds: Rounds, state: OccurrenceState, sentence: str
) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw, 2)
    rounds.session.execute(sa.text("UPDATE occurrence SET state = :state"), {"state": state.value})
    rounds.session.commit()
    with pytest.raises(InvalidTransition, match=sentence):
        rounds.seed_more(draw)
    with pytest.raises(InvalidTransition, match=sentence):
        rounds.extend(draw, 2)


def test_an_extension_waits_for_the_one_before_it(rounds: Rounds) -> None:
    draw = rounds.commit(rounds.frozen(), 4)
    with pytest.raises(InvalidTransition, match="inte draget än"):
        rounds.extend(draw)
    rounds.seed(draw)
    with pytest.raises(InvalidTransition, match="Ingen utökning"):
        rounds.seed_more(draw)
    rounds.extend(draw)
    with pytest.raises(InvalidTransition, match="redan beslutad"):
        rounds.extend(draw)
    rounds.session.add(
        DrawRound(draw_id=draw.id, number=3, n=1, n_by_stratum={}, reason="x", committed_at=LATER)
    )
    with pytest.raises(IntegrityError):
        rounds.session.flush()


@pytest.mark.parametrize("n", [0, -1, 9])
def test_no_more_than_what_is_left_is_added(rounds: Rounds, n: int) -> None:
    draw = rounds.drawn(n=4)
    with pytest.raises(InvalidInput, match="8 rader är kvar") as refused:
        rounds.extend(draw, n)
    assert refused.value.field == "n"
    with pytest.raises(InvalidInput, match="varför stickprovet utökas"):
        rounds.extend(draw, 8, reason=" ")
    with pytest.raises(InvalidInput, match="nämner en beteckning"):
        rounds.extend(draw, 8, reason="SCN-Ä-0003 var fel")
    rounds.extend(draw, 8)
    rounds.seed_more(draw)
    with pytest.raises(InvalidTransition, match="Alla rader är redan dragna"):
        rounds.extend(draw, 1)


@pytest.mark.parametrize(
    ("digits", "sentence"),
    [(SEED, "desamma som i en tidigare"), ("", "minst 20"), ("１" * 20, "bara siffrorna 0–9")],
)
def test_an_extension_needs_new_digits(rounds: Rounds, digits: str, sentence: str) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw)
    with pytest.raises(InvalidInput, match=sentence) as refused:
        rounds.seed_more(draw, digits)
    assert refused.value.field == "digits"
    assert len(rounds.items(draw)) == 4


def test_an_extension_is_drawn_once(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw)
    draw_id = draw.id
    rounds.session.rollback()
    with Session(rounds.session.get_bind()) as other, transaction(other):
        winner = other.get_one(Draw, draw_id)
        seed_extension(other, winner, source=SeedSource.SYSTEM, actor=rounds.actor, at=MUCH_LATER)
    with pytest.raises(InvalidTransition, match="Ingen utökning"):
        rounds.seed_more(draw)
    assert len(rounds.items(draw)) == 7


def test_a_redrawn_sample_is_not_extended(rounds: Rounds) -> None:
    population = rounds.frozen()
    draw = rounds.seed(rounds.commit(population, 4))
    rounds.extend(draw)
    rounds.commit(population, 5, redraw_of=draw, reason="Fel period.")
    with pytest.raises(InvalidTransition, match="omgjord"):
        rounds.seed_more(draw)
    record = full_record(rounds.session, draw)
    assert len(record["rounds"]) == 1, "an extension that was never drawn is not of the record"
    assert check_draw(rounds.session, draw) is None


def test_who_extends_a_sample_has_a_part_in_the_testing(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    other = make_actor(rounds.session, Role.CONTROLLER, rounds.board)
    stranger = make_actor(rounds.session, Role.REVIEWER, rounds.board)
    rounds.session.commit()
    with pytest.raises(NotAllowed):
        rounds.extend(draw, actor=stranger)
    rounds.extend(draw, actor=other)
    assert other.user_id in those_with_a_part(rounds.session, rounds.occurrence.id)
    with pytest.raises(NotAllowed):
        rounds.seed_more(draw, actor=stranger)


def test_no_seed_of_an_extension_of_a_secret_list_stands_in_the_trail(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw)
    rounds.seed_more(draw)
    assert SECOND not in str(rounds.trail(draw))


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


@pytest.mark.real_input
def test_sixty_monetary_units_of_the_real_invoices_are_drawn_and_redrawn(
    rounds: Rounds, real_input: Path, tmp_path: Path
) -> None:
    content = (real_input / "population_fakturor_2020.csv").read_bytes()
    population = rounds.frozen(content)
    assert (population.size, population.positive_sum) == (6000, 2_489_704_196)
    draw = rounds.seed(rounds.commit(population, 60, method=SelectionMethod.MUS_INTERVAL))
    items = rounds.items(draw)
    assert sum(item.hits for item in items) == 60
    interval = 2_489_704_196 // 60
    assert all(item.hits >= (item.amount or 0) // (interval + 1) for item in items)
    assert check_draw(rounds.session, draw) is None
    record, canonical = rounds.handed_out(draw, tmp_path / "tom")
    code, answer = script(record, canonical)
    assert code == 0, answer
    assert "60 rader ur 6000 med mus_interval" in answer
    original = tmp_path / "fakturor.csv"
    original.write_bytes(content)
    rounds.verify(draw, population=original, population_name="fakturor.csv")
