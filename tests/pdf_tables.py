"""The tables of a tagged PDF as a screen reader takes them: by the structure tree, cell by cell."""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from tests.pdf_text import _shown, _unicode_map

Rows = list[list[str]]


def _marked(page: Any) -> dict[int, str]:
    """The text of each marked piece of a page's content, by its number."""
    fonts = page.Resources.get("/Font", {})
    tables = {name: _unicode_map(font) for name, font in fonts.items()}
    table: dict[int, str] = {}
    open_marks: list[int | None] = []
    found: dict[int, list[str]] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name == "Tf":
            table = tables[str(operands[0])]
        elif name == "BMC":
            open_marks.append(None)
        elif name == "BDC":
            told = operands[1]
            number = told.get("/MCID") if isinstance(told, pikepdf.Dictionary) else None
            open_marks.append(None if number is None else int(number))
        elif name == "EMC":
            open_marks.pop()
        elif name in {"Tj", "TJ"}:
            inner = next((mark for mark in reversed(open_marks) if mark is not None), None)
            if inner is not None:
                found.setdefault(inner, []).append(_shown(operands, table))
    return {number: " ".join(parts) for number, parts in found.items()}


def _kids(node: Any) -> list[Any]:
    kids = node.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def _text(node: Any, pages: dict[tuple[int, int], dict[int, str]], page: Any) -> str:
    page = node.get("/Pg", page)
    parts = []
    for kid in _kids(node):
        if isinstance(kid, pikepdf.Dictionary):
            if "/MCID" in kid:
                own = kid.get("/Pg", page)
                parts.append(pages[own.objgen].get(int(kid.MCID), ""))
            elif "/S" in kid:
                parts.append(_text(kid, pages, page))
        else:
            parts.append(pages[page.objgen].get(int(kid), ""))
    return " ".join(" ".join(parts).split())


def _below(node: Any, kind: str) -> Iterator[Any]:
    for kid in _kids(node):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            if str(kid.S) == kind:
                yield kid
            else:
                yield from _below(kid, kind)


def pdf_tables(content: bytes) -> list[Rows]:
    """Each table as rows of the text of its cells, in the order of reading."""
    with pikepdf.open(io.BytesIO(content)) as document:
        pages = {page.obj.objgen: _marked(page) for page in document.pages}
        root = document.Root.StructTreeRoot
        return [
            [
                [_text(cell, pages, None) for cell in _kids(row) if str(cell.S) in {"/TH", "/TD"}]
                for row in _below(table, "/TR")
            ]
            for table in _below(root, "/Table")
        ]
