"""The README's tables are what the conformance tests say, and no rule of AWS's behaviour is left out."""

from dataclasses import fields
from pathlib import Path

import pytest

from level_of_support import BEGIN, END, README, ROOT, order, rows, rule_numbers, section, tables, write, wrong
from longwire.core.quotas import Quotas
from untested_rules import UNTESTED

FOLDER = ROOT / "tests" / "conformance"
UPDATE = "write it with: python tests/support/level_of_support.py --write"


def test_every_conformance_test_names_its_rule_its_confidence_and_its_source() -> None:
    assert wrong(FOLDER) == []


def test_every_rule_has_a_test_or_a_reason_why_there_is_none() -> None:
    known = rule_numbers([item.name for item in fields(Quotas)])
    tested = {rule for row in rows(FOLDER) for rule in row.rules}
    untested = {rule.number for rule in UNTESTED}

    assert known - tested - untested == set()
    assert (tested | untested) - known == set()
    assert tested & untested == set()


def test_the_readme_shows_them() -> None:
    assert section(README.read_text(encoding="utf-8")) == tables(FOLDER), UPDATE


# -- the check can fail


def suite(folder: Path, docstring: str) -> Path:
    (folder / "test_x.py").write_text(f'def test_it_is_so():\n    """{docstring}"""\n')
    return folder


def test_a_docstring_becomes_a_row(tmp_path: Path) -> None:
    (row,) = rows(suite(tmp_path, "A2.3, B1.1 INFERRED [EXP, a | b]: it is so."))

    assert (row.rules, row.tag, row.source, row.behaviour) == (("A2.3", "B1.1"), "INFERRED", "EXP, a | b", "it is so.")
    assert "| A2.3, B1.1 | It is so | inferred, not verified | EXP, a \\| b | [it_is_so]" in tables(tmp_path)


@pytest.mark.parametrize(
    "docstring", ["", "It is so.", "A2.3: it is so", "A2.3 [EXP]: it is so", "A2.3 SEEN [EXP]: x", "A2.3 OBSERVED: x"]
)
def test_a_docstring_that_says_too_little_is_named(tmp_path: Path, docstring: str) -> None:
    assert wrong(suite(tmp_path, docstring)) == [
        "test_x.py:1: test_it_is_so: the docstring is not `RULE TAG [SOURCE]: behaviour`"
    ]


def test_rules_are_sorted_by_number() -> None:
    shuffled = ["E10", "A2.10", "J.tcp_drop", "A2.9", "E2", "D.12", "D.9", "A1.5", "J.idle_timeout"]

    assert sorted(shuffled, key=order) == [
        "A1.5", "A2.9", "A2.10", "D.9", "D.12", "E2", "E10", "J.idle_timeout", "J.tcp_drop",
    ]  # fmt: skip


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"# Title\n{BEGIN}\nold\n{END}\nRest\n")
    write(file, "new")

    assert file.read_text() == f"# Title\n{BEGIN}\nnew\n{END}\nRest\n"
    assert section(file.read_text()) == "new"
