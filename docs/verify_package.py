"""Pröva ett paket: check the documents against the manifest that came with them.

    python -I verify_package.py PAKET [KONTROLLSUMMA]

PAKET is the ZIP as the program gave it, or a folder into which it was unpacked: that of a nämnd's
uppföljning, or of kommunstyrelsens samlade bild. KONTROLLSUMMA is its SHA-256 as the minutes or the
program's page tell it; with it the check says whether the package holds what was decided. One file,
the standard library of Python 3.11 or later, nothing of the program: anyone can read it and run it.

Answers "OK" (exit 0), the first difference (exit 1), or why nothing could be tried (exit 2).
"""

import hashlib
import io
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
REPORT, PICTURE = "uppfoljning.json", "samlad-bild.json"
SUBJECTS = {
    REPORT: ("Uppföljningen", "uppföljning", "uppföljning"),
    PICTURE: ("Den samlade bilden", "samlad bild", "samlade bild"),
}
"""What the file that is decided is called: the, a, the one that. By its name in the package."""
KEYS = {
    "board",
    "files",
    "point",
    "program_version",
    "report_sha256",
    "schema",
    "seal",
    "state",
    "title",
    "year",
}
KEYS_OF = {1: KEYS, 2: KEYS | {"report"}}
"""By schema: 1 is of an uppföljning, 2 says itself which file was decided."""
SHA256 = re.compile("[0-9a-f]{64}")
PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")
LARGEST_FILE = 200_000_000
LARGEST_PACKAGE = 1_000_000_000
MOST_FILES = 1_000

USAGE = (
    "Ange paketet, och gärna den kontrollsumma som innehållet ska ha.\n"
    "  python -I verify_package.py PAKET [KONTROLLSUMMA]"
)


class Unreadable(Exception):
    """Nothing can be tried; the text says why."""


class Difference(Exception):
    """The package does not verify; the text says what differs first."""


def main(arguments: list[str]) -> int:
    """Run the check and print its answer; return the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if len(arguments) not in (1, 2):
            raise Unreadable(USAGE)
        expected = asked_sum(arguments[1]) if len(arguments) == 2 else None
        contents = read_package(Path(arguments[0]))
        manifest = read_manifest(contents)
        compare(contents, manifest)
        told = check_report(contents, manifest, expected)
    except Unreadable as error:
        say(f"Går inte att pröva. {error}")
        return 2
    except Difference as error:
        say(f"SKILJER. {error}")
        return 1
    say(f"OK. {len(manifest['files'])} filer stämmer med förteckningen.")
    say(f"{manifest['title']}, {manifest['board']}.")
    say(told)
    return 0


def say(text: str) -> None:
    """One line of the answer."""
    sys.stdout.write(text + "\n")


def asked_sum(text: str) -> str:
    """The checksum that was given, in lower case and without blanks."""
    found = "".join(text.split()).lower()
    if not SHA256.fullmatch(found):
        raise Unreadable("Kontrollsumman ska vara 64 tecken, 0-9 och a-f.")
    return found


def read_package(path: Path) -> dict[str, bytes]:
    """The content of every file, by its name."""
    if path.is_dir():
        return read_folder(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"Paketet ”{path}” går inte att läsa: {error.strerror}.") from error
    return read_zip(data)


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files of a folder; a folder in it is one thing too many."""
    contents: dict[str, bytes] = {}
    try:
        for entry in sorted(folder.iterdir()):
            if not entry.is_file() or entry.is_symlink():
                raise Difference(f"”{entry.name}” är ingen vanlig fil och hör inte till paketet.")
            contents[entry.name] = entry.read_bytes()
    except OSError as error:
        raise Unreadable(f"Mappen går inte att läsa: {error.strerror}.") from error
    return contents


