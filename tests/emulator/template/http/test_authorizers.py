"""Authorizers of HTTP APIs, from resources and documents."""

from pathlib import Path

import pytest

from http_templates import HTTP, beside

SAM = """\
      Events:
        Post: {{Type: HttpApi, Properties: {{ApiId: !Ref Mine, Path: /a, Method: POST, Auth: {{Authorizer: L}}}}}}
  Mine:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        Authorizers:
          L: {}
"""
GUARD = "FunctionArn: !GetAtt Guard.Arn"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "[$request.header.Authorization]",
            "[route.request.header.Authorization]",
            "is no identity source of an HTTP API",
        ),
        ("AuthorizerResultTtlInSeconds: 60", "AuthorizerResultTtlInSeconds: 3601", "3601 is not between 0 and 3,600"),
        ("      IdentitySource: [$request.header.Authorization]\n", "", "there is no IdentitySource"),
        ('AuthorizerPayloadFormatVersion: "2.0"', 'AuthorizerPayloadFormatVersion: "1.0"', "belongs to format 2.0"),
        ("AuthorizerType: REQUEST", "AuthorizerType: TOKEN", "'TOKEN' is no authorizer of an HTTP API"),
        ("functions/${Guard.Arn}", "functions/x", "names no Lambda function"),
    ],
)
def test_a_defect_of_a_resource_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    error = beside(HTTP, tmp_path).replace(old, new).error()

    assert message in error.message
    assert error.resource == "HttpGuard"


def test_a_sam_authorizer_is_read_from_the_document(tmp_path: Path) -> None:
    identity = "Identity: {Headers: [token], QueryStrings: [t], ReauthorizeEvery: 30}"
    text = SAM.format(f'{{{GUARD}, AuthorizerPayloadFormatVersion: "1.0", {identity}}}')
    (api,) = beside(text, tmp_path).load().http_apis

    authorizer = api.routes[0].authorizer
    assert authorizer is not None
    assert (authorizer.name, authorizer.function, authorizer.payload_format, authorizer.simple) == (
        "L", "Guard", "1.0", False,
    )  # fmt: skip
    assert authorizer.identity_sources == ("$request.header.token", "$request.querystring.t")
    assert authorizer.ttl == 30


def test_a_jwt_authorizer_is_refused_by_name(tmp_path: Path) -> None:
    text = SAM.format(
        "{JwtConfiguration: {issuer: https://i.example, audience: [a]}, IdentitySource: $request.header.a}"
    )
    error = beside(text, tmp_path).error()

    assert error.message.startswith("JWT authorizers are not emulated")
