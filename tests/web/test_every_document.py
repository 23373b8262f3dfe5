"""Every document that the program makes: the municipality's look, and what makes it accessible."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
from docx.oxml.ns import qn
from flask import Flask

from internkontroll.files.attachments import AttachmentKind
from internkontroll.files.house import House
from tests import every_document
from tests.conftest import MovableClock, closing, make_app
from tests.databases import Databases
from tests.world import AT

ROOT = Path(__file__).resolve().parents[2]
HOUSE = House("", every_document.COLOUR, every_document.LOGO, AttachmentKind.PNG)


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with databases.fresh_world() as url:
        every_document.enter(url)
        made = make_app(url, tmp_path_factory.mktemp("documents"), MovableClock(AT))
        with closing(made) as app:
            yield app


@pytest.fixture(scope="module")
def made(world: Flask) -> dict[str, bytes]:
    return every_document.every_document(world)


def of_kind(made: dict[str, bytes], kind: str) -> dict[str, bytes]:
    return {name: body for name, body in made.items() if name.endswith(f".{kind}")}


def test_no_route_that_makes_a_document_is_left_out(world: Flask, made: dict[str, bytes]) -> None:
    assert every_document.makers(world) == set(every_document.DOCUMENTS)
    counts = {kind: len(of_kind(made, kind)) for kind in ("pdf", "docx", "html")}
    assert counts["pdf"] >= 25, counts
    assert counts["docx"] >= 14, counts
    assert counts["html"] >= 12, counts


def test_every_pdf_has_the_logotype_with_words_and_says_what_it_is(
    made: dict[str, bytes],
) -> None:
    for name, body in of_kind(made, "pdf").items():
        with pikepdf.open(io.BytesIO(body)) as opened:
            images = [
                one for page in opened.pages for one in page.Resources.get("/XObject", {}).values()
            ]
            sizes = {
                (int(one.Width), int(one.Height))
                for one in images
                if one.get("/Subtype") == "/Image"
            }
            found = list(elements(opened.Root.StructTreeRoot))
            assert (180, 60) in sizes, name
            alternatives = [str(one.Alt) for one in found if "/Alt" in one]
            assert alternatives[0], name
            figures = [one for one in found if str(one.S) == "/Figure"]
            assert len(figures) >= 1, name
            assert all("/Alt" in one for one in figures), name
            kinds = [str(one.S)[1:] for one in found]
            levels = [int(kind[1]) for kind in kinds if re.fullmatch(r"H\d", kind)]
            assert levels[0] == 1, name
            assert all(after <= before + 1 for before, after in pairwise(levels)), name
            assert kinds.count("Table") <= kinds.count("THead"), name
            assert str(opened.Root.Lang).lower().startswith("sv"), name


def elements(node: Any) -> Iterator[Any]:
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def test_every_page_to_keep_has_the_logotype_and_the_colour(made: dict[str, bytes]) -> None:
    for name, body in of_kind(made, "html").items():
        page = body.decode()
        assert f'<img src="{HOUSE.logo_address}" alt="' in page, name
        assert f"--brand: {every_document.COLOUR}" in page, name
        assert '<html lang="sv">' in page, name
        levels = [int(found) for found in re.findall(r"<h(\d)", page)]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in pairwise(levels)), name
        assert page.count("<table") == page.count("<caption") == page.count("<thead"), name


def test_every_word_file_has_headings_header_rows_swedish_and_words_for_its_pictures(
    made: dict[str, bytes],
) -> None:
    for name, body in of_kind(made, "docx").items():
        opened = docx.Document(io.BytesIO(body))
        names = [str(one.style.name) for one in opened.paragraphs if one.style]
        levels = [int(found[1]) for one in names if (found := re.fullmatch(r"Heading (\d)", one))]
        assert names[0] == "Title", name
        assert levels[:1] in ([1], []), name
        assert all(after <= before + 1 for before, after in pairwise(levels)), name
        for table in opened.tables:
            marks = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") for row in table.rows]
            assert marks[0] is not None, name
            assert not any(mark is not None for mark in marks[1:]), name
            assert all(cell.text.strip() for cell in table.rows[0].cells), name
        told = {one.get(qn("w:val")) for one in opened.styles.element.iter(qn("w:lang"))}
        assert told == {"sv-SE"}, name
        assert opened.core_properties.language == "sv-SE", name
        assert opened.core_properties.title, name
        pictures = [
            *opened.element.body.iter(qn("wp:docPr")),
            *opened.sections[0].header._element.iter(qn("wp:docPr")),
        ]
        assert pictures, name
        assert all(one.get("descr") for one in pictures), name
        assert str(opened.styles["Heading 1"].font.color.rgb) == "7A1F2B", name


@pytest.mark.skipif(
    os.environ.get("CI") != "true" and os.environ.get("VERAPDF") != "1",
    reason="veraPDF körs när CI=true och med VERAPDF=1 (make verapdf)",
)
@pytest.mark.verapdf
def test_verapdf_finds_nothing_in_any_of_them(made: dict[str, bytes], tmp_path: Path) -> None:
    paths = []
    for number, body in enumerate(of_kind(made, "pdf").values()):
        paths.append(tmp_path / f"{number:03d}.pdf")
        paths[-1].write_bytes(body)
    command = [sys.executable, str(ROOT / "tools" / "verapdf"), *map(str, paths)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count(" ok (") == 2 * len(paths)
