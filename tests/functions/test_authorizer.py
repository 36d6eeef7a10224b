"""Who gets in, who gets which refusal, and that every failure is one."""

import json
from typing import Any

import boto3
import pytest

from backend_events import METHOD_ARN
from longwire_app.authorizer import Unauthorized, Verifier, handler
from longwire_app.errors import InvalidToken, KeysUnavailable
from longwire_app.handshake import JSON
from longwire_app.keys import CachedKeys
from longwire_app.session import JOIN, Caller, Identity, Peer
from longwire_app.tokens import Key, Rules, issue, verify

SECRET = b"s" * 64
OTHER = b"o" * 64
NO_RULES = Rules()
ALICE = Identity("alice", "acme", frozenset({JOIN}), ("room",))


@pytest.fixture
def token(turn: Any) -> Any:
    def make(identity: Identity = ALICE, secret: bytes = SECRET, lifetime: int = 60, rules: Rules = NO_RULES) -> str:
        return issue(identity, secret, now=turn.now, lifetime=lifetime, rules=rules, kid=None)

    return make


@pytest.fixture
def ask(backend: None, handshake: Any, context: Any) -> Any:  # noqa: ARG001 (its environment)
    """Asks about a handshake with this token in the query and these headers."""

    def through(token: str | None = None, **headers: str) -> Any:
        query = {} if token is None else {"access_token": token}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return handler(handshake(named, query), context)

    return through


def effect(answer: Any) -> str:
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Action"] == "execute-api:Invoke"
    found: str = statement["Effect"]
    return found


def test_a_good_token_allows_this_connect_route_and_says_who_it_is(ask: Any, token: Any) -> None:
    answer = ask(token(), Sec_WebSocket_Protocol=JSON)
    assert effect(answer) == "Allow"
    assert answer["policyDocument"]["Statement"][0]["Resource"] == METHOD_ARN
    assert answer["principalId"] == "alice"
    assert Caller.from_context(answer["context"], "c1=") == Caller(Peer("c1=", "c1="), ALICE, JSON)


def test_api_gateway_takes_the_context(ask: Any, token: Any) -> None:
    context = ask(token())["context"]
    assert all(isinstance(value, str | int | bool) for value in context.values())


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
def test_a_token_may_be_in_a_header(ask: Any, token: Any, name: str) -> None:
    assert effect(ask(**{name: f"Bearer {token()}"})) == "Allow"


def test_a_subprotocol_that_nobody_speaks_is_left_to_the_connect_route(ask: Any, token: Any) -> None:
    answer = ask(token(), Sec_WebSocket_Protocol="graphql-ws")
    assert (effect(answer), answer["context"]["subprotocol"]) == ("Allow", "")


def test_without_a_token_it_is_unauthorized(ask: Any, counted: Any) -> None:
    # API Gateway answers 401 to exactly this message, and 500 to any other.
    with pytest.raises(Unauthorized, match=r"^Unauthorized$"):
        ask()
    assert counted() == {"RefusedNoToken": 1}


def test_a_bad_token_is_unauthorized_and_only_the_reason_is_logged(
    ask: Any, token: Any, counted: Any, logged: Any
) -> None:
    bad = {"expired": token(lifetime=-31), "signature": token(secret=OTHER), "form": "CANARY"}
    for reason, text in bad.items():
        with pytest.raises(Unauthorized, match=r"^Unauthorized$"):
            ask(text)
        line = logged()[-1]
        assert (line["message"], line["reason"], line["detail"]) == ("handshake refused", "Token", reason)
        assert text not in json.dumps(logged())
        assert counted() == {"RefusedToken": 1}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://app.example.com"])
def test_a_page_of_another_origin_is_denied_before_its_token_is_looked_at(
    ask: Any, token: Any, calls: Any, counted: Any, origin: str
) -> None:
    assert effect(ask(token(), origin=origin)) == "Deny"
    assert not calls
    assert counted() == {"RefusedOrigin": 1}


@pytest.mark.parametrize("origin", ["https://app.example.com", "http://localhost:3000"])
def test_a_page_of_an_allowed_origin_gets_in(ask: Any, token: Any, origin: str) -> None:
    assert effect(ask(token(), Origin=origin)) == "Allow"


def test_claims_that_api_gateway_would_not_carry_are_denied(ask: Any, token: Any, counted: Any) -> None:
    fits = Identity("alice", roles=frozenset({"r" * 5_000}))
    assert effect(ask(token(fits))) == "Allow"
    # Roles are JSON text inside JSON: one backslash is two characters in the token and four here.
    too_long = Identity("alice", roles=frozenset({"\\" * 2_500}))
    assert effect(ask(token(too_long))) == "Deny"
    assert counted() == {"RefusedClaims": 1}


