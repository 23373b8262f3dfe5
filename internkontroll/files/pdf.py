"""Skriv PDF: a document from plain data and one of our own templates, by Typst.

Always PDF/A-2a and PDF/UA-1. The data reaches the template as JSON and is never read as markup.
Nothing but the templates and the shipped fonts can be read, and nothing is fetched.
"""

import io
import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from internkontroll.core.canonical import plain
from internkontroll.files.house import House
from internkontroll.files.literal import literal
from internkontroll.files.plain_document import PlainDocument, document_data

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates" / "documents"
FONTS = ROOT / "static" / "fonts"

_TYPESETTER = Path(__file__).with_name("typesetter.py")
_PROBE = TEMPLATES / "probe.typ"
_PICTURES = TEMPLATES / "pictures.typ"
_AS_PDF = {"format": "pdf", "pdf_standards": ["a-2a", "ua-1"]}
_AS_PNG = {"format": "png", "ppi": 200.0}
_LONGEST = 100.0
"""Seconds that one order may take: less than gunicorn waits before it gives a worker up."""
_NEEDED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""What Python itself may need of the environment. The program's keys stay where they are."""

_SURELY_SHOWN = frozenset(
    chr(code) for code in range(0x20, 0x180) if not 0x7F <= code < 0xA0 and code != 0xAD
) | frozenset("\n–—‘’“”„…•−≤≥")

_HARMLESS = "\u00ad\u200b"
"""The signs that only say where a line may be broken."""

_MOST_KNOWN = 4096
_TRIED_AT_ONCE = 256
_known: dict[str, bool] = {}
"""Signs that have been tried, and whether they can be shown."""


class DocumentNotMade(RuntimeError):
    """A document could not be made. Our own fault: a template or a font is wrong, not the data."""


class Refused(RuntimeError):
    """What Typst said when it made nothing."""


def _order(source: Path, kind: dict[str, Any], **inputs: str) -> dict[str, Any]:
    return {
        "input": str(source),
        "root": str(TEMPLATES),
        "font_paths": [str(FONTS)],
        "ignore_system_fonts": True,
        "sys_inputs": inputs,
        "package_path": str(TEMPLATES / "no-packages"),
        "package_cache_path": str(TEMPLATES / "no-packages"),
        **kind,
    }


def _typeset(orders: Sequence[dict[str, Any]]) -> list[tuple[list[bytes], dict[str, Any]]]:
    """The files of each order and what was said of it, from a process that ends when it is done.

    Raises Refused if the process fell or took too long.
    """
    try:
        done = subprocess.run(  # noqa: S603 -- our own file, no shell
            [sys.executable, "-I", str(_TYPESETTER)],
            input=json.dumps(orders).encode(),
            env={name: os.environ[name] for name in _NEEDED if name in os.environ},
            capture_output=True,
            check=True,
            timeout=_LONGEST,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(f"it took more than {_LONGEST:.0f} seconds") from error
    except subprocess.CalledProcessError as error:
        raise Refused(error.stderr.decode(errors="replace")[-2000:]) from error
    answer = io.BytesIO(done.stdout)
    return [
        ([answer.read(size) for size in told["sizes"]], told)
        for told in json.loads(answer.readline())
    ]


def _made(order: dict[str, Any]) -> tuple[list[bytes], list[str]]:
    """The files of one order and what Typst warned of. Raises Refused."""
    ((made, told),) = _typeset([order])
    if told["refused"] is not None:
        raise Refused(told["refused"])
    return made, told["warnings"]


def _steers(sign: str) -> bool:
    """Whether the sign has no shape and steers others: it could make a line read backwards."""
    return sign not in _HARMLESS and unicodedata.category(sign) in {"Cf", "Zl", "Zp"}


def _not_shown(signs: set[str]) -> set[str]:
    """The signs that the fonts at hand have not, or that the standards do not allow."""
    found = {sign: shown for sign in signs if (shown := _known.get(sign)) is not None}
    left = sorted(signs - found.keys())
    while left:
        # What one order has shown is remembered before the next: many signs end in time too.
        untried, left = left[:_TRIED_AT_ONCE], left[_TRIED_AT_ONCE:]
        made = _typeset([_order(_PROBE, _AS_PDF, data=sign, house="null") for sign in untried])
        tried = {
            sign: told["refused"] is None for sign, (_, told) in zip(untried, made, strict=True)
        }
        if len(_known) + len(tried) > _MOST_KNOWN:
            _known.clear()
        _known.update(tried)
        found |= tried
    return {sign for sign, shown in found.items() if not shown}


def _signs_of(value: Any) -> set[str]:
    """Every sign of the texts in the data that is not shown for sure."""
    if isinstance(value, str):
        return set(literal(value)) - _SURELY_SHOWN
    if isinstance(value, dict):
        value = list(value.values())
    return set[str]().union(*map(_signs_of, value)) if isinstance(value, list) else set()


def _translated(value: Any, names: dict[int, str]) -> Any:
    if isinstance(value, str):
        return literal(value).translate(names)
    if isinstance(value, dict):
        return {key: _translated(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_translated(item, names) for item in value]
    return value


def _showable(value: Any) -> Any:
    """The data with signs that no font has, and that steer, told as their number: "[U+1F600]".

    A tab becomes a space. Without this one odd sign in one comment would stop the document.
    """
    signs = _signs_of(value)
    steering = {sign for sign in signs if _steers(sign)}
    odd = steering | _not_shown(signs - steering)
    return _translated(value, {ord(sign): f"[U+{ord(sign):04X}]" for sign in odd})


def pictures_png(svgs: Sequence[str]) -> list[bytes]:
    """Drawings as PNG, 200 points to the inch on paper, for the formats that take no SVG.

    All of a document are drawn in one order. Raises DocumentNotMade if Typst refuses.
    """
    if not svgs:
        return []
    told = json.dumps([str(svg) for svg in _showable(list(svgs))], ensure_ascii=False)
    try:
        made, _ = _made(_order(_PICTURES, _AS_PNG, data=told))
    except Refused as error:
        raise DocumentNotMade("a drawing could not be made") from error
    if len(made) != len(svgs):
        raise DocumentNotMade("a drawing took more than a page")
    return made


def render_pdf(template_name: str, data: dict[str, Any], house: House | None = None) -> bytes:
    """Make the PDF of a template (``report.typ``) and plain data (str, int, bool, dates, lists).

    ``house`` is the municipality's look; without it the document has the program's own.

    Raises DocumentNotMade if Typst refuses or has anything to warn of (a font it could not find
    is a warning to it); what Typst said stands in the cause, never in the sentence.
    """
    template = TEMPLATES / template_name
    if template.parent != TEMPLATES or not template.is_file():
        raise DocumentNotMade(f"there is no template {template_name}")
    try:
        told = json.dumps(_showable(plain(data)), ensure_ascii=False)
        look = json.dumps(_showable(house.data()) if house else None, ensure_ascii=False)
        (made,), warnings = _made(_order(template, _AS_PDF, data=told, house=look))
    except Refused as error:
        raise DocumentNotMade(f"{template_name} could not be made") from error
    if warnings:
        raise DocumentNotMade(f"{template_name} was made with warnings") from RuntimeError(
            "; ".join(warnings)
        )
    return made


def plain_pdf(document: PlainDocument, house: House | None = None) -> bytes:
    """Make the PDF of a document of plain blocks. Raises DocumentNotMade."""
    return render_pdf("plain.typ", document_data(document), house)
