"""What may be kept as evidence: a closed list of kinds, told by content and never by name.

A file is refused when it is something else than it is called, when it can run something (macros,
scripts, embedded files), when it is locked, and when it carries another file at its end. What is
let in is still only ever handed out as a download, in a sandbox.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from xml.parsers import expat

from internkontroll.core.errors import InvalidInput
from internkontroll.core.personal_id import find_personal_ids, names_a_person
from internkontroll.core.text import shown
from internkontroll.files.tables.container import check_container
from internkontroll.files.tables.decoding import detect_encoding
from internkontroll.files.tables.limits import MEGABYTE, Limits

ATTACHMENT_MAX = 20 * MEGABYTE
"""Largest attachment in bytes."""

NAME_MAX = 100
"""Most characters of a file's name."""

PLACES_NAMED = 5


class AttachmentKind(StrEnum):
    """Bilagans slag."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PNG = "png"
    JPEG = "jpeg"
    TEXT = "text"
    CSV = "csv"


MEDIA_TYPES: dict[AttachmentKind, str] = {
    AttachmentKind.PDF: "application/pdf",
    AttachmentKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    AttachmentKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    AttachmentKind.PNG: "image/png",
    AttachmentKind.JPEG: "image/jpeg",
    AttachmentKind.TEXT: "text/plain; charset=utf-8",
    AttachmentKind.CSV: "text/csv; charset=utf-8",
}

EXTENSIONS: dict[str, AttachmentKind] = {
    "pdf": AttachmentKind.PDF,
    "docx": AttachmentKind.DOCX,
    "xlsx": AttachmentKind.XLSX,
    "png": AttachmentKind.PNG,
    "jpg": AttachmentKind.JPEG,
    "jpeg": AttachmentKind.JPEG,
    "txt": AttachmentKind.TEXT,
    "csv": AttachmentKind.CSV,
}

_ALLOWED = "Tillåtna är PDF, Word (.docx), Excel (.xlsx), PNG, JPG och text (.txt eller .csv)."
_PACKAGE = Limits(size=ATTACHMENT_MAX, columns=16_384, rows=1_048_576, area=1_048_576 * 16_384)
"""A workbook is only kept and never laid out, so every cell that Excel has room for will do."""
_FETCHED = frozenset({"oleobject", "frame", "subdocument", "afchunk"})
"""What a document opens by itself from where it points, and not at a press as a link."""
_ZIP_END = b"PK\x05\x06"
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
_MARKUP = re.compile(
    rb"<\s*(?:!doctype|html|script|svg|iframe|object|embed|body)\b|<\?xml|\{\\rtf|^#!",
    re.IGNORECASE,
)
# /JS alone is too short: the bytes of a scanned page spell it by chance in every other large file.
_PDF_NAMES = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z])|/JS\s*(?:[(<]|\d+\s+\d+\s+R)"
)
_PDF_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z])")
_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_STREAM = re.compile(rb"(?<!end)stream\r?\n")


@dataclass(frozen=True)
class FoundFile:
    """En godkänd fil: its cleaned name, its kind, and where its text has what looks personal.

    ``personal_rows`` are line numbers from 1 of a text file that have something that looks like a
    personnummer; empty for other kinds, which are not searched.
    """

    name: str
    kind: AttachmentKind
    personal_rows: tuple[int, ...]


class _Refused(Exception):
    """The end of the sentence that begins with the file's name."""


def inspect_attachment(data: bytes, filename: str) -> FoundFile:
    """Pass a file that may be kept as evidence, else raise InvalidInput that says why not.

    Refuses by content: what is not on the list, what is called something else than it is, macros,
    scripts, embedded files, locked files, archives hidden in or after a file, and a package that
    is damaged or grows beyond 100 MB. A name with a personnummer in it is refused.
    """
    name = attachment_name(filename)
    if not data:
        raise InvalidInput("Filen är tom. Välj en annan.", field="file")
    if len(data) > ATTACHMENT_MAX:
        raise InvalidInput(
            f"Filen är större än {ATTACHMENT_MAX // MEGABYTE} MB. Dela upp den eller spara den i "
            "ett mindre format.",
            field="file",
        )
    try:
        kind = _kind_of(data, name)
        _refuse_misnamed(name, kind)
        text = _check(data, kind, name)
    except _Refused as refused:
        raise InvalidInput(f"Filen ”{shown(name, 80)}” {refused}", field="file") from None
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field="file") from error
    return FoundFile(name, kind, _personal_rows(text))


