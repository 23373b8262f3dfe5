import copy
import hashlib
import hmac
import json
from datetime import datetime
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

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import (
    METHODS,
    SRS_METHODS,
    Record,
    Round,
    Step,
    Stratum,
    draw,
    draw_stratified,
    order,
    record_bytes,
    record_digest,
    sealed_record,
    verify,
)

KEY = bytes(range(32))


def test_a_record_holds_the_fields_of_the_specification() -> None:
    record = made_record("srs_counter", draw(ITEMS, "srs_counter", 5, SEED))
    assert (record["version"], record["kind"], record["N"]) == ("IKS-1.1", "full", 50)
    assert record["T"] == sum(amount for _, amount in ITEMS if amount is not None and amount > 0)
    assert record["strata_outside"] == {
        "negative": {"count": 1, "sum": -250},
        "zero": {"count": 1},
    }
    assert [step["step"] for step in record["steps"]] == [step.name for step in STEPS]
    assert record["steps"][0]["at"] == "2020-03-02T08:00:00+00:00"
    assert record["rows"] == record["rounds"][0]["rows"]
    assert "Ä-1" not in json.dumps(record, ensure_ascii=False)


def test_the_canonical_bytes_are_sorted_utf8_json_and_give_the_digest() -> None:
    assert record_bytes({"b": "å", "a": 1}) == '{"a":1,"b":"å"}'.encode()
    record = made_record("systematic", draw(ITEMS, "systematic", 5, SEED))
    assert json.loads(record_bytes(record)) == record
    assert record_digest(record) == hashlib.sha256(record_bytes(record)).hexdigest()


@pytest.mark.parametrize("method", METHODS)
def test_a_true_record_verifies(method: str) -> None:
    assert verify(made_record(method, draw(ITEMS, method, 7, SEED)), ITEMS) is None


@pytest.mark.parametrize("method", SRS_METHODS)
def test_extensions_and_replacements_verify_in_the_order_they_were_made(method: str) -> None:
    record = _grown(method)
    assert verify(record, ITEMS) is None
    assert json.loads(record_bytes(record)) == record


def _grown(method: str) -> Record:
    first = draw(ITEMS, method, 5, SEED)
    early = next(order(ITEMS, method, SEED, taken=first))
    second = draw(ITEMS, method, 4, SEED_TWO, taken=[*first, early], round=2)
    taken = [*first, early, *second]
    late = next(order(ITEMS, method, SEED, taken=taken))
    last = next(order(ITEMS, method, SEED_TWO, taken=[*taken, late], round=2))
    return made_record(
        method,
        first,
        rounds=[Round(SEED, SOURCE, 5, first), Round(SEED_TWO, SOURCE, 4, second)],
        replacements=[
            replaced(first[0], early),
            replaced(first[2], late, after_round=2),
            replaced(second[1], last, after_round=2),
        ],
    )


def test_a_replacement_that_is_not_the_next_in_order_is_told() -> None:
    record = _grown("srs_counter")
    wrong = next(row for row in range(1, 51) if row not in record["rows"])
    if wrong == record["replacements"][0]["replaced_by"]:
        wrong += 1
    record["replacements"][0]["replaced_by"] = wrong
    assert "nästa i ordningen" in (verify(record, ITEMS) or "")


def test_a_replacement_when_no_row_is_left_is_none() -> None:
    rows = draw(ITEMS, "srs_counter", 50, SEED)
    assert verify(made_record("srs_counter", rows, replacements=[replaced(3, None)]), ITEMS) is None


@pytest.mark.parametrize("method", METHODS)
def test_a_stratified_record_verifies_and_its_swapped_strata_do_not(method: str) -> None:
    record = _stratified(method)
    assert verify(record, ITEMS) is None
    record["parameters"]["strata"].reverse()
    assert verify(record, ITEMS) is not None


def _stratified(method: str) -> Record:
    strata = [Stratum("Låga", [*range(3, 20), 49, 50], 3), Stratum("Höga", range(20, 49), 4)]
    drawn = draw_stratified(ITEMS, strata, method, SEED)
    written = [
        {"name": "Låga", "rows": [[3, 19], 49, 50], "n": 3},
        {"name": "Höga", "rows": [[20, 48]], "n": 4},
    ]
    rows = [row for part in drawn.values() for row in part]
    return made_record(method, rows, parameters={"strata": written})


@pytest.mark.parametrize("method", SRS_METHODS)
def test_a_stratified_extension_draws_within_its_strata(method: str) -> None:
    record = _stratified(method)
    strata = [Stratum("Låga", [*range(3, 20), 49, 50], 1), Stratum("Höga", range(20, 49), 2)]
    first = record["rows"]
    more = draw_stratified(ITEMS, strata, method, SEED_TWO, taken=first, round=2)
    second = [row for part in more.values() for row in part]
    following = order(ITEMS, method, SEED_TWO, taken=[*first, *second], round=2, stratum=strata[1])
    record = made_record(
        method,
        first,
        parameters=record["parameters"],
        rounds=[
            Round(SEED, SOURCE, 7, first),
            Round(SEED_TWO, SOURCE, 3, second, {"Låga": 1, "Höga": 2}),
        ],
        replacements=[replaced(second[-1], next(following), after_round=2)],
    )
    assert verify(record, ITEMS) is None


DAMAGE: list[tuple[dict[str, Any], str]] = [
    ({"N": 51}, "anger N = 51"),
    ({"T": 1}, "anger T = 1"),
    ({"method": "riktat"}, "urvalssätt ”riktat”"),
    ({"n": 6}, "anger n = 6"),
    ({"seed": OTHER_SEED}, "frö är ett annat"),
    ({"rows": []}, "inte omgångarnas rader"),
    ({"steps": []}, "saknar steget ”frozen”"),
    ({"rounds": []}, "inte numrerade"),
    ({"P": "0" * 64}, "en rad är ändrad|annan ordning"),
    ({"strata_outside": {"negative": {"count": 0, "sum": 0}, "zero": {"count": 1}}}, "negativa"),
]


