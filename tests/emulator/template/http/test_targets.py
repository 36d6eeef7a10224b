"""The function that a URI names."""

from pathlib import Path

import pytest

from http_templates import HTTP, beside
from longwire.core.http.api import LambdaProxy

ALIAS = """\
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Publish, FunctionVersion: !GetAtt One.Version, Name: live}
  One:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Publish}
"""


@pytest.mark.parametrize(
    ("uri", "qualifier"),
    [
        ("!GetAtt Publish.Arn", ""),
        ("!Ref Live", "live"),
        ("!Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Live}/invocations", "live"),
    ],
)
def test_a_version_or_alias_is_kept(tmp_path: Path, uri: str, qualifier: str) -> None:
    sample = beside(HTTP + ALIAS, tmp_path).replace("IntegrationUri: !GetAtt Publish.Arn", f"IntegrationUri: {uri}")

    proxy = sample.load().http_apis[0].routes[0].integration
    assert proxy == LambdaProxy("Publish", "2.0", 30.0, qualifier)


def test_a_stage_variable_may_be_in_a_uri(tmp_path: Path) -> None:
    sample = beside(HTTP, tmp_path).replace("AutoDeploy: true}", "AutoDeploy: true, StageVariables: {name: Publish}}")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:longwire-${stageVariables.name}"
    sample.replace("IntegrationUri: !GetAtt Publish.Arn", f"IntegrationUri: {arn}")

    assert sample.load().http_apis[0].functions == ["Guard", "Publish"]
    error = sample.replace("{name: Publish}", "{nane: Publish}").error()
    assert (error.message, error.hint) == ("the Stage has no variable name", "Did you mean nane?")


def test_what_is_no_function_is_refused(tmp_path: Path) -> None:
    error = beside(HTTP, tmp_path).replace("IntegrationUri: !GetAtt Publish.Arn", "IntegrationUri: nope").error()

    assert error.message == "nope names no Lambda function"
