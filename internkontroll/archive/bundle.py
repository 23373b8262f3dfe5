"""Årets handlingar i ett arkiv: files with their SHA-256, a manifest, and how to check them.

The archive is written as it is made, so that a long list is never whole in memory twice.
"""

import hashlib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from internkontroll.core.canonical import canonical_json

FORMAT = "internkontroll-bundle-1"
MANIFEST, SUMS, READ_ME = "manifest.json", "SHA256SUMS", "LAS-MIG.txt"
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


@dataclass(frozen=True)
class BundledFile:
    """En fil i arkivet: its name, what it is, its size in bytes and its SHA-256."""

    name: str
    what: str
    size: int
    sha256: str


@dataclass(frozen=True)
class DrawsTold:
    """Dragningarna: total = full + sealed + purged. Raises ValueError where they do not add up."""

    total: int = 0
    full: int = 0
    sealed: int = 0
    purged: int = 0

    def __post_init__(self) -> None:
        if self.total != self.full + self.sealed + self.purged:
            raise ValueError(f"draws do not add up: {self!r}")


@dataclass
class Bundle:
    """Arkivet medan det skrivs. Every file goes in once, under a name of its own."""

    out: BinaryIO
    files: list[BundledFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._archive = zipfile.ZipFile(self.out, "w", zipfile.ZIP_DEFLATED)

    def add(self, name: str, what: str, content: bytes) -> None:
        """Put a file in."""
        self.add_parts(name, what, [content])

    def add_parts(self, name: str, what: str, parts: Iterable[bytes]) -> None:
        """Put a file in, part by part. Raises ValueError for a name that is there already."""
        if any(known.name == name for known in self.files):
            raise ValueError(f"{name} is in the archive already")
        digest, size = hashlib.sha256(), 0
        with self._archive.open(_entry(name), "w") as opened:
            for part in parts:
                opened.write(part)
                digest.update(part)
                size += len(part)
        self.files.append(BundledFile(name, what, size, digest.hexdigest()))

    def close(self, told: dict[str, Any]) -> str:
        """Put in how to check the files, and the manifest; its SHA-256 is returned."""
        self.add(READ_ME, "Vad som finns här och hur det kontrolleras", _READ_ME_TEXT)
        manifest = {
            **told,
            "format": FORMAT,
            "files": [
                {"name": one.name, "what": one.what, "size": one.size, "sha256": one.sha256}
                for one in sorted(self.files, key=lambda one: one.name)
            ],
        }
        content = canonical_json(manifest).encode("utf-8")
        self.add(MANIFEST, "Förteckning", content)
        lines = "".join(f"{one.sha256}  {one.name}\n" for one in self.files)
        self._archive.writestr(_entry(SUMS), lines.encode("utf-8"))
        self._archive.close()
        return hashlib.sha256(content).hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = _READABLE
    return entry


_READ_ME_TEXT = """Årets handlingar så som nämnden beslutade dem

plan/          planen i varje beslutad version, som PDF och som den JSON som beslutet frös
uppfoljning/   varje beslutad uppföljning, som PDF och JSON, också en version som har ersatts
samlad-bild/   det kommunstyrelsen har beslutat om året, i varje version, som PDF och JSON
beslut.json    besluten: organ, dag, paragraf, diarienummer. Kommunstyrelsens har kontrollsumma
begaran.json   vem som prövade en begäran om en uppföljning, när, utgången och vilka delar som
               maskerades med vilken bestämmelse. Det maskerade står inte där.
dragningar/    protokoll för varje dragning. En dragning ur en lista med sekretess är förseglad:
               ur den går inget ärende att gissa. Andra har sin lista bredvid.
spar/          nämndens spår: en rad per händelse i ordning, och kedjans slutrader

Så kontrolleras filerna
    sha256sum -c SHA256SUMS
visar att ingen fil har ändrats sedan arkivet gjordes. I Windows ger
    certutil -hashfile FIL SHA256
kontrollsumman för en fil i taget. Jämför den med raden i SHA256SUMS.

Så kontrolleras kommunstyrelsens samlade bild
    Kontrollsumman av en JSON-fil i samlad-bild ska vara den som står för beslutet i beslut.json
    och sist i PDF-filen. Inne i den står kontrollsumman av varje uppföljning som bilden bygger på.
    Nämndens är en av dem i mappen uppfoljning, om nämnden hade lämnat sin.

Så kontrolleras en begäran
    report_sha256 i begaran.json är kontrollsumman av den uppföljning som begärdes, i mappen
    uppfoljning. given_out_sha256 är kontrollsumman av det som lämnades ut.

Så kontrolleras en dragning
    python -I verify_draw.py PROTOKOLL LISTA
i mappen dragningar, med dragning-N.json och lista-N.txt. Svaret är OK eller det första som skiljer.

Så kontrolleras spåret
    Varje rad i spar.jsonl bär kontrollsumman (hash) av sig själv och av raden före (previous).
    Innehållet (body) binds av digest, som är SHA-256 över salt och innehåll. Är innehållet gallrat
    saknas det, men raden och kedjan står kvar. Jämför slutraden med den som står i uppföljningen
    eller som har sparats utanför programmet.
""".encode()
