"""The look: contrast in both schemes, one place for colours, nothing inline, fonts shipped."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CSS = ROOT / "static" / "css"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

TEXT_PAIRS = [
    ("ink", "paper"), ("ink", "card"), ("ink", "brand-soft"), ("ink", "bad-soft"),
    ("ink", "line-2"), ("ink-2", "paper"), ("ink-2", "card"), ("ink-2", "brand-soft"),
    ("ink-2", "line-2"), ("brand", "paper"), ("brand", "card"), ("brand", "brand-soft"),
    ("brand-ink", "brand"), ("ok", "ok-soft"), ("warn", "warn-soft"), ("bad", "bad-soft"),
    ("idle", "idle-soft"), ("bad", "paper"), ("bad", "card"), ("bad-ink", "bad"),
]  # fmt: skip
"""Text colour on background: at least 4.5:1 (WCAG 1.4.3)."""

SHAPE_PAIRS = [
    ("edge", "paper"), ("edge", "card"), ("ink", "focus"), ("brand", "line"), ("ink", "paper"),
]  # fmt: skip
"""Edges of controls, the focus ring, the line's progress: at least 3:1 (WCAG 1.4.11)."""


def _variables(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});", text))


@cache
def _schemes() -> dict[str, dict[str, str]]:
    light, dark = (CSS / "municipality.css").read_text("utf-8").split("@media", 1)
    return {"light": _variables(light), "dark": _variables(light) | _variables(dark)}


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21. Source: WCAG 2.2, relative luminance."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_contrast_ratio_is_that_of_wcag() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read(scheme: str, text: str, ground: str) -> None:
    colours = _schemes()[scheme]
    assert _contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_controls_can_be_seen(scheme: str, shape: str, ground: str) -> None:
    colours = _schemes()[scheme]
    if (scheme, shape, ground) == ("dark", "ink", "focus"):
        shape = "paper"  # in the dark the yellow ring itself stands against the paper
    assert _contrast(colours[shape], colours[ground]) >= 3


def test_every_colour_of_the_light_scheme_has_a_dark_one() -> None:
    light, dark = (CSS / "municipality.css").read_text("utf-8").split("@media", 1)
    assert set(_variables(light)) - set(_variables(dark)) == {"focus"}


def test_colours_stand_only_in_the_municipality_s_file() -> None:
    rules = (CSS / "internkontroll.css").read_text("utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rules) == []
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", rules))
    known = set(re.findall(r"--([a-z0-9-]+):", (CSS / "municipality.css").read_text("utf-8")))
    assert used - known == set()
    assert known - used == set()


def test_the_stylesheet_asks_for_nothing_that_is_not_shipped() -> None:
    rules = (CSS / "internkontroll.css").read_text("utf-8")
    addresses = re.findall(r'url\("([^"]+)"\)', rules)
    assert len(addresses) == 4
    assert all((CSS / address).resolve().is_file() for address in addresses)
    assert "@import" not in rules


@pytest.mark.parametrize("face", ["Regular", "It", "Semibold", "Bold"])
def test_each_face_is_shipped_for_page_and_pdf_with_its_licence(face: str) -> None:
    fonts = ROOT / "static" / "fonts"
    assert (fonts / f"SourceSans3-{face}.ttf.woff2").read_bytes()[:4] == b"wOF2"
    assert (fonts / f"SourceSans3-{face}.ttf").read_bytes()[:4] == b"\x00\x01\x00\x00"
    assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts / "LICENSE.md").read_text("utf-8")


def test_the_scripts_are_small_and_strict() -> None:
    scripts = sorted((ROOT / "static" / "js").glob("*.js"))
    assert sum(script.stat().st_size for script in scripts) <= 60_000
    assert all('"use strict";' in script.read_text("utf-8") for script in scripts)


def test_no_page_has_anything_inline() -> None:
    for template in TEMPLATES:
        if template.parent.name == "documents":
            continue  # a document is a file of its own and carries its style with it
        text = template.read_text("utf-8")
        inline = re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", text)
        assert not inline, f"{template}: {inline}"
        for script in re.findall(r"<script\b[^>]*>", text):
            assert "src=" in script, template
            assert "nonce=" in script, template


@pytest.mark.parametrize(
    "component", sorted((ROOT / "templates" / "components").glob("*.html")), ids=lambda p: p.stem
)
def test_each_macro_says_when_to_use_it(component: Path) -> None:
    text = component.read_text("utf-8")
    macros = re.findall(r"\{%-?\s*macro (\w+)\(", text)
    assert macros
    for macro in macros:
        assert re.search(rf"\{{#-? {macro}\(\): ", text), macro
