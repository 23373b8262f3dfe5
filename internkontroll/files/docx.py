"""Skriv DOCX: a document from plain data that Word and LibreOffice open as what it is.

Real headings, tables whose header row is marked and repeated, the language said, page x of y. The
same document gives the same bytes: nothing of the clock and of the machine is in the file.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from internkontroll.core.dates import long_date
from internkontroll.files import markup
from internkontroll.files.house import House
from internkontroll.files.literal import literal
from internkontroll.files.pdf import pictures_png
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
)

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph as WordParagraph

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

LANGUAGE = "sv-SE"
FACE = "Calibri"
_NUMBERED = "List Number"
_TERM_WIDTH_CM = 5
_TEXT_WIDTH_CM = 17
_LOGO_HEIGHT_CM = 1.3
_INK = "#16262b"
_PLAIN = House(colour=_INK)
_PICTURE_WIDTH_CM = 11
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


def _write_paragraph(word: "WordDocument", block: Paragraph) -> None:
    word.add_paragraph().add_run(literal(block.text)).bold = block.strong or None


def _write_parts(paragraph: "WordParagraph", parts: Sequence[markup.Inline]) -> None:
    """The words of a text with light markup, each in a run of its own kind."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    for part in parts:
        run = paragraph.add_run(part.text)
        match part:
            case markup.Bold():
                run.bold = True
            case markup.Link():
                run.underline = True
                link = _element("hyperlink", history="1")
                target = paragraph.part.relate_to(
                    part.address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
                )
                link.set(qn("r:id"), target)
                paragraph._p.append(link)
                link.append(run._r)


def _number_from(word: "WordDocument", paragraphs: Sequence["WordParagraph"], first: int) -> None:
    """Count the items of one list by themselves: Word goes on from the list before it else."""
    from docx.oxml.ns import qn

    numbering = word.part.numbering_part.element
    style = _style(word, _NUMBERED).element.pPr.numPr.numId.val
    (kind,) = numbering.xpath(f'./w:num[@w:numId="{style}"]/w:abstractNumId/@w:val')
    made = numbering.add_num(int(kind))
    made.add_lvlOverride(ilvl=0).add_startOverride(first)
    for paragraph in paragraphs:
        asked = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        asked.get_or_add_ilvl().set(qn("w:val"), "0")
        asked.get_or_add_numId().set(qn("w:val"), str(made.numId))


def _write_typed(word: "WordDocument", typed: Typed) -> None:
    for block in typed.blocks:
        match block:
            case markup.Heading():
                heading = word.add_heading(level=typed.level + block.level - 1)
                _write_parts(heading, block.parts)
            case markup.Paragraph():
                _write_parts(word.add_paragraph(), block.parts)
            case markup.Items():
                numbered = block.first is not None
                made = [
                    word.add_paragraph(style=_NUMBERED if numbered else "List Bullet")
                    for _ in block.items
                ]
                for paragraph, parts in zip(made, block.items, strict=True):
                    _write_parts(paragraph, parts)
                if block.first is not None:
                    _number_from(word, made, block.first)


def _write_terms(word: "WordDocument", block: Terms) -> None:
    from docx.shared import Cm

    width = Cm(_TERM_WIDTH_CM)
    for term, value in block.pairs:
        made = word.add_paragraph()
        shape = made.paragraph_format
        shape.left_indent, shape.first_line_indent = width, -width
        shape.tab_stops.add_tab_stop(width)
        made.add_run(literal(term)).bold = True
        made.add_run("\t")
        made.add_run(literal(value))


def _write_table(word: "WordDocument", block: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Emu

    word.add_paragraph(
        literal(block.caption), style="Caption"
    ).paragraph_format.keep_with_next = True
    table = word.add_table(rows=1 + len(block.rows), cols=len(block.header), style="Table Grid")
    unit = Cm(_TEXT_WIDTH_CM) / sum(block.widths)
    widths = [Emu(round(unit * width)) for width in block.widths]
    for made, width in zip(table.columns, widths, strict=True):
        made.width = width
    properties = table._tbl.tblPr
    look = properties.find(_element("tblLook").tag)
    for old in [look] if look is not None else []:
        properties.remove(old)
    # The order of these is the schema's: the look before the caption.
    properties.append(_element("tblLook", firstRow="1", noHBand="1", noVBand="1"))
    properties.append(_element("tblCaption", val=literal(block.caption)))
    for number, (row, texts) in enumerate(
        zip(table.rows, (block.header, *block.rows), strict=True)
    ):
        asked = row._tr.get_or_add_trPr()
        asked.append(_element("cantSplit"))
        if number == 0:
            asked.append(_element("tblHeader"))
        for column, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[column]
            paragraph = cell.paragraphs[0]
            paragraph.add_run(literal(text)).bold = number == 0 or None
            if column in block.numbers:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    word.add_paragraph()


def _write_image(word: "WordDocument", block: Image, drawing: bytes) -> None:
    from docx.shared import Cm

    drawn = word.add_picture(io.BytesIO(drawing), width=Cm(_PICTURE_WIDTH_CM))
    told = drawn._inline.docPr
    told.set("title", literal(block.title))
    told.set("descr", literal(f"{block.title}. {block.description}"))


def _write(word: "WordDocument", block: Block, drawings: Iterator[bytes]) -> None:
    match block:
        case Heading():
            word.add_heading(literal(block.text), level=block.level)
        case Paragraph():
            _write_paragraph(word, block)
        case Typed():
            _write_typed(word, block)
        case Terms():
            _write_terms(word, block)
        case Bullets():
            for item in block.items:
                word.add_paragraph(literal(item), style="List Bullet")
        case Table():
            _write_table(word, block)
        case Image():
            _write_image(word, block, next(drawings))


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
    head.add_run(literal(f"{long_date(document.day)} · {document.version}"))
    foot = section.footer.paragraphs[0]
    foot.add_run("Sida ")
    _field(foot, "PAGE")
    foot.add_run(" av ")
    _field(foot, "NUMPAGES")


def _set_styles(word: "WordDocument", house: House) -> None:
    """Swedish in all that is written, one face, and the ink of the other documents."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    told = word.styles.element.iter(qn("w:lang"))
    themes = word.settings.element.iter(qn("w:themeFontLang"))
    for language in (*told, *themes):
        for name in ("val", "eastAsia"):
            language.set(qn(f"w:{name}"), LANGUAGE)
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


def _packed(content: bytes) -> bytes:
    """The archive anew with its parts in one order and without the hour it was made."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as made,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in sorted(made.namelist(), key=lambda part: (part != _FIRST_PART, part)):
            entry = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, made.read(name))
    return out.getvalue()


def docx_bytes(document: PlainDocument, house: House | None = None) -> bytes:
    """The document as a DOCX file. Every text is literal; a sign of no XML is told as [U+0001]."""
    import docx

    word = docx.Document()
    _set_styles(word, house or _PLAIN)
    _set_page(word, document, house or _PLAIN)
    _set_properties(word, document)
    word.add_paragraph(literal(document.title), style="Title")
    drawings = iter(pictures_png([one.svg for one in document.blocks if isinstance(one, Image)]))
    for block in document.blocks:
        _write(word, block, drawings)
    out = io.BytesIO()
    word.save(out)
    return _packed(out.getvalue())
