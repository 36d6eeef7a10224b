"""The table of threats in the emulator's README: each has tests, and they exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THREATS = [f"T{number}" for number in range(1, 13)]
ROWS = dict(re.findall(r"^\| (T\d+) \|(.+)\|$", (ROOT / "emulator" / "README.md").read_text(), re.MULTILINE))


def test_the_table_has_every_threat() -> None:
    assert list(ROWS) == THREATS


@pytest.mark.parametrize("threat", THREATS)
def test_every_threat_has_a_test_of_its_number_and_the_tests_that_its_row_names(threat: str) -> None:
    named = [ROOT / path for path in re.findall(r"`(tests/[\w/]+\.py)`", ROWS[threat])]
    numbered = f"def test_{threat.lower()}_"
    assert [path for path in named if path.parent.name == "threats" and numbered in path.read_text()]
    for path in named:
        assert "def test_" in path.read_text(), path
