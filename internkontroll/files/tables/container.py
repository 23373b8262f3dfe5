"""The zip and the XML of a workbook or document, measured and judged before they are unpacked.

Sizes written in the file are never trusted: every entry is inflated in small pieces and counted,
and each sheet's cells are counted where they stand. Memory stays under a few megabytes.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from xml.parsers import expat

from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables.kinds import file_label
from internkontroll.files.tables.limits import MEGABYTE, Limits
from internkontroll.files.tables.parts import RefusedFile, scan_part

_PIECE = 256 * 1024
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_NESTED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    NotImplementedError,
    OSError,
)
_XML_STARTS = (b"<", b"\xff\xfe", b"\xfe\xff", b"\x00<")


WORKBOOK, DOCUMENT = "xlsx", "docx"


def check_container(data: bytes, filename: str, limits: Limits, *, documents: bool = True) -> str:
    """``xlsx`` or ``docx`` for a whole and reasonable file, told by its content.

    Raises InvalidInput that says why not. Refuses: what is neither (or a document where
    ``documents`` is False), too many entries, more than ``limits.unzipped`` bytes counted, an
    archive in the archive, macros, a damaged or locked file, ``<!DOCTYPE`` in any XML, and cells
    beyond ``limits.rows``, ``limits.columns`` or ``limits.area``.
    What is embedded in a document is not unpacked and therefore let be.
    """
    label = file_label(filename)
    try:
        return _check(data, limits, documents=documents)
    except RefusedFile as refused:
        raise InvalidInput(f"Filen ”{label}” {refused.reason}") from None
    except _DAMAGED as error:
        raise InvalidInput(
            f"Filen ”{label}” är skadad och går inte att öppna. Öppna den i Excel eller Word, "
            "spara den på nytt och välj den nya filen."
        ) from error


def check_workbook(data: bytes, filename: str, limits: Limits) -> None:
    """Pass a whole and reasonable .xlsx workbook, else raise InvalidInput that says why not."""
    check_container(data, filename, limits, documents=False)


def part_names(data: bytes) -> set[str]:
    """The names of a checked file's parts."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {entry.filename.replace("\\", "/") for entry in archive.infolist()}


def part_pieces(data: bytes, name: str) -> Iterator[bytes]:
    """The bytes of one part of a checked file, in pieces of at most 256 kB."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entry = next(
            entry
            for entry in archive.infolist()
            if entry.filename.replace("\\", "/").lower() == name
        )
    return _pieces(data, entry)


def _check(data: bytes, limits: Limits, *, documents: bool) -> str:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
    if len(entries) > limits.entries:
        raise RefusedFile(
            f"innehåller {len(entries)} delar. Högst {limits.entries} läses. "
            "Kopiera tabellen till en ny arbetsbok."
        )
    kind = _kind({entry.filename.replace("\\", "/").lower() for entry in entries}, documents)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise RefusedFile("är skyddad med lösenord. Spara en kopia utan lösenord och välj den.")
    _count_unzipped(data, entries, limits, kind)
    for entry in entries:
        if _is_xml(data, entry):
            scan_part(partial(_pieces, data, entry), limits)
    return kind


def _kind(folded: set[str], documents: bool) -> str:
    macros = any(name.endswith("vbaproject.bin") for name in folded)
    if "xl/workbook.xml" in folded:
        if macros:
            raise RefusedFile(
                "innehåller makron. Spara den som Excel-arbetsbok utan makron (.xlsx) "
                "och välj den filen."
            )
        return WORKBOOK
    if "word/document.xml" in folded and documents:
        if macros:
            raise RefusedFile(
                "innehåller makron. Spara den som Word-dokument utan makron (.docx) "
                "och välj den filen."
            )
        return DOCUMENT
    if "word/document.xml" in folded:
        raise RefusedFile(
            "är ett Word-dokument. Kopiera tabellen till Excel, spara som .xlsx och välj den filen."
        )
    if "ppt/presentation.xml" in folded:
        raise RefusedFile("är en presentation. Kopiera tabellen till Excel och spara som .xlsx.")
    if "xl/workbook.bin" in folded:
        raise RefusedFile("är en binär arbetsbok (.xlsb). Spara den som .xlsx och välj den filen.")
    if "content.xml" in folded and "mimetype" in folded:
        raise RefusedFile("är i OpenDocument-format. Spara den som .xlsx och välj den filen.")
    raise RefusedFile(
        "är ett zip-arkiv och ingen arbetsbok. Packa upp det och välj filen med tabellen."
    )


def _count_unzipped(data: bytes, entries: list[zipfile.ZipInfo], limits: Limits, kind: str) -> None:
    """Inflate everything once, counting, and compare with what the directory claims."""
    claimed = sum(entry.file_size for entry in entries)
    if claimed > limits.unzipped:
        _refuse_size(limits)
    total = 0
    for entry in entries:
        size = checksum = 0
        for piece in _pieces(data, entry):
            nested = size == 0 and piece.startswith(_NESTED)
            if nested and not (kind == DOCUMENT and _is_embedded(entry)):
                raise RefusedFile(
                    f"innehåller en annan packad fil ({file_label(entry.filename)}). Ta bort "
                    "inbäddade filer och spara den på nytt."
                )
            size += len(piece)
            total += len(piece)
            checksum = zlib.crc32(piece, checksum)
            if total > limits.unzipped:
                _refuse_size(limits)
        if size != entry.file_size or checksum != entry.CRC:
            raise zipfile.BadZipFile("an entry differs from the directory")


def _is_embedded(entry: zipfile.ZipInfo) -> bool:
    """A spreadsheet or chart that Word carries along; it is told of and never opened."""
    return entry.filename.replace("\\", "/").lower().startswith("word/embeddings/")


def _refuse_size(limits: Limits) -> None:
    raise RefusedFile(
        f"blir större än {limits.unzipped // MEGABYTE} MB när den packas upp. "
        "Kopiera tabellen till en ny arbetsbok och ta bort det som inte hör till den."
    )


def _pieces(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry's bytes in pieces of at most 256 kB, whatever its written size says."""
    header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER.size]
    fields = _LOCAL_HEADER.unpack(header)
    if fields[0] != b"PK\x03\x04":
        raise zipfile.BadZipFile("no local header")
    start = entry.header_offset + _LOCAL_HEADER.size + fields[-2] + fields[-1]
    packed = memoryview(data)[start : start + entry.compress_size]
    if len(packed) != entry.compress_size:
        raise zipfile.BadZipFile("truncated entry")
    if entry.compress_type == zipfile.ZIP_STORED:
        for offset in range(0, len(packed), _PIECE):
            yield bytes(packed[offset : offset + _PIECE])
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        yield from _inflate(packed)
    else:
        raise zipfile.BadZipFile("unknown compression")


def _inflate(packed: memoryview) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for offset in range(0, len(packed), _PIECE):
        rest: bytes | memoryview = packed[offset : offset + _PIECE]
        while rest:
            piece = inflater.decompress(rest, _PIECE)
            if piece:
                yield piece
            rest = inflater.unconsumed_tail
    while piece := inflater.decompress(inflater.unconsumed_tail, _PIECE):
        yield piece
    if not inflater.eof:
        raise zipfile.BadZipFile("truncated stream")


def _is_xml(data: bytes, entry: zipfile.ZipInfo) -> bool:
    """By name or by content: a workbook may point out a sheet under any name."""
    if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
        return entry.file_size > 0
    first = next(_pieces(data, entry), b"")
    return first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_XML_STARTS)
