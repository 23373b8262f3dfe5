"""Address rules make the same addresses as the library's own, and are compiled when asked for."""

from typing import Any

import pytest
from werkzeug.routing import BuildError, Map, Rule

from internkontroll.web.routing import LateRule

RULES = (
    ("/", "start", {}),
    ("/namnd/<board_code>/ar/<int:year>", "year", {"board_code": "scn", "year": 2020}),
    ("/uppfoljning/<path:point>", "point", {"point": "mars/april å"}),
    ("/egna/<rule>", "own", {"rule": "a b", "self": "x", "values": "y"}),
)


def _addresses(kind: type[Rule]) -> Any:
    return Map([kind(text, endpoint=name) for text, name, _ in RULES]).bind("localhost")


@pytest.mark.parametrize(("name", "values"), [(name, values) for _, name, values in RULES])
def test_an_address_is_as_the_librarys_own(name: str, values: dict[str, Any]) -> None:
    late, plain = _addresses(LateRule), _addresses(Rule)
    for more in ({}, {"sida": 2, "sok": "å & ö"}):
        wanted = plain.build(name, values | more)
        assert late.build(name, values | more) == wanted
        assert late.build(name, values | more) == wanted, "and the second time"
        assert late.match(wanted.partition("?")[0]) == plain.match(wanted.partition("?")[0])


def test_what_is_missing_in_an_address_is_told() -> None:
    with pytest.raises(BuildError, match="year"):
        _addresses(LateRule).build("year", {"board_code": "scn"})


def test_nothing_is_compiled_before_an_address_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[str] = []
    real = Rule._compile_builder

    def note(rule: Rule, append_unknown: bool = True) -> Any:
        compiled.append(rule.rule)
        return real(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", note)
    addresses = _addresses(LateRule)
    assert compiled == []
    for _ in range(3):
        addresses.build("start", {})
    assert compiled == ["/"]
