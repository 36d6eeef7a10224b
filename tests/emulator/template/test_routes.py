"""Routes: what they invoke, who may use them, whether they answer."""

from pathlib import Path

import pytest

from sample_templates import Sample, sample

RESPONSE = """\
  Extra:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref MessageRoute, RouteResponseKey: %s}
"""


@pytest.fixture
def sam(tmp_path: Path) -> Sample:
    return sample("sam", tmp_path)


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def test_routes_have_integration_authorizer_and_line(sam: Sample) -> None:
    routes = sam.load().api.routes

    assert {key: route.integration and route.integration.function for key, route in routes.items()} == {
        "$connect": "Handler",
        "$disconnect": "Handler",
        "$default": "Handler",
        "sendMessage": "Handler",
        "ping": None,
    }
    authorized = {key: route.authorizer and route.authorizer.function for key, route in routes.items()}
    assert {key for key, function in authorized.items() if function} == {"$connect"}
    location = routes["sendMessage"].location
    assert location is not None
    assert location.line == sam.line_of("sendMessage:")


def test_a_route_is_two_way_with_both_the_expression_and_a_route_response(sam: Sample) -> None:
    routes = sam.load().api.routes

    assert {key for key, route in routes.items() if route.two_way} == {"$default", "ping"}


def test_an_answer_that_will_be_dropped_is_a_warning(sam: Sample) -> None:
    sam.replace("RouteId: !Ref ChatDefaultRoute", "RouteId: !Ref ChatSendmessageRoute")
    stack = sam.load()

    assert not any(stack.api.routes[key].two_way for key in ("$default", "sendMessage"))
    dropped, lonely = stack.warnings
    assert "Chat.Routes.$default.RouteResponseSelectionExpression: the answer will be dropped: there is no" in dropped
    assert "Chat.Routes.sendMessage: the answer will be dropped: it has a RouteResponse but no" in lonely


def test_a_route_may_require_an_api_key(sam: Sample) -> None:
    sam.replace("        $disconnect:\n", "        $disconnect:\n          ApiKeyRequired: true\n")
    routes = sam.load().api.routes

    assert {key for key, route in routes.items() if route.api_key_required} == {"$disconnect"}


def test_a_route_without_a_target_invokes_nothing_and_says_so(plain: Sample) -> None:
    stack = plain.replace("      Target: !Sub integrations/${StagedIntegration}\n", "").load()

    assert stack.api.routes["staged"].integration is None
    assert "StagedRoute: has no Target: nothing is invoked" in stack.warnings[0]


@pytest.mark.parametrize(
    ("key", "message"), [("$default", None), ("other", "RouteResponseKey: 'other' is not $default, the only one")]
)
def test_a_route_response_is_for_default_alone(plain: Sample, key: str, message: str | None) -> None:
    plain.append(RESPONSE % key)
    plain.replace("RouteKey: $default\n", "RouteKey: $default\n      RouteResponseSelectionExpression: $default\n")

    if message is None:
        assert plain.load().api.routes["$default"].two_way
    else:
        assert message in str(plain.error())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("RouteKey: staged", "RouteKey: ''", "'' is no route key"),
        ("RouteKey: staged", "RouteKey: staged\n      ApiKeyRequired: perhaps", "takes true or false, not 'perhaps'"),
        (
            "RouteKey: staged",
            "RouteKey: staged\n      RequestParameters: { route.request.header.A: { Required: true } }",
            "a message has no header; only $connect has request parameters",
        ),
        (
            "RouteKey: $connect",
            "RouteKey: $connect\n      RequestParameters: { route.request.path.a: { Required: true } }",
            "is no request parameter",
        ),
        (
            "RouteKey: $connect",
            "RouteKey: $connect\n      RequestParameters: { route.request.header.a: { Required: perhaps } }",
            "takes Required: true or Required: false",
        ),
        ("AuthorizationType: CUSTOM", "AuthorizationType: AWS_IAM", "is not used: the Route's AuthorizationType is"),
        (
            "RouteKey: $connect",
            "RouteKey: $connect\n      ModelSelectionExpression: $default",
            "$connect has no message that a model could describe",
        ),
        ("RouteKey: staged", "RouteKey: staged\n      RouteResponseSelectionExpression: $x", "'$x' is not $default"),
        ("      AuthorizerId: !Ref Authorizer\n", "", "CUSTOM needs an AuthorizerId"),
        (
            "Target: !Sub integrations/${StagedIntegration}",
            "Target: !Ref StagedIntegration",
            "names no Integration of this",
        ),
    ],
)
def test_a_route_that_would_not_work_is_refused(plain: Sample, old: str, new: str, message: str) -> None:
    assert message in str(plain.replace(old, new).error())


def test_a_connect_route_can_be_for_signed_handshakes(plain: Sample) -> None:
    plain.replace("      AuthorizerId: !Ref Authorizer\n", "")
    plain.replace("AuthorizationType: CUSTOM", "AuthorizationType: AWS_IAM")

    routes = plain.load().api.routes
    assert {key for key, route in routes.items() if route.iam} == {"$connect"}
    assert routes["$connect"].authorizer is None


def test_sam_makes_connect_one_for_signed_handshakes_too(sam: Sample) -> None:
    auth = "        AuthArn: !GetAtt Authorizer.Arn\n        IdentitySource:\n"
    sam.replace(auth + "          - route.request.querystring.token\n", "")
    sam.replace("AuthType: CUSTOM", "AuthType: AWS_IAM")

    assert {key for key, route in sam.load().api.routes.items() if route.iam} == {"$connect"}


def test_a_route_response_of_no_route_is_refused(plain: Sample) -> None:
    error = plain.append((RESPONSE % "$default").replace("!Ref MessageRoute", "abc")).error()

    assert (error.resource, error.property_path) == ("Extra", "RouteId")
    assert error.message == "'abc' is no Route of this template"


def test_connect_may_require_parameters(plain: Sample) -> None:
    plain.replace(
        "RouteKey: $connect",
        """RouteKey: $connect
      RequestParameters:
        route.request.querystring.token: { Required: true }
        route.request.header.X-Id: { Required: "true" }
        route.request.header.Other: { Required: false }""",
    )
    assert plain.load().api.routes["$connect"].required_parameters == ("querystring.token", "header.X-Id")
