"""The floors of the house: which way an import may go. What breaks here says what to do instead."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import Any

from config import ROOT
from internkontroll.app import FEATURES

PACKAGE = ROOT / "internkontroll"
GROUND = ("core", "files", "trail")
ACROSS = (
    "organisation",
    "accounts",
    "risk",
    "plan",
    "schedule",
    "sampling",
    "review",
    "survey",
    "findings",
    "reporting",
    "monitoring",
    "archive",
)
LOW = {"rules", "models", "words", "queries", "services", "policy"}
FRAMEWORKS = {"flask", "werkzeug", "wtforms", "jinja2", "flask_wtf", "flask_login"}
EDGES = {"app", "cli", "demo"}
SLOW = {
    *("pandas", "typst", "docx", "python_calamine", "alembic", "openpyxl", "xlsxwriter"),
    *("authlib", "joserfc", "requests", "cryptography", "pyotp", "segno", "filetype"),
}
LONG_FOR_A_REASON: dict[str, str] = {}
MOST_LINES = 400


@dataclass
class Module:
    path: Path

    @property
    def parts(self) -> tuple[str, ...]:
        return self.path.relative_to(PACKAGE).with_suffix("").parts

    @property
    def place(self) -> str:
        """The feature or ground folder, or the module's own name at the top."""
        return self.parts[0]

    @property
    def layer(self) -> str:
        return self.parts[1] if len(self.parts) > 1 else ""

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def nodes(self) -> list[Any]:
        """Every node of the tree, walked once for all the tests."""
        return list(ast.walk(self.tree))

    def imports(self) -> Iterator[tuple[str, ast.stmt]]:
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module, node

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


MODULES = [Module(path) for path in sorted(PACKAGE.rglob("*.py"))]


def for_every_module(check: Callable[[Module], None]) -> Callable[[], None]:
    """A test that asks every module and tells of all that are wrong, not only the first."""

    @wraps(check)
    def test() -> None:
        wrong = []
        for module in MODULES:
            try:
                check(module)
            except AssertionError as error:
                wrong.append(str(error).splitlines()[0])
        assert not wrong, "\n".join(wrong)

    del test.__wrapped__  # pytest would take the check's argument for a fixture
    return test


def ours(name: str) -> tuple[str, str] | None:
    """Place and layer of one of our own modules; None for a library."""
    parts = name.split(".")
    if parts[0] != "internkontroll" or len(parts) < 2:
        return None
    return parts[1], parts[2] if len(parts) > 2 else ""


def test_the_declared_features_stand_in_the_order_of_the_house() -> None:
    known = [feature for feature in FEATURES if feature in ACROSS]

    assert known == [feature for feature in ACROSS if feature in known]


@for_every_module
def test_the_low_floors_know_no_web(module: Module) -> None:
    low = module.place in GROUND or module.layer in LOW
    if not low or module.layer == "views" or module.path == PACKAGE / "core" / "database.py":
        return
    # A document is written from a template too: files may know jinja2, and nothing of the web.
    frameworks = FRAMEWORKS - {"jinja2"} if module.place == "files" else FRAMEWORKS
    found = {name.split(".")[0] for name, _ in module.imports()} & frameworks

    assert not found, f"{module} imports {found}: pass what it needs as an argument"


@for_every_module
def test_no_use_case_reaches_up_to_the_web_or_the_database_of_the_app(module: Module) -> None:
    if module.layer not in LOW:
        return
    for name, node in module.imports():
        place = ours(name)
        if place is None:
            continue
        up = place[0] in {"web", "app", "cli", "demo"} or place[1] in {"views", "forms"}
        database = place == ("core", "database")
        assert not up, f"{module}:{node.lineno} imports {name}: the web floor lies above"
        assert not database, f"{module}:{node.lineno}: the session is an argument"


@for_every_module
def test_rules_and_models_ask_no_use_case(module: Module) -> None:
    allowed = {
        "rules": {"rules", "models"},
        "models": {"rules", "models"},
        "words": {"rules", "models"},
    }
    if module.layer not in allowed:
        return
    for name, node in module.imports():
        place = ours(name)
        if place and place[0] in ACROSS:
            fits = place[1] in allowed[module.layer]
            assert fits, f"{module}:{node.lineno} imports {name}: domain knows no use case"


