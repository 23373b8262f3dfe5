"""The text of a PDF as a reader would copy it, read from the file itself with pikepdf."""

import io
import re
from typing import Any

import pikepdf

_BLOCK = re.compile(r"begin(bfchar|bfrange)(.*?)endbf", re.DOTALL)
_HEX = re.compile(r"<([0-9A-Fa-f]+)>")


def _unicode_map(font: Any) -> dict[int, str]:
    """The font's ToUnicode table; Typst writes two-byte codes."""
    table: dict[int, str] = {}
    for kind, block in _BLOCK.findall(font.ToUnicode.read_bytes().decode("latin-1")):
        values = _HEX.findall(block)
        size = 2 if kind == "bfchar" else 3
        for place in range(0, len(values), size):
            first, last = int(values[place], 16), int(values[place + size - 2], 16)
            shown = bytes.fromhex(values[place + size - 1]).decode("utf-16-be")
            for step in range(last - first + 1):
                table[first + step] = shown[:-1] + chr(ord(shown[-1]) + step)
    return table


def _shown(operands: Any, table: dict[int, str]) -> str:
    parts = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
    text = ""
    for part in parts:
        if isinstance(part, pikepdf.String):
            codes = bytes(part)
            pairs = (codes[place : place + 2] for place in range(0, len(codes), 2))
            text += "".join(table.get(int.from_bytes(pair, "big"), "") for pair in pairs)
    return text


def pdf_text(content: bytes) -> str:
    """All text, runs parted by a blank, white space made one blank."""
    runs: list[str] = []
    with pikepdf.open(io.BytesIO(content)) as document:
        for page in document.pages:
            fonts = page.Resources.get("/Font", {})
            tables = {name: _unicode_map(font) for name, font in fonts.items()}
            table: dict[int, str] = {}
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    table = tables[str(operands[0])]
                elif str(operator) in {"Tj", "TJ"}:
                    runs.append(_shown(operands, table))
    return " ".join(" ".join(runs).split())
