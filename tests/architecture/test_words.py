"""Every closed list that a screen or document may show has a Swedish word for each member."""

import re
from enum import EnumMeta
from importlib import import_module

import pytest
import sqlalchemy as sa
from flask import Flask

from config import ROOT
from internkontroll.app import load_models
from internkontroll.core.base import Base
from internkontroll.web.filters import swedish_word


def stored_enums() -> list[EnumMeta]:
    for_each = {
        column.type.enum_class
        for table in (load_models() or Base.metadata).tables.values()
        for column in table.columns
        if isinstance(column.type, sa.Enum) and column.type.enum_class is not None
    }
    return sorted(for_each, key=lambda enum: enum.__name__)


@pytest.mark.parametrize("enum", stored_enums(), ids=lambda enum: enum.__name__)
def test_every_member_has_its_word(app: Flask, enum: EnumMeta) -> None:
    for member in enum:
        assert swedish_word(member)


def test_importing_the_models_is_enough_to_know_every_table() -> None:
    load_models()
    assert import_module("internkontroll.plan.models").Plan.__tablename__ in Base.metadata.tables


def test_the_class_of_every_table_stands_in_the_list_of_words() -> None:
    load_models()
    told = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "ordlista.md").read_text(encoding="utf-8")))
    classes = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    assert classes - told == set(), "give each its Swedish term in docs/ordlista.md"
