"""Which Routes a Stage serves."""

from pathlib import Path

import pytest

from sample_templates import Sample, sample, written

TWO_ROUTES = """\
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: a, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.a}
  Mock:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: MOCK}
  Ping:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: ping, Target: !Sub "integrations/${Mock}"}
  Pong:
    Type: AWS::ApiGatewayV2::Route
    DependsOn: Ping
    Properties: {ApiId: !Ref Api, RouteKey: pong, Target: !Sub "integrations/${Mock}"}
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: NEEDED
    Properties: {ApiId: !Ref Api}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: dev, DeploymentId: !Ref Deployment}
"""
ANSWER = """\
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref Ping, RouteResponseKey: $default}
"""


def needing(needed: str, folder: Path) -> Sample:
    return written(TWO_ROUTES.replace("NEEDED", needed), folder)


def test_what_the_deployment_depends_on_is_served_and_the_rest_is_warned_of(tmp_path: Path) -> None:
    template = needing("Ping", tmp_path)
    stack = template.load()

    assert (list(stack.api.routes), stack.api.stage.deployment) == (["ping"], "Deployment")
    (warning,) = stack.warnings
    assert f":{template.line_of('  Deployment:')}:" in warning
    assert "Deployment: does not depend on Pong, so it may be made before it: that Route is not served" in warning
    assert "DependsOn: [Ping, Pong]" in warning


def test_what_that_depends_on_is_served_too(tmp_path: Path) -> None:
    stack = needing("[Pong]", tmp_path).load()

    assert (list(stack.api.routes), stack.warnings) == (["ping", "pong"], ())


@pytest.mark.parametrize("needed", ["Mock", "[]"])
def test_a_deployment_before_every_route_is_refused_as_aws_refuses_it(tmp_path: Path, needed: str) -> None:
    error = needing(needed, tmp_path).error()

    assert (error.resource, error.hint) == ("Deployment", "DependsOn: [Ping, Pong]")
    assert error.message == "depends on no Route, so API Gateway would find none to deploy"


def test_with_auto_deploy_everything_is_served_whatever_the_deployment_says(tmp_path: Path) -> None:
    template = needing("Ping", tmp_path).replace("DeploymentId:", "AutoDeploy: true, DeploymentId:")
    stack = template.load()

    assert (list(stack.api.routes), stack.api.stage.deployment, stack.warnings) == (["ping", "pong"], "", ())


def test_a_deployment_may_name_its_stage_instead(tmp_path: Path) -> None:
    template = needing("Ping", tmp_path).replace(", DeploymentId: !Ref Deployment", "")
    assert "has neither AutoDeploy nor DeploymentId" in template.error().message
    template.replace("Properties: {ApiId: !Ref Api}", "Properties: {ApiId: !Ref Api, StageName: !Ref Stage}")

    assert list(template.load().api.routes) == ["ping"]


def test_a_route_response_that_may_come_too_late_is_kept_and_warned_of(tmp_path: Path) -> None:
    template = needing("[Pong]", tmp_path).append(ANSWER)
    template.replace("RouteKey: ping", "RouteKey: ping, RouteResponseSelectionExpression: $default")
    stack = template.load()

    assert stack.api.routes["ping"].two_way
    (warning,) = stack.warnings
    assert "does not depend on Answer, so on AWS it may be made without it\n  Add Answer to its DependsOn." in warning


def test_the_deployment_of_another_api_is_refused(tmp_path: Path) -> None:
    other = "  Other:\n    Type: AWS::ApiGatewayV2::Deployment\n    Properties: {ApiId: abc}\n"
    template = sample("several", tmp_path).append(other.replace("abc", "!Ref Feed"))
    template.replace("StageName: prod\n      AutoDeploy: true", "StageName: prod\n      DeploymentId: !Ref Other")

    assert "ChatProd.DeploymentId: Other is a Deployment of another Api" in str(template.error())