_NAMES_OF_WINDOWS = frozenset(
    {"CON", "PRN", "AUX", "NUL"} | {f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10)}
)
"""What Windows takes for a device and not for a file, whatever its ending."""


def attachment_name(filename: str) -> str:
    """The file's own name, cleaned: no folder, no signs that steer, at most 100 characters.

    Raises InvalidInput if it has a personnummer in it or no ending that is on the list.
    """
    base = filename.replace("\\", "/").rsplit("/", 1)[-1]
    if names_a_person(base):
        raise InvalidInput(
            "Filens namn innehåller ett personnummer. Byt namn på filen och välj den igen.",
            field="file",
        )
    stem, dot, ending = "".join(c for c in base if c.isprintable()).rpartition(".")
    stem = re.sub(r'[<>:"/\\|?*;%]', "_", stem).strip(" .")
    if not dot or not stem or ending.lower() not in EXTENSIONS:
        raise InvalidInput(
            f"Filen ”{shown(base, 80)}” har ingen ändelse som går att ta emot. {_ALLOWED}",
            field="file",
        )
    if stem.partition(".")[0].strip().upper() in _NAMES_OF_WINDOWS:
        stem = f"_{stem}"
    return f"{stem[: NAME_MAX - 6]}.{ending.lower()}"


def _kind_of(data: bytes, name: str) -> AttachmentKind:
    import filetype  # type: ignore[import-untyped]

    guessed = filetype.guess(data[:8192])
    found = guessed.extension if guessed is not None else None
    if data.startswith((b"PK\x03\x04", _ZIP_END)):
        return _package_kind(data)
    if data.startswith(b"%PDF-"):
        return AttachmentKind.PDF
    if found in {"png", "jpg"}:
        return EXTENSIONS[found]
    if found is not None:
        raise _Refused(f"är av ett slag som inte tas emot. {_ALLOWED}")
    return AttachmentKind.CSV if name.endswith(".csv") else AttachmentKind.TEXT


def _package_kind(data: bytes) -> AttachmentKind:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = {entry.replace("\\", "/").lower() for entry in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise _Refused("är skadad och går inte att öppna. Spara den på nytt.") from error
    if "word/document.xml" in names:
        return AttachmentKind.DOCX
    if "xl/workbook.xml" in names:
        return AttachmentKind.XLSX
    raise _Refused(
        f"är ett packat arkiv. Packa upp det och lägg till filerna en i taget. {_ALLOWED}"
    )


def _refuse_misnamed(name: str, kind: AttachmentKind) -> None:
    named = EXTENSIONS[name.rpartition(".")[2]]
    if named is not kind:
        raise _Refused(
            f"har ändelsen .{name.rpartition('.')[2]} men innehållet är något annat. "
            "Spara den på nytt i rätt format och välj den igen."
        )


def _check(data: bytes, kind: AttachmentKind, name: str) -> str:
    """Judge the content by its kind; returns the text of a text file, else an empty one."""
    if kind in {AttachmentKind.DOCX, AttachmentKind.XLSX}:
        check_container(data, name, _PACKAGE)
        _check_package(data)
        return ""
    if _ZIP_END in data[-70_000:]:
        raise _Refused("har en annan fil gömd i sig. Spara den på nytt och välj den nya.")
    if kind is AttachmentKind.PDF:
        _check_pdf(data)
    elif kind is AttachmentKind.PNG:
        _check_png(data)
    elif kind is AttachmentKind.JPEG:
        _check_jpeg(data)
    else:
        return _check_text(data, name)
    return ""


_DAMAGED = "är skadad eller inte hel. Spara den på nytt och välj den nya."


def _check_package(data: bytes) -> None:
    """What a container that has been measured may not carry when somebody else is to open it."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for entry in archive.infolist():
            path = "/" + entry.filename.replace("\\", "/").lower()
            if "vbaproject" in path or "/activex/" in path:
                raise _Refused("innehåller makron. Spara den utan makron och välj den nya.")
            if "/embeddings/" in path:
                raise _Refused("har en annan fil inbäddad. Ta bort den, eller spara som PDF.")
            if path.endswith(".rels") or path == "/[content_types].xml":
                _check_relations(archive.read(entry))


def _check_relations(content: bytes) -> None:
    """What a part says that it is and what it leads to, read as Word and Excel read it."""
    for said in _attributes(content):
        kinds = (said.get("Type", "") + " " + said.get("ContentType", "")).lower()
        kind = said.get("Type", "").lower().rpartition("/")[2]
        outside = said.get("TargetMode", "").lower() == "external"
        if "macroenabled" in kinds or "vbaproject" in kinds or "activex" in kinds:
            raise _Refused("innehåller makron. Spara den utan makron och välj den nya.")
        if outside and kind == "attachedtemplate":
            raise _Refused("hämtar en mall utifrån. Ta bort mallen, eller spara som PDF.")
        if outside and kind in _FETCHED:
            raise _Refused("hämtar en annan fil utifrån. Ta bort den, eller spara som PDF.")


def _attributes(content: bytes) -> list[dict[str, str]]:
    """The attributes of every element; the XML has been passed as whole and without DOCTYPE."""
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _name, attributes: found.append(attributes)
    parser.Parse(content, True)
    return found


def _check_pdf(data: bytes) -> None:
    if b"%%EOF" not in data[-2048:]:
        raise _Refused(_DAMAGED)
    parts = [data, *_unpacked_streams(data)]
    for part in parts:
        plain = _unescaped(part)
        if _PDF_LOCKED.search(plain):
            raise _Refused("är skyddad med lösenord. Spara en kopia utan skydd och välj den.")
        if _PDF_NAMES.search(plain):
            raise _Refused(
                "innehåller skript eller inbäddade filer. Skriv ut den till en ny PDF och välj den."
            )


def _unescaped(part: bytes) -> bytes:
    """A PDF's names as a reader takes them: ``#4a`` is J."""
    return _PDF_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)


