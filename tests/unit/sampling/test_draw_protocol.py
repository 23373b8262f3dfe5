"""The protocol of a draw: what it tells, what the sealed one leaves out, and its standards."""

import io
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from draw_cases import FROZEN, ITEMS, SEED, SEED_TWO, STEPS, made_record, replaced

from config import ROOT
from internkontroll.sampling.documents import MOST_ROWS, protocol_of, protocol_pdf
from internkontroll.sampling.rules import (
    METHODS,
    Choice,
    Item,
    Record,
    Round,
    Step,
    Stratum,
    as_ranges,
    draw,
    draw_stratified,
    order,
    population_facts,
    record_bytes,
    record_digest,
    sealed_record,
    sealed_targeted_record,
    targeted_record,
)
from tests.pdf_text import pdf_text

DICE = {"kind": "dice", "reference": "nämndsekreterare"}
CONTROLS = [{"number": 12, "text": "Attest finns", "plan_version": "2020:1", "plan_sha256": None}]
FRAME = {
    "description": "Fakturor januari till april",
    "source": "Ekonomisystemet",
    "query": "Konto 4–7",
    "filters": [{"column": "Part", "kind": "equals", "low": "hemlig part", "high": None}],
    "rows_in_file": 61,
    "taken_out_by": "ekonom",
    "taken_out_on": "2020-05-04",
    "reconciliation": "Stämmer med huvudboken.",
    "reconciled": True,
    "made_by_controlled": False,
    "secret": True,
    "difference_reason": None,
    "known_departures": False,
}
KEY = b"k" * 32


def record_of(method: str = "srs_ticket", rows: list[int] | None = None, **given: Any) -> Record:
    values: dict[str, Any] = {"frame": FRAME, "controls": CONTROLS, **given}
    values.setdefault("rounds", [Round(SEED, DICE, len(rows or []), rows or [])] if rows else None)
    if values["rounds"] is None:
        drawn = draw(ITEMS, method, 5, SEED)
        values["rounds"] = [Round(SEED, DICE, 5, drawn)]
    return made_record(method, values["rounds"][0].rows, **values)


def extended_record() -> Record:
    first = draw(ITEMS, "srs_ticket", 5, SEED)
    early = next(order(ITEMS, "srs_ticket", SEED, taken=first))
    second = draw(ITEMS, "srs_ticket", 4, SEED_TWO, taken=[*first, early], round=2)
    later = FROZEN + timedelta(days=1)
    return record_of(
        rounds=[
            Round(SEED, DICE, 5, first),
            Round(SEED_TWO, {"kind": "system", "reference": None}, 4, second, None, "För få."),
        ],
        steps=[*STEPS, *(Step(name, later, "controller", 2) for name in ("committed", "seeded"))],
        replacements=[replaced(first[0], early)],
    )


def made(record: Record) -> bytes:
    return protocol_pdf(record, record_bytes(record), board="Socialnämnden")


