"""The file of a backup: a zip with a list of contents last, and a seal over every byte.

The zip's comment is two SHA-256 in hex: of every byte before it, and the same keyed by SECRET_KEY
(HMAC, RFC 2104). The first shows damage, the second that somebody else has made or changed it.
"""

import hashlib
import hmac
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from internkontroll.core.errors import InvalidInput
from internkontroll.operation.backup.rows import TableSum

FORMAT, VERSION = "internkontroll-backup", 1
CONTENTS, KEY = "innehall.json", "hemlig_nyckel"
SEAL_SIZE = 128
PIECE = 1024 * 1024
LARGEST_CONTENTS = 64 * PIECE
_FILE = re.compile(
    r"(?:attachments|uploads)/[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)?"
)


@dataclass(frozen=True)
class FileSum:
    """A file's size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class ChainSum:
    """How a chain of the trail stood: rows, the last hash, and where it was broken if it was."""

    rows: int
    head: str
    broken_at: int | None


@dataclass
class Contents:
    """Innehållsförteckning: everything that the file must hold, and nothing else."""

    schema: str
    made_at: str
    tables: dict[str, TableSum] = field(default_factory=dict)
    files: dict[str, FileSum] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    chains: dict[str, ChainSum] = field(default_factory=dict)
    with_key: bool = False

    @property
    def rows(self) -> int:
        """Rows in all tables."""
        return sum(table.rows for table in self.tables.values())

    def entries(self) -> dict[str, str]:
        """Every entry of the zip but the list itself, with its SHA-256."""
        named = {table_entry(name): table.sha256 for name, table in self.tables.items()}
        return named | {file_entry(name): found.sha256 for name, found in self.files.items()}


def table_entry(table: str) -> str:
    """Where a table's lines are in the zip."""
    return f"tabeller/{table}.jsonl"


def file_entry(name: str) -> str:
    """Where a file of the instance folder is in the zip."""
    return f"filer/{name}"


def is_safe_name(name: str) -> bool:
    """Whether a name leads to one of the folders that are carried, and nowhere else."""
    return bool(_FILE.fullmatch(name)) and ".." not in name


def damaged(path: Path, why: str) -> InvalidInput:
    """The refusal of a file that cannot be trusted."""
    return InvalidInput(
        f"{path.name} är skadad: {why}. Inget är återställt. Använd en annan säkerhetskopia."
    )


