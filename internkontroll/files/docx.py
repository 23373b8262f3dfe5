"""Skriv DOCX: a document from plain data that Word and LibreOffice open as what it is.

Real headings, tables whose header row is marked and repeated, the language said, page x of y. The
same document gives the same bytes: nothing of the clock and of the machine is in the file.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from internkontroll.files import markup, wordml
from internkontroll.files.house import House
from internkontroll.files.literal import literal
from internkontroll.files.pdf import Unset, set_all, unset_pictures
from internkontroll.files.plain_document import (
    Block,
    Bullets,
    Heading,
    Image,
    Paragraph,
    PlainDocument,
    Table,
    Terms,
    Typed,
    leading,
    named,
)

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph as WordParagraph

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

LANGUAGE = "sv-SE"
FACE = "Calibri"
_BULLETED, _NUMBERED = "List Bullet", "List Number"
_TERM_WIDTH_CM = 5
_TERM_WORD_MAX = 36
"""Signs of a word that may stand beside its term; a checksum stands below it."""
_TEXT_WIDTH_CM = 17
_LOGO_HEIGHT_CM = 1.3
_INK = "#16262b"
_PLAIN = House(colour=_INK)
_PICTURE_WIDTH_CM = 11
_CELL_POINTS = {wordml.CELL_STYLE: 9, wordml.CROWDED_STYLE: 8}
"""Smaller than the running text: words keep whole, also in a face that is wider than FACE."""
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_FIRST_PART = "[Content_Types].xml"


def _element(name: str, **attributes: str) -> Any:
    """An element of WordprocessingML with attributes of the same name space."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _style(word: "WordDocument", name: str) -> "ParagraphStyle":
    from docx.styles.style import ParagraphStyle

    found = word.styles[name]
    if not isinstance(found, ParagraphStyle):
        raise TypeError(f"{name} is no style of paragraphs")
    return found


def _append(word: "WordDocument", content: str) -> None:
    """Write what WordprocessingML as text says, after what is written already."""
    from docx.oxml.parser import parse_xml

    last = word.element.body.sectPr
    for made in parse_xml(wordml.body(content)):
        last.addprevious(made)


