"""REST APIs as far as Lambda proxies go."""

from pathlib import Path

import pytest

from http_templates import REST, beside, events
from longwire.core.http.api import HttpRoute, LambdaProxy, StaticAnswer
from sample_templates import Sample

PROXY = LambdaProxy("Publish", "1.0", 29.0)


@pytest.fixture
def rest(tmp_path: Path) -> Sample:
    return beside(REST, tmp_path)


def test_resources_and_methods_are_routes(rest: Sample) -> None:
    (api,) = rest.load().http_apis

    assert (api.kind, api.stage, api.variables, api.local_path) == ("rest", "prod", {"colour": "blue"}, "/Rest/prod")
    assert api.routes == (
        HttpRoute("POST", "/hubs/{hub}", PROXY),
        HttpRoute("OPTIONS", "/hubs/{hub}", StaticAnswer(204, (("Access-Control-Allow-Origin", "*"),))),
    )


def test_a_method_of_the_root_has_the_path_slash(rest: Sample) -> None:
    rest.replace(
        "ResourceId: !Ref RestHub\n      HttpMethod: POST",
        "ResourceId: !GetAtt Rest.RootResourceId\n      HttpMethod: ANY",
    )

    assert rest.load().http_apis[0].routes[0].key == "ANY /"


def test_a_sam_event_makes_an_api_with_a_stage_prod(tmp_path: Path) -> None:
    (api,) = events("{Type: Api, Properties: {Path: '/rest/{id}', Method: get}}", tmp_path).load().http_apis

    assert (api.logical_id, api.stage, api.routes) == (
        "ServerlessRestApi",
        "Prod",
        (HttpRoute("GET", "/rest/{id}", PROXY),),
    )


def test_a_sam_api_answers_preflights_and_has_binary_types(tmp_path: Path) -> None:
    text = """\
      Events:
        Post: {Type: Api, Properties: {RestApiId: !Ref Mine, Path: /a, Method: ANY}}
  Mine:
    Type: AWS::Serverless::Api
    Properties: {StageName: v1, Cors: "'*'", BinaryMediaTypes: [image/*]}
"""
    (api,) = beside(text, tmp_path).load().http_apis

    keys = {route.key: route.integration for route in api.routes}
    assert keys["ANY /a"] == PROXY
    preflight = keys["OPTIONS /a"]
    assert isinstance(preflight, StaticAnswer)
    assert dict(preflight.headers)["Access-Control-Allow-Origin"] == "*"
    assert api.binary_types == ("image/*",)


def test_a_deployment_may_name_the_stage(rest: Sample) -> None:
    text = rest.file.read_text()
    rest.file.write_text(
        text[: text.index("  RestStage")].replace(
            "Properties: {RestApiId: !Ref Rest}", "Properties: {RestApiId: !Ref Rest, StageName: live}"
        )
    )

    assert [api.stage for api in rest.load().http_apis] == ["live"]


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        (
            "Type: AWS_PROXY",
            "Type: AWS_PROX",
            "RestMethod.Integration.Type",
            "AWS_PROX integrations of REST APIs are not",
        ),
        (
            "Type: AWS_PROXY",
            "Type: HTTP",
            "RestMethod.Integration.Type",
            "HTTP integrations of REST APIs are not emulated",
        ),
        ("      HttpMethod: POST", "      HttpMethod: PSOT", "RestMethod.HttpMethod", "'PSOT' does not exist"),
        (
            "POST\n      AuthorizationType: NONE",
            "POST\n      AuthorizationType: CUSTOM",
            "RestMethod.AuthorizationType",
            "authorizers and API keys",
        ),
        (
            "POST\n      AuthorizationType: NONE",
            "POST\n      ApiKeyRequired: true",
            "RestMethod.ApiKeyRequired",
            "authorizers and API keys",
        ),
        (
            "ResourceId: !Ref RestHub\n      HttpMethod: POST",
            "ResourceId: x\n      HttpMethod: POST",
            "RestMethod.ResourceId",
            "'x' is no Resource",
        ),
        ("ParentId: !Ref RestHubs", "ParentId: x", "RestHubs.ParentId", "'x' is no Resource of this API"),
        ('"{hub}"', '"a{hub}"', "RestHub.PathPart", "is no path variable"),
        (
            "\"'*'\"",
            '"*"',
            "RestPreflight.Integration.IntegrationResponses.0.ResponseParameters.method.response.header.Access-Control-Allow-Origin",
            "no constant header",
        ),
        ("StageName: prod", "StageName: a b", "RestStage.StageName", "is not 1 to 128"),
        (
            "{Name: rest}",
            "{Name: rest, Policy: {}}",
            "Rest.Policy",
            "Policy of AWS::ApiGateway::RestApi is not emulated",
        ),
    ],
)
def test_a_defect_is_named_with_its_place(rest: Sample, old: str, new: str, where: str, message: str) -> None:
    error = rest.replace(old, new).error()

    assert message in error.message
    assert ".".join(filter(None, (error.resource, error.property_path))) == where


@pytest.mark.parametrize(
    ("event", "where", "message"),
    [
        ("{Type: Api, Properties: {Path: /a, Method: psot}}", "Events.Post.Method", "psot is no HTTP method"),
        ("{Type: Api, Properties: {Path: 'a{b}', Method: get}}", "Events.Post.Path", "does not start with /"),
        (
            "{Type: Api, Properties: {Path: /a, Method: get, Auth: {ApiKeyRequired: true}}}",
            "Events.Post.Auth",
            "api_key: authorizers",
        ),
    ],
)
def test_a_defect_of_an_event_is_named_with_its_place(tmp_path: Path, event: str, where: str, message: str) -> None:
    error = events(event, tmp_path).error()

    assert message in error.message
    assert (error.resource, error.property_path) == ("Publish", where)


def test_an_api_without_a_stage_or_method_is_refused(tmp_path: Path) -> None:
    api = "  Rest:\n    Type: AWS::ApiGateway::RestApi\n    Properties: {Name: rest}\n"
    assert "has no Stage" in beside(api, tmp_path).error().message
    stage = "  S:\n    Type: AWS::ApiGateway::Deployment\n    Properties: {RestApiId: !Ref Rest, StageName: s}\n"
    assert "has no method" in beside(api + stage, tmp_path).error().message


def test_a_method_that_is_not_emulated_answers_501_when_the_user_allows_it(rest: Sample) -> None:
    stack = rest.replace("Type: AWS_PROXY", "Type: HTTP_PROXY").load(allow_unsupported=True)

    integration = stack.http_apis[0].routes[0].integration
    assert isinstance(integration, StaticAnswer)
    assert integration.status == 501


def test_what_a_stage_asks_for_and_does_not_get_is_said(rest: Sample) -> None:
    settings = "MethodSettings: [{HttpMethod: '*', ResourcePath: /*, ThrottlingRateLimit: 5, LoggingLevel: INFO}]"
    rest.replace("StageName: prod,", f"StageName: prod, AccessLogSetting: {{Format: x}}, {settings},")
    warnings = " ".join(rest.load().warnings)

    assert "RestStage.MethodSettings: ThrottlingRateLimit of REST APIs have no effect here" in warnings
    assert "RestStage.AccessLogSetting: access logs of REST APIs are not written" in warnings
