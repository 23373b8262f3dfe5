"""Typst works in a process of its own: what it keeps, and what fells it, stays out of ours."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from config import ROOT
from internkontroll.files import pdf
from internkontroll.files.pdf import DocumentNotMade, render_pdf, set_all, unset_pdf, unset_pictures

SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
    '<rect width="10" height="10" fill="#123456"/></svg>'
)
MAKES_ONE = f"""
import sys
from internkontroll.files.pdf import set_all, unset_pictures
(drawn,) = set_all([unset_pictures("bilder", [{SQUARE!r}], list)])
assert drawn[0].startswith(b"\\x89PNG")
sys.exit("typst" in sys.modules)
"""


def pictures_png(svgs: list[str]) -> list[bytes]:
    """Drawings as PNG."""
    (drawn,) = set_all([unset_pictures("bilder", svgs, list)])
    return drawn


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many orders each process gets that is started."""
    seen: list[int] = []
    real = pdf._typeset

    def note(orders: list[dict[str, object]]) -> object:
        seen.append(len(orders))
        return real(orders)

    monkeypatch.setattr(pdf, "_typeset", note)
    return seen


@pytest.fixture
def typesetter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is run instead of the program's own."""
    file = tmp_path / "typesetter.py"
    monkeypatch.setattr(pdf, "_TYPESETTER", file)
    return file


def test_the_process_that_asks_for_a_document_never_loads_typst() -> None:
    done = subprocess.run([sys.executable, "-c", MAKES_ONE], check=False, cwd=ROOT)

    assert done.returncode == 0


def test_a_typesetter_that_falls_stops_the_document_and_nothing_else(typesetter: Path) -> None:
    typesetter.write_text("import os; os.abort()", encoding="utf-8")

    with pytest.raises(DocumentNotMade):
        pictures_png([SQUARE])


def test_a_typesetter_that_never_ends_is_ended(
    typesetter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typesetter.write_text("while True: pass", encoding="utf-8")
    monkeypatch.setattr(pdf, "_LONGEST", 0.2)

    with pytest.raises(DocumentNotMade) as caught:
        render_pdf("plain.typ", {})

    assert "seconds" in str(caught.value.__cause__)


def test_the_keys_of_the_program_are_not_handed_to_the_typesetter(
    typesetter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "x" * 32)
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    typesetter.write_text(
        "import json, os\n"
        "told = {'sizes': [], 'warnings': [], 'refused': ' '.join(os.environ)}\n"
        "print(json.dumps([told]))",
        encoding="utf-8",
    )

    with pytest.raises(DocumentNotMade) as caught:
        pictures_png([SQUARE])

    assert not {"SECRET_KEY", "DATABASE_URL"} & set(str(caught.value.__cause__).split())


def test_many_signs_are_tried_at_once_and_only_the_first_time(
    monkeypatch: pytest.MonkeyPatch, started: list[int]
) -> None:
    monkeypatch.setattr(pdf, "_known", {})
    texts = ["一二三", "αβ \U0001f600", "\u202e"]

    first, second = pdf._showable(texts), pdf._showable(texts)

    assert first == second == ["[U+4E00][U+4E8C][U+4E09]", "αβ [U+1F600]", "[U+202E]"]
    assert started == [6]


def test_all_pictures_of_a_document_are_drawn_by_one_order(started: list[int]) -> None:
    wide = SQUARE.replace('viewBox="0 0 10 10"', 'viewBox="0 0 20 10"')

    square, other, again = pictures_png([SQUARE, wide, SQUARE])

    assert started == [1]
    assert square == again
    assert square != other


def test_a_document_that_needs_nothing_drawn_starts_no_process(started: list[int]) -> None:
    assert pictures_png([]) == []
    assert started == []


def test_a_drawing_that_cannot_be_read_stops_them_all() -> None:
    with pytest.raises(DocumentNotMade):
        pictures_png([SQUARE, "<svg"])


def test_very_many_signs_are_tried_some_at_a_time_and_each_time_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def slow(orders: Sequence[dict[str, Any]]) -> list[tuple[bytes, dict[str, Any]]]:
        asked.append(len(orders))
        if len(asked) == 3:
            raise pdf.Refused("it took too long")
        return [(b"", {"refused": None}) for _ in orders]

    monkeypatch.setattr(pdf, "_known", {})
    monkeypatch.setattr(pdf, "_typeset", slow)
    signs = {chr(0x4E00 + place) for place in range(600)}
    with pytest.raises(pdf.Refused):
        pdf._not_shown(signs)
    assert pdf._not_shown(signs) == set()
    assert asked == [256, 256, 88, 88]


def test_documents_are_set_in_one_process_and_each_gets_its_own_files(started: list[int]) -> None:
    one = [unset_pictures("en", [SQUARE], len), unset_pictures("ingen", [], len)]
    more = [unset_pictures("tre", [SQUARE] * 3, len)]

    assert set_all([*one, *more]) == [1, 0, 3]
    assert started == [2]


def test_the_document_that_could_not_be_made_is_named() -> None:
    good = unset_pictures("en bild", [SQUARE], list)

    with pytest.raises(DocumentNotMade, match=r"^plain\.typ could not be made$"):
        set_all([good, unset_pdf("plain.typ", {})])
