"""Templates: they compile, import nothing in vain, and hold no script, style or unescaped text."""

import re
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
BY_NAME = pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
IMPORT = re.compile(r"{%-?\s*from\s+\"[^\"]+\"\s+import\s+([^%]+?)(?:\s+with context)?\s*-?%}")


@BY_NAME
def test_a_template_compiles(app: Flask, path: Path) -> None:
    assert app.jinja_env.get_template(str(path.relative_to(ROOT / "templates")))


@BY_NAME
def test_a_template_uses_what_it_imports(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for names in IMPORT.findall(source):
        for name in (part.split(" as ")[-1].strip() for part in names.split(",")):
            uses = len(re.findall(rf"\b{re.escape(name)}\s*\(", source))
            assert uses, f"{path}: {name} is imported and not used"


@BY_NAME
def test_a_template_trusts_no_text_and_carries_no_style(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    assert not re.search(r"\|\s*safe\b", source), f"{path}: text is escaped, always"
    assert "autoescape false" not in source
    assert not re.search(r"\sstyle\s*=", source), f"{path}: styles stand in static/css"
    assert not re.search(r"<script(?![^>]*\bsrc=)", source), f"{path}: scripts stand in static/js"


def test_our_own_scripts_are_small() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "static" / "js").glob("*.js")) <= 60_000
