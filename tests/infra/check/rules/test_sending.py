"""Each rule of this module finds what its failing templates lack, and nothing in those that pass."""

from pathlib import Path

import pytest

from checked_templates import Case, cases, checked


@pytest.mark.parametrize("case", cases("sending"), ids=str)
def test_a_rule_finds_what_is_broken_and_nothing_else(case: Case, tmp_path: Path) -> None:
    found = {finding.rule.id for finding in checked(case, tmp_path).findings}

    assert found == ({case.rule} | case.also if case.kind == "fail" else set())
