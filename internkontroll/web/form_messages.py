"""What the forms say when something is wrong: every built-in message of WTForms, as a sentence."""

from collections.abc import Mapping
from typing import Final

_UNUSABLE: Final = "Det här värdet går inte att använda."
_CHOOSE: Final = "Välj ett av alternativen."
_RELOAD: Final = "Sidan har varit öppen för länge. Ladda om den och försök igen."

SENTENCES: Final[Mapping[str, str]] = {
    "Invalid field name '%s'.": "Det finns inget fält som heter %s.",
    "Field must be equal to %(other_name)s.": "Skriv samma sak i båda fälten.",
    "Number must be at least %(min)s.": "Skriv ett tal som är minst %(min)s.",
    "Number must be at most %(max)s.": "Skriv ett tal som är högst %(max)s.",
    "Number must be between %(min)s and %(max)s.": ("Skriv ett tal mellan %(min)s och %(max)s."),
    "Field must be between %(min)d and %(max)d characters long.": (
        "Skriv mellan %(min)d och %(max)d tecken."
    ),
    "This field is required.": "Fyll i det här fältet.",
    "Invalid input.": _UNUSABLE,
    "Invalid email address.": "Skriv en e-postadress, till exempel namn@kommun.se.",
    "Invalid IP address.": "Skriv en giltig IP-adress.",
    "Invalid Mac address.": "Skriv en giltig MAC-adress.",
    "Invalid URL.": "Skriv en webbadress som börjar med https://.",
    "Invalid UUID.": _UNUSABLE,
    "Invalid value, must be one of: %(values)s.": "Skriv något av följande: %(values)s.",
    "Invalid value, can't be any of: %(values)s.": "Skriv något annat än: %(values)s.",
    "This field cannot be edited.": "Det här fältet går inte att ändra.",
    "This field is disabled and cannot have a value.": "Det här fältet går inte att fylla i.",
    "Invalid CSRF Token.": _RELOAD,
    "CSRF token missing.": _RELOAD,
    "CSRF failed.": _RELOAD,
    "CSRF token expired.": _RELOAD,
    "Invalid Choice: could not coerce.": _CHOOSE,
    "Choices cannot be None.": "Det finns inga alternativ att välja bland.",
    "Not a valid choice.": _CHOOSE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOOSE,
    "Not a valid datetime value.": (
        "Skriv ett datum och ett klockslag, till exempel 2020-03-12 14.30."
    ),
    "Not a valid date value.": "Skriv ett datum, till exempel 12 mars 2020 eller 2020-03-12.",
    "Not a valid time value.": "Skriv ett klockslag, till exempel 14.30.",
    "Not a valid week value.": "Skriv en vecka, till exempel 2020-V11.",
    "Not a valid integer value.": "Skriv ett heltal, till exempel 1 000.",
    "Not a valid decimal value.": "Skriv ett tal, till exempel 1 000,5.",
    "Not a valid float value.": "Skriv ett tal, till exempel 1 000,5.",
}

PLURALS: Final[Mapping[str, str]] = {
    "Field must be at least %(min)d characters long.": "Skriv minst %(min)d tecken.",
    "Field cannot be longer than %(max)d characters.": (
        "Texten är för lång. Skriv högst %(max)d tecken."
    ),
    "Field must be exactly %(max)d characters long.": "Skriv exakt %(max)d tecken.",
    "'%(value)s' are not valid choices for this field.": _CHOOSE,
}


class SwedishMessages:
    """The translations object of the forms; a test holds that no message is missing."""

    def gettext(self, string: str) -> str:
        """The Swedish sentence; one that the program itself wrote is returned as it stands."""
        return SENTENCES.get(string, string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The Swedish sentence, which is the same for one and for several."""
        return PLURALS[plural]