def pages(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as document:
        return len(document.pages)


@pytest.fixture(scope="module")
def full() -> bytes:
    return made(extended_record())


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return made(sealed_record(extended_record(), key=KEY))


def test_as_many_hits_as_the_list_has_rows_are_not_told_as_all_of_them() -> None:
    rows = draw(ITEMS, "mus_interval", len(ITEMS), SEED)
    assert len(set(rows)) < len(ITEMS)
    record = record_of("mus_interval", rows)
    told = protocol_of(record, record_bytes(record), board="Socialnämnden").outcome
    assert told.startswith(f"{len(ITEMS)} enheter drogs")


def test_the_page_tells_what_who_when_and_how_to_redraw(full: bytes) -> None:
    record, text = extended_record(), pdf_text(full)
    for words in (
        "12. Attest finns (plan 2020:1)",
        "9 av 50 rader drogs: slumpmässigt urval, lottning per beteckning.",
        "Fakturor januari till april",
        "Konto 4–7",
        "”Part” är ”hemlig part” (av 61 rader)",
        "ekonom, 4 maj 2020",
        "Stämmer med huvudboken.",
        "2 mars 2020 kl. 09.00",
        "Omgång 2: urvalet beslutades",
        "Skäl: För få.",
        "Tärning, sedd av nämndsekreterare.",
        "Programmets egna, slumpade efter beslutet.",
        SEED,
        SEED_TWO,
        record["P"],
        record_digest(record),
        "verify_draw.py",
        ", ".join(map(str, record["rounds"][0]["rows"])),
        f"Rad {record['replacements'][0]['row']} ersattes av rad",
    ):
        assert words in text, words
    assert pages(full) == 1


def test_a_list_that_nobody_counted_is_told_as_not_reconciled() -> None:
    frame = {**FRAME, "reconciliation": None, "reconciled": False, "made_by_controlled": True}
    text = pdf_text(made(record_of(frame=frame)))
    assert "Ej avstämd: den som kontrolleras har själv tagit fram listan" in text
    assert "ej avstämd mot en oberoende räkning" in text


def test_the_sealed_page_has_counts_and_keyed_digests_alone(sealed: bytes) -> None:
    record, text = extended_record(), pdf_text(sealed)
    outside = sealed_record(record, key=KEY)
    for hidden in (SEED, SEED_TWO, record["P"], record["P_sorted"], record_digest(record),
                   "nämndsekreterare", "hemlig part", "Rader i ordning"):  # fmt: skip
        assert hidden not in text, hidden
    assert ", ".join(map(str, record["rounds"][0]["rows"])) not in text
    for shown in (outside["hmac_population"], outside["hmac_record"], record_digest(outside),
                  "Förseglat", "9 av 50 rader", "1 post är ersatt."):  # fmt: skip
        assert shown in text, shown
    assert pages(sealed) == 1


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_its_one_page(method: str) -> None:
    content = made(record_of(method))
    assert pages(content) == 1
    assert f"{'enheter' if method.startswith('mus') else '5 av 50 rader'}" in pdf_text(content)


def test_hits_and_strata_are_told() -> None:
    hits = draw(ITEMS, "mus_interval", 40, SEED)
    text = pdf_text(made(record_of("mus_interval", hits)))
    assert "(2 träffar)" in text
    assert f"De träffade {len(set(hits))} av 50 rader" in text
    strata = [Stratum("små", range(1, 31), 2), Stratum("stora", range(31, 51), 3)]
    drawn = draw_stratified(ITEMS, strata, "srs_counter", SEED)
    written = [{"name": s.name, "rows": as_ranges(list(s.rows)), "n": s.n} for s in strata]
    record = record_of(
        "srs_counter", [r for rows in drawn.values() for r in rows], parameters={"strata": written}
    )
    assert "små 30 2 stora 20 3" in pdf_text(made(record))


def test_a_riktat_urval_says_that_it_is_no_draw() -> None:
    record = targeted_record(
        program="internkontroll", board="SCN", controls=CONTROLS, frame=FRAME,
        population=population_facts(ITEMS), from_list=True,
        choices=[Choice(3, "Stort belopp"), Choice(9, "Ny leverantör")],
        steps=[Step("frozen", FROZEN, "controller"), Step("chosen", FROZEN, "controller")],
    )  # fmt: skip
    text = pdf_text(made(record))
    assert "Protokoll över riktat urval" in text
    assert "2 av 50 poster är valda" in text
    assert "3, 9" in text
    assert "Rad 9: Ny leverantör" in text
    outside = pdf_text(made(sealed_targeted_record(record, key=KEY)))
    assert record["P"] not in outside
    assert "hemlig part" not in outside
    assert "3, 9" not in outside
    assert "Ny leverantör" not in outside


def test_a_census_says_all() -> None:
    assert (
        protocol_of(record_of(rows=draw(ITEMS, "srs_ticket", 50, SEED)), b"", board="x").outcome
        == "Alla 50 rader i listan granskas."
    )


def test_a_long_draw_lists_its_first_rows_and_says_where_the_rest_are() -> None:
    many: list[Item] = [(str(number), None) for number in range(5000)]
    rows = draw(many, "srs_counter", 1000, SEED)
    record = made_record(
        "srs_counter", rows, items=many, frame=FRAME, controls=CONTROLS,
        rounds=[Round(SEED, DICE, 1000, rows)],
    )  # fmt: skip
    content = made(record)
    assert f"och {1000 - MOST_ROWS} till, som står i protokollets JSON-fil" in pdf_text(content)
    assert pages(content) == 1


def test_the_file_says_which_standards_it_follows(full: bytes) -> None:
    with pikepdf.open(io.BytesIO(full)) as document, document.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Dragningsprotokoll, Socialnämnden"
        assert str(document.Root.Lang).lower().startswith("sv")


@pytest.mark.skipif(
    os.environ.get("CI") != "true" and os.environ.get("VERAPDF") != "1",
    reason="veraPDF körs när CI=true och med VERAPDF=1 (make verapdf)",
)
@pytest.mark.verapdf
def test_verapdf_finds_nothing_in_a_full_and_in_a_sealed_protocol(
    full: bytes, sealed: bytes, tmp_path: Path
) -> None:
    files = [tmp_path / "protokoll.pdf", tmp_path / "forseglat.pdf"]
    for path, content in zip(files, (full, sealed), strict=True):
        path.write_bytes(content)
    command = [sys.executable, str(ROOT / "tools" / "verapdf"), *map(str, files)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
