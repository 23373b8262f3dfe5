"""Permissions and trail events as facts of structure: each is used, and has a Swedish word."""

import ast
from enum import EnumMeta

import pytest
from flask import Flask

from config import ROOT
from internkontroll.app import FEATURES, part_of
from internkontroll.core.access import Permission
from internkontroll.web.event_words import event_word

SOURCES = {path: path.read_text("utf-8") for path in (ROOT / "internkontroll").rglob("*.py")}


def event_enums() -> list[EnumMeta]:
    found = []
    for feature in FEATURES:
        models = part_of(feature, "models")
        if models is None:
            continue
        found += [
            member
            for name, member in vars(models).items()
            if name.endswith("Event") and isinstance(member, EnumMeta)
        ]
    return found


def test_every_permission_guards_something() -> None:
    used = {
        node.attr
        for path, source in SOURCES.items()
        if path.name != "policy.py" and path.parent.name != "core"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Permission"
    }

    assert {permission.name for permission in Permission} == used


@pytest.mark.parametrize("events", event_enums(), ids=lambda enum: enum.__name__)
def test_every_trail_event_is_written_somewhere_and_has_a_word(
    app: Flask, events: EnumMeta
) -> None:
    for event in events:
        mention = f"{events.__name__}.{event.name}"
        places = [path for path, text in SOURCES.items() if mention in text]
        assert any(path.name != "words.py" for path in places), f"{mention} is never written"
        if events.__name__ != "AccountEvent":
            assert event_word(event.value)
