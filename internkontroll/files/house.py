"""Dokumentens utseende: the municipality's name, logotype and colour, the same in every form."""

import base64
import re
from dataclasses import dataclass
from typing import Any

from internkontroll.core.errors import InvalidInput
from internkontroll.files.attachments import AttachmentKind, inspect_attachment

DEFAULT_COLOUR = "#0b5d66"

LOGO_MAX = 200 * 1024
"""Largest logotype in bytes: it lies in every document."""

LOGO_KINDS = frozenset({AttachmentKind.PNG, AttachmentKind.JPEG})

LEAST_CONTRAST = 4.5
"""Of text against white paper (WCAG 2.2, 1.4.3)."""

_COLOUR = re.compile("#[0-9a-f]{6}")
_FORMATS = {AttachmentKind.PNG: "png", AttachmentKind.JPEG: "jpg"}
_MEDIA = {AttachmentKind.PNG: "image/png", AttachmentKind.JPEG: "image/jpeg"}


@dataclass(frozen=True)
class House:
    """Utseende: ``name`` is told where a logotype cannot be seen. ``colour`` is "#0b5d66"."""

    name: str = ""
    colour: str = DEFAULT_COLOUR
    logo: bytes | None = None
    kind: AttachmentKind | None = None

    @property
    def logo_address(self) -> str | None:
        """The logotype as an address that holds it, for a page that needs no other file."""
        if self.logo is None or self.kind is None:
            return None
        return f"data:{_MEDIA[self.kind]};base64,{base64.b64encode(self.logo).decode('ascii')}"

    def data(self) -> dict[str, Any]:
        """The look as plain data, for a template that reads JSON."""
        logo = None if self.logo is None or self.kind is None else list(self.logo)
        return {
            "name": self.name,
            "colour": self.colour,
            "logo": logo,
            "format": _FORMATS[self.kind] if self.kind else None,
        }


def contrast_to_white(colour: str) -> float:
    """How much a colour "#rrggbb" stands out from white, 1 to 21 (WCAG 2.2, contrast ratio)."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def check_colour(text: str) -> str:
    """The colour in the one form it is kept in. Raises InvalidInput (field ``colour``)."""
    colour = "#" + text.strip().lower().removeprefix("#")
    if not _COLOUR.fullmatch(colour):
        raise InvalidInput(
            "Skriv färgen som # och sex tecken, till exempel #0b5d66.", field="colour"
        )
    if contrast_to_white(colour) < LEAST_CONTRAST:
        raise InvalidInput(
            "Färgen är för ljus för att läsas på vitt papper. Välj en mörkare.", field="colour"
        )
    return colour


def inspect_logo(data: bytes, filename: str) -> AttachmentKind:
    """The kind of a file that may be a logotype. Raises InvalidInput (field ``file``)."""
    if len(data) > LOGO_MAX:
        raise InvalidInput(
            f"Logotypen är större än {LOGO_MAX // 1024} kB. Spara den i ett mindre format.",
            field="file",
        )
    kind = inspect_attachment(data, filename).kind
    if kind not in LOGO_KINDS:
        raise InvalidInput("Logotypen ska vara en bild: PNG eller JPG.", field="file")
    return kind
