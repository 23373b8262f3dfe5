"""Which wall a table gets follows from its columns and where they lead."""

from collections.abc import Mapping

from internkontroll.core.walls import TableShape, walls_of


def shape(
    name: str, columns: Mapping[str, bool], **parents: tuple[str, str]
) -> tuple[str, TableShape]:
    """A table whose columns may be empty (true) or not, with its foreign keys."""
    return name, TableShape(name, columns, parents)


PLAN = shape("plan", {"id": False, "board_id": False})


def test_a_table_with_a_board_gives_out_the_boards_reached() -> None:
    assert walls_of(dict([PLAN])) == {
        "plan": (
            "(SELECT reaches_every_board()) OR plan.board_id = "
            "ANY ((SELECT boards_reached())::integer[])"
        )
    }


def test_a_row_that_may_be_the_municipalitys_own_is_given_out_to_all() -> None:
    walls = walls_of(dict([shape("role_grant", {"board_id": True})]))

    assert " OR role_grant.board_id IS NULL OR " in walls["role_grant"]


def test_a_table_far_below_asks_through_its_parents() -> None:
    walls = walls_of(
        dict(
            [
                shape("criterion", {"control_id": False}, control_id=("control", "id")),
                shape("control", {"plan_id": False}, plan_id=("plan", "id")),
                PLAN,
            ]
        )
    )

    assert walls["control"].endswith(
        "EXISTS (SELECT 1 FROM plan AS up WHERE up.id = control.plan_id)"
    )
    assert walls["criterion"].endswith(
        "EXISTS (SELECT 1 FROM control AS up WHERE up.id = criterion.control_id)"
    )


def test_a_column_that_may_be_empty_is_nothing_to_hang_a_wall_on() -> None:
    below = shape("note", {"plan_id": True}, plan_id=("plan", "id"))

    assert set(walls_of(dict([PLAN, below]))) == {"plan"}


def test_a_table_that_leads_only_to_itself_or_to_open_tables_is_open() -> None:
    shapes = dict(
        [
            shape("submission", {"user_id": False}, user_id=("user_account", "id")),
            shape("tree", {"up_id": False}, up_id=("tree", "id")),
        ]
    )

    assert walls_of(shapes) == {}


def test_the_trail_belongs_to_the_board_whose_chain_it_is() -> None:
    walls = walls_of(dict([shape("trail_row", {"chain": False})]))

    assert "board.code = trail_row.chain" in walls["trail_row"]
    assert "chain = 'kommun'" in walls["trail_row"]
