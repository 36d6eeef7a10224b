"""State machines: their definitions, from wherever, are read and checked."""

import json
from pathlib import Path
from typing import Any

import pytest

from sample_templates import Sample, sample

MACHINE = """\
  Work:
    Type: AWS::StepFunctions::StateMachine
    Properties: {StateMachineName: work, RoleArn: r, %s}
"""
PASS = "StartAt: A, States: {A: {Type: Pass, End: true}}"


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def task(resource: str, more: str = "") -> str:
    return f"Definition: {{StartAt: A, States: {{A: {{Type: Task, Resource: {resource}{more}, End: true}}}}}}"


def definition(found: Sample) -> Any:
    return json.loads(found.load().resources["Work"].properties["DefinitionString"])


def test_a_definition_is_an_object_or_a_text_with_substitutions(plain: Sample) -> None:
    machine = plain.append(MACHINE % f"Definition: {{{PASS}}}").load().resources["Work"]
    assert machine.physical_id == "arn:aws:states:us-east-1:123456789012:stateMachine:work"
    text = """DefinitionString: '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${Said} ${Other}"}}}'"""
    plain.replace(f"Definition: {{{PASS}}}", f"{text}, DefinitionSubstitutions: {{Said: hello}}")
    assert definition(plain)["States"]["A"]["Result"] == "hello ${Other}"


@pytest.mark.parametrize("name", ["work.asl.json", "work.asl.yaml"])
def test_a_definition_may_be_a_file_beside_the_template(plain: Sample, name: str) -> None:
    (plain.file.parent / name).write_text(json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}))
    plain.append(MACHINE % f"DefinitionS3Location: {name}")
    assert definition(plain)["StartAt"] == "A"


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("StateMachineType: EXPRESS", "needs Definition, DefinitionString or DefinitionUri"),
        ("DefinitionString: '{'", "DefinitionString: is no JSON"),
        ("DefinitionString: '[]'", "States has to be a mapping"),
        ("DefinitionS3Location: none.json", "none.json cannot be read"),
        ("DefinitionS3Location: {Bucket: b, Key: k}", "a definition in S3 is not read"),
        (f"Definition: {{{PASS}}}, StateMachineType: FAST", "'FAST' does not exist"),
        (
            "Definition: {StartAt: B, States: {Aa: {Type: Pass, Next: Ab}, Ab: {Type: Pass, End: true}}}",
            "StartAt names the state B, which does not exist",
        ),
        (
            "Definition: {StartAt: Ready, States: {Ready: {Type: Pass, Next: Reddy}}}",
            "Ready names the state Reddy, which does not exist\n  Did you mean Ready?",
        ),
        ("Definition: {StartAt: A, States: {A: {Type: Tusk}}}", "A: there is no state of Type Tusk"),
        (
            "Definition: {StartAt: A, States: {A: {Type: Map, Iterator: {StartAt: B, States: {B: {Type: X}}}}}}",
            "A.Iterator.B: there is no state of Type X",
        ),
        (
            "Definition: {StartAt: A, States: {A: {Type: Parallel, Branches: [{StartAt: C, States: {B: {}}}]}}}",
            "A.0: StartAt names the state C",
        ),
        (f"Definition: {{QueryLanguage: JSONata, {PASS}}}", "JSONata is not emulated"),
        (
            "Definition: {StartAt: A, States: {A: {Type: Pass, QueryLanguage: JSONata, End: true}}}",
            "A: JSONata is not emulated",
        ),
        (task("'arn:aws:states:::ecs:runTask.sync'"), "arn:aws:states:::ecs:runTask.sync does not run here"),
        (task("'arn:aws:states:us-east-1:1:activity:a'"), "activity:a does not run here"),
        (task("''"), "a Task without Resource does not run here"),
        (task("'arn:aws:lambda:us-east-1:1:function:plain-mesage'"), "Did you mean plain-message?"),
        (
            task("'arn:aws:states:::lambda:invoke'", ", Parameters: {FunctionName: 'arn:aws:lambda:x:1:function:g'}"),
            "the template has no function g",
        ),
    ],
)
def test_a_definition_that_is_wrong_or_not_emulated_is_refused(plain: Sample, properties: str, message: str) -> None:
    error = plain.append(MACHINE % properties).error()
    assert message in str(error)
    assert error.resource == "Work"


def test_what_is_not_emulated_loads_if_that_is_allowed(plain: Sample) -> None:
    plain.append(MACHINE % task("'arn:aws:states:::ecs:runTask'"))
    assert "ecs:runTask" in plain.load(allow_unsupported=True).resources["Work"].properties["DefinitionString"]


def test_sams_state_machine_is_read_from_its_file(tmp_path: Path) -> None:
    found = sample("events", tmp_path)
    states = definition(found)["States"]
    assert states["Tell"]["Resource"].endswith(":function:heard")
    assert states["Write"]["Parameters"]["TableName"].startswith("longwire-Rooms")
