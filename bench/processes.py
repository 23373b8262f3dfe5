"""The program as it is run: how long it takes to start, and how much memory two workers hold."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORKERS, THREADS, ROUNDS = 2, 4, 6
PATIENCE = 60.0

START = """
import time; begun = time.process_time()
from bench.wsgi import app
print(time.process_time(), len(__import__("sys").modules))
"""


@dataclass(frozen=True)
class Start:
    """Seconds of processor time until the app is made, and how many modules that loaded."""

    seconds: float
    modules: int


@dataclass(frozen=True)
class Memory:
    """Megabytes of each worker: what is its own and its share of what they share (PSS)."""

    workers: tuple[float, ...]
    requests: int

    @property
    def total(self) -> float:
        return sum(self.workers)


def spent() -> float:
    """Processor seconds of this process and of those it has had make its documents."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def most_of_a_child() -> float:
    """Megabytes of the largest process that this one has had make a document.

    It is gone when its document is made, so that no worker's weight holds it.
    """
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _environment(url: str, folder: Path) -> dict[str, str]:
    # Compiled modules are kept, as in an installed program, and outside the tree.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "DATABASE_URL": url,
        "INSTANCE_DIR": str(folder),
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(folder / "pycache"),
    }


def measure_start(url: str, folder: Path) -> Start:
    """Make the app in a process of its own; the best of three, since a machine may be busy."""
    told = []
    for _ in range(3):
        done = subprocess.run(  # noqa: S603 -- our own program
            [sys.executable, "-c", START],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=_environment(url, folder),
        )
        seconds, modules = done.stdout.split()
        told.append(Start(float(seconds), int(modules)))
    return min(told, key=lambda start: start.seconds)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def _served(url: str, folder: Path) -> Iterator[tuple[int, str]]:
    address = f"127.0.0.1:{_free_port()}"
    command = [sys.executable, "-m", "gunicorn", "bench.wsgi:app", "-b", address]
    command += ["--config", "python:internkontroll.operation.gunicorn_settings"]
    command += ["-w", str(WORKERS), "--threads", str(THREADS)]
    command += ["--log-level", "warning"]
    process = subprocess.Popen(  # noqa: S603 -- our own program
        command, cwd=ROOT, env=_environment(url, folder)
    )
    try:
        _wait_for(f"http://{address}/halsa")
        yield process.pid, f"http://{address}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _wait_for(address: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).read()  # noqa: S310 -- loopback
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_memory(url: str, folder: Path, cookie: str, paths: Sequence[str]) -> Memory:
    """Open the pages again and again on two workers, then weigh them. Needs Linux."""
    opened = 0
    with _served(url, folder) as (pid, base):
        for _ in range(ROUNDS):
            for path in paths:
                request = urllib.request.Request(base + path, headers={"Cookie": cookie})  # noqa: S310 -- loopback
                with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 -- loopback
                    answer.read()
                    if answer.url != base + path:
                        raise RuntimeError(f"{path} led to {answer.url}")
                opened += 1
        return Memory(tuple(_megabytes(child) for child in _children(pid)), opened)
