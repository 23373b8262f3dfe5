"""Every published cell that the program does not follow stands in docs/stickprov.md."""

from pathlib import Path

import pytest
from sampling_vectors import vector_rows

DOCUMENT = (Path(__file__).parents[3] / "docs" / "stickprov.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "printed", "exact"),
    [
        ("attr_plan_binomial", "n_published", "n_exact"),
        ("plan_grid_all_models", "n_published", "n_exact"),
        ("hyper_plan", "n_published", "n_exact"),
        ("mus_plan_table_c1", "n_published", "n_exact"),
        ("mus_confidence_factors", "factor_published", "rounded_up_2"),
    ],
)
def test_each_deviating_cell_is_listed_with_both_values(
    name: str, printed: str, exact: str
) -> None:
    for row in vector_rows(name):
        if not row[printed] or row[printed] == row[exact]:
            assert f"| {row['row_id']} |" not in DOCUMENT
            continue
        (line,) = (line for line in DOCUMENT.splitlines() if f"| {row['row_id']} |" in line)
        told, right = row[printed].replace(".", ","), row[exact].replace(".", ",")
        assert f"| {told} | {right}" in line
