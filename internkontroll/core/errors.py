"""Refusals that a person can read: every error carries a Swedish sentence that says what to do.

The web floor turns each class into a status (422, 403, 404, 409) and the command line into exit
code 2. Nothing is ever read from the text of an error.
"""


class DomainError(Exception):
    """A refusal by the program's own rules.

    ``sentence`` is Swedish and complete: what is wrong, where, and what to do.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class InvalidInput(DomainError, ValueError):
    """Something typed or handed in cannot be used. ``field`` names the form field, if any."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class NotAllowed(DomainError):
    """The actor may not do this."""


class NotFound(DomainError):
    """There is no such thing, or it lies behind a wall: the two are never told apart."""


class InvalidTransition(DomainError):
    """The thing is not in a state in which this can be done."""


class Conflict(DomainError):
    """Somebody else was faster: the thing has changed since it was read."""
