"""Integrations and authorizers."""

from pathlib import Path

import pytest

from longwire.core.api import Authorizer, IntegrationResponse
from sample_templates import Sample, sample


@pytest.fixture
def sam(tmp_path: Path) -> Sample:
    return sample("sam", tmp_path)


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def test_a_mock_integration_has_its_templates_and_responses(sam: Sample) -> None:
    integration = sam.load().api.routes["ping"].integration

    assert integration is not None
    assert (integration.type, integration.function, integration.timeout) == ("MOCK", None, 29.0)
    assert integration.request_templates == {"200": '{"statusCode": 200}'}
    assert integration.template_selection_expression == "200"
    assert integration.responses == (IntegrationResponse("$default", {"$default": '{"pong": true}'}, None),)


def test_a_timeout_in_milliseconds_becomes_seconds(sam: Sample, plain: Sample) -> None:
    default = sam.load().api.routes["$default"].integration
    message = plain.load().api.routes["$default"].integration

    assert default is not None
    assert default.timeout == 4.0
    assert message is not None
    assert message.timeout == 2.5


@pytest.mark.parametrize(
    "uri",
    [
        "!GetAtt ConnectFunction.Arn",
        "!Sub '${ConnectFunction.Arn}:live'",
        "!Ref Live",
        "!Ref Published",
        "!Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${ConnectFunction.Arn}/invocations",
        "!Join [':', [arn, aws, lambda, !Ref AWS::Region, !Ref AWS::AccountId, function, plain-connect]]",
        "!Sub 'arn:aws:lambda:us-east-1:${AWS::AccountId}:function:${FunctionPrefix}-connect'",
    ],
)
def test_every_way_to_name_a_function_leads_to_it(plain: Sample, uri: str) -> None:
    plain.replace("IntegrationUri: !GetAtt MessageFunction.Arn", f"IntegrationUri: {uri}")
    integration = plain.load().api.routes["$default"].integration

    assert integration is not None
    assert integration.function == "ConnectFunction"


def test_an_authorizer_has_its_function_and_identity_sources(plain: Sample) -> None:
    plain.replace("route.request.header.Authorization", "'route.request.header.A, route.request.querystring.b'")

    sources = ("route.request.header.A", "route.request.querystring.b")
    assert plain.load().api.routes["$connect"].authorizer == Authorizer(
        "Authorizer", "token", "ConnectFunction", sources
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "IntegrationUri: !GetAtt MessageFunction.Arn",
            "IntegrationUri: http://x",
            "http://x names no Lambda function",
        ),
        (
            "      IntegrationUri: !GetAtt MessageFunction.Arn\n",
            "",
            "AWS::ApiGatewayV2::Integration needs IntegrationUri",
        ),
        ('TimeoutInMillis: "2500"', "IntegrationType2: AWS", "has no property IntegrationType2"),
        ('TimeoutInMillis: "2500"', "ConnectionType: VPC_LINK", "private integrations are not emulated"),
        ('TimeoutInMillis: "2500"', "ConnectionType: VPC", "'VPC' does not exist"),
        ('TimeoutInMillis: "2500"', "ContentHandlingStrategy: CONVERT_TO_BINRY", "Did you mean CONVERT_TO_BINARY?"),
        ('TimeoutInMillis: "2500"', "PassthroughBehavior: NEVR", "Did you mean NEVER?"),
        (
            'TimeoutInMillis: "2500"',
            "ResponseParameters: {}",
            "ResponseParameters of AWS::ApiGatewayV2::Integration is not",
        ),
        ('TimeoutInMillis: "2500"', "TimeoutInMillis: 20", "20 is not between 50 and 29,000"),
        ("${!stageVariables.target}", "${!stageVariables.targt}", "no variable targt\n  Did you mean target?"),
        ("route.request.header.Authorization", "method.request.header.Authorization", "is no identity source"),
        ("AuthorizerType: REQUEST", "AuthorizerType: TOKEN", "'TOKEN' does not exist\n  One of: REQUEST, JWT"),
    ],
)
def test_an_integration_or_authorizer_that_would_not_work_is_refused(
    plain: Sample, old: str, new: str, message: str
) -> None:
    assert message in str(plain.replace(old, new).error())


def test_what_an_integration_sends_is_read(plain: Sample) -> None:
    plain.replace(
        'TimeoutInMillis: "2500"',
        """PassthroughBehavior: NEVER
      ContentHandlingStrategy: CONVERT_TO_BINARY
      RequestParameters: { integration.request.header.Id: context.connectionId }""",
    )
    integration = plain.load().api.routes["$default"].integration

    assert integration is not None
    assert (integration.passthrough, integration.content_handling) == ("NEVER", "CONVERT_TO_BINARY")
    assert integration.request_parameters == {"integration.request.header.Id": "context.connectionId"}


def test_an_integration_has_one_response_for_each_key(sam: Sample) -> None:
    sam.append("""  Again:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties: { ApiId: !Ref Chat, IntegrationId: !Ref PingIntegration, IntegrationResponseKey: $default }
""")
    assert "another response for $default" in sam.error().message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "IntegrationResponseKey: $default",
            "IntegrationResponseKey: default",
            "'default' is neither $default nor a /pat",
        ),
        ("IntegrationId: !Ref PingIntegration", "IntegrationId: abc", "'abc' is no Integration of this template"),
    ],
)
def test_an_integration_response_that_belongs_nowhere_is_refused(sam: Sample, old: str, new: str, message: str) -> None:
    error = sam.replace(old, new).error()

    assert error.resource == "PingIntegrationResponse"
    assert message in error.message
