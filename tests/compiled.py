"""What hundreds of apps in one test run have alike, compiled once: addresses, templates and SQL.

A third of the processor time of the web tests went into compiling the same again for each app.
"""

from collections.abc import Callable
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


def compile_addresses_once() -> None:
    """Make each address rule find what was compiled for it before: it hangs on its text alone."""
    compiled: Callable[..., Callable[..., tuple[str, str]]] = Rule._compile_builder
    known: dict[object, Callable[..., tuple[str, str]]] = {}

    def found(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    Rule._compile_builder = found  # type: ignore[method-assign]


class TemplatesOnce(BytecodeCache):
    """The code of each template, as long as its text is the same."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of the template, if it is known."""
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of the template."""
        code: Any = bucket.code
        self._known[bucket.key, bucket.checksum] = code


class StatementsOnce(dict[tuple[object, ...], object]):
    """The SQL of each statement for databases of one kind, whichever engine asks first."""

    def get(self, key: tuple[object, ...], default: object = None) -> object:
        """Find by all but the engine's own dialect, which comes first."""
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[object, ...], compiled: object) -> None:
        super().__setitem__(key[1:], compiled)


STATEMENTS = {"sqlite": StatementsOnce(), "postgresql": StatementsOnce()}


def once_for_all(url: str) -> dict[str, object]:
    """Execution options of an engine on that database."""
    return {"compiled_cache": STATEMENTS[url.partition(":")[0].partition("+")[0]]}
