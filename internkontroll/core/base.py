"""The pure declarative base of every model: no Flask, named constraints, UTC or nothing."""

import enum
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


_Reader = Callable[[Any], datetime | None]


def _read_sqlite_moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC. A naive time is refused on the way in: it is a mistake, not a guess.

    SQLite gives times back without zone; they were stored as UTC and are marked so again.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without zone cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> _Reader | None:
        """As above; SQLite's text is read in one step, since a page may hold a thousand."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return _read_sqlite_moment


def _values(members: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in members]


class Base(DeclarativeBase):
    """Base of every model. A :class:`enum.StrEnum` column becomes text with a named CHECK."""

    registry: ClassVar[registry] = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UtcDateTime(),
            date: sa.Date(),
            str: sa.Text(),
            dict[str, Any]: sa.JSON(),
            list[str]: sa.JSON(),
            enum.StrEnum: sa.Enum(
                enum.StrEnum,
                native_enum=False,
                create_constraint=True,
                values_callable=_values,
                length=40,
            ),
        },
    )


Pk = Annotated[int, mapped_column(primary_key=True)]
Money = Annotated[int, mapped_column(sa.BigInteger)]
"""An amount in whole öre."""
Sha256 = Annotated[str, mapped_column(sa.String(64))]
"""A SHA-256 in lower-case hex."""
