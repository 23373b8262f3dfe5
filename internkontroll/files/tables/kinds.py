"""What a file is, told by its content and never by its name."""

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import shown

_SAVE = "Öppna den i Excel eller LibreOffice, spara som Excel-arbetsbok (.xlsx) eller CSV"
_IMAGE = (
    "är en bild ({kind}). Ett program kan inte läsa tabellen ur en bild. "
    "Be om tabellen som Excel-fil (.xlsx) eller CSV."
)

_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_COMPRESSED = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00")


def file_label(filename: str) -> str:
    """The file's own name as it is quoted in a sentence: no folder, at most 80 characters."""
    return shown(filename.replace("\\", "/").rsplit("/", 1)[-1], 80) or "Filen"


def table_kind(head: bytes, filename: str, *, whole: bytes | None = None) -> str:
    """``zip`` or ``text``, from the first bytes of the file (at least 4 096 if it has as many).

    ``whole`` is the complete content where the caller has it: it tells a locked workbook from an
    old one. Raises InvalidInput with the sentence that fits for everything else.
    """
    label = file_label(filename)
    if not head:
        raise InvalidInput(f"Filen ”{label}” är tom. Välj filen med tabellen.")
    if head.startswith(_ZIP):
        return "zip"
    reason = _binary_reason(head, whole if whole is not None else head)
    if reason is None:
        reason = _text_reason(head)
    if reason is not None:
        raise InvalidInput(f"Filen ”{label}” {reason}")
    return "text"


def _binary_reason(head: bytes, whole: bytes) -> str | None:
    for magic, kind in _IMAGES:
        if head.startswith(magic) and (magic != b"BM" or b"\x00" in head[:32]):
            return _IMAGE.format(kind=kind)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _IMAGE.format(kind="WebP")
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypavif", b"ftypmif1"):
        return _IMAGE.format(kind="HEIC")
    if head[:1024].lstrip().startswith(b"%PDF-"):
        return f"är en PDF. Be om tabellen som Excel-fil, eller klistra in den i Excel. {_SAVE}."
    if head.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in whole:
            return "är skyddad med lösenord. Spara en kopia utan lösenord och välj den."
        return f"är i ett gammalt Office-format (.xls eller .doc). {_SAVE} och välj den filen."
    if head.startswith(_COMPRESSED):
        return "är ett packat arkiv. Packa upp det och välj filen med tabellen."
    return None


def _text_reason(head: bytes) -> str | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1024].lower()
    if start.startswith(b"{\\rtf"):
        return f"är ett textdokument (RTF). {_SAVE}."
    if start.startswith((b"<html", b"<!doctype", b"<table")) or b"<html" in start:
        return f"är en webbsida (HTML), även om namnet säger något annat. {_SAVE}."
    if start.startswith(b"<svg") or (start.startswith(b"<?xml") and b"<svg" in start):
        return _IMAGE.format(kind="SVG")
    if start.startswith(b"<?xml"):
        return f"är en XML-fil. {_SAVE}."
    return None
