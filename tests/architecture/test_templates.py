"""Templates: they compile, import nothing in vain, and hold no script, style or unescaped text."""

import re

from flask import Flask

from config import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
IMPORT = re.compile(r"{%-?\s*from\s+\"[^\"]+\"\s+import\s+([^%]+?)(?:\s+with context)?\s*-?%}")


def test_every_template_compiles(app: Flask) -> None:
    for path in TEMPLATES:
        assert app.jinja_env.get_template(str(path.relative_to(ROOT / "templates")))


def test_every_template_uses_what_it_imports() -> None:
    wrong = []
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        for names in IMPORT.findall(source):
            for name in (part.split(" as ")[-1].strip() for part in names.split(",")):
                if not re.search(rf"\b{re.escape(name)}\s*\(", source):
                    wrong.append(f"{path.relative_to(ROOT)}: {name} is imported and not used")

    assert not wrong, "\n".join(wrong)


def test_no_template_trusts_text_or_carries_style() -> None:
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b", source), f"{path}: text is escaped, always"
        assert "autoescape false" not in source, f"{path}: text is escaped, always"
        assert path.parent.name == "documents" or not re.search(r"\sstyle\s*=", source), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", source), f"{path}: scripts in static/js"


def test_our_own_scripts_are_small() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "static" / "js").glob("*.js")) <= 60_000
