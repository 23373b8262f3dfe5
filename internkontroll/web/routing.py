"""Address rules that are quick to start with: what makes an address is put together when asked for.

The library compiles two functions for each of three hundred routes at start, which is a third of
the start's time; most of them are for addresses that nobody has asked for yet.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class LateRule(Rule):
    """Adressregel: a rule whose address-maker is compiled at the first address that it makes."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder
        made: Callable[..., tuple[str, str]] | None = None

        # No name of an argument in an address may be taken by the rule itself.
        def make(rule: Rule, /, **values: Any) -> tuple[str, str]:
            nonlocal made
            if made is None:
                made = compiled(append_unknown)
            return made(rule, **values)

        return make