@pytest.mark.parametrize("claim", ["audience", "issuer"])
def test_audience_and_issuer_are_asked_for_when_the_deployment_says_so(
    ask: Any, token: Any, monkeypatch: pytest.MonkeyPatch, claim: str
) -> None:
    monkeypatch.setenv(f"TOKEN_{claim.upper()}", "https://here")
    with pytest.raises(Unauthorized):
        ask(token())
    assert effect(ask(token(rules=Rules(**{claim: "https://here"})))) == "Allow"


def test_a_rotated_secret_is_found_and_the_previous_one_stays_valid(ask: Any, token: Any, aws: Any) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId=aws.secret_arn, SecretString="o" * 64)
    assert effect(ask(token(secret=OTHER))) == "Allow"
    assert effect(ask(token(secret=SECRET))) == "Allow"


# -- whatever fails, nobody gets in


def test_an_unreachable_secret_denies(ask: Any, token: Any, aws: Any, counted: Any) -> None:
    boto3.client("secretsmanager").delete_secret(SecretId=aws.secret_arn, ForceDeleteWithoutRecovery=True)
    assert effect(ask(token())) == "Deny"
    assert counted() == {"HandlerErrors": 1}


def test_a_deployment_without_a_key_denies(ask: Any, token: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOKEN_SECRET_ARN")
    assert effect(ask(token())) == "Deny"


@pytest.mark.parametrize("field", ["methodArn", "requestContext"])
def test_an_event_of_another_shape_denies(
    backend: None,  # noqa: ARG001 (its environment)
    handshake: Any,
    context: Any,
    token: Any,
    field: str,
) -> None:
    event = handshake({}, {"access_token": token()})
    event.pop(field)
    assert effect(handler(event, context)) == "Deny"


# -- keys that change and sources that fail


class Source:
    """Keys that can be changed and withheld."""

    def __init__(self, *secrets: bytes) -> None:
        self.secrets = list(secrets)
        self.reachable = True
        self.loads = 0

    def __call__(self) -> list[Key]:
        self.loads += 1
        if not self.reachable:
            raise KeysUnavailable("scripted")
        return [Key("HS256", secret) for secret in self.secrets]


def verifier(*sources: Source) -> Verifier[Identity]:
    return Verifier(
        [CachedKeys(source) for source in sources], lambda token, keys, now: verify(token, keys, Rules(), now)
    )


def signed(secret: bytes, lifetime: int = 10_000) -> str:
    return issue(ALICE, secret, now=0, lifetime=lifetime, rules=Rules(), kid=None)


def test_an_unknown_key_is_looked_for_at_most_every_30_seconds() -> None:
    source = Source(SECRET)
    checks = verifier(source)
    assert checks.verify(signed(SECRET), 0) == ALICE
    source.secrets = [OTHER]
    for now in (1, 29):
        with pytest.raises(InvalidToken, match="signature"):
            checks.verify(signed(OTHER), now)
    assert source.loads == 1
    assert checks.verify(signed(OTHER), 30) == ALICE
    with pytest.raises(InvalidToken, match="signature"):
        checks.verify(signed(b"x" * 64), 59)
    assert source.loads == 2


def test_a_token_that_is_bad_for_another_reason_asks_for_no_keys() -> None:
    source = Source(SECRET)
    checks = verifier(source)
    checks.verify(signed(SECRET), 0)
    with pytest.raises(InvalidToken, match="expired"):
        checks.verify(signed(SECRET, lifetime=10), 100)
    with pytest.raises(InvalidToken, match="form"):
        checks.verify("x", 100)
    assert source.loads == 1


def test_one_source_out_of_reach_does_not_lock_out_the_others_users() -> None:
    lost, kept = Source(OTHER), Source(SECRET)
    lost.reachable = False
    assert verifier(lost, kept).verify(signed(SECRET), 0) == ALICE


def test_a_token_that_a_lost_source_might_have_signed_is_not_called_invalid() -> None:
    lost, kept = Source(OTHER), Source(SECRET)
    lost.reachable = False
    with pytest.raises(KeysUnavailable):
        verifier(lost, kept).verify(signed(OTHER), 0)
    with pytest.raises(InvalidToken, match="expired"):
        verifier(lost, kept).verify(signed(SECRET), 100_000)
