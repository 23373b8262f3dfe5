"""Figures (tal): shares read exactly, counts checked, numbers written for people.

A share is never a float: 0.07 * 100 rounds up to 8 in floats and 7 in rationals, and the sample
size follows the rounding.
"""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

from internkontroll.core.errors import InvalidInput

Rate = str | int | Decimal | Fraction
"""A share or rate handed in: text ("0.05" or "0,05"), Decimal, Fraction or int. Never a float."""

NO_BREAK_SPACE = "\u00a0"
MAX_TEXT = 40
LARGEST_BARE_SHARE = Fraction(1, 5)
"""Up to here a bare number below 1 is read as a share: nobody tolerates less than 0,2 percent."""


def exact(value: Rate, name: str) -> Fraction:
    """Return `value` as an exact rational. `name` is the Swedish word that starts the refusal.

    Raises InvalidInput for a float, for text that is not a plain decimal number or a quotient of
    whole numbers, and for infinities.
    """
    if isinstance(value, bool | float):
        raise InvalidInput(f"{name} måste anges exakt, som text eller decimaltal.")
    if isinstance(value, str):
        return _exact_text(value, name)
    if isinstance(value, Decimal) and not value.is_finite():
        raise InvalidInput(f"{name} är inte ett tal. Skriv till exempel 0,05.")
    return Fraction(value)


def _exact_text(text: str, name: str) -> Fraction:
    plain = text.strip().replace(",", ".")
    refusal = InvalidInput(f"{name} ”{plain[:MAX_TEXT]}” är inte ett tal. Skriv till exempel 0,05.")
    if not plain.isascii() or len(plain) > MAX_TEXT or set(plain) & set("eE_"):
        # An exponent of a few characters can ask for a number of gigabytes.
        raise refusal
    try:
        return Fraction(plain) if "/" in plain else Fraction(Decimal(plain))
    except (InvalidOperation, ValueError, OverflowError, ZeroDivisionError) as error:
        raise refusal from error


def between_0_and_1(value: Rate, name: str) -> Fraction:
    """Return `value` as a rational strictly between 0 and 1, or raise InvalidInput."""
    share = exact(value, name)
    if not 0 < share < 1:
        raise InvalidInput(f"{name} måste vara större än 0 och mindre än 1.")
    return share


def whole(value: int, name: str, *, least: int = 0) -> int:
    """Return `value` if it is a whole number of at least `least`, or raise InvalidInput."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"{name} måste vara ett heltal.")
    if value < least:
        raise InvalidInput(f"{name} måste vara minst {least}.")
    return value


def ceiling(value: Fraction) -> int:
    """Return the smallest whole number that is not below `value`."""
    return -(-value.numerator // value.denominator)


def grouped(number: int) -> str:
    """Return the number with a no-break space per thousand: 1842 is written 1 842."""
    return f"{number:,}".replace(",", NO_BREAK_SPACE)


def typed_share(text: str, name: str, *, field: str | None = None) -> Fraction:
    """Read a share as people type it: "5 %", "5" and "0,05" are all five percent, exactly.

    A bare number of at least 1 is in percent, one of at most 0.2 is a share; what lies between may
    be meant either way and is asked about. Raises InvalidInput (with `field`) for that and for
    text that is no plain number.
    """
    plain = text.replace(NO_BREAK_SPACE, " ").strip()
    bare = plain.removesuffix("%").removesuffix("procent").strip()
    try:
        value = _exact_text(bare, name)
    except InvalidInput as error:
        raise InvalidInput(
            f"{name} ”{plain[:MAX_TEXT]}” är inte ett tal. Skriv till exempel 5 %.", field=field
        ) from error
    if bare != plain or value >= 1:
        return value / 100
    if value > LARGEST_BARE_SHARE:
        raise InvalidInput(
            f"{name} ”{plain[:MAX_TEXT]}” kan betyda {percent(value / 100)} eller "
            f"{percent(value)}. Skriv procenttecknet.",
            field=field,
        )
    return value


def percent_near(share: Fraction) -> str:
    """Return a share as a percentage with one decimal, to the nearest (a half upwards)."""
    tenths = (share * 1000 + Fraction(1, 2)).__floor__()
    return f"{tenths // 10},{tenths % 10} %"


def percent_up(share: Fraction) -> str:
    """Return a share as a percentage with one decimal, rounded up: "högst" then stays true."""
    tenths = ceiling(share * 1000)
    return f"{tenths // 10},{tenths % 10} %"


def kronor_exact(ore: int) -> str:
    """Return an amount in öre as kronor and ören, with its unit: "1 234,50 kr"."""
    whole_kronor, rest = divmod(abs(ore), 100)
    sign = "\N{MINUS SIGN}" if ore < 0 else ""
    return f"{sign}{grouped(whole_kronor)},{rest:02d}{NO_BREAK_SPACE}kr"


def kronor_up(ore: Fraction | int) -> str:
    """Return an amount in öre as whole kronor, rounded up, with its unit: "1 235 kr"."""
    return f"{grouped(ceiling(Fraction(ore) / 100))}{NO_BREAK_SPACE}kr"


def kronor_near(ore: Fraction | int) -> str:
    """Return an amount in öre as whole kronor, to the nearest (a half upwards), with its unit."""
    whole_kronor = (Fraction(ore) / 100 + Fraction(1, 2)).__floor__()
    return f"{grouped(whole_kronor)}{NO_BREAK_SPACE}kr".replace("-", "\N{MINUS SIGN}")


def percent(share: Fraction) -> str:
    """Return a share as a Swedish percentage without trailing zeros: 0.995 is "99,5 %".

    At most six decimals are written.
    """
    text = f"{Decimal(round(share * 100 * 10**6)) / 10**6:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") + " %"
