"""The WebSocket APIs of a template and their Stages."""

from pathlib import Path

import pytest

from longwire.core.api import Stack, Stage
from sample_templates import Sample, sample, written

SECOND = """\
  Second:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: second, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.a}
"""


@pytest.fixture
def several(tmp_path: Path) -> Stack:
    return sample("several", tmp_path).load()


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def test_an_api_is_what_its_properties_say(plain: Sample) -> None:
    api = plain.load(region="eu-west-1").api

    assert (api.logical_id, api.name, api.region, api.account_id) == ("Api", "plain-chat", "eu-west-1", "123456789012")
    assert api.route_selection_expression == "${request.body.action}"
    assert api.stage == Stage("live", {"target": "plain-message"}, deployment="Deployment")


def test_an_api_without_a_name_is_called_by_its_logical_id(plain: Sample) -> None:
    assert plain.replace("      Name: plain-chat\n", "").load().api.name == "Api"


def test_a_template_without_a_websocket_api_is_refused(tmp_path: Path) -> None:
    error = written("Resources:\n  Q:\n    Type: AWS::SQS::Queue\n", tmp_path).error()

    assert error.message == "the template has no WebSocket API"
    assert "AWS::Serverless::WebSocketApi" in str(error.hint)


def test_every_stage_of_every_api_is_one_that_is_deployed(several: Stack) -> None:
    stages = [(api.logical_id, api.stage.name, api.stage.variables, list(api.routes)) for api in several.apis]

    assert stages == [
        ("Chat", "dev", {"colour": "blue"}, ["$default"]),
        ("Chat", "prod", {"colour": "red"}, ["$default"]),
        ("Feed", "dev", {}, ["$default"]),
    ]
    assert several.api is several.apis[0]
    assert several.apis[0].api_id == several.apis[1].api_id != several.apis[2].api_id


def test_a_stage_name_that_two_apis_have_needs_the_api_in_its_local_path(several: Stack) -> None:
    assert [api.path for api in several.apis] == ["/Chat/dev", "/prod", "/Feed/dev"]


def test_each_stage_has_throttles_of_its_own(several: Stack) -> None:
    assert [api.stage.throttle_of("$default").burst for api in several.apis] == [None, 2, None]


def test_an_api_beside_another_needs_routes_and_a_stage_too(plain: Sample) -> None:
    error = plain.append(SECOND).error()

    assert (error.resource, error.message) == ("Second", "the WebSocket API has no Stage, so nobody can connect")


def test_two_stages_of_one_name_are_refused(plain: Sample) -> None:
    plain.append(
        "  Beta:\n    Type: AWS::ApiGatewayV2::Stage\n"
        "    Properties: {ApiId: !Ref Api, StageName: live, AutoDeploy: true}\n"
    )

    assert "Beta.StageName: Stage is the Stage live of this API already" in str(plain.error())


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
            "'abc' is no API of this template",
        ),
        ("      ProtocolType: WEBSOCKET\n", "", "Api: AWS::ApiGatewayV2::Api needs ProtocolType"),
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
