"""The list of rules: ids that never change, texts that say something, a case of each kind for each."""

import re
from pathlib import Path

import pytest

from checked_templates import FOLDER, cases
from longwire_infra.check.rule import RULES, Rule, rule
from longwire_infra.check.run import listed_rules

LISTED = listed_rules()
README = Path(__file__).parents[3] / "infra" / "README.md"


@pytest.mark.parametrize("listed", LISTED, ids=lambda each: each.id)
def test_a_rule_says_what_why_what_to_do_and_who_says_so(listed: Rule) -> None:
    assert re.fullmatch(r"LW\d{3}", listed.id)
    assert listed.title[0].isupper()
    assert not listed.title.endswith(".")
    assert len(listed.why) > 30
    assert listed.fix
    assert listed.source.startswith("https://") or listed.source.startswith("infra/README.md")


def test_every_rule_over_templates_has_a_failing_and_a_passing_one() -> None:
    files = sorted(file.stem for file in (FOLDER / "cases").glob("*.yaml"))
    found = {(case.rule, case.kind) for name in files for case in cases(name)}
    over_templates = [each.id for each in LISTED if each.subject != "endpoint"]

    assert found == {(name, kind) for name in over_templates for kind in ("fail", "pass")}
    assert len(over_templates) >= 40


def test_an_id_is_taken_once() -> None:
    with pytest.raises(AssertionError, match="LW101"):
        rule("LW101", "note", "", "", "", "")(lambda _subject: iter(()))
    assert RULES["LW101"].severity == "error"


def test_the_readme_has_the_table_of_all_rules() -> None:
    rows = [f"| {each.id} | {each.severity} | {each.title} |" for each in LISTED]
    table = "\n".join(["| rule | severity | finds |", "|---|---|---|", *rows])

    assert table in README.read_text(encoding="utf-8"), f"The table in infra/README.md has to be:\n{table}"
