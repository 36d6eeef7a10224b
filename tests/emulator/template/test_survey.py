"""Everything that is wrong with a template, and everything that is not."""

from pathlib import Path

import pytest

from longwire.errors import TemplateError
from longwire.template.load import Given
from longwire.template.survey import Survey, survey
from planted_defects import DEFECTS, Defect
from sample_templates import Sample, sample, written

BROKEN = """\
  Empty:
    Type: AWS::DynamoDB::Table
    Properties: {KeySchema: []}
  Users:
    Type: AWS::Cognito::IdentityPool
  Misspelt:
    Type: AWS::SNS::Topicc
"""


def surveyed(template: Sample) -> Survey:
    return survey(template.file, Given(cache=template.file.parent / "cache"))


def told_of(template: Sample) -> list[TemplateError]:
    try:
        found = surveyed(template)
    except TemplateError as exc:  # the file is no template at all
        return [exc]
    return [*found.errors, *found.unsupported]


def places(errors: list[TemplateError]) -> list[str]:
    return [f"{error.resource}.{error.property_path}" for error in errors]


def test_a_right_template_is_what_loading_it_gives(tmp_path: Path) -> None:
    template = sample("plain", tmp_path)
    found, stack = surveyed(template), template.load()

    assert (found.errors, found.unsupported, found.given_up) == ([], [], False)
    assert (found.parts["apis"], found.parts["functions"]) == (stack.apis, stack.functions)
    assert tuple(found.warnings) == stack.warnings


def test_every_mistake_is_told_once_and_the_rest_is_understood(tmp_path: Path) -> None:
    template = sample("plain", tmp_path).append(BROKEN)
    template.replace("RouteKey: staged", "RouteKye: staged").replace("AuthorizerType: REQUEST", "AuthorizerType: JWT")
    template.replace("Name: plain-chat", "Nmae: plain-chat")
    found = surveyed(template)

    assert places(found.unsupported) == ["Users.Type", "Misspelt.Type"]
    assert sorted(places(found.errors)) == [
        "Api.Nmae",
        "Authorizer.AuthorizerType",
        "Empty.None",
        "StagedRoute.RouteKye",
    ]
    assert [error.location and error.location.line for error in found.errors if error.resource == "Api"] == [13]
    (api,) = found.parts["apis"]
    assert (list(api.routes), len(found.parts["functions"]), found.given_up) == (["$default"], 2, False)


def test_what_follows_from_a_function_that_cannot_run_here_is_not_told(tmp_path: Path) -> None:
    image = "Type: AWS::Serverless::Function\n    Properties: {PackageType: Image, ImageUri: x}"
    imaged = sample("classic", tmp_path / "image").append(f"  Imaged:\n    {image}\n")
    assert places(surveyed(imaged).errors) == ["Imaged.PackageType"]

    found = surveyed(sample("classic", tmp_path / "s3").replace("CodeUri: src/", "CodeUri: s3://b/k"))
    assert found.errors[0].message == "the code is in S3, which is not read"
    assert [warning for warning in found.warnings if "has no Target" in warning] == []


def test_functions_and_tables_are_understood_without_an_api(tmp_path: Path) -> None:
    found = surveyed(written("Resources:\n  Q:\n    Type: AWS::SQS::Queue\n", tmp_path))

    assert [error.message for error in found.errors] == ["the template has no WebSocket API"]
    assert list(found.parts["resources"]) == ["Q"]
    assert found.given_up


def test_a_parameter_without_a_value_is_no_reason_to_stop(tmp_path: Path) -> None:
    template = sample("sam", tmp_path).replace("    Default: dev\n", "").replace("KeyType: HASH", "KeyTyp: HASH")
    messages = [error.message for error in surveyed(template).errors]

    assert messages[0] == "has no Default and was given no value"
    assert "KeySchema has no KeyTyp" in messages


def test_a_file_that_is_no_template_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="not YAML"):
        surveyed(written("a: [", tmp_path))


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.new.strip() or defect.old.strip()}"[:60])
def test_a_planted_defect_is_found_as_loading_finds_it(defect: Defect, tmp_path: Path) -> None:
    planted = sample(defect.sample, tmp_path).replace(defect.old, defect.new)
    expected = planted.error()
    told = [(error.message, str(error.location)) for error in told_of(planted)]
    assert (expected.message, str(expected.location)) in told