def _parts(word: "WordDocument", parts: Sequence[markup.Inline]) -> str:
    """The words of a text with light markup, each in a run of its own kind."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    made = []
    for part in parts:
        match part:
            case markup.Bold():
                made.append(wordml.run(part.text, bold=True))
            case markup.Link():
                target = word.part.relate_to(
                    part.address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
                )
                made.append(wordml.link(target, wordml.run(part.text, underlined=True)))
            case _:
                made.append(wordml.run(part.text))
    return "".join(made)


def _number_from(word: "WordDocument", first: int) -> int:
    """The number of a list that counts by itself: Word goes on from the list before it else."""
    numbering = word.part.numbering_part.element
    style = _style(word, _NUMBERED).element.pPr.numPr.numId.val
    (kind,) = numbering.xpath(f'./w:num[@w:numId="{style}"]/w:abstractNumId/@w:val')
    made = numbering.add_num(int(kind))
    made.add_lvlOverride(ilvl=0).add_startOverride(first)
    return int(made.numId)


def _typed(word: "WordDocument", typed: Typed) -> Iterator[str]:
    for block in typed.blocks:
        match block:
            case markup.Heading():
                style = f"Heading {typed.level + block.level - 1}"
                yield wordml.paragraph(_parts(word, block.parts), style=style)
            case markup.Paragraph():
                yield wordml.paragraph(_parts(word, block.parts))
            case markup.Items():
                numbered = block.first is not None
                style = _NUMBERED if numbered else _BULLETED
                shape = (
                    wordml.in_list(_number_from(word, block.first))
                    if block.first is not None
                    else ""
                )
                for parts in block.items:
                    yield wordml.paragraph(_parts(word, parts), style=style, shape=shape)


def _terms(block: Terms) -> Iterator[str]:
    from docx.shared import Cm

    shape = wordml.hanging(Cm(_TERM_WIDTH_CM).twips)
    for term, value in block.pairs:
        unbroken = max(map(len, value.split()), default=0)
        between = wordml.TAB if unbroken <= _TERM_WORD_MAX else wordml.BREAK
        words = wordml.run(term, bold=True) + between + wordml.run(value)
        yield wordml.paragraph(words, shape=shape)


def _table(block: Table, *, has_name: bool) -> Iterator[str]:
    from docx.shared import Cm, Emu

    unit = Cm(_TEXT_WIDTH_CM) / sum(block.widths)
    if not has_name:
        yield wordml.paragraph(wordml.run(block.caption), style="Caption", shape=wordml.KEEP_NEXT)
    yield wordml.table(block, [Emu(round(unit * width)).twips for width in block.widths])
    yield wordml.paragraph(style=wordml.CELL_STYLE)


def _content(word: "WordDocument", block: Block, *, leads: bool, has_name: bool) -> Iterator[str]:
    """What a block is in WordprocessingML, piece by piece.

    ``leads`` is of a paragraph, and ``has_name`` of a table: see leading and named.
    """
    shape = wordml.KEEP_NEXT if leads else ""
    match block:
        case Heading():
            yield wordml.paragraph(wordml.run(block.text), style=f"Heading {block.level}")
        case Paragraph():
            yield wordml.paragraph(wordml.run(block.text, bold=block.strong), shape=shape)
        case Typed():
            yield from _typed(word, block)
        case Terms():
            yield from _terms(block)
        case Bullets():
            for item in block.items:
                yield wordml.paragraph(wordml.run(item), style=_BULLETED)
        case Table():
            yield from _table(block, has_name=has_name)


def _write_image(word: "WordDocument", block: Image, drawing: bytes, number: int) -> None:
    from docx.oxml.shape import CT_Inline
    from docx.shared import Cm

    # As python-docx's add_picture, which looks for a free number in the whole document each time.
    target, kept = word.part.get_or_add_image(io.BytesIO(drawing))
    width, height = kept.scaled_dimensions(Cm(_PICTURE_WIDTH_CM))
    drawn = CT_Inline.new_pic_inline(number, target, kept.filename, width, height)
    drawn.docPr.set("title", literal(block.title))
    drawn.docPr.set("descr", literal(f"{block.title}. {block.description}"))
    word.add_paragraph().add_run()._r.add_drawing(drawn)


def _write(word: "WordDocument", blocks: Sequence[Block], drawn: Sequence[bytes]) -> None:
    """Write the blocks; what stands between two images is read in at once."""
    drawings = enumerate(drawn, start=1)
    waiting: list[str] = []
    told = zip(blocks, leading(blocks), named(blocks), strict=True)
    for block, leads, has_name in told:
        if isinstance(block, Image):
            _append(word, "".join(waiting))
            waiting.clear()
            number, drawing = next(drawings)
            _write_image(word, block, drawing, number)
        else:
            waiting += _content(word, block, leads=leads, has_name=has_name)
    _append(word, "".join(waiting))


def _field(paragraph: "WordParagraph", instruction: str) -> None:
    """A field that the word processor counts, such as the page's number."""
    for kind in ("begin", None, "separate", "shown", "end"):
        run = paragraph.add_run()
        if kind is None:
            text = _element("instrText")
            text.text = f" {instruction} "
            run._r.append(text)
        elif kind == "shown":
            run.text = "1"
        else:
            run._r.append(_element("fldChar", fldCharType=kind))


