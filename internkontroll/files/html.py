"""Skriv en HTML-fil som klarar sig själv: a document to keep or send, with its style inside.

Not a page of the program: no script, no link, nothing fetched.
"""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from babel.numbers import format_decimal
from markupsafe import Markup

from internkontroll.core.clock import STOCKHOLM, swedish_day
from internkontroll.core.dates import long_date
from internkontroll.files.house import House
from internkontroll.files.literal import literal
from internkontroll.files.markup import to_html
from internkontroll.files.plain_document import Image, PlainDocument, Typed, with_whole_days

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "documents"


def _date(value: date | datetime) -> str:
    return long_date(swedish_day(value) if isinstance(value, datetime) else value)


def _moment(value: datetime) -> str:
    return f"{_date(value)} kl. {value.astimezone(STOCKHOLM):%H.%M}"


def _number(value: int) -> str:
    return format_decimal(value, "#,##0", locale="sv")


def _typed(typed: Typed) -> Markup:
    """A typed text; a document's heading of level 1 is the page's h2."""
    return Markup(to_html(typed.blocks, level=typed.level + 1))  # noqa: S704 -- escaped by it


def _drawing(image: Image) -> Markup:
    """A drawing; the one who drew it has escaped its texts."""
    return Markup(image.svg)  # noqa: S704


def _literal(value: Any) -> Any:
    """Typed text with what no page may hold told by its number; a template's own is left alone."""
    return literal(value, tab="\t") if type(value) is str else value


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_literal,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        datum=_date,
        tidpunkt=_moment,
        tal=_number,
        skriven=_typed,
        ritad=_drawing,
    )
    return environment


def render_html(template_name: str, data: dict[str, Any], house: House | None = None) -> str:
    """Make the HTML of a template in templates/documents. Everything in the data is escaped.

    Raises jinja2.TemplateError if the template is wrong or asks for what is not in the data.
    """
    return _environment().get_template(template_name).render(**data, house=house or House())


def plain_html(document: PlainDocument, house: House | None = None) -> str:
    """Make the HTML of a document of plain blocks: the same content as its PDF and its DOCX."""
    blocks = [(type(block).__name__, block) for block in document.blocks]
    return render_html(
        "plain.html", {"document": document, "blocks": blocks, "whole_days": with_whole_days}, house
    )
