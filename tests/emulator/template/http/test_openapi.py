"""OpenAPI documents in an API's Body."""

from pathlib import Path

import pytest

from http_templates import beside
from sample_templates import Sample

BODY = """\
  Http:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Body:
        openapi: 3.0.1
        info: {title: hubs, version: "1"}
        paths:
          /api/hubs/{hub}/:send:
            parameters: [{name: hub, in: path}]
            post:
              summary: publish
              security: [{NONE: []}]
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                payloadFormatVersion: "2.0"
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Publish.Arn}/invocations
  HttpStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Http, StageName: $default, AutoDeploy: true}
"""


@pytest.fixture
def document(tmp_path: Path) -> Sample:
    return beside(BODY, tmp_path)


def test_each_operation_is_a_route(document: Sample) -> None:
    (api,) = document.load().http_apis

    assert [(route.key, route.authorizer) for route in api.routes] == [("POST /api/hubs/{hub}/:send", None)]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("            post:\n", "            pst:\n", "pst:", "pst is no HTTP method"),
        ("summary: publish", "x-amazon-apigateway-request-validator: all", "request-validator", "is not emulated"),
        ("openapi: 3.0.1", "x-amazon-apigateway-policy: {}", "policy", "x-amazon-apigateway-policy of the document"),
        ("[{NONE: []}]", "[{guard: []}]", "security:", "there is no security scheme guard"),
        ("[{NONE: []}]", "[{a: []}, {b: []}]", "security:", "several authorizers of one Route: a, b"),
        ("[{NONE: []}]", "guard", "security:", "takes a list of mappings"),
        ("type: aws_proxy", "type: http_proxy", "type: http_proxy", "http_proxy integrations of HTTP APIs"),
        (
            "type: aws_proxy",
            "type: aws_proxy\n                requestParameters: {}",
            "requestParameters",
            "requestParameters of HTTP",
        ),
    ],
)
def test_a_defect_is_named_with_its_line(document: Sample, old: str, new: str, line: str, message: str) -> None:
    error = document.replace(old, new).error()

    assert message in error.message
    assert error.location is not None
    assert error.location.line == document.line_of(line)


def test_an_operation_needs_an_integration(document: Sample) -> None:
    text = document.file.read_text()
    start, end = text.index("              x-amazon-apigateway-integration"), text.index("  HttpStage")
    document.file.write_text(text[:start] + text[end:])

    assert "has no x-amazon-apigateway-integration" in document.error().message
