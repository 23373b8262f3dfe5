"""The register of personal data and the models: no column of text stands outside."""

from collections import Counter

import sqlalchemy as sa

from internkontroll.app import load_models
from internkontroll.archive.models import RecordKind
from internkontroll.archive.register import NOT_PERSONAL, REGISTER
from internkontroll.core.base import Base

KINDS_OF_TEXT = (sa.String, sa.JSON, sa.LargeBinary)


def columns_of_text() -> set[str]:
    load_models()
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, KINDS_OF_TEXT) and not isinstance(column.type, sa.Enum)
    }


def declared() -> Counter[str]:
    lists = [NOT_PERSONAL, *(held.columns for held in REGISTER)]
    return Counter(
        f"{table}.{column}"
        for columns in lists
        for table, names in columns.items()
        for column in names
    )


def test_each_column_of_text_stands_in_the_register_or_is_said_to_hold_nobody() -> None:
    assert columns_of_text() - set(declared()) == set()


def test_the_register_names_no_column_that_is_not_there_and_none_twice() -> None:
    assert set(declared()) - columns_of_text() == set()
    assert [column for column, times in declared().items() if times > 1] == []


def test_one_entry_tells_of_every_column_that_names_an_account() -> None:
    assert [held.name for held in REGISTER if held.accounts] == ["Vem som gjorde vad"]


def test_every_retention_rule_is_told_of_in_the_register() -> None:
    told = {held.frist for held in REGISTER if isinstance(held.frist, RecordKind)}

    assert told == set(RecordKind)
