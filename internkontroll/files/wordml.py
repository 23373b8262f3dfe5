"""WordprocessingML som text: runs, paragraphs and tables of a DOCX, read in by python-docx at once.

Its own way, an element at a time, takes many times as long for a document of thousands of cells.
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from internkontroll.files.literal import literal
from internkontroll.files.plain_document import Table

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TAB = "<w:r><w:tab/></w:r>"
BREAK = "<w:r><w:br/></w:r>"
RIGHT = '<w:jc w:val="right"/>'
KEEP_NEXT = "<w:keepNext/>"
CELL_STYLE, CROWDED_STYLE = "Tabelltext", "Tabelltext liten"
"""The text of cells, and of those of a table that has more columns than there is room for."""
_KEPT_WHOLE = 8
"""Most rows of a table that is not broken between two pages."""
_LINES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="A9B0AC"/>'
    if side in {"top", "bottom", "insideH"}
    else f'<w:{side} w:val="nil"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_ROOM_IN_CELLS = "".join(
    f'<w:{side} w:w="{twips}" w:type="dxa"/>'
    for side, twips in (("top", 30), ("left", 70), ("bottom", 30), ("right", 70))
)


def body(content: str) -> str:
    """The content in an element of its own, with the name spaces that it takes."""
    return f'<w:body xmlns:w="{_MAIN}" xmlns:r="{_OFFICE}">{content}</w:body>'


def run(text: str, *, bold: bool = False, underlined: bool = False) -> str:
    """Words of one kind. They are literal, and their line ends are kept."""
    lines = "<w:br/>".join(map(_line, literal(text).split("\n")))
    kind = ("<w:b/>" if bold else "") + ('<w:u w:val="single"/>' if underlined else "")
    return f"<w:r>{f'<w:rPr>{kind}</w:rPr>' if kind else ''}{lines}</w:r>"


def _line(text: str) -> str:
    if not text:
        return ""
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<w:t{kept}>{escape(text)}</w:t>"


def link(target: str, words: str) -> str:
    """Runs that lead to an address; ``target`` is the number of its relation."""
    return f'<w:hyperlink w:history="1" r:id={quoteattr(target)}>{words}</w:hyperlink>'


def paragraph(words: str = "", *, style: str | None = None, shape: str = "") -> str:
    """A paragraph of runs. ``style`` is the template's name of it.

    ``shape`` is what more is said of it, in the order of the schema.
    """
    # In the template that python-docx brings the id of a style is its name without spaces.
    named = f'<w:pStyle w:val="{style.replace(" ", "")}"/>' if style else ""
    return f"<w:p>{f'<w:pPr>{named}{shape}</w:pPr>' if named or shape else ''}{words}</w:p>"


def in_list(number: int) -> str:
    """The shape of an item of the list of that number."""
    return f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'


def hanging(width: int) -> str:
    """The shape of a paragraph whose words after a tab stand under each other. In twips."""
    return (
        f'<w:tabs><w:tab w:pos="{width}" w:val="left"/></w:tabs><w:spacing w:after="60"/>'
        f'<w:ind w:left="{width}" w:hanging="{width}"/>'
    )


def table(block: Table, widths: Sequence[int]) -> str:
    """A table with its header row marked, and no row broken. ``widths`` are in twips.

    A short one stands on one page, and no header stands without a row.
    """
    last = len(block.rows) - 1
    style = CROWDED_STYLE if block.is_crowded else CELL_STYLE
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:type="auto" w:w="0"/>'
        # The order of these is the schema's: lines, room, look, caption.
        f"<w:tblBorders>{_LINES}</w:tblBorders><w:tblCellMar>{_ROOM_IN_CELLS}</w:tblCellMar>"
        '<w:tblLook w:firstRow="1" w:noHBand="1" w:noVBand="1"/>'
        f"<w:tblCaption w:val={quoteattr(literal(block.caption))}/></w:tblPr><w:tblGrid>"
        + "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        + "</w:tblGrid>"
        + _row(block, widths, block.header, style, heads=True)
        + "".join(
            _row(block, widths, row, style, keep=place < last < _KEPT_WHOLE)
            for place, row in enumerate(block.rows)
        )
        + "</w:tbl>"
    )


def _row(
    block: Table,
    widths: Sequence[int],
    texts: Sequence[str],
    style: str,
    *,
    heads: bool = False,
    keep: bool = False,
) -> str:
    kept = KEEP_NEXT if keep or (heads and block.rows) else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{width}"/></w:tcPr>'
        + paragraph(
            run(text, bold=heads),
            style=style,
            shape=kept + (RIGHT if place in block.numbers else ""),
        )
        + "</w:tc>"
        for place, (width, text) in enumerate(zip(widths, texts, strict=True))
    )
    marked = "<w:tblHeader/>" if heads else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{marked}</w:trPr>{cells}</w:tr>"
