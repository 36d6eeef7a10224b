"""The workloads of ``examples/cost``, to the cent."""

from pathlib import Path

import pytest

from longwire_infra.bill_json import amount
from longwire_infra.calculation import calculated, described

EXAMPLES = Path(__file__).parents[2] / "examples" / "cost"
GOLDEN = Path(__file__).with_name("golden_bills.txt")


def table(example: Path) -> list[str]:
    bill, _ = calculated(described(example, {}, ()), ())
    rows = [(line.meter.id, amount(line.usd) or "unknown") for line in bill.lines]
    return [example.name, *(f"  {name} {usd}" for name, usd in [*rows, ("total", amount(bill.total))])]


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_workload_costs_what_it_did(example: Path) -> None:
    golden = GOLDEN.read_text().split("\n\n")

    assert "\n".join(table(example)) in [part.strip() for part in golden]


def test_all_five_are_there() -> None:
    names = {path.stem for path in EXAMPLES.glob("*.yaml")}

    assert names == {"chat", "collaborative-editing", "dashboard", "iot", "trading"}
    assert GOLDEN.read_text().count("total") == len(names)
