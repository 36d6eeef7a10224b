"""HTTP APIs of a template."""

from pathlib import Path

import pytest

from http_templates import HTTP, beside, events
from longwire.core.api import Throttle
from longwire.core.http.api import HttpAuthorizer, HttpRoute, LambdaProxy, StaticAnswer
from sample_templates import Sample

BETA = """\
  Beta:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Http, StageName: beta, AutoDeploy: true}
"""
API = "{Name: http, ProtocolType: HTTP"
KEY = "RouteKey: POST /publish/{room}"
NOWHERE = "arn:aws:lambda:us-east-1:123456789012:function:x"


def bare(property_: str) -> str:
    return f"  Http:\n    Type: AWS::ApiGatewayV2::Api\n    Properties: {API}, {property_}}}\n"


@pytest.fixture
def http(tmp_path: Path) -> Sample:
    return beside(HTTP, tmp_path)


def test_an_api_is_what_its_resources_say(http: Sample) -> None:
    (api,) = http.load(region="eu-west-1").http_apis

    assert (api.logical_id, api.name, api.kind, api.stage, api.region) == (
        "Http",
        "http",
        "http",
        "$default",
        "eu-west-1",
    )
    guard = HttpAuthorizer("guard", "Guard", "2.0", True, ("$request.header.Authorization",), 60.0)
    target = LambdaProxy("Publish", "2.0", 30.0)
    assert api.routes == (HttpRoute("POST", "/publish/{room}", target, guard),)


def test_a_sam_event_makes_an_api_with_a_default_stage(tmp_path: Path) -> None:
    stack = events(
        "{Type: HttpApi, Properties: {Path: /publish, Method: post, TimeoutInMillis: 5000}}", tmp_path
    ).load()

    (api,) = stack.http_apis
    assert (api.logical_id, api.stage) == ("ServerlessHttpApi", "$default")
    assert api.routes == (HttpRoute("POST", "/publish", LambdaProxy("Publish", "2.0", 5.0)),)


def test_a_sam_event_without_a_path_is_the_default_route(tmp_path: Path) -> None:
    (api,) = events("{Type: HttpApi}", tmp_path).load().http_apis

    assert [route.key for route in api.routes] == ["$default"]


def test_a_sam_api_has_stage_variables_cors_authorizers_and_limits(tmp_path: Path) -> None:
    text = """\
      Events:
        Post: {Type: HttpApi, Properties: {ApiId: !Ref Mine, Path: "/a/{proxy+}", Method: ANY, Auth: {Authorizer: L}}}
        Iam: {Type: HttpApi, Properties: {ApiId: !Ref Mine, Path: /iam, Method: get, Auth: {Authorizer: AWS_IAM}}}
  Mine:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: v1
      StageVariables: {colour: blue}
      CorsConfiguration: {AllowOrigins: [https://a.example]}
      RouteSettings: {"GET /iam": {ThrottlingBurstLimit: 1}}
      Auth:
        EnableIamAuthorizer: true
        Authorizers:
          L: {FunctionArn: !GetAtt Guard.Arn, AuthorizerPayloadFormatVersion: "2.0", EnableSimpleResponses: true}
"""
    (api,) = beside(text, tmp_path).load().http_apis

    assert (api.stage, api.base, api.variables) == ("v1", "/v1", {"colour": "blue"})
    assert api.cors is not None
    assert api.cors.allow_origins == ("https://a.example",)
    first, second = api.routes
    assert first.authorizer is not None
    assert (first.key, first.authorizer.function, first.iam) == ("ANY /a/{proxy+}", "Guard", False)
    assert (second.key, second.authorizer, second.iam) == ("GET /iam", None, True)
    assert api.route_throttles == {"GET /iam": Throttle(None, 1)}


def test_a_quick_created_api_has_one_route_and_the_default_stage(tmp_path: Path) -> None:
    (api,) = beside(bare("Target: !GetAtt Publish.Arn"), tmp_path).load().http_apis

    assert [(route.key, api.stage) for route in api.routes] == [("$default", "$default")]


def test_two_stages_are_two_entry_points(http: Sample) -> None:
    apis = http.append(BETA).load().http_apis

    assert [(api.stage, api.local_path) for api in apis] == [("$default", "/Http"), ("beta", "/Http/beta")]


def test_ref_and_endpoint_are_those_of_aws(http: Sample) -> None:
    variables = "Environment: {Variables: {URL: !GetAtt Http.ApiEndpoint, ID: !Ref Http}}"
    http.replace("CodeUri: ., Handler: app.guard", f"{variables}, CodeUri: ., Handler: app.guard")
    stack = http.load()

    api_id = stack.http_apis[0].api_id
    assert stack.functions["Guard"].environment == {
        "URL": f"https://{api_id}.execute-api.us-east-1.amazonaws.com",
        "ID": api_id,
    }


