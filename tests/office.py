"""LibreOffice, as another program than ours: what it makes of files, all of them at one start."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

MISSING = (
    "LibreOffice (soffice) saknas: DOCX, XLSX och CSV är inte provade i ett annat program. "
    "Kör tools/test-tools."
)
_LONGEST = 300
"""Seconds for all the files of a start; the first start of a profile is the slow one."""


def installed() -> bool:
    """Whether the program is there. Fails the test where it is missing when CI=true."""
    found = _program() is not None
    if not found and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    return found


def _program() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


class Office:
    """A word processor and a spreadsheet with a profile of its own in a folder.

    Skips the test where the program is missing, and fails it when CI=true.
    """

    def __init__(self, folder: Path) -> None:
        found = _program()
        if not installed() or found is None:
            pytest.skip(MISSING)
        self._program, self._folder, self._starts = found, folder, 0

    def convert(
        self, files: Mapping[str, bytes], to: str, *, filtered: str = "", read_as: str = ""
    ) -> dict[str, bytes]:
        """Each file opened and saved as ``to`` ("docx"), by the names they have.

        ``filtered`` is the filter that writes, with its options, and ``read_as`` the one that
        reads. A file that could not be opened is missed with its name.
        """
        self._starts += 1
        sources, targets = (self._folder / f"{kind}-{self._starts}" for kind in ("opened", "saved"))
        sources.mkdir()
        kinds = [name.rpartition(".")[2] for name in files]
        paths = [sources / f"{number:03d}.{kind}" for number, kind in enumerate(kinds)]
        for path, body in zip(paths, files.values(), strict=True):
            path.write_bytes(body)
        profile = f"-env:UserInstallation=file://{self._folder / 'profile'}"
        command = [self._program, profile, "--headless", "--norestore"]
        command += [f"--infilter={read_as}"] if read_as else []
        command += ["--convert-to", f"{to}:{filtered}" if filtered else to]
        command += ["--outdir", str(targets), *map(str, paths)]
        subprocess.run(command, check=True, capture_output=True, timeout=_LONGEST)
        made = [targets / f"{path.stem}.{to}" for path in paths]
        missed = [name for name, path in zip(files, made, strict=True) if not path.is_file()]
        assert not missed, f"LibreOffice could not open {missed}"
        return {name: path.read_bytes() for name, path in zip(files, made, strict=True)}