def _seal_of(path: Path, secret: str) -> tuple[str, str]:
    digest, left = hashlib.sha256(), path.stat().st_size - SEAL_SIZE
    with path.open("rb") as stream:
        while left > 0 and (piece := stream.read(min(PIECE, left))):
            left -= len(piece)
            digest.update(piece)
    key = hashlib.sha256(b"internkontroll backup|" + secret.encode()).digest()
    return digest.hexdigest(), hmac.new(key, digest.digest(), "sha256").hexdigest()


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a whole file, as sha256sum prints it."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Writer:
    """Writes entries piece by piece."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive

    def add(self, entry: str, pieces: Iterable[bytes]) -> FileSum:
        """Add an entry; gives its size and hash."""
        size, digest = 0, hashlib.sha256()
        with self._zip.open(entry, "w", force_zip64=True) as target:
            for piece in pieces:
                size += len(piece)
                digest.update(piece)
                target.write(piece)
        return FileSum(size, digest.hexdigest())

    def add_contents(self, contents: Contents) -> None:
        """Add the list of contents, last."""
        whole = {"format": FORMAT, "version": VERSION, **asdict(contents)}
        text = json.dumps(whole, sort_keys=True, ensure_ascii=False, indent=1)
        self._zip.writestr(CONTENTS, text)


@contextmanager
def new_archive(path: Path, secret: str) -> Iterator[Writer]:
    """Write a new file, readable by its owner alone; it gets its name when it is whole.

    Raises InvalidInput when there is such a file already or it cannot be written.
    """
    if path.exists():
        raise InvalidInput(f"{path.name} finns redan. Välj ett annat namn.")
    half = path.with_name(path.name + ".ofardig")
    try:
        handle = os.open(half, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w+b") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                yield Writer(archive)
                archive.comment = b"0" * SEAL_SIZE
            stream.flush()
            stream.seek(-SEAL_SIZE, os.SEEK_END)
            stream.write("".join(_seal_of(half, secret)).encode("ascii"))
            stream.flush()
            os.fsync(stream.fileno())
        half.rename(path)
    except OSError as error:
        raise InvalidInput(
            f"{path.name} går inte att skriva. Kontrollera mappen och att disken har plats."
        ) from error
    finally:
        half.unlink(missing_ok=True)


def _check_seal(path: Path, secret: str, sha256: str | None) -> None:
    with path.open("rb") as stream:
        if stream.seek(0, os.SEEK_END) <= SEAL_SIZE:
            raise damaged(path, "den är för kort")
        stream.seek(-SEAL_SIZE, os.SEEK_END)
        written = stream.read()
    plain, keyed = _seal_of(path, secret)
    if sha256 is not None and not hmac.compare_digest(sha256.lower(), sha256_of_file(path)):
        raise damaged(path, "den har inte den kontrollsumma som angavs")
    if not hmac.compare_digest(written[: SEAL_SIZE // 2], plain.encode()):
        raise damaged(path, "den är inte hel eller är ändrad efteråt")
    if sha256 is None and not hmac.compare_digest(written[SEAL_SIZE // 2 :], keyed.encode()):
        raise InvalidInput(
            f"{path.name} är gjord eller ändrad med en annan nyckel än installationens. Sätt "
            "SECRET_KEY som den var när kopian gjordes, eller ange kontrollsumman som backup "
            "skrev: --sha256. Inget är återställt."
        )


def _sums(kind: type[Any], found: dict[str, Any]) -> dict[str, Any]:
    return {name: kind(**values) for name, values in found.items()}


class Reader:
    """Reads a file whose seal has been checked."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self._zip = path, archive
        self.contents = self._read_contents()

    def _read_contents(self) -> Contents:
        if CONTENTS not in self._zip.namelist():
            raise damaged(self.path, "den är ingen säkerhetskopia från internkontroll")
        if self._zip.getinfo(CONTENTS).file_size > LARGEST_CONTENTS:
            raise damaged(self.path, "innehållsförteckningen är orimligt stor")
        whole = json.loads(self._zip.read(CONTENTS))
        if whole.pop("format", None) != FORMAT:
            raise damaged(self.path, "den är ingen säkerhetskopia från internkontroll")
        if whole.pop("version") != VERSION:
            raise InvalidInput(
                f"{self.path.name} är gjord av en nyare version av programmet. Installera den "
                "versionen och försök igen."
            )
        return Contents(
            schema=whole["schema"],
            made_at=whole["made_at"],
            tables=_sums(TableSum, whole["tables"]),
            files=_sums(FileSum, whole["files"]),
            missing=whole["missing"],
            chains=_sums(ChainSum, whole["chains"]),
            with_key=whole["with_key"],
        )

    def check(self) -> None:
        """Read every entry once and compare it with the list. Raises InvalidInput."""
        expected = self.contents.entries()
        extra = {CONTENTS, KEY} if self.contents.with_key else {CONTENTS}
        names = self._zip.namelist()
        if len(names) != len(set(names)) or set(names) != set(expected) | extra:
            raise damaged(self.path, "den håller annat än sin innehållsförteckning")
        for name in self.contents.files:
            if not is_safe_name(name):
                raise damaged(self.path, "en fil i den leder utanför programmets mapp")
        for entry, sha256 in expected.items():
            with self._zip.open(entry) as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:  # type: ignore[arg-type]
                    raise damaged(self.path, f"{entry} är ändrad")

    def open(self, entry: str) -> IO[bytes]:
        """An entry as a stream."""
        return self._zip.open(entry)

    def key(self) -> str | None:
        """The secret key, if the file was told to hold it."""
        return self._zip.read(KEY).decode() if self.contents.with_key else None


@contextmanager
def opened_archive(path: Path, secret: str, sha256: str | None = None) -> Iterator[Reader]:
    """A file whose seal fits, to be checked and read.

    ``sha256`` (of the whole file) takes the place of the key where the installation has another.
    Raises InvalidInput, with the reason, for a file that is missing, foreign, damaged or newer.
    """
    if not path.is_file():
        raise InvalidInput(f"Filen {path.name} finns inte. Kontrollera sökvägen.")
    if not zipfile.is_zipfile(path):
        raise damaged(path, "den är avkortad eller ingen säkerhetskopia från internkontroll")
    _check_seal(path, secret, sha256)
    try:
        with zipfile.ZipFile(path) as archive:
            yield Reader(path, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise damaged(path, "den går inte att läsa till slutet") from error
    except (KeyError, TypeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise damaged(path, "innehållsförteckningen stämmer inte") from error