@pytest.mark.parametrize(("changes", "words"), DAMAGE)
def test_a_changed_record_is_told(changes: dict[str, Any], words: str) -> None:
    record = made_record("srs_counter", draw(ITEMS, "srs_counter", 5, SEED)) | changes
    difference = verify(record, ITEMS) or ""
    assert any(word in difference for word in words.split("|")), difference


def test_a_changed_population_is_told_by_what_changed() -> None:
    record = made_record("srs_ticket", draw(ITEMS, "srs_ticket", 5, SEED))
    assert "50" in (verify(record, ITEMS[:-1]) or "")
    assert "annan ordning" in (verify(record, ITEMS[::-1]) or "")
    assert "ett belopp är ändrat" in (verify(record, [*ITEMS[:-1], ("Ä-50", 78)]) or "")
    assert "en rad är ändrad" in (verify(record, [*ITEMS[:-1], ("Ä-51", 77)]) or "")


def test_swapped_rows_and_another_seed_are_told_by_place() -> None:
    rows = draw(ITEMS, "srs_counter", 5, SEED)
    swapped = made_record("srs_counter", [rows[0], rows[2], rows[1], *rows[3:]])
    expected = f"plats 2: protokollet har rad {rows[2]} men dragningen ger rad {rows[1]}"
    assert expected in (verify(swapped, ITEMS) or "")
    assert "Omgång 1, plats" in (
        verify(made_record("srs_counter", rows, seed=OTHER_SEED), ITEMS) or ""
    )


def test_a_seed_before_its_commitment_is_told() -> None:
    rows = draw(ITEMS, "srs_counter", 5, SEED)
    early = [STEPS[0], STEPS[2], STEPS[1], *STEPS[3:]]
    assert "fel ordning" in (verify(made_record("srs_counter", rows, steps=early), ITEMS) or "")
    late = [Step("frozen", STEPS[4].at, "controller"), *STEPS[1:]]
    assert "inte framåt" in (verify(made_record("srs_counter", rows, steps=late), ITEMS) or "")


def test_an_extension_of_a_systematic_draw_does_not_verify() -> None:
    rows = draw(ITEMS, "systematic", 5, SEED)
    record = made_record(
        "systematic",
        rows,
        rounds=[Round(SEED, SOURCE, 5, rows), Round(SEED_TWO, SOURCE, 1, [1])],
    )
    assert "går inte att göra om" in (verify(record, ITEMS) or "")


def test_a_sealed_record_holds_nothing_to_guess_the_population_from() -> None:
    full = _grown("srs_ticket")
    full["redraw_of"], full["redraw_reason"] = "a" * 64, "felaktig ram"
    full["parameters"] = {"tickets": ["00ff"]}
    full["seed_source"] = {"kind": "public", "reference": "dragning den 3 mars"}
    kept = copy.deepcopy(full)
    sealed = sealed_record(full, key=KEY)
    text = record_bytes(sealed).decode()
    for secret in (full["P"], full["P_sorted"], SEED, SEED_TWO, "00ff", "3 mars", "a" * 64):
        assert secret not in text
    assert sealed["hmac_population"] == hmac.new(KEY, full["P"].encode(), "sha256").hexdigest()
    assert sealed["hmac_record"] == hmac.new(KEY, record_bytes(full), "sha256").hexdigest()
    assert (sealed["kind"], sealed["rows"], sealed["N"]) == ("sealed", full["rows"], 50)
    assert full == kept


def test_a_sealed_record_is_not_verified_here() -> None:
    sealed = sealed_record(_grown("srs_counter"), key=KEY)
    with pytest.raises(InvalidInput, match="Protokollet är förseglat"):
        verify(sealed, ITEMS)
    with pytest.raises(InvalidInput, match="Bara ett fullständigt"):
        sealed_record(sealed, key=KEY)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(InvalidInput, match="minst 32 byte"):
        sealed_record(_grown("srs_counter"), key=b"kort")


@pytest.mark.parametrize("name", ["P", "rounds", "steps", "parameters", "strata_outside"])
def test_a_record_without_a_part_cannot_be_verified(name: str) -> None:
    record = _grown("srs_counter")
    del record[name]
    with pytest.raises(InvalidInput, match=f"saknar uppgiften ”{name}”"):
        verify(record, ITEMS)


@pytest.mark.parametrize("rounds", [[{}], ["x"], [{"round": 1, "n": 5, "seed": SEED}]])
def test_a_record_with_malformed_rounds_cannot_be_verified(rounds: list[Any]) -> None:
    record = _grown("srs_counter") | {"rounds": rounds}
    with pytest.raises(InvalidInput, match="felskrivet"):
        verify(record, ITEMS)


def test_a_redraw_needs_a_reason_and_a_step_a_zone() -> None:
    rows = draw(ITEMS, "srs_counter", 5, SEED)
    with pytest.raises(InvalidInput, match="varför"):
        made_record("srs_counter", rows, redraw_of="a" * 64, redraw_reason=" ")
    naive = Step("frozen", datetime(2020, 3, 2), "controller")  # noqa: DTZ001 the point of the test
    with pytest.raises(InvalidInput, match="tidszon"):
        made_record("srs_counter", rows, steps=[naive])
    with pytest.raises(InvalidInput, match="Steget ”gissad” finns inte"):
        made_record("srs_counter", rows, steps=[Step("gissad", FROZEN, "controller")])
