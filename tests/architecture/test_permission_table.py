"""Who may do what, in every situation, against the table that was read through by hand."""

import csv
from pathlib import Path

from config import ROOT
from internkontroll.accounts.rules import SEES_CASES
from internkontroll.app import FEATURES, part_of
from internkontroll.core.access import Permission, PermissionMap, Role, joined
from internkontroll.operation.permissions import answers, permission_document

TABLE = Path(__file__).parents[1] / "data" / "behorigheter.csv"
DOCUMENT = ROOT / "docs" / "behorigheter.md"
SHOWS_REFERENCES = (Permission.SAMPLE_READ, Permission.POPULATION_LOAD, Permission.SAMPLE_DRAW)


def rules() -> PermissionMap:
    parts = [part_of(feature, "policy") for feature in FEATURES]
    return joined(part.PERMISSIONS for part in parts if part)


def expected() -> dict[tuple[str, str, str], bool]:
    """The cells: permission, situation, role."""
    with TABLE.open(encoding="utf-8") as lines:
        return {
            (row["permission"], row["situation"], role.value): row[role.value] == "ja"
            for row in csv.DictReader(lines, delimiter=";")
            for role in Role
        }


def test_every_cell_of_the_table_is_what_the_program_answers() -> None:
    found = {
        (permission.value, situation, role.value): answer
        for permission in Permission
        for role in Role
        for situation, answer in answers(permission, role, rules()).items()
    }
    wanted = expected()

    assert set(found) == set(wanted)
    assert {cell: answer for cell, answer in found.items() if wanted[cell] is not answer} == {}


def test_no_expired_coming_or_missing_role_gives_anything() -> None:
    allowed = [cell for cell, answer in expected().items() if answer]

    assert not [cell for cell in allowed if cell[1] in {"expired", "not_begun", "none"}]


def test_nothing_of_another_board_or_committee_is_given_by_a_role_in_one() -> None:
    everywhere = {"administrator", "oversight_controller", "data_protection_officer"}
    allowed = [cell for cell, answer in expected().items() if answer]

    assert not [c for c in allowed if c[1] == "other_board" and c[2] not in everywhere]
    assert not [c for c in allowed if c[1] == "other_committee"]


def test_no_role_of_the_whole_municipality_sees_a_case() -> None:
    for role in (Role.ADMINISTRATOR, Role.OVERSIGHT_CONTROLLER, Role.DATA_PROTECTION_OFFICER):
        for permission in SHOWS_REFERENCES:
            assert not any(answers(permission, role, rules()).values())


def test_roles_that_two_persons_give_are_those_that_open_references() -> None:
    opened = set().union(*(rules()[permission] for permission in SHOWS_REFERENCES))

    assert opened == SEES_CASES


def test_the_document_is_the_one_of_the_map() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == permission_document(rules())
