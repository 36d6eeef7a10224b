"""Sections A2.8 to A2.13 and F: who is let in. Custom authorizers, IAM, API keys."""

import json
from typing import Any

import pytest

from deployed_stage import DeployedStage, Observer, whoami
from emulated_stages import Emulated
from longwire.testing import Client, Refused

TOKEN = {"token": "t"}
HEADER = {"X-Token": "t"}
OPEN_KEY, SLOW_KEY, SMALL_KEY = "conformanceopenkey0000", "conformanceslowkey0000", "conformancesmallkey000"
STRANGER = "AAAAAAAAAAACAAA="  # a connection id that is nobody's
SOURCES = ("stageVariables.colour", "context.stage", "context.routeKey", "context.identity.sourceIp")
MANY_SOURCES = {"IdentitySource": ",".join((*SOURCES, "route.request.header.X-Observer"))}
ANOTHER_STACK = "it needs a stack of its own with other parameters"


def let_in(stage: DeployedStage, query: dict[str, str] | None = None, **options: Any) -> Client:
    return stage.connect(query={**TOKEN, **(query or {})}, headers=HEADER, **options)


def kept_out(stage: DeployedStage, **query: str) -> Refused:
    return stage.refused(query={**TOKEN, **query}, headers=HEADER)


def statement(effect: str = "Allow", **fields: Any) -> dict[str, Any]:
    given = {"Action": "execute-api:Invoke", "Resource": "METHOD_ARN", **fields}
    return {"Effect": effect, **{name: value for name, value in given.items() if value is not None}}


def policy(*statements: dict[str, Any], **more: Any) -> dict[str, str]:
    """The query that makes the authorizer answer with these statements."""
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"judgement": json.dumps({"principalId": "me", "policyDocument": document, **more})}


@pytest.fixture
def observer(guarded: DeployedStage) -> Observer:
    return Observer(guarded, let_in(guarded))


# --- identity sources


@pytest.mark.parametrize(
    ("query", "headers"), [({}, HEADER), ({"token": ""}, HEADER), (TOKEN, {}), (TOKEN, {"X-Token": ""}), ({}, {})]
)
def test_a_missing_or_empty_identity_source_is_401(guarded: DeployedStage, query: Any, headers: Any) -> None:
    """A2.8, F2 DOCUMENTED [V2 CreateAuthorizer.IdentitySource]: one identity source missing or empty: 401."""
    assert guarded.refused(query=query, headers=headers).status == 401


def test_without_its_identity_sources_the_authorizer_is_not_invoked(guarded: DeployedStage, observer: Observer) -> None:
    """A2.8 DOCUMENTED [V2 CreateAuthorizer.IdentitySource]: the function is not invoked then."""
    guarded.refused(query={"token": "t", "observer": observer.connection_id})
    let_in(guarded, {"observer": observer.connection_id, "order": "second"})
    assert observer.received()["queryStringParameters"]["order"] == "second"


def test_all_identity_sources_present_invoke_the_authorizer(guarded: DeployedStage, observer: Observer) -> None:
    """F2 DOCUMENTED [DG:apigateway-websocket-api-lambda-auth]: header and query string sources, both needed."""
    let_in(guarded, {"observer": observer.connection_id})
    assert observer.received()["type"] == "REQUEST"


def test_a_header_source_is_found_in_any_case(guarded: DeployedStage) -> None:
    """F2 UNKNOWN [default]: the name of a header source is compared without regard to case."""
    assert whoami(guarded.connect(query=TOKEN, headers={"x-token": "t"}))


@pytest.mark.emulator_only(reason=ANOTHER_STACK)
def test_stage_variables_and_context_are_identity_sources(emulated: Emulated) -> None:
    """F2 INFERRED [spelling]: `stageVariables.X` and `context.X` are identity sources as well."""
    stage = emulated("authorizer", parameters=MANY_SOURCES)
    assert whoami(stage.connect(headers={"X-Observer": STRANGER}))
    assert stage.refused().status == 401


@pytest.mark.emulator_only(reason=ANOTHER_STACK)
def test_a_stage_variable_that_the_stage_lacks_is_401(emulated: Emulated) -> None:
    """F2 INFERRED [as the others]: a stage variable that the stage does not have: 401 for everybody."""
    stage = emulated("authorizer", parameters={"IdentitySource": "stageVariables.nosuch"})
    assert stage.refused().status == 401


# --- what the authorizer's answer means


def test_unauthorized_is_401(guarded: DeployedStage) -> None:
    """A2.9 DOCUMENTED [DG:apigateway-websocket-api-lambda-auth]: an authorizer raises exactly `Unauthorized`: 401."""
    assert kept_out(guarded, **{"raise": "Unauthorized"}).status == 401


@pytest.mark.parametrize("words", ["unauthorized", "Unauthorized!", "no"])
def test_another_exception_is_500(guarded: DeployedStage, words: str) -> None:
    """A2.11 DOCUMENTED [DG:supported-gateway-response-types]: an authorizer that raises anything else: 500."""
    assert kept_out(guarded, **{"raise": words}).status == 500


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "text",
        {},
        {"principalId": "me"},
        {"principalId": "me", "policyDocument": {"Statement": []}},
        {"principalId": "me", "policyDocument": {"Statement": [{"Effect": "Perhaps", "Resource": "*"}]}},
        {"isAuthorized": True},
    ],
)
def test_an_answer_that_is_no_policy_is_500(guarded: DeployedStage, answer: Any) -> None:
    """A2.11 DOCUMENTED [DG:supported-gateway-response-types]: a malformed policy: 500."""
    assert kept_out(guarded, judgement=json.dumps(answer)).status == 500


