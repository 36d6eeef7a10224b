"""template.yaml: what an edit could break without anybody noticing, and that each rule notices."""

import importlib
import re
from functools import cache
from typing import Any, get_args

import pytest

from backend_template import FILE, breaches, expanded, of_type, routes
from longwire_app.delivery import Outcome
from longwire_app.errors import Refused
from longwire_app.protocol import Incoming
from longwire_app.settings import AdminSettings, AuthorizerSettings, FallbackSettings, QueueSettings, Settings

TEXT = FILE.read_text(encoding="utf-8")


@cache
def whole() -> dict[str, Any]:
    return expanded(TEXT)


@pytest.fixture
def template() -> dict[str, Any]:
    return whole()


def test_the_template_obeys_every_rule() -> None:
    assert breaches(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "breach"),
    [
        ("      Auth:\n", "      Tags:\n", "$connect: AuthorizationType is None"),
        (
            "        joinGroup:\n",
            "        connect:\n          FunctionArn: !Ref MessageFunction.Alias\n        joinGroup:\n",
            "$connect: there is no such route",
        ),
        (
            "AuthArn: !Ref AuthorizerFunction",
            "AuthArn: !Ref ConnectFunction",
            "the authorizer is another function",
        ),
        (
            "        AuthArn:",
            "        IdentitySource: [route.request.querystring.access_token]\n        AuthArn:",
            "$connect: an identity source is required",
        ),
        ("Action: sqs:SendMessage", "Action: sqs:*", "ConnectFunctionRole: sqs:*"),
        ("Resource: !GetAtt Doorbell.Arn", 'Resource: "*"', 'sqs:SendMessage on "*"'),
        ("${Api}/v1/POST/@connections/*", "*/*", "execute-api:ManageConnections on"),
        ("${Api}/v1/POST/@connections/*", "${Api}/*/POST/@connections/*", "execute-api:ManageConnections on"),
        ("${Api}/v1/POST/@connections/*", "${Api}/v1/*/@connections/*", "execute-api:ManageConnections on"),
        ("      Policies:\n", "      Policies:\n        - AmazonDynamoDBFullAccess\n", "managed policies"),
        ("BillingMode: PAY_PER_REQUEST", "BillingMode: PROVISIONED", "StateTable: BillingMode"),
        ("AttributeName: exp", "AttributeName: ttl", "StateTable: TimeToLiveSpecification"),
        ("PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "PointInTimeRecoverySpecification"),
        ("SSEEnabled: true", "SSEEnabled: false", "StateTable: SSESpecification"),
        ("KmsMasterKeyId: !If [HasKey", "KmsMasterKeyId: !If [HasDomain", "not encrypted"),
        (
            "DeletionProtectionEnabled: true",
            "DeletionProtectionEnabled: false",
            "StateTable: DeletionProtectionEnabled",
        ),
        ("DeletionPolicy: Retain", "DeletionPolicy: Delete", "StateTable: DeletionPolicy"),
        ("SqsManagedSseEnabled: !If [HasKey, false, true]", "SqsManagedSseEnabled: false", "Doorbell: not encrypted"),
        ("VisibilityTimeout: 180", "VisibilityTimeout: 179", "Doorbell: VisibilityTimeout 179 for 30 s"),
        ("ThrottlingRateLimit: !Ref ThrottlingRate\n", "LoggingLevel: INFO\n", "stage: ThrottlingRateLimit is None"),
        ("DataTraceEnabled: false", "DataTraceEnabled: true", "stage: DataTraceEnabled"),
        ('"$context.status"', '"$context.identity.userAgent"', "access log: $context.identity.userAgent"),
        ('"$context.status"', '"$context.authorizer.userId"', "access log: $context.authorizer.userId"),
        ("$context.requestId", "x", "access log: no $context.requestId"),
        ('"error":"$context.error.message"', '"error":"$context.error.message', "not one line of JSON"),
        ("IntegrationType: MOCK", "IntegrationType: HTTP", "ping: HTTP"),
        ('{"type":"pong"}', "{}", "ping: answers"),
        ("RouteId: !Ref PingRoute", "RouteId: !Ref ApiEventRoute", "ping: one-way"),
        ("RouteResponseSelectionExpression: $default", "OperationName: ping", "ping: one-way"),
    ],
)
def test_each_rule_notices_when_it_is_broken(old: str, new: str, breach: str) -> None:
    assert old in TEXT
    found = breaches(TEXT.replace(old, new))
    assert [line for line in found if breach in line], found