def read_zip(data: bytes) -> dict[str, bytes]:
    """The files of an archive, read whole; refused where it is locked, damaged or far too large."""
    contents: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES:
                raise Unreadable(f"Paketet har {len(entries)} filer. Så många har inget paket.")
            if sum(entry.file_size for entry in entries) > LARGEST_PACKAGE:
                raise Unreadable("Paketet är för stort för att packas upp.")
            for entry in entries:
                if entry.flag_bits & 1:
                    raise Unreadable("Paketet är låst med lösenord.")
                if entry.filename in contents:
                    raise Difference(f"”{entry.filename}” finns två gånger i paketet.")
                contents[entry.filename] = read_entry(archive, entry)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise Unreadable(f"Paketet är inget helt ZIP-arkiv ({error}).") from error
    return contents


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One file of an archive. What its own check in the archive refuses is a difference."""
    try:
        with archive.open(entry) as opened:
            data = opened.read(LARGEST_FILE + 1)
    except Exception as error:  # zlib and zipfile raise a dozen kinds for one damaged byte
        raise Difference(f"”{entry.filename}” är skadad i paketet ({error}).") from error
    if len(data) > LARGEST_FILE:
        raise Unreadable(f"”{entry.filename}” är för stor för att prövas.")
    return data


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which no key is said twice."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("en uppgift står två gånger")
    return made


def canonical(content: Any) -> bytes:
    """The one JSON text of the content: keys sorted, no white space, UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def read_manifest(contents: dict[str, bytes]) -> dict[str, Any]:
    """The manifest, which is canonical JSON and carries the checksum of its own content."""
    if MANIFEST not in contents:
        raise Difference(f"Förteckningen {MANIFEST} saknas.")
    data = contents[MANIFEST]
    try:
        manifest = json.loads(data.decode("utf-8"), object_pairs_hook=unique)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Difference(f"Förteckningen {MANIFEST} går inte att läsa ({error}).") from error
    if not isinstance(manifest, dict) or not set(manifest) >= KEYS:
        raise Difference(f"Förteckningen {MANIFEST} har inte de uppgifter som den ska ha.")
    schema = manifest["schema"]
    if type(schema) is not int or schema not in KEYS_OF:
        raise Unreadable(
            f"Förteckningen är av en annan sort ({schema!r}). "
            "Hämta det prövningsprogram som hör till paketet."
        )
    name = manifest.get("report", REPORT)
    if set(manifest) != KEYS_OF[schema] or not isinstance(name, str) or name not in SUBJECTS:
        raise Difference(f"Förteckningen {MANIFEST} har inte de uppgifter som den ska ha.")
    sealed = {key: value for key, value in manifest.items() if key != "seal"}
    if hashlib.sha256(canonical(sealed)).hexdigest() != manifest["seal"]:
        raise Difference(
            f"Förteckningen {MANIFEST} är ändrad: dess egen kontrollsumma stämmer inte."
        )
    if data != canonical(manifest):
        raise Difference(f"Förteckningen {MANIFEST} är inte skriven så som programmet skriver den.")
    check_list(manifest["files"])
    return manifest


def check_list(files: Any) -> None:
    """The list of files: a plain name once each, a size and a checksum."""
    if not isinstance(files, list) or not files:
        raise Difference("Förteckningen räknar inte upp några filer.")
    seen: set[str] = set()
    for entry in files:
        if not isinstance(entry, dict) or set(entry) != {"name", "size", "sha256"}:
            raise Difference("En rad i förteckningen har inte namn, storlek och kontrollsumma.")
        name, size, digest = entry["name"], entry["size"], entry["sha256"]
        if not isinstance(name, str) or not PLAIN_NAME.fullmatch(name) or name == MANIFEST:
            raise Difference(f"Förteckningen räknar upp ett otillåtet namn: {name!r}.")
        if name in seen:
            raise Difference(f"Förteckningen räknar upp ”{name}” två gånger.")
        seen.add(name)
        if type(size) is not int or size < 0:
            raise Difference(f"Förteckningen anger ingen storlek för ”{name}”.")
        if not isinstance(digest, str) or not SHA256.fullmatch(digest):
            raise Difference(f"Förteckningen anger ingen kontrollsumma för ”{name}”.")


def compare(contents: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """Every file that is listed is there as listed, and nothing else is there."""
    for entry in manifest["files"]:
        name = entry["name"]
        if name not in contents:
            raise Difference(f"”{name}” saknas i paketet.")
        size = len(contents[name])
        if size != entry["size"]:
            raise Difference(f"”{name}” är {size} byte men ska vara {entry['size']}.")
        if hashlib.sha256(contents[name]).hexdigest() != entry["sha256"]:
            raise Difference(f"Innehållet i ”{name}” är ett annat än förteckningen säger.")
    listed = {entry["name"] for entry in manifest["files"]} | {MANIFEST}
    more = sorted(set(contents) - listed)
    if more:
        raise Difference(f"”{more[0]}” finns i paketet men inte i förteckningen.")


def check_report(contents: dict[str, bytes], manifest: dict[str, Any], expected: str | None) -> str:
    """That the JSON is what was decided, and the asked one; what to say of it."""
    name = manifest.get("report", REPORT)
    subject, kind, kind_that = SUBJECTS[name]
    decided = manifest["report_sha256"]
    if name not in contents:
        raise Difference(f"”{name}” saknas i paketet.")
    found = hashlib.sha256(contents[name]).hexdigest()
    if decided is not None and found != decided:
        raise Difference(f"”{name}” är inte den {kind_that} som beslutades.")
    if expected is not None and found != expected:
        raise Difference(f"Paketet har en annan {kind}: dess kontrollsumma är {found}.")
    if decided is None:
        return f"{subject} är ett utkast och inte beslutad."
    if expected is not None:
        return f"{subject} är den beslutade: kontrollsumman är den som angavs."
    return f"Jämför kontrollsumman med den som beslutet har:\n{decided}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
