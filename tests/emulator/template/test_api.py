"""The WebSocket API of a template and its Stage."""

from pathlib import Path

import pytest

from longwire.core.api import Stage
from sample_templates import Sample, sample, written

SECOND = """\
  Second:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: second, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.a}
"""


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def test_an_api_is_what_its_properties_say(plain: Sample) -> None:
    api = plain.load(region="eu-west-1").api

    assert (api.logical_id, api.name, api.region, api.account_id) == ("Api", "plain-chat", "eu-west-1", "123456789012")
    assert api.route_selection_expression == "${request.body.action}"
    assert api.stage == Stage("live", {"target": "plain-message"})


def test_an_api_without_a_name_is_called_by_its_logical_id(plain: Sample) -> None:
    assert plain.replace("      Name: plain-chat\n", "").load().api.name == "Api"


def test_a_template_without_a_websocket_api_is_refused(tmp_path: Path) -> None:
    error = written("Resources:\n  Q:\n    Type: AWS::SQS::Queue\n", tmp_path).error()

    assert error.message == "the template has no WebSocket API"
    assert "AWS::Serverless::WebSocketApi" in str(error.hint)


def test_two_websocket_apis_are_refused_by_name(plain: Sample) -> None:
    error = plain.append(SECOND).error()

    assert (error.resource, error.message) == (
        "Second",
        "several WebSocket APIs in one template are not emulated: Api and Second",
    )


def test_two_stages_are_refused_by_name(plain: Sample) -> None:
    plain.append(
        "  Beta:\n    Type: AWS::ApiGatewayV2::Stage\n"
        "    Properties: {ApiId: !Ref Api, StageName: beta, AutoDeploy: true}\n"
    )

    assert plain.error().message == "several Stages of one API are not emulated: Stage and Beta"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("      StageName: live\n", "", "Stage: AWS::ApiGatewayV2::Stage needs StageName"),
        ("DeploymentId: !Ref Deployment", "DeploymentId: abc", "'abc' is no Deployment of this template"),
        ("DeploymentId: !Ref Deployment", "AutoDeploy: false", "neither AutoDeploy nor DeploymentId"),
        ("StageVariables:\n        target", "StageVariables:\n        my-target", "a stage variable has letters"),
        (
            "ApiId: !Ref Api\n      StageName",
            "ApiId: abc\n      StageName",
            "'abc' is no WebSocket API of this template",
        ),
        ("      ProtocolType: WEBSOCKET\n", "", "Api: AWS::ApiGatewayV2::Api needs ProtocolType"),
        (
            "Name: plain-chat",
            "DisableExecuteApiEndpoint: true",
            "DisableExecuteApiEndpoint of AWS::ApiGatewayV2::Api is",
        ),
    ],
)
def test_a_stage_or_api_that_would_not_work_is_refused(plain: Sample, old: str, new: str, message: str) -> None:
    assert message in str(plain.replace(old, new).error())


def test_an_api_without_a_stage_or_without_routes_is_refused(tmp_path: Path) -> None:
    api = SECOND.replace("Second", "Api")
    properties = "{ApiId: !Ref Api, StageName: a, AutoDeploy: true}"
    stage = f"  Stage:\n    Type: AWS::ApiGatewayV2::Stage\n    Properties: {properties}\n"

    assert "has no Stage, so nobody can connect" in str(written(f"Resources:\n{api}", tmp_path).error())
    assert "the WebSocket API has no Route" in str(written(f"Resources:\n{api}{stage}", tmp_path).error())
