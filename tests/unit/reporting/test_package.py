"""The package of a report, and the one file that anyone can check it with."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.files import pdf
from internkontroll.files.house import House
from internkontroll.reporting.documents import catalogue, package_files, package_of, zip_of
from internkontroll.reporting.documents.package import manifest_of
from internkontroll.reporting.rules import ShownReport
from internkontroll.reporting.rules.memo import Memo
from tests.package_check import SCRIPT, Files, check, packed, unpacked, with_one_bit_flipped
from tests.report_facts import sample_facts
from tests.report_made import decided, live


@pytest.fixture(scope="module")
def shown() -> ShownReport:
    """A decided report."""
    return decided(sample_facts())


@pytest.fixture(scope="module")
def files(shown: ShownReport) -> Files:
    """Its documents and the manifest, by name, as they lie in the package."""
    return unpacked(package_of(shown, Memo(), House()))


def test_a_package_that_nobody_has_touched_is_ok(tmp_path: Path, shown: ShownReport) -> None:
    code, said = check(tmp_path, package_of(shown, Memo(), House()))

    assert code == 0
    assert said.startswith("OK. ")
    assert str(shown.sha256) in said


def test_the_checksum_of_the_minutes_tells_whether_it_is_the_decided_report(
    tmp_path: Path, shown: ShownReport
) -> None:
    package = package_of(shown, Memo(), House())

    assert check(tmp_path, package, str(shown.sha256))[0] == 0
    code, said = check(tmp_path, package, "0" * 64)
    assert code == 1
    assert "en annan uppföljning" in said


def test_a_draft_is_called_a_draft(tmp_path: Path) -> None:
    code, said = check(tmp_path, package_of(live(sample_facts()), Memo(), House()))

    assert code == 0
    assert "utkast" in said


def change_one_byte(files: Files) -> Files:
    return with_one_bit_flipped(files, "uppfoljning.pdf")


def take_one_away(files: Files) -> Files:
    return {name: body for name, body in files.items() if name != "avvikelser.docx"}


def lay_one_more_in(files: Files) -> Files:
    return {**files, "tillagg.pdf": b"%PDF-"}


def change_a_line_of_the_manifest(files: Files) -> Files:
    manifest = json.loads(files["manifest.json"])
    manifest["board"] = "AMN"
    return {**files, "manifest.json": canonical_json(manifest).encode()}


def lay_out_the_manifest_anew(files: Files) -> Files:
    manifest = json.loads(files["manifest.json"])
    return {**files, "manifest.json": json.dumps(manifest, ensure_ascii=False).encode()}


def leave_out_the_manifest(files: Files) -> Files:
    return {name: body for name, body in files.items() if name != "manifest.json"}


def swap_two(files: Files) -> Files:
    first, second = "uppfoljning.pdf", "avvikelser.pdf"
    return {**files, first: files[second], second: files[first]}


def write_another_report_and_seal_it_again(files: Files) -> Files:
    """What somebody does who knows the format: every checksum fits but the decided one."""
    changed = files["uppfoljning.json"].replace(b'"deviating":', b'"deviating" :', 1)
    manifest = json.loads(files["manifest.json"])
    del manifest["seal"]
    own = {**files, "uppfoljning.json": changed}
    made = manifest_of(
        decided(sample_facts()), {k: v for k, v in own.items() if k != "manifest.json"}
    )
    manifest["files"] = made["files"]
    return {
        **own,
        "manifest.json": canonical_json({**manifest, "seal": sha256_of(manifest)}).encode(),
    }


@pytest.mark.parametrize(
    ("altered", "said"),
    [
        (change_one_byte, "Innehållet i ”uppfoljning.pdf” är ett annat"),
        (take_one_away, "”avvikelser.docx” saknas"),
        (lay_one_more_in, "”tillagg.pdf” finns i paketet men inte i förteckningen"),
        (change_a_line_of_the_manifest, "dess egen kontrollsumma stämmer inte"),
        (lay_out_the_manifest_anew, "inte skriven så som programmet"),
        (leave_out_the_manifest, "Förteckningen manifest.json saknas"),
        (swap_two, "byte men ska vara"),
        (write_another_report_and_seal_it_again, "inte den uppföljning som beslutades"),
    ],
)
def test_an_altered_package_is_told_by_its_first_difference(
    tmp_path: Path, files: Files, altered: Callable[[Files], Files], said: str
) -> None:
    code, answer = check(tmp_path, packed(altered(files)))

    assert code == 1
    assert answer.startswith("SKILJER. ")
    assert said in answer


def test_a_package_damaged_on_its_way_is_never_ok(tmp_path: Path, shown: ShownReport) -> None:
    package = package_of(shown, Memo(), House())
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        entries = archive.infolist()
    for entry in entries[::3]:
        content = entry.header_offset + 30 + len(entry.filename)
        damaged = bytearray(package)
        damaged[content + entry.compress_size // 2] ^= 0x55
        code, answer = check(tmp_path, bytes(damaged))
        assert code in (1, 2), f"{entry.filename}: {answer}"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not more", b"%PDF-1.7"])
def test_what_is_no_package_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    code, answer = check(tmp_path, content)

    assert code == 2
    assert answer.startswith("Går inte att pröva. ")


def test_an_unpacked_package_is_checked_as_well(tmp_path: Path, files: Files) -> None:
    folder = tmp_path / "uppackat"
    folder.mkdir()
    for name, body in files.items():
        (folder / name).write_bytes(body)
    command = [sys.executable, "-I", str(SCRIPT), str(folder)]

    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (folder / "mer.txt").write_text("mer", "utf-8")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_the_same_report_gives_the_same_package(shown: ShownReport) -> None:
    assert package_of(shown, Memo(), House()) == package_of(shown, Memo(), House())


def test_the_manifest_lists_every_file_of_the_package_and_no_other(
    shown: ShownReport, files: Files
) -> None:
    listed = [entry["name"] for entry in json.loads(files["manifest.json"])["files"]]

    assert listed == sorted(set(files) - {"manifest.json"})
    assert (
        zip_of(
            package_files(shown, Memo(), House()),
            manifest_of(shown, package_files(shown, Memo(), House())),
        )[:2]
        == b"PK"
    )


def test_the_documents_of_a_package_are_typeset_in_one_process(
    shown: ShownReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    real = pdf._typeset

    def note(orders: list[dict[str, object]]) -> object:
        started.append(len(orders))
        return real(orders)

    made_alone = {
        form.name: form.make()
        for entry in catalogue(shown, Memo(), House())
        for form in entry.forms
        if form.form in {"PDF", "Word"}
    }
    monkeypatch.setattr(pdf, "_typeset", note)

    files = package_files(shown, Memo(), House())

    assert len(started) == 1
    assert made_alone.items() <= files.items()
