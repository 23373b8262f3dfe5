"""What a start loads. Each module costs every start, and every worker's memory, for good."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from config import ROOT
from tests.architecture.test_floors import SLOW

MOST_MODULES = 1250
"""The ceiling. Does a feature need more: make what it rarely uses slow to load, or raise it."""
MOST_COLLECTIONS = 100
START = """
import gc, json, sys
from config import DemoConfig
from internkontroll.app import create_app
create_app(DemoConfig())
print(json.dumps({"modules": sorted(sys.modules), "collections": gc.get_stats()[0]["collections"]}))
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process has loaded when it has made the app and served nothing."""
    done = subprocess.run(
        [sys.executable, "-c", START],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "INSTANCE_DIR": str(tmp_path_factory.mktemp("start"))},
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_start_loads_no_library_that_is_slow_to_load(started: dict[str, Any]) -> None:
    loaded = {name.partition(".")[0] for name in started["modules"]}

    assert not loaded & SLOW, "imported by a library of ours: import that one where it is used"


def test_the_start_stays_under_its_ceiling_of_modules(started: dict[str, Any]) -> None:
    assert len(started["modules"]) <= MOST_MODULES


def test_the_start_does_not_look_for_garbage_in_what_it_loads(started: dict[str, Any]) -> None:
    assert started["collections"] <= MOST_COLLECTIONS


def test_nothing_of_the_tests_or_the_demonstration_is_loaded(started: dict[str, Any]) -> None:
    tests = {name for name in started["modules"] if name.partition(".")[0] == "tests"}
    demonstration = {name for name in started["modules"] if name.startswith("internkontroll.demo")}

    assert not tests | demonstration
