"""Lätt formatering i text: parsed once into blocks, which every document renders its own way.

Four marks and nothing else: ``# `` and ``## `` begin a heading, ``- `` or ``1. `` an item of a
list, ``**so**`` is bold, ``[words](https://address)`` is a link. Whatever does not fit stays the
text that was typed, also HTML, Typst, formulas, and a link whose words are another address: nothing
typed can become anything but these. Pure.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

BOLD_MAX = 1_000
"""Most characters within one pair of bold marks; longer stays literal."""

_INLINE = re.compile(
    rf"\*\*(?P<bold>[^\s*](?:[^*\n]{{0,{BOLD_MAX - 2}}}[^\s*])?)\*\*"
    r"|\[(?P<words>[^\[\]\n]{1,300})\]"
    # No "@" before the path, and no letters of other scripts that look like ours: the address
    # shall lead to where it seems to lead.
    r"\((?P<address>https://[A-Za-z0-9À-ÖØ-öø-ÿ.-]{1,253}(?::[0-9]{1,5})?(?:[/?#][^\s()<>\"]{0,1800})?)\)"
)
_HOST = re.compile(r"(?:https?://|\bwww\.)(?:www\.)?([^\s/?#:]+)", re.IGNORECASE)
_HEADING = re.compile(r"(#{1,2}) +(\S.*)")
_BULLET = re.compile(r"[-*•] +(\S.*)")
_NUMBERED = re.compile(r"([0-9]{1,3})[.)] +(\S.*)")


@dataclass(frozen=True)
class Text:
    """Text as it was typed."""

    text: str


@dataclass(frozen=True)
class Bold:
    """Fetstil."""

    text: str


@dataclass(frozen=True)
class Link:
    """Länk: its words and an https address."""

    text: str
    address: str


@dataclass(frozen=True)
class Break:
    """Ny rad within a paragraph."""

    text: str = "\n"


Inline = Text | Bold | Link | Break


@dataclass(frozen=True)
class Heading:
    """Rubrik; ``level`` 1 or 2, counted from where the text stands. No text begins at 2."""

    level: int
    parts: tuple[Inline, ...]


@dataclass(frozen=True)
class Paragraph:
    """Stycke."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True)
class Items:
    """Lista: ``first`` is the first number of a numbered one, None for bullets."""

    items: tuple[tuple[Inline, ...], ...]
    first: int | None = None


Block = Heading | Paragraph | Items


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a text. Never refuses: what is no mark is text. Linear in the length."""
    blocks: list[Block] = []
    open_lines: list[str] = []
    open_items: list[tuple[Inline, ...]] = []
    first: int | None = None
    deepest = 0

    def close() -> None:
        if open_lines:
            blocks.append(Paragraph(_joined(_inlines(line) for line in open_lines)))
            open_lines.clear()
        if open_items:
            blocks.append(Items(tuple(open_items), first))
            open_items.clear()

    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = line.strip()
        bullet, numbered = _BULLET.fullmatch(line), _NUMBERED.fullmatch(line)
        if not line:
            close()
        elif heading := _HEADING.fullmatch(line):
            close()
            # A level that is skipped is one that a reader of headings loses their way by.
            deepest = min(len(heading[1]), deepest + 1)
            blocks.append(Heading(deepest, _inlines(heading[2])))
        elif bullet or numbered:
            is_new = not open_items or (first is None) != (numbered is None)
            if is_new:
                close()
                first = int(numbered[1]) if numbered else None
            found = bullet[1] if bullet else numbered[2] if numbered else ""
            open_items.append(_inlines(found))
        else:
            if open_items:
                close()
            open_lines.append(line)
    close()
    return tuple(blocks)


def _inlines(line: str) -> tuple[Inline, ...]:
    parts: list[Inline] = []
    after = 0
    for found in _INLINE.finditer(line):
        if found.start() > after:
            parts.append(Text(line[after : found.start()]))
        if found["bold"] is not None:
            parts.append(Bold(found["bold"]))
        elif _leads_elsewhere(found["words"], found["address"]):
            parts.append(Text(found[0]))
        else:
            parts.append(Link(found["words"], found["address"]))
        after = found.end()
    if after < len(line):
        parts.append(Text(line[after:]))
    return tuple(parts)


def _leads_elsewhere(words: str, address: str) -> bool:
    """Whether the words are themselves an address, and of another place than the link's."""
    seen, own = _HOST.search(words), _HOST.search(address)
    return seen is not None and own is not None and seen[1].casefold() != own[1].casefold()


def _joined(lines: Iterable[tuple[Inline, ...]]) -> tuple[Inline, ...]:
    parts: list[Inline] = []
    for line in lines:
        parts += [Break(), *line] if parts else line
    return tuple(parts)


def to_html(blocks: Sequence[Block], *, level: int = 3) -> str:
    """The blocks as escaped HTML. ``level`` (2-5) is the heading level of a text's ``# ``."""
    return "\n".join(_html_of(block, level) for block in blocks)


def _html_of(block: Block, level: int) -> str:
    if isinstance(block, Heading):
        name = f"h{min(level + block.level - 1, 6)}"
        return f"<{name}>{_html_parts(block.parts)}</{name}>"
    if isinstance(block, Paragraph):
        return f"<p>{_html_parts(block.parts)}</p>"
    items = "".join(f"<li>{_html_parts(item)}</li>" for item in block.items)
    if block.first is None:
        return f"<ul>{items}</ul>"
    start = f' start="{block.first}"' if block.first != 1 else ""
    return f"<ol{start}>{items}</ol>"


def _html_parts(parts: Sequence[Inline]) -> str:
    return "".join(_html_part(part) for part in parts)


def _html_part(part: Inline) -> str:
    if isinstance(part, Break):
        return "<br>"
    words = escape(part.text)
    if isinstance(part, Bold):
        return f"<b>{words}</b>"
    if isinstance(part, Link):
        return f'<a href="{escape(part.address)}" rel="noreferrer">{words}</a>'
    return words


def to_data(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """The blocks as plain data, which Typst reads as JSON: it shows strings, never runs them."""
    return [_data_of(block) for block in blocks]


def _data_of(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "parts": _data_parts(block.parts)}
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "parts": _data_parts(block.parts)}
    items = [_data_parts(item) for item in block.items]
    return {"kind": "items", "first": block.first, "items": items}


def _data_parts(parts: Sequence[Inline]) -> list[dict[str, str]]:
    return [
        {"kind": "link", "text": part.text, "address": part.address}
        if isinstance(part, Link)
        else {"kind": type(part).__name__.lower(), "text": part.text}
        for part in parts
    ]
