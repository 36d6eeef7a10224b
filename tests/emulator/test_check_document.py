"""Templates that cannot be served here can still be checked: what is unknown stays as it is written."""

from pathlib import Path

import pytest

from checked_templates import read_text
from longwire.check_document import document
from longwire.errors import TemplateError, UsageError
from longwire.project import Chosen
from longwire_infra.check.document import Place

TEXT = """
Parameters:
  Stage: {Type: String, Default: dev}
  Rate: {Type: Number}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsFast: !Equals [!Ref Rate, 5]
Resources:
  Known: {Type: A::B::C, Properties: {Name: !Sub "${Stage}-${Other.Arn}", Of: !Ref Other, Where: !Ref AWS::Region}}
  Unknown: {Type: A::B::C, Properties: {Limit: !Ref Rate, From: !ImportValue name, If: !If [IsFast, 1, 2]}}
  Chosen: {Type: A::B::C, Properties: {If: !If [IsProd, 1, 2], Gone: !If [IsProd, 1, !Ref "AWS::NoValue"]}}
  Prod: {Type: A::B::C, Condition: IsProd}
  Fast: {Type: A::B::C, Condition: IsFast}
  Secret: {Type: A::B::C, Properties: {Text: "{{resolve:ssm:name}}", Nothing: null}}
Outputs:
  Url: {Value: !Join ["", [wss, "://", !Ref Known]]}
"""


def test_values_are_resolved_as_far_as_they_are_known(tmp_path: Path) -> None:
    found = read_text(TEXT, tmp_path)
    properties = {name: resource.properties for name, resource in found.resources.items()}

    assert properties["Known"] == {"Name": "dev-${Other.Arn}", "Of": "${Other}", "Where": "us-east-1"}
    assert properties["Unknown"] == {
        "Limit": "${Rate}",
        "From": {"Fn::ImportValue": "name"},
        "If": {"Fn::If": ["IsFast", 1, 2]},
    }
    assert properties["Chosen"] == {"If": 2}
    assert properties["Secret"] == {"Text": "{{resolve:ssm:name}}", "Nothing": None}
    assert sorted(properties) == ["Chosen", "Fast", "Known", "Secret", "Unknown"]
    assert found.data["Outputs"] == {"Url": {"Value": "wss://${Known}"}}


def test_parameters_that_are_given_decide(tmp_path: Path) -> None:
    found = read_text(TEXT, tmp_path, {"Stage": "prod", "Rate": "5"})

    assert found.resources["Unknown"].properties["If"] == 1
    assert found.resources["Chosen"].properties == {"If": 1, "Gone": 1}
    assert "Prod" in found.resources
    with pytest.raises(UsageError, match="no Parameter Stge"):
        read_text(TEXT, tmp_path, {"Stge": "prod"})


def test_a_place_is_where_a_value_stands_in_globals_too(tmp_path: Path) -> None:
    text = "Globals:\n  Function:\n    Timeout: 5\nResources:\n  F:\n    Type: AWS::Serverless::Function\n"
    found = read_text(text, tmp_path)

    assert found.where(("Resources", "F", "Properties", "Timeout")).line == 4
    assert found.where(("Resources", "F", "Properties", "Handler")).line == 6


def test_code_is_a_folder_here_or_text_of_the_template(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    found = read_text(
        "Globals: {Function: {CodeUri: src/}}\n"
        "Resources:\n"
        "  Shared: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}\n"
        "  Away: {Type: AWS::Serverless::Function, Properties: {CodeUri: s3://bucket/key}}\n"
        "  Long: {Type: AWS::Serverless::Function, Properties: {CodeUri: " + "x" * 5000 + "}}\n"
        "  Inline:\n    Type: AWS::Lambda::Function\n"
        "    Properties:\n      Code:\n        ZipFile: |\n          import x\n",
        tmp_path,
    )

    shared, inline = found.code("Shared"), found.code("Inline")
    assert shared is not None
    assert shared.folder == str(tmp_path / "src")
    assert [found.code(name) for name in ("Away", "Long")] == [None, None]
    assert inline is not None
    assert (inline.text, inline.place) == ("import x\n", Place(found.file, 12))


def test_a_nested_stack_that_is_not_here_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    text = (
        "Resources:\n  Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://bucket/data.yaml}}\n"
    )
    found = read_text(text, tmp_path)
    looped = read_text(f"{text}  Fn::ForEach::Odd: 5\n", tmp_path)

    assert list(found.resources) == list(looped.resources) == ["Data"]
    assert "the template is not on this machine" in found.unread[0]
    assert looped.unread


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just text", "is no template"),
        ("- a list", "is no template"),
        ("Resources: 5", "it has no section Resources"),
        ("Resources: {A: 5}", "a resource is a mapping with a Type"),
        ("Resources: {A: {Type: [1]}}", "a resource is a mapping with a Type"),
        ("Outputs: 5\nResources: {}", "takes a mapping"),
        ("Parameters: {A: {Type: Nothing, Default: 5}}\nResources: {A: {Type: B}}", "there is no Parameter Type"),
        ("Resources: {A: {Type: B}", "not YAML"),
        ("Resources: !Nothing {}", "there is no function !Nothing"),
        ("[" * 5000, "more than 100 levels deep"),
        ("Resources: {A: {Type: B}, A: {Type: B}}", "A is here twice"),
    ],
)
def test_what_is_no_template_is_refused(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(TemplateError, match=message):
        document(Chosen(file), {}, "us-east-1")
