"""Run the program that checks a package, alone in a folder with nothing but itself and the ZIP."""

import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "docs" / "verify_package.py"

Files = dict[str, bytes]


def unpacked(package: bytes) -> Files:
    """What lies in a package, by name."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Files) -> bytes:
    """A ZIP of what is given, checked by nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def check(folder: Path, package: bytes, *more: str) -> tuple[int, str]:
    """The exit code and the answer of the script."""
    shutil.copy(SCRIPT, folder)
    (folder / "paket.zip").write_bytes(package)
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT.name, "paket.zip", *more],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
    )
    assert not done.stderr
    return done.returncode, done.stdout


def with_one_bit_flipped(files: Files, name: str) -> Files:
    """The same with one byte of one file changed."""
    body = bytearray(files[name])
    body[len(body) // 2] ^= 1
    return {**files, name: bytes(body)}