def _unpacked_streams(data: bytes) -> list[bytes]:
    """The PDF's object streams in the clear: names can stand in them. At most 100 MB in all."""
    found, total, after = [], 0, 0
    for mark in _PDF_STREAM.finditer(data):
        # All since the stream before, however long the dictionary is and however it is written.
        header = _unescaped(data[after : mark.start()])
        after = mark.end()
        # A stream without filter stands in the clear in the file itself.
        if b"ObjStm" not in header or b"/Filter" not in header:
            continue
        inflater = zlib.decompressobj()
        try:
            part = inflater.decompress(data[mark.end() :], _PACKAGE.unzipped - total + 1)
        except zlib.error as error:
            raise _Refused(_DAMAGED) from error
        total += len(part)
        if total > _PACKAGE.unzipped:
            raise _Refused("är för stor när den packas upp. Skriv ut den till en ny PDF.")
        found.append(part)
    return found


def _check_png(data: bytes) -> None:
    place = 8
    while place + 12 <= len(data):
        length, name = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        place += 12 + length
        if name == b"IEND":
            if place != len(data):
                raise _Refused("har något mer efter bilden. Spara bilden på nytt och välj den nya.")
            return
    raise _Refused(_DAMAGED)


def _check_jpeg(data: bytes) -> None:
    end = data.rfind(b"\xff\xd9")
    if end < 0:
        raise _Refused(_DAMAGED)
    rest = data[end + 2 :]
    if _MARKUP.search(rest) or b"%PDF-" in rest or any(mark in rest for mark in _ARCHIVES):
        raise _Refused("har något mer efter bilden. Spara bilden på nytt och välj den nya.")


def _check_text(data: bytes, name: str) -> str:
    encoding = detect_encoding(BytesIO(data), name)
    text = data.decode(encoding, errors="strict" if encoding.startswith("utf-8") else "replace")
    if _MARKUP.search(text.encode("utf-8")):
        raise _Refused(f"är en webbsida eller ett skript. {_ALLOWED}")
    if any(ord(sign) < 32 and sign not in "\t\r\n\f" for sign in text):
        raise _Refused(f"är ingen textfil. {_ALLOWED}")
    return text


def _personal_rows(text: str) -> tuple[int, ...]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if find_personal_ids(line):
            rows.append(number)
            if len(rows) == PLACES_NAMED:
                break
    return tuple(rows)