def _set_page(word: "WordDocument", document: PlainDocument, house: House) -> None:
    from docx.shared import Cm

    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.4)
    if house.logo is not None:
        shown = (
            section.header.paragraphs[0]
            .add_run()
            .add_picture(io.BytesIO(house.logo), height=Cm(_LOGO_HEIGHT_CM))
        )
        shown._inline.docPr.set("descr", literal(house.name))
        section.header.add_paragraph()
    head = section.header.paragraphs[-1]
    head.add_run(literal(f"{document.board} · {document.title}"))
    head.add_run().add_break()
    head.add_run(literal(document.standing))
    foot = section.footer.paragraphs[0]
    foot.add_run("Sida ")
    _field(foot, "PAGE")
    foot.add_run(" av ")
    _field(foot, "NUMPAGES")


def _set_styles(word: "WordDocument", house: House) -> None:
    """Swedish in all that is written, one face, and the ink of the other documents."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    told = word.styles.element.iter(qn("w:lang"))
    themes = word.settings.element.iter(qn("w:themeFontLang"))
    for language in (*told, *themes):
        for name in ("val", "eastAsia"):
            language.set(qn(f"w:{name}"), LANGUAGE)
    for name, points in _CELL_POINTS.items():
        cells = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        cells.base_style = word.styles["Normal"]
        cells.font.size, cells.paragraph_format.space_after = Pt(points), Pt(0)
    sizes = {"Normal": 11, "Title": 21, "Heading 1": 15, "Heading 2": 12, "Heading 3": 11}
    for name, size in {**sizes, "Caption": 10, "Header": 9, "Footer": 9}.items():
        style = _style(word, name)
        style.font.name, style.font.size = FACE, Pt(size)
        told = house.colour if name.startswith(("Title", "Heading")) else _INK
        style.font.color.rgb = RGBColor.from_string(told.removeprefix("#").upper())
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)


def _set_properties(word: "WordDocument", document: PlainDocument) -> None:
    core = word.core_properties
    core.title, core.author = literal(document.title), literal(document.board)
    core.language, core.last_modified_by, core.comments = LANGUAGE, "", ""
    core.revision = 1
    core.created = core.modified = datetime.combine(document.day, time(), UTC).replace(tzinfo=None)


class _Parts(dict[str, bytes]):
    """The parts of a package by name, collected where its writer would have packed them."""

    def write(self, place: str, content: bytes) -> None:
        """Keep a part. ``place`` is "/word/document.xml"."""
        self[place.removeprefix("/")] = content


def _packed(word: "WordDocument") -> bytes:
    """The archive with its parts in one order and without the hour it was made."""
    from docx.opc.pkgwriter import PackageWriter

    package, parts = word.part.package, _Parts()
    for part in package.parts:
        part.before_marshal()
    writer: Any = PackageWriter
    writer._write_content_types_stream(parts, package.parts)
    writer._write_pkg_rels(parts, package.rels)
    writer._write_parts(parts, package.parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in sorted(parts, key=lambda part: (part != _FIRST_PART, part)):
            entry = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, parts[name])
    return out.getvalue()


def _written(document: PlainDocument, house: House, drawn: Sequence[bytes]) -> bytes:
    import docx

    word = docx.Document()
    _set_styles(word, house)
    _set_page(word, document, house)
    _set_properties(word, document)
    _append(word, wordml.paragraph(wordml.run(document.title), style="Title"))
    _write(word, document.blocks, drawn)
    return _packed(word)


def unset_docx(document: PlainDocument, house: House | None = None) -> Unset[bytes]:
    """The document as a DOCX file, when its pictures are drawn.

    Every text is literal; a sign of no XML is told as [U+0001].
    """
    svgs = [block.svg for block in document.blocks if isinstance(block, Image)]
    return unset_pictures(
        "the drawings of a DOCX", svgs, lambda drawn: _written(document, house or _PLAIN, drawn)
    )


def docx_bytes(document: PlainDocument, house: House | None = None) -> bytes:
    """Make the document as a DOCX file, as unset_docx. Raises DocumentNotMade."""
    (made,) = set_all([unset_docx(document, house)])
    return made
