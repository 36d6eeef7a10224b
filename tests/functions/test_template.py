"""template.yaml: what an edit could break without anybody noticing, and that each rule notices."""

import importlib
import json
import re
from dataclasses import replace
from functools import cache
from typing import Any, get_args

import boto3
import pytest

from backend_device import Stage
from backend_template import FILE, actions, breaches, expanded, of_type, routes, statements
from longwire_app import authorizer, connect, disconnect, message
from longwire_app.delivery import Outcome
from longwire_app.doorbell import Bell
from longwire_app.errors import Refused
from longwire_app.protocol import Incoming
from longwire_app.session import JOIN, SEND, Identity, Peer
from longwire_app.settings import AdminSettings, AuthorizerSettings, Settings
from longwire_app.tokens import Rules, issue

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
            "        connect:\n          FunctionArn: !GetAtt MessageFunction.Arn\n        joinGroup:\n",
            "$connect: there is no such route",
        ),
        (
            "AuthArn: !GetAtt AuthorizerFunction",
            "AuthArn: !GetAtt ConnectFunction",
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
        (
            "DeletionProtectionEnabled: true",
            "DeletionProtectionEnabled: false",
            "StateTable: DeletionProtectionEnabled",
        ),
        ("DeletionPolicy: Retain", "DeletionPolicy: Delete", "StateTable: DeletionPolicy"),
        ("SqsManagedSseEnabled: true", "SqsManagedSseEnabled: false", "Doorbell: not encrypted"),
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
    assert len(functions) == 6
    for function in functions.values():
        module, _, name = function["Handler"].rpartition(".")
        assert callable(getattr(importlib.import_module(module), name))


def test_every_function_finds_its_settings(template: dict[str, Any]) -> None:
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        variables = function["Environment"]["Variables"]
        env = dict.fromkeys(variables, "1")
        assert Settings.from_environment(env).fanout_width == 1
        if name == "AuthorizerFunction":
            settings = AuthorizerSettings.from_environment(env)
            given = (settings.token_secret, settings.jwks_url, settings.audience, settings.issuer)
            assert given == ("1", "1", "1", "1")
            assert settings.allowed_origins == {"1"}
        if name == "AdminFunction":
            assert AdminSettings.from_environment(env) == AdminSettings("1", "1")
        assert variables["POWERTOOLS_METRICS_NAMESPACE"]


def test_no_function_outlives_api_gateways_patience(template: dict[str, Any]) -> None:
    functions = of_type(template, "AWS::Lambda::Function")
    assert functions["MessageFunction"]["Timeout"] < 29
    assert functions["AdminFunction"]["Timeout"] < 30
    assert functions["AuthorizerFunction"]["Timeout"] + functions["ConnectFunction"]["Timeout"] < 29


def test_addresses_name_the_stage_that_there_is(template: dict[str, Any]) -> None:
    stage = of_type(template, "AWS::ApiGatewayV2::Stage")["Apiv1Stage"]
    addresses = re.findall(r"\$\{AWS::URLSuffix\}/(\w+)", TEXT)
    assert len(addresses) == 3
    assert set(addresses) == {stage["StageName"]}


# -- each function may do what it does, and nothing else: every grant is used, and nothing lacks one

# What is asked of IAM for a transaction, and what Lambda itself calls for an event source.
ASKED = {
    "dynamodb:TransactWriteItems": {"dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:UpdateItem"},
    "sqs:SendMessageBatch": {"sqs:SendMessage"},
}
POLLS = {"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
POSTS = {"execute-api:ManageConnections"}


def granted(function: str) -> set[str]:
    return {action for statement in statements(whole(), f"{function}Role") for action in actions(statement)}


@pytest.fixture
def asked(calls: Any) -> Any:
    """What was asked of IAM since the last look."""

    def read() -> set[str]:
        found = {action for call in calls for action in ASKED.get(call, {call})}
        calls.clear()
        return found

    return read


@pytest.fixture
def connected(backend: None, event: Any, context: Any, asked: Any) -> Any:  # noqa: ARG001 (its environment)
    """Connects, and forgets what that asked for."""

    def make(connection: str = "c1=") -> None:
        made = event("$connect", headers={}, connection=connection, groups=("room",))
        assert connect.handler(made, context)["statusCode"] == 200
        asked()

    return make


@pytest.mark.usefixtures("backend")
def test_the_authorizers_grants(handshake: Any, context: Any, turn: Any, asked: Any) -> None:
    token = issue(Identity("alice"), b"s" * 64, now=turn.now, lifetime=60, rules=Rules(), kid=None)
    assert authorizer.handler(handshake({}, {"access_token": token}), context)["principalId"] == "alice"
    assert granted("AuthorizerFunction") == asked()


def test_connects_grants(stage: Stage, event: Any, context: Any, aws: Any, asked: Any) -> None:
    device = stage.device()
    device.identity = replace(device.identity, groups=("room",))
    asked()
    device.connect("r1=")
    opened = asked()
    stage.pump()
    device.receive()
    asked()
    assert device.connect("r2=", resume=True) == 200
    boto3.client("sqs").delete_queue(QueueUrl=aws.queue_url)
    opened |= asked() - {"sqs:DeleteQueue"}
    assert connect.handler(event("$connect", headers={}, groups=("room",)), context) == {"statusCode": 500}
    assert granted("ConnectFunction") == opened | asked() | POSTS
    assert stage.connections.closed == ["r1="]


def test_disconnects_grants(connected: Any, stage: Stage, event: Any, context: Any, asked: Any) -> None:
    connected()
    device = stage.device()
    device.connect("r1=")
    asked()
    device.vanish()
    disconnect.handler(event("$disconnect"), context)
    assert granted("DisconnectFunction") == asked()


def test_the_message_functions_grants(
    connected: Any, stage: Stage, event: Any, context: Any, store: Any, asked: Any
) -> None:
    connected()
    store.mark_greeted(Peer("c1=", "c1="))
    device = stage.device()
    device.connect("r1=")
    stage.connections.frames.clear()
    asked()
    device.ask(type="joinGroup", group="room")
    frames: list[dict[str, Any]] = [
        {"type": "joinGroup", "group": "other"},
        {"type": "leaveGroup", "group": "other", "ackId": 1},
        {"type": "sendToGroup", "group": "room", "data": 1, "ackId": 2},
    ]
    for status in (200, 410):
        stage.connections.statuses["c1="] = status
        for frame in frames:
            message.handler(event(frame["type"], body=json.dumps(frame), roles=(JOIN, SEND)), context)
    # Asked for when two publishers meet in a log that begins.
    assert granted("MessageFunction") == asked() | POSTS | {"dynamodb:GetItem"}


def test_the_workers_grants(connected: Any, stage: Stage, porter: Any, connections: Any, turn: Any, asked: Any) -> None:
    for connection in ("c1=", "c2="):
        connected(connection)
    device = stage.device()
    device.connect("r1=")
    device.ask(type="joinGroup", group="room")
    device.ask(type="sendToGroup", group="room", data=1)
    connections.statuses["c2="] = 410
    asked()
    bells = [Bell(session_id, session_id) for session_id in ("c1=", "c2=", "r1=")]
    assert porter.answer(bells, turn) == []
    assert granted("WorkerFunction") == asked() | POSTS | POLLS


def test_the_administrations_grants(stage: Stage, service_sdk: Any, asked: Any) -> None:
    device = stage.device()
    device.connect("r1=")
    asked()
    service_sdk.add_connection_to_group("room", "r1=")
    service_sdk.send_to_group("room", 1)
    service_sdk.send_to_group("volatile.room", 1, headers={"x-ms-client-request-id": "1"})
    service_sdk.close_connection("r1=")
    assert stage.connections.closed == ["r1="]
    # UpdateItem and GetItem of a log are asked for when two publishers meet in one that begins.
    assert granted("AdminFunction") == asked() | POSTS


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
