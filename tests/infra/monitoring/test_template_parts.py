"""What is read of a template, and the place in it."""

from pathlib import Path

import pytest

from longwire_infra.errors import MonitoringError
from longwire_infra.monitoring.cloudwatch import BEGIN, END
from longwire_infra.monitoring.template_parts import parts_of, with_section

TEMPLATE = """
Resources:
  Api: {Type: AWS::Serverless::WebSocketApi}
  One: {Type: AWS::Serverless::Function, Properties: {Role: !GetAtt Role.Arn}}
  Jobs: {Type: AWS::SQS::Queue}
  JobsDeadLetters: {Type: AWS::SQS::Queue}
"""


def test_functions_queues_and_dead_letters(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)
    parts = parts_of(file)
    assert (parts.functions, parts.queues, parts.dead_letters) == (["One"], ["Jobs"], ["JobsDeadLetters"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Resources: {X: {Type: AWS::SQS::Queue}}", "is not the backend's template"),
        ("[1]", "no template with Resources"),
        ("a: b", "no template with Resources"),
        ("{", "cannot be read"),
    ],
)
def test_what_is_not_the_backends_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(text)
    with pytest.raises(MonitoringError, match=told):
        parts_of(file)


def test_the_part_that_is_made_is_put_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(f"a\n{BEGIN}\nold\n{END}\nb\n")
    assert with_section(file, "new\n") == "a\nnew\nb\n"
    file.write_text("a\n")
    with pytest.raises(MonitoringError, match="has no lines that begin and end"):
        with_section(file, "new\n")
