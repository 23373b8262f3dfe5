"""What the reading of a plan says of a row: a note, a refusal, or its texts by field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from internkontroll.plan.rules.headers import Field


@dataclass(frozen=True)
class Note:
    """Påpekande: something a person should know of a row or the file. Nothing is mended by it.

    ``row`` is the kontrollmoment's running number, None for the file; ``file_row`` its row there.
    """

    code: str
    text: str
    field: str = ""
    row: int | None = None
    file_row: int | None = None

    def to_json(self) -> dict[str, object]:
        """The note as plain data."""
        return {
            "row": self.row,
            "file_row": self.file_row,
            "field": self.field,
            "code": self.code,
            "text": self.text,
        }


@dataclass(frozen=True)
class Refusal:
    """Avvisad rad: it is not taken in. Row, column and why, with what to do."""

    file_row: int
    field: str
    code: str
    text: str
    cells: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The refusal as plain data."""
        return {
            "row": None,
            "file_row": self.file_row,
            "field": self.field,
            "code": self.code,
            "text": self.text,
            "cells": list(self.cells),
        }


@dataclass(frozen=True)
class RawControl:
    """A row with a kontrollmoment: its texts by field, after filling down from above.

    ``area_above`` is the kontrollområde of the nearest row above that names one.
    """

    file_row: int
    texts: Mapping[Field, str]
    extra: Mapping[str, str]
    notes: tuple[Note, ...] = ()
    area_above: str = ""

    def text(self, wanted: Field) -> str:
        """The verbatim text of a field, empty if the file has no such column."""
        return self.texts.get(wanted, "")


def numbered(note: Note, row: int) -> Note:
    """The note with its kontrollmoment's running number."""
    return replace(note, row=row)
