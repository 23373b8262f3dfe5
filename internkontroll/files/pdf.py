"""Skriv PDF: a document from plain data and one of our own templates, by Typst.

Always PDF/A-2a and PDF/UA-1. The data reaches the template as JSON and is never read as markup.
Nothing but the templates and the shipped fonts can be read, and nothing is fetched.
"""

import json
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from internkontroll.core.canonical import plain
from internkontroll.files.house import House
from internkontroll.files.literal import literal
from internkontroll.files.plain_document import PlainDocument, document_data

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates" / "documents"
FONTS = ROOT / "static" / "fonts"

_PROBE = TEMPLATES / "probe.typ"
_PICTURE = TEMPLATES / "picture.typ"
_SURELY_SHOWN = frozenset(
    chr(code) for code in range(0x20, 0x180) if not 0x7F <= code < 0xA0 and code != 0xAD
) | frozenset("\n–—‘’“”„…•−≤≥")

_HARMLESS = "\u00ad\u200b"
"""The signs that only say where a line may be broken."""


class DocumentNotMade(RuntimeError):
    """A document could not be made. Our own fault: a template or a font is wrong, not the data."""


def _compile(source: Path, data: str, house: str = "null") -> tuple[bytes, list[str]]:
    import typst

    made, warnings = typst.compile_with_warnings(
        source,
        root=TEMPLATES,
        format="pdf",
        font_paths=[FONTS],
        ignore_system_fonts=True,
        pdf_standards=["a-2a", "ua-1"],
        sys_inputs={"data": data, "house": house},
        package_path=TEMPLATES / "no-packages",
        package_cache_path=TEMPLATES / "no-packages",
    )
    return made, [str(warning) for warning in warnings]


def _steers(sign: str) -> bool:
    """Whether the sign has no shape and steers others: it could make a line read backwards."""
    return sign not in _HARMLESS and unicodedata.category(sign) in {"Cf", "Zl", "Zp"}


@lru_cache(maxsize=4096)
def _can_be_shown(sign: str) -> bool:
    """Whether the fonts at hand have the sign and the standards allow it."""
    import typst

    try:
        _compile(_PROBE, sign)
    except typst.TypstError:
        return False
    return True


def _showable(value: Any) -> Any:
    """The data with signs that no font has, and that steer, told as their number: "[U+1F600]".

    A tab becomes a space. Without this one odd sign in one comment would stop the document.
    """
    if isinstance(value, str):
        value = literal(value)
        odd = (
            sign for sign in set(value) - _SURELY_SHOWN if _steers(sign) or not _can_be_shown(sign)
        )
        names = {ord(sign): f"[U+{ord(sign):04X}]" for sign in odd}
        return value.translate(names) if names else value
    if isinstance(value, dict):
        return {key: _showable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_showable(item) for item in value]
    return value


def picture_png(svg: str) -> bytes:
    """A drawing as PNG, 200 points to the inch, for the formats that take no SVG.

    Raises DocumentNotMade if Typst refuses.
    """
    import typst

    try:
        made = typst.compile(
            _PICTURE,
            root=TEMPLATES,
            format="png",
            ppi=200.0,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            sys_inputs={"data": str(_showable(svg))},
            package_path=TEMPLATES / "no-packages",
            package_cache_path=TEMPLATES / "no-packages",
        )
    except typst.TypstError as error:
        raise DocumentNotMade("a drawing could not be made") from error
    if not isinstance(made, bytes):
        raise DocumentNotMade("a drawing took more than a page")
    return made


def render_pdf(template_name: str, data: dict[str, Any], house: House | None = None) -> bytes:
    """Make the PDF of a template (``report.typ``) and plain data (str, int, bool, dates, lists).

    ``house`` is the municipality's look; without it the document has the program's own.

    Raises DocumentNotMade if Typst refuses or has anything to warn of (a font it could not find
    is a warning to it); what Typst said stands in the cause, never in the sentence.
    """
    import typst

    template = TEMPLATES / template_name
    if template.parent != TEMPLATES or not template.is_file():
        raise DocumentNotMade(f"there is no template {template_name}")
    try:
        made, warnings = _compile(
            template,
            json.dumps(_showable(plain(data)), ensure_ascii=False),
            json.dumps(_showable(house.data()) if house else None, ensure_ascii=False),
        )
    except typst.TypstError as error:
        raise DocumentNotMade(f"{template_name} could not be made") from error
    if warnings:
        raise DocumentNotMade(f"{template_name} was made with warnings") from RuntimeError(
            "; ".join(warnings)
        )
    return made


def plain_pdf(document: PlainDocument, house: House | None = None) -> bytes:
    """Make the PDF of a document of plain blocks. Raises DocumentNotMade."""
    return render_pdf("plain.typ", document_data(document), house)
