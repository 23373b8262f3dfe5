"""The file that anyone can run: docs/verify_draw.py, alone, on exported files."""

import json
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from draw_cases import (
    FROZEN,
    ITEMS,
    OTHER_SEED,
    SEED,
    SEED_TWO,
    SOURCE,
    STEPS,
    made_record,
    replaced,
)

from internkontroll.sampling.rules import (
    METHODS,
    SRS_METHODS,
    Item,
    Record,
    Round,
    Step,
    Stratum,
    canonical_population,
    draw,
    draw_stratified,
    order,
    record_bytes,
    sealed_record,
    verify,
)

SCRIPT = Path(__file__).parents[3] / "docs" / "verify_draw.py"
Answer = tuple[int, str]
Check = Callable[[Record | bytes, list[Item] | bytes], Answer]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def run(record: Record | bytes, population: list[Item] | bytes) -> Answer:
        (tmp_path / "protokoll.json").write_bytes(
            record if isinstance(record, bytes) else record_bytes(record)
        )
        (tmp_path / "population.txt").write_bytes(
            population if isinstance(population, bytes) else canonical_population(population)
        )
        return _run(tmp_path, "protokoll.json", "population.txt")

    return run


def _run(folder: Path, *arguments: str) -> Answer:
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def _record(method: str, **changes: Any) -> Record:
    return made_record(method, draw(ITEMS, method, 7, SEED), **changes)


@pytest.mark.parametrize("method", METHODS)
def test_a_true_record_is_ok(check: Check, method: str) -> None:
    code, answer = check(_record(method), ITEMS)
    assert code == 0
    assert answer.startswith(f"OK. Dragningen stämmer: 7 rader ur 50 med {method}")


@pytest.mark.parametrize("method", METHODS)
def test_swapped_rows_are_told(check: Check, method: str) -> None:
    rows = draw(ITEMS, method, 7, SEED)
    moved = [*rows[1:], rows[0]]
    code, answer = check(made_record(method, moved), ITEMS)
    assert code == 1
    place = next(i for i in range(7) if moved[i] != rows[i])
    assert f"plats {place + 1}: protokollet har rad {moved[place]} men" in answer
    assert f"dragningen ger rad {rows[place]}." in answer


@pytest.mark.parametrize("method", METHODS)
def test_another_seed_is_told(check: Check, method: str) -> None:
    record = made_record(method, draw(ITEMS, method, 7, SEED), seed=OTHER_SEED)
    code, answer = check(record, ITEMS)
    assert code == 1
    assert "STÄMMER INTE. Omgång 1, plats" in answer


@pytest.mark.parametrize("method", METHODS)
def test_a_changed_row_is_told(check: Check, method: str) -> None:
    changed = [*ITEMS[:9], ("Ä-X", ITEMS[9][1]), *ITEMS[10:]]
    code, answer = check(_record(method), changed)
    assert code == 1
    assert "innehållet i en rad är ändrat" in answer
    code, answer = check(_record(method), [*ITEMS[:9], ("Ä-10", 1), *ITEMS[10:]])
    assert code == 1
    assert "ett belopp är ändrat" in answer


@pytest.mark.parametrize("method", METHODS)
def test_a_reordered_population_is_told(check: Check, method: str) -> None:
    code, answer = check(_record(method), ITEMS[::-1])
    assert code == 1
    assert "samma rader som vid dragningen, i annan ordning" in answer


@pytest.mark.parametrize("method", METHODS)
def test_a_truncated_population_is_told(check: Check, method: str) -> None:
    code, answer = check(_record(method), ITEMS[:-2])
    assert code == 1
    assert "har 48 rader men protokollet säger 50: 2 rader saknas" in answer
    code, answer = check(_record(method), canonical_population(ITEMS)[:-3])
    assert code == 1
    assert "avhuggen" in answer


def test_a_record_without_the_sorted_hash_tells_changed_or_moved(check: Check) -> None:
    record = _record("srs_counter")
    del record["P_sorted"]
    code, answer = check(record, ITEMS[::-1])
    assert code == 1
    assert "ändrad eller flyttad" in answer


def test_a_population_saved_in_another_program_is_told(check: Check) -> None:
    content, record = canonical_population(ITEMS), _record("srs_counter")
    assert "BOM" in check(record, b"\xef\xbb\xbf" + content)[1]
    assert "radslut från Windows" in check(record, content.replace(b"\n", b"\r\n"))[1]
    other_form = unicodedata.normalize("NFD", content.decode()).encode()
    assert "Unicodeform" in check(record, other_form)[1]
    assert "UTF-8" in check(record, content.replace("Ä".encode(), b"\xc4"))[1]
    assert (
        "Rad 3 i populationsfilen" in check(record, content.replace(b"\t1000\n", b"\t10,00\n"))[1]
    )
    assert "tom" in check(record, b"")[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"N": 51}, "anger N = 51"),
        ({"T": 5}, "anger T = 5"),
        ({"method": "riktat"}, "urvalssätt ”riktat”"),
        ({"n": 8}, "anger n = 8"),
        ({"rows": [1]}, "inte omgångarnas rader"),
        ({"seed": OTHER_SEED}, "frö är ett annat"),
        ({"steps": []}, "saknar steget ”frozen”"),
        ({"rounds": []}, "inte numrerade"),
        ({"replacements": [{"row": 999, "replaced_by": 1}]}, "inte dragen"),
    ],
)
def test_a_changed_record_is_told(check: Check, changes: dict[str, Any], words: str) -> None:
    code, answer = check(_record("srs_counter") | changes, ITEMS)
    assert code == 1
    assert words in answer