def test_every_kind_of_frame_has_a_route_and_every_route_is_known(template: dict[str, Any]) -> None:
    kinds = {get_args(frame.model_fields["type"].annotation)[0] for frame in get_args(Incoming)}
    assert set(routes(template)) == kinds | {"$connect", "$disconnect", "$default", "ping"}


def test_every_route_but_connect_is_open_to_whoever_is_connected(template: dict[str, Any]) -> None:
    authorized = {key for key, route in routes(template).items() if route.get("AuthorizationType", "NONE") != "NONE"}
    assert authorized == {"$connect"}


def test_every_handler_can_be_imported(template: dict[str, Any]) -> None:
    functions = of_type(template, "AWS::Lambda::Function")
    assert len(functions) == 9
    for function in functions.values():
        module, _, name = function["Handler"].rpartition(".")
        assert callable(getattr(importlib.import_module(module), name))


def test_every_function_finds_its_settings(template: dict[str, Any]) -> None:
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        variables = function["Environment"]["Variables"]
        env = dict.fromkeys(variables, "1")
        assert Settings.from_environment(env).fanout_width == 1
        if name == "FallbackFunction":
            assert FallbackSettings.from_environment(env) == FallbackSettings(1)
        if name in {"AuthorizerFunction", "FallbackFunction"}:
            settings = AuthorizerSettings.from_environment(env)
            given = (settings.token_secret, settings.jwks_url, settings.audience, settings.issuer)
            assert given == ("1", "1", "1", "1")
            assert settings.allowed_origins == {"1"}
        if name == "PublishFunction":
            assert QueueSettings.from_environment(env) == QueueSettings("1")
        if name == "AdminFunction":
            assert AdminSettings.from_environment(env) == AdminSettings("1", "1")
        assert variables["POWERTOOLS_METRICS_NAMESPACE"]


def test_no_function_outlives_api_gateways_patience(template: dict[str, Any]) -> None:
    functions = of_type(template, "AWS::Lambda::Function")
    assert functions["MessageFunction"]["Timeout"] < 29
    assert functions["AdminFunction"]["Timeout"] < 30
    assert functions["FallbackFunction"]["Timeout"] < 30
    assert functions["AuthorizerFunction"]["Timeout"] + functions["ConnectFunction"]["Timeout"] < 29


def test_addresses_name_the_stage_that_there_is(template: dict[str, Any]) -> None:
    stage = of_type(template, "AWS::ApiGatewayV2::Stage")["Apiv1Stage"]
    addresses = re.findall(r"\$\{AWS::URLSuffix\}/(\w+)", TEXT)
    assert len(addresses) == 3
    assert set(addresses) == {stage["StageName"]}


# -- README.md says what there is

README = (FILE.parent / "functions" / "README.md").read_text(encoding="utf-8")


def test_the_readme_gives_every_parameter_with_its_default_and_nothing_else() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (?:`([^`]+)`|empty) \| (?:`\w+`|the )", README, re.MULTILINE)
    assert dict(rows) == {name: str(each["Default"]) for name, each in whole()["Parameters"].items()}


def test_the_readme_names_every_environment_variable(template: dict[str, Any]) -> None:
    functions = of_type(template, "AWS::Lambda::Function").values()
    variables = {name for function in functions for name in function["Environment"]["Variables"]}
    assert [name for name in sorted(variables) if f"`{name}`" not in README] == []


def test_the_readme_names_every_metric() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (FILE.parent / "functions").rglob("*.py"))
    counted = set(re.findall(r'counts\["(\w+)"\]', code)) | {outcome.value for outcome in Outcome}
    refused = {f"Refused{reason}" for reason in re.findall(r'_refused\("(\w+)"', code)}
    names = {f"Refused{refusal.name}" for refusal in Refused.__subclasses__()}
    assert len(counted) > 10
    assert [name for name in sorted(counted | refused | names) if f"`{name}`" not in README] == []