@pytest.mark.parametrize("context", ["text", [], {"a": {}}, {"a": []}])
def test_a_context_that_is_no_object_of_simple_values_is_500(guarded: DeployedStage, context: Any) -> None:
    """A2.11 DOCUMENTED [DG:supported-gateway-response-types]: a context that is no object of simple values: 500."""
    assert kept_out(guarded, **policy(statement(), context=context)).status == 500


@pytest.mark.parametrize(
    "statements",
    [
        [statement("Deny")],
        [statement(), statement("Deny")],
        [statement("Deny", Resource="*"), statement()],
        [statement("Deny", Action="*")],
        [statement(Resource="arn:aws:execute-api:us-east-1:123456789012:0123456789/conformance/$connect")],
        [statement(Action="lambda:InvokeFunction")],
        [statement(Action=None, NotAction="execute-api:Invoke")],
        [statement(Resource=None, NotResource="METHOD_ARN")],
    ],
)
def test_deny_or_no_allow_is_403(guarded: DeployedStage, statements: list[Any]) -> None:
    """A2.10, F5 DOCUMENTED [DG:supported-gateway-response-types]: Deny, or no Allow that matches: 403."""
    assert kept_out(guarded, **policy(*statements)).status == 403


@pytest.mark.parametrize(
    "statements",
    [
        [statement()],
        [statement(Resource="*")],
        [statement(Resource=["arn:aws:s3:::x", "arn:*:execute-api:*:*:*/conformance/*"])],
        [statement(Action="EXECUTE-API:invoke")],
        [statement(Action=["s3:*", "execute-api:*"])],
        [statement(Action="*")],
        [statement(Action=None, NotAction="s3:*")],
        [statement(Resource=None, NotResource="*/$disconnect")],
        [statement(), statement("Deny", Resource="*/secret")],
    ],
)
def test_an_allow_that_matches_lets_in(guarded: DeployedStage, statements: list[Any]) -> None:
    """F5 DOCUMENTED [IAM's evaluation logic]: wildcards, lists, NotAction and NotResource; Deny goes before Allow."""
    assert whoami(let_in(guarded, policy(*statements)))


@pytest.mark.parametrize(("end", "status"), [("/*/*", 403), ("/*", 101)])
def test_a_rest_style_resource_does_not_match(
    guarded: DeployedStage, observer: Observer, end: str, status: int
) -> None:
    """A2.10, F5 OBSERVED [GH:aws-powertools/powertools-lambda-python#5800]: `{stage}/*` matches, `{stage}/*/*` not."""
    let_in(guarded, {"observer": observer.connection_id})
    arn = observer.received()["methodArn"].removesuffix("/$connect")
    query = {**TOKEN, **policy(statement(Resource=arn + end))}
    _, answer = guarded.upgraded(query, ("X-Token", "t"))
    assert answer.status == status


@pytest.mark.emulator_only(reason="the emulator judges no Condition, and says so instead of guessing")
def test_a_policy_with_a_condition_is_refused(guarded: DeployedStage) -> None:
    """F5 UNKNOWN [refused by name]: a policy with a Condition: 500, never more than AWS allows."""
    condition = {"IpAddress": {"aws:SourceIp": "127.0.0.1"}}
    assert kept_out(guarded, **policy({**statement(), "Condition": condition})).status == 500


@pytest.mark.parametrize(("size", "status"), [("7000", 101), ("9000", 500)])
def test_an_authorizers_result_has_at_most_8_kb(guarded: DeployedStage, size: str, status: int) -> None:
    """F4 DOCUMENTED [DG-now:quotas]: an authorizer's result above 8 KB: 500."""
    _, answer = guarded.upgraded({**TOKEN, "size": size}, ("X-Token", "t"))
    assert answer.status == status


def test_the_authorizer_is_called_for_every_connection(guarded: DeployedStage, observer: Observer) -> None:
    """F1 INFERRED [V2: result TTL is for HTTP APIs only]: nothing is cached; every connect invokes the authorizer."""
    for order in ("first", "second"):
        client = let_in(guarded, {"observer": observer.connection_id})
        kinds = [observer.received(), observer.received()]
        assert [event.get("type") for event in kinds] == ["REQUEST", None], order
        client.close()
        assert observer.received()["requestContext"]["eventType"] == "DISCONNECT"


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        ("Deny", "with an explicit deny in an identity-based policy"),
        ("Allow", "because no identity-based policy allows the execute-api:Invoke action"),
    ],
)
def test_the_words_of_a_refused_policy(guarded: DeployedStage, effect: str, words: str) -> None:
    """A2.19 CLAIMED [MS]: the body of that 403 says which kind of refusal it is."""
    resource = "METHOD_ARN" if effect == "Deny" else "arn:nothing"
    refused = kept_out(guarded, **policy(statement(effect, Resource=resource)))
    assert json.loads(refused.body)["message"] == f"User is not authorized to access this resource {words}"
