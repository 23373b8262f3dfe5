"""Fritext: what a person writes and the trail, the reports and the documents keep.

No personnummer stands in it (OSL 26 kap.): one with the right check digit is refused.
"""

from internkontroll.core.errors import InvalidInput
from internkontroll.core.personal_id import names_a_person
from internkontroll.core.text import clean_text

REASON_MAX = 2_000
"""Most characters of a reason, where nothing else is said."""


def refuse_unfit(text: str, field: str, *, most: int) -> None:
    """Raise InvalidInput for text of more than ``most`` characters or with a personnummer."""
    if len(text) > most:
        raise InvalidInput(f"Texten är för lång. Skriv högst {most} tecken.", field=field)
    if names_a_person(text):
        raise InvalidInput("Texten innehåller ett personnummer. Ta bort det.", field=field)


def checked_text(
    text: str | None, missing: str, field: str = "reason", *, most: int = REASON_MAX
) -> str:
    """The text cleaned. Raises InvalidInput without one (``missing``), and for unfit text."""
    cleaned = clean_text(text or "")
    if not cleaned:
        raise InvalidInput(missing, field=field)
    refuse_unfit(cleaned, field, most=most)
    return cleaned
