"""What SAM would translate without a word."""

import pytest

from longwire.errors import TemplateError
from longwire.template.intrinsics import Resolver
from longwire.template.traps import check_traps
from sample_templates import places_of

API = """\
Conditions: {Never: !Equals [a, b]}
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      Auth: %s
      Routes: %s
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Events: %s
"""


def check(auth: str = "{}", routes: str = "{}", events: str = "{}", text: str = API) -> list[str]:
    places = places_of(text % (auth, routes, events))
    check_traps(places, Resolver(places.source.data, {}, places, "demo", "us-east-1").conditions)
    return places.warnings


@pytest.mark.parametrize(
    ("auth", "routes", "events", "message"),
    [
        (
            "{}",
            "{$connect: {FunctionArn: a}, connect: {FunctionArn: a}}",
            "{}",
            "Routes.connect: SAM gives connect and $con",
        ),
        (
            "{}",
            "{Default: {FunctionArn: a}, $default: {FunctionArn: a}}",
            "{}",
            "Routes.$default: SAM gives $default and D",
        ),
        (
            "{}",
            "{sendIt: {FunctionArn: a}, sendit: {FunctionArn: a}}",
            "{}",
            "Routes.sendit: SAM gives sendit and sendIt",
        ),
        ("{}", "{a: {Function: x}}", "{}", "Routes.a: a route is a mapping with a FunctionArn"),
        ("{}", "{a: {FunctionArn: x, Timeout: 3}}", "{}", "Routes.a.Timeout: a route has no Timeout"),
        ("{AuthType: custom}", "{}", "{}", "Auth.AuthType: there is no AuthType custom\n  Did you mean CUSTOM?"),
        ("{AuthType: JWT}", "{}", "{}", "there is no AuthType JWT\n  One of: NONE, AWS_IAM, CUSTOM"),
        ("{IdentitySources: [a]}", "{}", "{}", "Auth has no IdentitySources\n  Did you mean IdentitySource?"),
        ("{}", "{}", "{E: {Type: Cognito}}", "Work.Events.E.Type: events of type Cognito are not emulated"),
        ("{}", "{}", "{E: {Type: Sqs}}", "events of type Sqs are not emulated\n  Did you mean SQS?"),
        ("{}", "{}", "{E: SQS}", "Work.Events.E: an event is a mapping with a Type"),
    ],
)
def test_a_mistake_is_refused_before_sam_hides_it(auth: str, routes: str, events: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        check(auth, routes, events)

    assert message in str(caught.value)


def test_globals_are_looked_at_too() -> None:
    with pytest.raises(TemplateError, match=r"Globals\.WebSocketApi\.Auth\.AuthType: there is no AuthType custom"):
        check(text=f"Globals: {{WebSocketApi: {{Auth: {{AuthType: custom}}}}}}\n{API}")


def test_a_custom_route_with_the_name_of_a_special_one_is_a_warning() -> None:
    (warning,) = check(routes="{disconnect: {FunctionArn: a}, send: {FunctionArn: a}}")

    assert "Chat.Routes.disconnect: is a custom route, chosen by messages; API Gateway's own is $disconnect" in warning


def test_what_a_condition_leaves_out_is_not_looked_at() -> None:
    left_out = API.replace("WebSocketApi\n", "WebSocketApi\n    Condition: Never\n")

    assert check(auth="{AuthType: custom}", text=left_out) == []
