"""Suppressions and answers, of templates and of pyproject.toml, with their lines."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from checked_templates import read_text
from longwire_infra.check.document import Place
from longwire_infra.check.statements import Answer, CheckError, Statements, of_project, of_template

PROJECT = """
[tool.longwire.check]
fail-on = "error"
[tool.longwire.check.suppress]
LW105 = "either source"
LW306 = {Api = "all is forbidden", Other = ""}
[tool.longwire.check.answers]
heartbeat = {seconds = 25}
[tool.longwire.check.answers.backoff]
how = "jitter"
"""


def project(text: str, folder: Path) -> Statements:
    file = folder / "pyproject.toml"
    file.write_text(text, encoding="utf-8")
    table: dict[str, Any] = tomllib.loads(text)["tool"]["longwire"]["check"]
    return of_project(file, table)


def test_a_project_states_for_all_resources_or_for_one(tmp_path: Path) -> None:
    found = project(PROJECT, tmp_path)

    assert [(each.rule, each.resource, each.reason, each.place.line) for each in found.suppressions] == [
        ("LW105", None, "either source", 5),
        ("LW306", "Api", "all is forbidden", 6),
        ("LW306", "Other", "", 6),
    ]
    assert {name: answer.place.line for name, answer in found.answers.items()} == {"heartbeat": 8, "backoff": 9}
    assert found.fail_on == "error"
    assert found.suppressions[0].covers("LW105", "Any")
    assert not found.suppressions[1].covers("LW306", "Any")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fail_on = 'error'", "has no fail_on; it has answers, fail-on, suppress"),
        ("fail-on = 'never'", "fail-on is error, warning or note, not 'never'"),
        ("suppress = ['LW101']", "write suppress as a table"),
        ("answers = 5", "write answers as a table"),
        ("answers = {backoff = 'jitter'}", "write an answer as a table: backoff = "),
    ],
)
def test_a_table_of_another_shape_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CheckError, match=message.replace("[", r"\[")):
        project(f"[tool.longwire.check]\n{text}\n", tmp_path)


def test_a_template_states_in_its_metadata_and_in_a_resources(tmp_path: Path) -> None:
    text = (
        "Metadata: {longwire: {suppress: {LW801: another stack has them}, answers: {fallback: {without: ours}}}}\n"
        "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Metadata:\n      longwire:\n        suppress:\n"
        "          LW706:\n"
    )
    found = of_template(read_text(text, tmp_path))

    assert [(each.rule, each.resource, each.reason, each.place.line) for each in found.suppressions] == [
        ("LW801", None, "another stack has them", 2),
        ("LW706", "Logs", "", 9),
    ]
    assert found.answers["fallback"].text("without") == "ours"


def test_the_projects_answer_is_the_stronger_one() -> None:
    place = Place("a")
    first = Statements(answers={"backoff": Answer("backoff", {"how": "one"}, place)}, fail_on="note")
    second = Statements(answers={"backoff": Answer("backoff", {"how": "two"}, place)})

    joined = first.joined(second)
    assert (joined.answers["backoff"].text("how"), joined.fail_on) == ("two", "note")


def test_evidence_is_a_file_beside_or_a_page_elsewhere(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "pyproject.toml"))

    assert Answer("a", {"evidence": "docs/a.md#backoff"}, place).evidence == tmp_path / "docs" / "a.md"
    assert Answer("a", {"evidence": "https://example.com/a"}, place).evidence is None
    assert Answer("a", {}, place).evidence is None
    assert Answer("a", {"seconds": True}, place).number("seconds") is None
