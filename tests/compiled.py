"""What hundreds of apps in one test run have alike, compiled once: addresses, templates and SQL.

A third of the processor time of the web tests went into compiling the same again for each app.
"""

from collections.abc import Callable
from types import CodeType
from typing import Any, ClassVar

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class CompiledOnce(Rule):
    """An address whose builders are compiled once: they hang on what is written alone."""

    _known: ClassVar[dict[object, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self._known:
            self._known[key] = super()._compile_builder(append_unknown)
        return self._known[key]


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
