"""Engångskoder och reservkoder: which code opens, once, and how one is written down."""

import hashlib
import hmac
import re
from datetime import datetime

STEP = 30
"""Seconds that one code is shown (RFC 6238, 5.2)."""
DRIFT = 1
"""Steps before and after the present one that are let in: a telephone's clock goes its own way."""
DIGITS = 6
RECOVERY_CODES = 10
"""How many reserve codes are handed out at a time."""
ISSUER = "Internkontroll"
"""What the telephone's app calls the program."""

_RECOVERY = re.compile(r"[a-z2-9]{16}")


def step_of(at: datetime) -> int:
    """The number of the step of a moment, counted from 1970 (RFC 6238, 4.2)."""
    return int(at.timestamp()) // STEP


def accepted_step(secret: str, code: str, *, at: datetime, last_step: int | None) -> int | None:
    """The step whose code this is, if it may open now; None for any other code.

    A step at or before ``last_step`` has been used and opens nothing: a code that somebody has
    seen over a shoulder is worth nothing (RFC 6238, 5.2). ``secret`` is base32.
    """
    import pyotp

    given = "".join(code.split())
    if len(given) != DIGITS or not (given.isascii() and given.isdigit()):
        return None
    totp, now, found = pyotp.TOTP(secret, digits=DIGITS, interval=STEP), step_of(at), None
    for step in range(now - DRIFT, now + DRIFT + 1):
        same = hmac.compare_digest(totp.generate_otp(step), given)
        if same and (last_step is None or step > last_step):
            found = step
    return found


def folded_recovery(code: str) -> str | None:
    """A reserve code as it is compared, without case, spaces and hyphens; None if it is none."""
    folded = re.sub(r"[\s\u2010-\u2015-]", "", code).lower()
    return folded if _RECOVERY.fullmatch(folded) else None


def recovery_digest(user_id: int, folded: str) -> str:
    """What the database knows of a reserve code: SHA-256 of it, for this account only.

    The code itself holds 79 random bits, so that nothing is won by trying them against it.
    """
    return hashlib.sha256(f"{user_id}\0{folded}".encode()).hexdigest()


def setting_up_address(secret: str, username: str) -> str:
    """What the square holds: the otpauth address that the telephone's app reads."""
    import pyotp

    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP).provisioning_uri(
        name=username, issuer_name=ISSUER
    )


def grouped(secret: str) -> str:
    """The secret as it is typed by hand: in groups of four."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def square(text: str) -> tuple[int, str]:
    """A QR code as the side of its square and the path of an SVG that fills its dark modules.

    Four light modules are kept around it, as the reader wants (ISO/IEC 18004).
    """
    import segno

    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=4))
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return len(rows), path
