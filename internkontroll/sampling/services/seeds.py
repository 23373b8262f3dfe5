"""The seed of a draw or of an extension: where it comes from, and what is asked of it."""

import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import InvalidInput
from internkontroll.sampling import rules
from internkontroll.sampling.models import SeedSource
from internkontroll.sampling.rules.seeded import SEED_DIGITS
from internkontroll.sampling.services.guards import checked_reason
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import reviews_cases

SYSTEM_DIGITS = 40
SEED_REFERENCE_MAX = 200
SEED_MAX = 400
"""Most digits of a seed: nobody throws more dice."""


def system_digits() -> str:
    """Programmets egna siffror: 40 decimal digits from the operating system's generator."""
    return f"{secrets.randbelow(10**SYSTEM_DIGITS):0{SYSTEM_DIGITS}d}"


def checked_seed(
    session: Session, board_id: int, source: SeedSource, digits: str | None, reference: str | None
) -> tuple[str, str | None]:
    """The seed and its reference: the witness's role (dice), or what and when the source was.

    Raises InvalidInput for digits beside the system's own, for a seed that is not 20 to 400 ASCII
    digits and for a missing reference.
    """
    if source is SeedSource.SYSTEM:
        if (digits or "").strip():
            raise InvalidInput(
                "Du har skrivit siffror men valt programmets egna. Ta bort siffrorna, eller välj "
                "tärning eller offentlig källa.",
                field="source",
            )
        return system_digits(), None
    try:
        seed = rules.check_seed_digits(digits or "")
    except InvalidInput as error:
        raise InvalidInput(_digits_sentence((digits or "").strip()), field="digits") from error
    if len(seed) > SEED_MAX:
        raise InvalidInput(f"Skriv högst {SEED_MAX} siffror.", field="digits")
    missing = (
        "Skriv vem som såg tärningarna slås, till exempel ”ordförande”."
        if source is SeedSource.DICE
        else "Skriv vilken källan är och när den lästes."
    )
    said = checked_reason(session, board_id, reference, missing, "reference")
    if len(said) > SEED_REFERENCE_MAX:
        raise InvalidInput(f"Skriv högst {SEED_REFERENCE_MAX} tecken.", field="reference")
    return seed, said


def _digits_sentence(typed: str) -> str:
    if typed.isascii() and (typed.isdigit() or not typed):
        return f"Du har skrivit {len(typed)} siffror. Det behövs minst {SEED_DIGITS}."
    return f"Skriv bara siffrorna 0–9, minst {SEED_DIGITS} i följd."


def checked_declaration(
    occurrences: Iterable[Occurrence], rows: Sequence[int] | None, size: int, actor: Actor
) -> list[int] | None:
    """Which rows of the list the drawer has handled the cases of, as declared; None: not asked.

    It is asked of the one who draws for an individutskott. Raises InvalidInput where nothing is
    declared then, and for a row that the list does not have.
    """
    if rows is None:
        if actor.is_system or not any(reviews_cases(each) for each in occurrences):
            return None
        raise InvalidInput(
            "Säg om du har handlagt något av ärendena i listan. Den som drar granskar inte sina "
            "egna ärenden.",
            field="handled",
        )
    if any(not 1 <= row <= size for row in rows):
        raise InvalidInput(
            f"Listan har {size} rader. Skriv radernas nummer, till exempel 4, 17.",
            field="handled_rows",
        )
    return sorted(set(rows))
