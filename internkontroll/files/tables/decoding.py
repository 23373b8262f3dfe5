"""From bytes to text: byte order mark, UTF-8, UTF-16, cp1252, and text that was mangled before."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import shown

_PIECE = 256 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# UTF-8 that was read as cp1252 and saved again; characters that were lost.
_MANGLED = re.compile("Ã[¥¤¶…„–©¨¼ƒ\u00a0\u0085\u0096]|Â[\u00a0§°]|â€[“”™œ˜¦]|ï»¿|\ufffd")
# Code page 850 and Mac Roman that were taken for cp1252: å, ä and ö come out as these.
_OLD_CODE_PAGE = re.compile("[a-zåäö](?:[„†”ŒŠ][a-z]|[„†Œ](?![a-z]))")
# To look for a sign is many times faster than to search, and most text has none of them.
_MANGLED_SIGNS, _OLD_SIGNS = "ÃÂâï\ufffd", "„†”ŒŠ"
_MANGLED_HINT = (
    "Öppna filen där den kommer ifrån och spara den på nytt som ”CSV UTF-8” eller som .xlsx."
)


def detect_encoding(stream: BinaryIO, label: str) -> str:
    """The encoding of the file, read from its start in pieces; the stream is left at its start.

    ``utf-8-sig``, ``utf-16``, ``utf-8``, ``utf-16-le``, ``utf-16-be`` or ``cp1252``. Raises
    InvalidInput if the bytes are no text in any of them.
    """
    stream.seek(0)
    head = stream.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            stream.seek(0)
            return name
    if b"\x00" in head:
        stream.seek(0)
        return _without_mark(head, label)
    is_utf8, has_nul, undefined = _survey(stream)
    stream.seek(0)
    if has_nul or (not is_utf8 and undefined):
        raise InvalidInput(
            f"Filen ”{label}” är ingen textfil som går att läsa. "
            "Spara tabellen som .xlsx eller som ”CSV UTF-8” och välj den filen."
        )
    return "utf-8" if is_utf8 else "cp1252"


def _without_mark(head: bytes, label: str) -> str:
    """UTF-16 without a mark: Swedish text then has a zero in every other byte."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2 or 1
    if odd > half * 0.7 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.7 and odd < half * 0.1:
        return "utf-16-be"
    raise InvalidInput(
        f"Filen ”{label}” är ingen textfil, även om namnet säger något annat. "
        "Spara tabellen som .xlsx eller som ”CSV UTF-8” och välj den filen."
    )


def _survey(stream: BinaryIO) -> tuple[bool, bool, bool]:
    """Is it UTF-8 to its end; has it a NUL; has it bytes that cp1252 does not define."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_nul, undefined = True, False, False
    while piece := stream.read(_PIECE):
        has_nul = has_nul or b"\x00" in piece
        undefined = undefined or any(byte in piece for byte in b"\x81\x8d\x8f\x90\x9d")
        if is_utf8:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                is_utf8 = False
    if is_utf8:
        try:
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            is_utf8 = False
    return is_utf8, has_nul, undefined


def find_mangled(text: str, *, encoding: str = "utf-8") -> str | None:
    """The first word in ``text`` whose å, ä, ö or quotes were destroyed by a wrong encoding."""
    match = None
    if any(sign in text for sign in _MANGLED_SIGNS):
        match = _MANGLED.search(text)
    if match is None and encoding == "cp1252" and any(sign in text for sign in _OLD_SIGNS):
        match = _OLD_CODE_PAGE.search(text)
    if match is None:
        return None
    start = max(text.rfind(" ", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
    return shown(re.split(r"[\n;,\t]", text[start : match.end() + 10])[0], 30)


def refuse_mangled(text: str, where: str, *, encoding: str = "utf-8") -> None:
    """Raise InvalidInput that quotes the mangled word and ``where`` it stands, if there is one."""
    found = find_mangled(text, encoding=encoding)
    if found is not None:
        raise InvalidInput(
            f"Bokstäver som å, ä och ö har blivit förvanskade i filen: ”{found}” ({where}). "
            f"{_MANGLED_HINT}"
        )


def read_lines(stream: BinaryIO, encoding: str, label: str, longest: int) -> Iterator[list[str]]:
    """The lines of the file with their line ends, in lists of about a megabyte.

    No line is longer than ``longest`` characters. The stream stays open. Raises InvalidInput that
    names the line if one is longer, cannot be decoded, or has had its å, ä and ö mangled.
    """
    number, rest = 0, ""
    try:
        for piece in _decoded(stream, encoding):
            # The last line stays for the next piece: it may go on, or its line end may.
            lines = _lines(rest + piece)
            rest = lines.pop() if lines else ""
            _check_lines([*lines, rest], number, encoding, label, longest)
            number += len(lines)
            if lines:
                yield lines
    except UnicodeDecodeError as error:
        number = _lines_before_fault(stream, encoding)
        raise InvalidInput(
            f"Filen ”{label}” går inte att läsa efter rad {number}. {_MANGLED_HINT}"
        ) from error
    if rest:
        yield [rest]


def _decoded(stream: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    while piece := stream.read(_PIECE):
        yield decoder.decode(piece)
    yield decoder.decode(b"", True)


def _lines(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()


def _check_lines(lines: list[str], before: int, encoding: str, label: str, longest: int) -> None:
    if max(map(len, lines)) <= longest and find_mangled("".join(lines), encoding=encoding) is None:
        return
    for number, line in enumerate(lines, start=before + 1):
        if len(line) > longest:
            raise InvalidInput(
                f"Rad {number} i filen ”{label}” är längre än {longest} tecken. "
                "Kontrollera att filen har radslut och rätt avgränsare."
            )
        refuse_mangled(line, f"rad {number}", encoding=encoding)


def _lines_before_fault(stream: BinaryIO, encoding: str) -> int:
    """How many lines can be read before the fault, read again from the start one by one."""
    stream.seek(0)
    reader = io.TextIOWrapper(stream, encoding=encoding, newline="")
    number = 0
    try:
        while reader.readline(_PIECE):
            number += 1
    except UnicodeDecodeError:
        return number
    finally:
        reader.detach()
    return number
