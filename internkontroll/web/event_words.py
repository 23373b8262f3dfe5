"""Händelsernas svenska ord: every feature's trail events by the text that the trail stores."""

from enum import Enum

_EVENTS: dict[str, str] = {}


def register_events(words: dict[Enum, str]) -> None:
    """Take up the event enums (named ``...Event``) among a feature's words."""
    for member, word in words.items():
        if type(member).__name__.endswith("Event"):
            _EVENTS[str(member.value)] = word


def event_word(event: str) -> str:
    """The Swedish word of an event as the trail stores it; LookupError for an unknown one."""
    try:
        return _EVENTS[event]
    except KeyError:
        raise LookupError(f"no word is registered for the event {event}") from None
