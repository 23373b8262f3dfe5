"""Pages and sorting of long lists, kept in the address so that a link shows the same rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, cast

from flask import request, url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Item = TypeVar("Item")

PAGE_SIZE: Final = 50
_MAX_PAGE: Final = 1_000_000


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Sida: some rows of a longer list. ``number`` counts from 1; ``total`` is all rows."""

    items: Sequence[Item]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are: at least one, also for an empty list."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The number of the first row shown, 0 in an empty list."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return min(self.number * self.size, self.total)

    @property
    def previous(self) -> int | None:
        """The page before this one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after this one."""
        return self.number + 1 if self.number < self.pages else None

    @property
    def window(self) -> list[int | None]:
        """Page numbers to link: first, last and those near; None where some are left out."""
        near = {1, self.pages, *range(self.number - 1, self.number + 2)}
        shown = sorted(page for page in near if 1 <= page <= self.pages)
        window: list[int | None] = []
        for page in shown:
            before = window[-1] if window else None
            if before is not None and page - before == 2:
                window.append(page - 1)
            elif before is not None and page - before > 2:
                window.append(None)
            window.append(page)
        return window


@dataclass(frozen=True)
class Sort:
    """Sortering: the column a list is sorted by, and whether from the end."""

    key: str
    descending: bool = False


def requested_page(args: Mapping[str, str]) -> int:
    """The page asked for by ``?sida=``; anything that is not a page number is page 1."""
    text = args.get("sida", "1").strip()
    is_number = text.isascii() and text.isdigit()
    return min(max(int(text[:10]), 1), _MAX_PAGE) if is_number else 1


def requested_sort(args: Mapping[str, str], allowed: Sequence[str], default: Sort) -> Sort:
    """The sorting asked for by ``?sortera=&ordning=``; an unknown column is the default."""
    key = args.get("sortera", "")
    if key not in allowed:
        return default
    return Sort(key, descending=args.get("ordning") == "fallande")


def paginate(
    session: Session, statement: Select[tuple[Item]], number: int, size: int = PAGE_SIZE
) -> Page[Item]:
    """One page of a query of one entity or column, in two queries however long the list is.

    A number past the end gives the last page. The statement must be ordered.
    """
    counted = select(func.count()).select_from(statement.order_by(None).subquery())
    total = session.scalar(counted) or 0
    number = min(max(number, 1), max(1, -(-total // size)))
    shown = cast("Select[Any]", statement.limit(size).offset((number - 1) * size))
    rows: Sequence[Item] = session.scalars(shown).unique().all()
    return Page(rows, number, size, total)


def url_with(**changes: Any) -> str:
    """Template function: this page's address with other query arguments; None takes one away."""
    args: dict[str, Any] = {**request.args.to_dict(flat=False), **changes}
    kept = {name: value for name, value in args.items() if value is not None}
    return url_for(request.endpoint or "static", **{**(request.view_args or {}), **kept})
