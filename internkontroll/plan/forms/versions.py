"""The version of a thing that a form was filled in from."""

from internkontroll.web.forms import BaseForm


def whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def row_version(form: BaseForm) -> int:
    """The version that the form was filled in from; 0, which nothing has, if it holds none."""
    return whole(form["row_version"].data)
