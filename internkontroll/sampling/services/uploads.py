"""The handed-in file on disk: random name, readable by the program alone, gone when not needed."""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables.limits import MEGABYTE, POPULATION_LIMITS

_PIECE = 1024 * 1024


class StoredFile(AbstractContextManager["StoredFile"]):
    """Mottagen fil. Leaving its ``with`` destroys it unless :meth:`keep` was called before."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept = False

    @property
    def name(self) -> str:
        """The random name by which the list remembers its file."""
        return self.path.name

    def keep(self) -> None:
        """The list that needs the file is safe in the database."""
        self._kept = True

    def __exit__(self, *_: object) -> None:
        if not self._kept:
            self.path.unlink(missing_ok=True)


def store_upload(
    stream: BinaryIO,
    folder: Path,
    *,
    limit: int = POPULATION_LIMITS.size,
    smaller: str = "Ta bort kolumner som inte behövs eller dela upp den.",
) -> StoredFile:
    """Write a stream to a new file in the folder, piece by piece.

    ``limit`` is bytes; ``smaller`` says what to do with a larger file. Raises InvalidInput (field
    "file") for a larger or an empty one; then nothing is left on disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / secrets.token_hex(16)
    path.touch(mode=0o600, exist_ok=False)
    try:
        size = _copy(stream, path, limit, smaller)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if size == 0:
        path.unlink(missing_ok=True)
        raise InvalidInput("Filen är tom. Välj en annan.", field="file")
    return StoredFile(path)


def _copy(stream: BinaryIO, path: Path, limit: int, smaller: str) -> int:
    size = 0
    read: Callable[[int], bytes] = stream.read
    with path.open("wb") as target:
        while piece := read(_PIECE):
            size += len(piece)
            if size > limit:
                raise InvalidInput(
                    f"Filen är större än {limit // MEGABYTE} MB. {smaller}", field="file"
                )
            target.write(piece)
    return size
