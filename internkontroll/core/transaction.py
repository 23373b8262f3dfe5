"""One commit at the edge. Nobody else commits; what leaves the program leaves after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from internkontroll.core.errors import Conflict

_AFTER = "after_commit"
_DEADLOCK = "40P01"
"""PostgreSQL's word for two who wait for each other: it lets one through and ends the other."""


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Do something outside the database once the transaction is safe, and never otherwise."""
    session.info.setdefault(_AFTER, []).append(act)


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """Commit once at the end, roll everything back on any error, then run what waits.

    A row that changed under our hands, a database that stayed busy, and two who waited for each
    other become a :class:`Conflict` with a sentence.
    """
    session.info.pop(_AFTER, None)
    try:
        yield session
        session.commit()
    except StaleDataError as error:
        session.rollback()
        raise Conflict(
            "Någon annan hann ändra samma sak. Läs om sidan och gör din ändring igen."
        ) from error
    except OperationalError as error:
        session.rollback()
        if "locked" in str(error.orig):
            raise Conflict("Databasen är upptagen just nu. Försök igen om en stund.") from error
        if getattr(error.orig, "sqlstate", None) == _DEADLOCK:
            raise Conflict("Någon annan ändrade samma sak samtidigt. Försök igen.") from error
        raise
    except BaseException:
        session.rollback()
        raise
    for act in session.info.pop(_AFTER, []):
        act()
