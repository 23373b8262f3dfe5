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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

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
"""Seconds that all orders of a process may take: less than gunicorn waits before it gives up."""
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


Made = TypeVar("Made")


@dataclass(frozen=True)
class Unset(Generic[Made]):
    """Osatt dokument: what the typesetter is asked for, and what is made of what it answers with.

    ``name`` says which it is where it cannot be made. ``order`` is None for one that needs nothing
    drawn. ``finish`` gets the files of the order: one, or one of each drawing.
    """

    name: str
    order: dict[str, Any] | None
    finish: Callable[[list[bytes]], Made]


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


def set_all(documents: Sequence[Unset[Made]]) -> list[Made]:
    """Sätt dokumenten: make all of them in one process.

    What several of them hold, such as a drawing, is then read once, and Typst starts once.

    Raises DocumentNotMade if Typst refuses one or has anything to warn of (a font it could not
    find is a warning to it); what Typst said stands in the cause, never in the sentence.
    """
    names = ", ".join(one.name for one in documents)
    orders = [one.order for one in documents if one.order is not None]
    try:
        answers = iter(_typeset(orders) if orders else ())
    except Refused as error:
        raise DocumentNotMade(f"{names} could not be made") from error
    return [one.finish(_files_of(one, answers) if one.order else []) for one in documents]


def _files_of(
    document: Unset[Any], answers: Iterator[tuple[list[bytes], dict[str, Any]]]
) -> list[bytes]:
    files, told = next(answers)
    if told["refused"] is not None:
        raise DocumentNotMade(f"{document.name} could not be made") from Refused(told["refused"])
    if told["warnings"]:
        raise DocumentNotMade(f"{document.name} was made with warnings") from RuntimeError(
            "; ".join(told["warnings"])
        )
    return files


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


def unset_pictures(
    name: str, svgs: Sequence[str], finish: Callable[[list[bytes]], Made]
) -> Unset[Made]:
    """What is made of drawings as PNG, 200 points to the inch on paper; one of each, in order.

    For the formats that take no SVG. Nothing is asked of the typesetter where there are none.
    """
    if not svgs:
        return Unset(name, None, finish)
    told = [str(svg) for svg in _showable(list(svgs))]
    order = _order(_PICTURES, _AS_PNG, data=json.dumps(told, ensure_ascii=False))
    return Unset(name, order, finish)


def unset_pdf(template_name: str, data: dict[str, Any], house: House | None = None) -> Unset[bytes]:
    """The PDF of a template (``report.typ``) and plain data (str, int, bool, dates, lists).

    ``house`` is the municipality's look; without it the document has the program's own.

    Raises DocumentNotMade if there is no such template.
    """
    template = TEMPLATES / template_name
    if template.parent != TEMPLATES or not template.is_file():
        raise DocumentNotMade(f"there is no template {template_name}")
    try:
        told = json.dumps(_showable(plain(data)), ensure_ascii=False)
        look = json.dumps(_showable(house.data()) if house else None, ensure_ascii=False)
    except Refused as error:
        raise DocumentNotMade(f"{template_name} could not be made") from error
    return Unset(
        template_name, _order(template, _AS_PDF, data=told, house=look), lambda one: one[0]
    )


def render_pdf(template_name: str, data: dict[str, Any], house: House | None = None) -> bytes:
    """Make the PDF of a template and plain data, as unset_pdf. Raises DocumentNotMade."""
    (made,) = set_all([unset_pdf(template_name, data, house)])
    return made


def unset_plain_pdf(document: PlainDocument, house: House | None = None) -> Unset[bytes]:
    """The PDF of a document of plain blocks. Raises DocumentNotMade."""
    return unset_pdf("plain.typ", document_data(document), house)


def plain_pdf(document: PlainDocument, house: House | None = None) -> bytes:
    """Make the PDF of a document of plain blocks. Raises DocumentNotMade."""
    (made,) = set_all([unset_plain_pdf(document, house)])
    return made