@for_every_module
def test_rules_touch_no_database(module: Module) -> None:
    if module.layer != "rules":
        return
    found = {name for name, _ in module.imports() if name.split(".")[0] == "sqlalchemy"}

    assert not found, f"{module} imports {found}: rules take plain data"


@for_every_module
def test_imports_go_left_or_down(module: Module) -> None:
    if module.layer not in LOW or module.place not in ACROSS:
        return
    own = ACROSS.index(module.place)
    for name, node in module.imports():
        place = ours(name)
        if place and place[0] in ACROSS:
            right = ACROSS.index(place[0]) > own
            assert not right, f"{module}:{node.lineno} imports {name}, which lies to the right"


@for_every_module
def test_the_ground_knows_no_feature(module: Module) -> None:
    if module.place not in GROUND or module.layer == "views":
        return
    for name, node in module.imports():
        place = ours(name)
        assert not (place and place[0] in ACROSS), f"{module}:{node.lineno} imports {name}"


@for_every_module
def test_a_view_uses_no_other_features_views_or_forms(module: Module) -> None:
    if module.layer not in {"views", "forms"}:
        return
    for name, node in module.imports():
        place = ours(name)
        if place and place[0] in ACROSS and place[1] in {"views", "forms"}:
            assert place[0] == module.place, f"{module}:{node.lineno} imports {name}"


@for_every_module
def test_only_one_place_commits(module: Module) -> None:
    if module.path == PACKAGE / "core" / "transaction.py":
        return
    for node in module.nodes:
        commits = isinstance(node, ast.Attribute) and node.attr == "commit"
        migrates = module.path == PACKAGE / "core" / "migrate.py"
        assert not commits or migrates, f"{module}:{node.lineno} commits: use transaction()"


@for_every_module
def test_only_the_edges_ask_what_time_it_is(module: Module) -> None:
    if module.path == PACKAGE / "core" / "clock.py" or module.place in EDGES:
        return
    for node in module.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asks = node.func.attr in {"now", "utcnow", "today"} and not (
                isinstance(node.func.value, ast.Name) and node.func.value.id == "self"
            )
            assert not asks, f"{module}:{node.lineno}: time is an argument"


@for_every_module
def test_imports_stand_at_the_top(module: Module) -> None:
    for node in module.nodes:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import):
                names = [alias.name for alias in inner.names]
            elif isinstance(inner, ast.ImportFrom):
                names = [inner.module or ""]
            else:
                continue
            late = [name for name in names if name.split(".")[0] not in SLOW]
            assert not late, f"{module}:{inner.lineno} imports {late} inside a function"


@for_every_module
def test_a_slow_library_is_not_loaded_at_the_start(module: Module) -> None:
    for line in module.tree.body:
        names = [alias.name for alias in line.names] if isinstance(line, ast.Import) else []
        if isinstance(line, ast.ImportFrom):
            names = [line.module or ""]
        slow = [name for name in names if name.split(".")[0] in SLOW]
        assert not slow, f"{module}:{line.lineno} imports {slow} as soon as it is imported"


@for_every_module
def test_no_file_is_a_drawer_or_too_long(module: Module) -> None:
    drawers = {"utils", "helpers", "manager", "data2", "misc", "common"}
    lines = module.path.read_text(encoding="utf-8").count("\n")

    assert not drawers & set(module.parts), f"{module}: name it for what it holds"
    assert lines <= MOST_LINES or str(module) in LONG_FOR_A_REASON, f"{module} has {lines} lines"


def test_no_two_files_of_tests_have_one_name() -> None:
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    twice = sorted(name for name, files in names.items() if files > 1)

    assert not twice, f"pytest reads a folder's files by their names alone: rename {twice}"


def test_importing_the_pure_rules_loads_no_flask() -> None:
    program = (
        "import sys; import internkontroll.sampling.rules, internkontroll.plan.rules.reading;"
        "sys.exit(any(name in sys.modules for name in ('flask', 'sqlalchemy', 'pandas')))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, cwd=ROOT)

    assert done.returncode == 0
