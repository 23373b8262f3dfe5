"""The package of kommunstyrelsens samlade bild, and the file that anyone can check it with."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.files import pdf
from internkontroll.files.house import House
from internkontroll.organisation.models import BoardKind
from internkontroll.reporting.documents.oversight_catalogue import oversight_catalogue
from internkontroll.reporting.documents.oversight_package import oversight_package
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.rules import ClosingCount
from internkontroll.reporting.rules.oversight import (
    BoardFacts,
    OversightFacts,
    SentReport,
    SentRow,
    ShownOversight,
    SummaryFacts,
    build_oversight,
    oversight_to_plain,
    severities_of,
)
from internkontroll.reporting.rules.report import DecisionFacts
from tests.package_check import Files, check, packed, unpacked, with_one_bit_flipped

MINUTES = DecisionFacts("Kommunstyrelsen", date(2021, 4, 14), "102", "KS 2021/12")


def live() -> ShownOversight:
    """One nämnd has sent its årsbokslut and another has not."""
    row = SentRow(
        number=1,
        area="Ekonomi",
        text="Attest prövas.",
        count=ClosingCount(due=4, in_time=3, missed=1),
        reviewed=15,
        deviating=0,
        assessment=Assessment.WITHOUT_DEVIATION,
        severities=severities_of({}),
    )
    told = DecisionFacts("Nämnden A", date(2021, 2, 16), "12", "A-2021-1")
    asked: dict[str, Any] = {
        "kind": BoardKind.BOARD,
        "oversight": False,
        "has_point": True,
        "due_on": date(2021, 3, 16),
    }
    boards = (
        BoardFacts(
            "A",
            "Nämnden A",
            **asked,
            sent_on=date(2021, 2, 17),
            report=SentReport(1, OverallAssessment.SUFFICIENT, told, "a" * 64, (row,)),
            plan_size=1,
        ),
        BoardFacts("B", "Nämnden B", **asked, sent_on=None, report=None),
    )
    summary = SummaryFacts(OverallAssessment.PARTLY, "En nämnd saknas.", ("att följa upp",))
    facts = OversightFacts("Exempelkommunen", 2020, "årsbokslut", boards, (), summary, "1")
    return ShownOversight(build_oversight(facts, on=date(2021, 4, 14)))


@pytest.fixture(scope="module")
def shown() -> ShownOversight:
    """The picture as kommunstyrelsen decided it."""
    report = replace(live().report, decision=MINUTES)
    content = oversight_to_plain(report)
    return ShownOversight(report, sha256_of(content), canonical_json(content))


@pytest.fixture(scope="module")
def package(shown: ShownOversight) -> bytes:
    return oversight_package(shown, House())


@pytest.fixture(scope="module")
def files(package: bytes) -> Files:
    return unpacked(package)


def test_a_package_that_nobody_has_touched_is_ok_and_tells_its_sum(
    tmp_path: Path, package: bytes, shown: ShownOversight
) -> None:
    code, said = check(tmp_path, package)

    assert code == 0
    assert said.startswith("OK. ")
    assert shown.report.title in said
    assert str(shown.sha256) in said


def test_the_sum_of_the_minutes_tells_whether_it_is_what_kommunstyrelsen_decided(
    tmp_path: Path, package: bytes, shown: ShownOversight
) -> None:
    code, said = check(tmp_path, package, str(shown.sha256))
    assert (code, "Den samlade bilden är den beslutade" in said) == (0, True)
    code, said = check(tmp_path, package, "0" * 64)
    assert (code, "en annan samlad bild" in said) == (1, True)


def test_what_is_not_decided_is_called_a_draft(tmp_path: Path) -> None:
    code, said = check(tmp_path, oversight_package(live(), House()))

    assert code == 0
    assert "Den samlade bilden är ett utkast" in said


def test_every_document_of_the_list_is_in_it_and_nothing_else(
    files: Files, shown: ShownOversight
) -> None:
    entries = oversight_catalogue(shown.report, House(), shown.sha256, shown.snapshot)
    names = {form.name for entry in entries for form in entry.forms}

    assert set(files) == {*names, "manifest.json"}
    assert {name.rpartition(".")[2] for name in names} >= {"pdf", "docx", "html", "xlsx", "csv"}
    assert files["samlad-bild.json"].decode() == shown.snapshot


@pytest.mark.parametrize("kind", ["pdf", "docx", "html", "xlsx", "json"])
def test_one_flipped_byte_is_named(tmp_path: Path, files: Files, kind: str) -> None:
    name = f"samlad-bild.{kind}"
    code, said = check(tmp_path, packed(with_one_bit_flipped(files, name)))

    assert code == 1
    assert f"”{name}”" in said


def sealed_again(files: Files, **changed: Any) -> Files:
    """What somebody does who knows the format: every sum fits, and the seal too."""
    manifest = {**json.loads(files["manifest.json"]), **changed}
    del manifest["seal"]
    body = canonical_json({**manifest, "seal": sha256_of(manifest)}).encode()
    return {**files, "manifest.json": body}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"report_sha256": "0" * 64}, "inte den samlade bild som beslutades"),
        ({"report": "samlad-bild.pdf"}, "inte de uppgifter"),
        ({"report": []}, "inte de uppgifter"),
        ({"report": "uppfoljning.json"}, "”uppfoljning.json” saknas"),
        ({"schema": 1}, "inte de uppgifter"),
    ],
)
def test_a_manifest_that_is_sealed_again_is_found_out(
    tmp_path: Path, files: Files, changed: dict[str, Any], said: str
) -> None:
    code, answer = check(tmp_path, packed(sealed_again(files, **changed)))

    assert code == 1
    assert said in answer


def test_a_manifest_of_a_later_kind_is_not_tried(tmp_path: Path, files: Files) -> None:
    code, answer = check(tmp_path, packed(sealed_again(files, schema=3)))

    assert code == 2
    assert "av en annan sort (3)" in answer


def test_the_same_picture_gives_the_same_package(shown: ShownOversight, package: bytes) -> None:
    assert oversight_package(shown, House()) == package


def test_the_documents_of_a_package_are_typeset_in_one_process(
    shown: ShownOversight, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    real = pdf._typeset

    def note(orders: list[dict[str, object]]) -> object:
        started.append(len(orders))
        return real(orders)

    monkeypatch.setattr(pdf, "_typeset", note)
    oversight_package(shown, House())

    assert len(started) == 1