@pytest.mark.parametrize("method", SRS_METHODS)
def test_extensions_and_replacements_are_redrawn(check: Check, method: str) -> None:
    first = draw(ITEMS, method, 5, SEED)
    early = next(order(ITEMS, method, SEED, taken=first))
    second = draw(ITEMS, method, 4, SEED_TWO, taken=[*first, early], round=2)
    late = next(order(ITEMS, method, SEED, taken=[*first, early, *second]))
    record = made_record(
        method,
        first,
        rounds=[Round(SEED, SOURCE, 5, first), Round(SEED_TWO, SOURCE, 4, second)],
        replacements=[replaced(first[0], early), replaced(early, late, after_round=2)],
    )
    assert check(record, ITEMS)[0] == 0
    record["replacements"][1]["replaced_by"] = first[1]
    code, answer = check(record, ITEMS)
    assert code == 1
    assert f"Rad {early} ersattes av rad {first[1]}, men nästa i ordningen är rad {late}" in answer


def test_the_seed_of_an_extension_comes_after_its_commitment(check: Check) -> None:
    first = draw(ITEMS, "srs_counter", 5, SEED)
    second = draw(ITEMS, "srs_counter", 4, SEED_TWO, taken=first, round=2)
    rounds = [Round(SEED, SOURCE, 5, first), Round(SEED_TWO, SOURCE, 4, second, reason="Få.")]
    for names, code in ((("committed", "seeded", "drawn"), 0), (("seeded", "committed"), 1)):
        later = [Step(name, FROZEN + timedelta(days=1), "controller", 2) for name in names]
        record = made_record("srs_counter", first, rounds=rounds, steps=[*STEPS, *later])
        answer = check(record, ITEMS)
        assert answer[0] == code, answer
        assert (verify(record, ITEMS) is None) is (code == 0)
        assert ("fel ordning" in answer[1]) is (code == 1)


@pytest.mark.parametrize("method", METHODS)
def test_a_stratified_draw_is_redrawn(check: Check, method: str) -> None:
    strata = [Stratum("Låga", range(3, 20), 3), Stratum("Höga", [*range(20, 48), 50], 4)]
    drawn = draw_stratified(ITEMS, strata, method, SEED)
    written = [
        {"name": "Låga", "rows": [[3, 19]], "n": 3},
        {"name": "Höga", "rows": [[20, 47], 50], "n": 4},
    ]
    rows = [row for part in drawn.values() for row in part]
    record = made_record(method, rows, parameters={"strata": written})
    assert check(record, ITEMS)[0] == 0
    written[1]["rows"] = [[20, 48]]
    code, answer = check(made_record(method, rows, parameters={"strata": written}), ITEMS)
    assert (code, answer[:12]) == (1, "STÄMMER INTE") or method == "systematic"


def test_a_doubled_id_cannot_be_drawn_by_ticket(check: Check) -> None:
    doubled: list[Item] = [("A", 1), ("A", 2), ("B", 3)]
    record = made_record("srs_ticket", [1], items=doubled)
    code, answer = check(record, doubled)
    assert code == 1
    assert "samma beteckning två gånger" in answer


def test_a_sealed_record_says_why_it_cannot_be_verified_and_who_can(check: Check) -> None:
    code, answer = check(sealed_record(_record("srs_counter"), key=bytes(32)), ITEMS)
    assert code == 2
    assert "förseglat" in answer
    assert "gissa vilka ärenden" in answer
    assert "Nämnden kan pröva" in answer


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"[]",
        b'"text"',
        b"{",
        b"{}",
        b'{"version":"IKS-1.1"}',
        b'{"version":"IKS-1.1","kind":"full"}',
        b'{"version":"IKS-1.1","version":"IKS-1.1"}',
        b"[" * 100_000,
        b'{"version":' + b"9" * 5000 + b"}",
    ],
)
def test_an_unreadable_record_gives_a_sentence(check: Check, content: bytes) -> None:
    code, answer = check(content, ITEMS)
    assert code == 2
    assert answer.strip()


@pytest.mark.parametrize("name", sorted(_record("srs_counter")))
def test_a_part_of_the_wrong_kind_never_ends_in_a_traceback(check: Check, name: str) -> None:
    content = json.loads(record_bytes(_record("srs_counter")))
    content[name] = [{"row": 1, "rows": [None], "step": 3, "seed": "\ud800"}]
    code, answer = check(json.dumps(content).encode(), ITEMS)
    assert code in {0, 1, 2}
    assert answer.strip()


def test_missing_files_and_arguments_give_a_sentence(tmp_path: Path) -> None:
    assert _run(tmp_path) == (2, _run(tmp_path, "ett", "två", "tre")[1])
    code, answer = _run(tmp_path, "finns-inte.json", "finns-inte.txt")
    assert (code, answer) == (2, "Protokollet finns inte: finns-inte.json\n")
    assert _run(tmp_path, str(tmp_path), "x")[0] == 2
