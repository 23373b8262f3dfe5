"""Word documents made in memory, written as XML so that every oddity can be made on purpose."""

import io
import zipfile
from collections.abc import Iterable, Sequence

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
V = "urn:schemas-microsoft-com:vml"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
)


def run(text: str) -> str:
    """A run of text; a line end in it is a line break."""
    return "<w:r>" + "<w:br/>".join(f"<w:t>{line}</w:t>" for line in text.split("\n")) + "</w:r>"


def paragraph(text: str = "", *, inner: str = "", style: str = "", listed: bool = False) -> str:
    """A paragraph; ``inner`` is XML instead of text."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if listed:
        properties += '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner or run(text)}</w:p>"


def cell(text: str = "", *, inner: str = "", span: int = 1, merge: str | None = None) -> str:
    """A cell; ``merge`` is ``restart`` or ``continue``, ``inner`` its paragraphs as XML."""
    properties = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    if merge == "restart":
        properties += '<w:vMerge w:val="restart"/>'
    elif merge:
        properties += "<w:vMerge/>"
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner or paragraph(text)}</w:tc>"


def row(*cells: str, before: int = 0) -> str:
    """A row of texts, or of cells as XML."""
    properties = f'<w:trPr><w:gridBefore w:val="{before}"/></w:trPr>' if before else ""
    made = (one if one.startswith("<w:tc>") else cell(one) for one in cells)
    return f"<w:tr>{properties}{''.join(made)}</w:tr>"


def table(*rows: Sequence[str] | str) -> str:
    """A table of rows of texts, or of rows as XML."""
    made = (one if isinstance(one, str) else row(*one) for one in rows)
    return f"<w:tbl><w:tblPr/>{''.join(made)}</w:tbl>"


def body(*parts: str) -> str:
    """The document part around paragraphs and tables."""
    return (
        f'<?xml version="1.0"?><w:document xmlns:w="{W}" xmlns:mc="{MC}" xmlns:v="{V}"><w:body>'
        f"{''.join(parts)}</w:body></w:document>"
    )


def document(
    *parts: str, extra: Iterable[tuple[str, bytes | str]] = (), whole: str | None = None
) -> bytes:
    """A .docx archive; ``whole`` is the document part as it is to be."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("word/document.xml", whole or body(*parts))
        for name, content in extra:
            archive.writestr(name, content)
    return data.getvalue()
