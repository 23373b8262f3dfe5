"""Läs tillbaka det som är beslutat: frozen dataclasses from the plain data of their snapshot.

A field that is missing takes its default, so that an older snapshot can be read; one without a
default must be there.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

Made = TypeVar("Made")
Reader = Callable[[Any], Any]


@functools.cache  # To read the annotations of a class takes far longer than to read a row of it.
def _readers(kind: type[Any]) -> tuple[tuple[str, Reader | None, bool], ...]:
    """Each field's name, how it is read (None: as it stands), and whether it must be there."""
    hints = typing.get_type_hints(kind)
    return tuple(
        (entry.name, _reader(hints[entry.name]), entry.default is dataclasses.MISSING)
        for entry in dataclasses.fields(kind)
    )


def dataclass_from(kind: type[Made], data: dict[str, Any]) -> Made:
    """Read a dataclass back. Raises ValueError where something that must be there is missing."""
    values: dict[str, Any] = {}
    for name, read, must in _readers(typing.cast(Any, kind)):
        if name in data:
            value = data[name]
            values[name] = value if read is None else read(value)
        elif must:
            raise ValueError(f"{kind.__name__} lacks {name}")
    return kind(**values)


def _reader(hint: Any) -> Reader | None:
    """How a value with the annotation is read back; None where it stands as it is."""
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        inner = next(part for part in typing.get_args(hint) if part is not type(None))
        return _if_any(_reader(inner))
    if origin is tuple:
        parts = typing.get_args(hint)
        if parts[-1] is not Ellipsis:
            return _of_places(tuple(_reader(part) for part in parts))
        return _each(_reader(parts[0]))
    if dataclasses.is_dataclass(hint):
        return functools.partial(dataclass_from, typing.cast(type[Any], hint))
    if hint is datetime or hint is date:
        fromisoformat: Reader = hint.fromisoformat
        return fromisoformat
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return None


def _if_any(read: Reader | None) -> Reader | None:
    if read is None:
        return None
    return lambda value: None if value is None else read(value)


def _of_places(readers: tuple[Reader | None, ...]) -> Reader:
    return lambda values: tuple(
        value if read is None else read(value) for read, value in zip(readers, values, strict=True)
    )


def _each(read: Reader | None) -> Reader:
    if read is None:
        return tuple
    return lambda values: tuple([read(value) for value in values])