def test_an_access_log_is_not_written_and_that_is_said(http: Sample) -> None:
    http.replace("StageName: $default,", "StageName: $default, AccessLogSettings: {DestinationArn: a, Format: b},")

    assert any("access logs of HTTP APIs are not written" in warning for warning in http.load().warnings)


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        (KEY, "RouteKey: PSOT /publish", "HttpRoute.RouteKey", "'PSOT /publish' has no HTTP method"),
        (KEY, "RouteKey: POST publish", "HttpRoute.RouteKey", "the path 'publish' does not start with /"),
        (
            "integrations/${HttpIntegration}",
            "integrations/x",
            "HttpRoute.Target",
            "'integrations/x' names no Integration",
        ),
        (
            "AuthorizerId: !Ref HttpGuard",
            "AuthorizerId: x",
            "HttpRoute.AuthorizerId",
            "'x' is no Authorizer of this API",
        ),
        ("AuthorizationType: CUSTOM", "AuthorizationType: NONE", "HttpRoute.AuthorizerId", "is not used"),
        (
            "AuthorizationType: CUSTOM",
            "AuthorizationType: CUSTM",
            "HttpRoute.AuthorizationType",
            "'CUSTM' does not exist",
        ),
        (
            "IntegrationType: AWS_PROXY",
            "IntegrationType: HTTP_PROXY",
            "HttpIntegration.IntegrationType",
            "HTTP_PROXY integrations of HTTP APIs",
        ),
        (
            "IntegrationUri: !GetAtt Publish.Arn",
            "IntegrationUri: " + NOWHERE,
            "HttpIntegration.IntegrationUri",
            "the template has no function x",
        ),
        (
            'PayloadFormatVersion: "2.0"\n  H',
            'PayloadFormatVersion: "3.0"\n  H',
            "HttpIntegration.PayloadFormatVersion",
            "'3.0' does not exist",
        ),
        (
            "AuthorizerType: REQUEST",
            "AuthorizerType: JWT",
            "HttpGuard.AuthorizerType",
            "JWT authorizers are not emulated",
        ),
        (
            "StageName: $default, AutoDeploy: true",
            "StageName: $default",
            "HttpStage",
            "has neither AutoDeploy nor DeploymentId",
        ),
        ("StageName: $default,", "StageName: a b,", "HttpStage.StageName", "'a b' is neither $default nor"),
        (API, API + ", DisableExecuteApiEndpoint: true", "Http.DisableExecuteApiEndpoint", "custom domains"),
        (API, API + ", BodyS3Location: {Bucket: b}", "Http.BodyS3Location", "a document elsewhere is not read"),
        ("{ApiId: !Ref Http, StageName", "{ApiId: nope, StageName", "HttpStage.ApiId", "'nope' is no API"),
    ],
)
def test_a_defect_is_named_with_its_place(http: Sample, old: str, new: str, where: str, message: str) -> None:
    error = http.replace(old, new).error()

    assert message in error.message
    assert ".".join(filter(None, (error.resource, error.property_path))) == where
    assert error.location is not None
    assert error.location.line > 20


def test_two_routes_of_one_key_are_refused(http: Sample) -> None:
    route = http.file.read_text().rpartition("  HttpRoute:\n")[2]

    assert "two Routes POST /publish/{room}" in http.append(f"  Other:\n{route}").error().message


def test_an_api_without_a_stage_or_route_is_refused(tmp_path: Path) -> None:
    assert "has no Stage" in beside(bare("Version: a"), tmp_path).error().message
    assert "has no Route" in beside(bare("Version: a") + BETA, tmp_path).error().message


def test_a_route_that_is_not_emulated_answers_501_when_the_user_allows_it(http: Sample) -> None:
    """Left out, its requests could go to another Route, or to nobody's authorizer."""
    stack = http.replace("AuthorizerType: REQUEST", "AuthorizerType: JWT").load(allow_unsupported=True)

    (route,) = stack.http_apis[0].routes
    assert isinstance(route.integration, StaticAnswer)
    assert (route.key, route.integration.status) == ("POST /publish/{room}", 501)
    assert any("JWT authorizers are not emulated" in warning for warning in stack.warnings)


def test_a_custom_domain_of_an_http_api_is_refused_and_may_be_ignored(http: Sample) -> None:
    http.append(
        "  Domain:\n    Type: AWS::ApiGatewayV2::DomainName\n    Properties: {DomainName: api.example.com}\n"
        "  Mapping:\n    Type: AWS::ApiGatewayV2::ApiMapping\n"
        "    Properties: {ApiId: !Ref Http, DomainName: !Ref Domain, Stage: $default}\n"
    )

    assert http.error().message == "custom domains of HTTP APIs are not emulated"
    assert http.load(allow_unsupported=True).http_apis[0].logical_id == "Http"
