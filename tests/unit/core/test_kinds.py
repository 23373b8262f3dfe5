"""Rows of several kinds come in one statement, each with the columns that it has."""

from datetime import date

import pytest
import sqlalchemy as sa

from internkontroll.core.kinds import of_kinds

COLUMNS = {"name": sa.Text(), "day": sa.Date(), "count": sa.Integer()}


def test_a_row_has_its_kind_its_own_columns_and_nothing_in_the_others() -> None:
    statement = of_kinds(
        COLUMNS,
        [
            (0, sa.select(sa.literal("2020-05-29", sa.Text()).label("day"))),
            (1, sa.select(sa.literal(3).label("count"), sa.literal("tre").label("name"))),
        ],
    )
    with sa.create_engine("sqlite://").connect() as connection:
        rows = connection.execute(statement).all()
    assert rows == [(0, None, date(2020, 5, 29), None), (1, "tre", None, 3)]


def test_a_column_that_no_row_has_is_refused() -> None:
    with pytest.raises(ValueError, match="nmae"):
        of_kinds(COLUMNS, [(0, sa.select(sa.literal("tre").label("nmae")))])
