"""Rules of an application: refused, changed, or let through, from the handshake's event to the policy."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from longwire_app import authorizer
from longwire_app.auth import AuthRules, Denied, Handshake
from longwire_app.auth_rules import rules
from longwire_app.session import Identity
from longwire_app.tokens import SIGNATURES

SECRET = b"s" * 64


@pytest.fixture
def own() -> Iterator[AuthRules]:
    """The deployed rules, to which a test adds; what it added goes with it."""
    before = list(rules.rules)
    yield rules
    rules.rules[:] = before


@pytest.fixture
def asked(backend: None, handshake: Any, context: Any) -> Any:  # noqa: ARG001 (its environment)
    """The authorizer's answer to a handshake with a token of these claims."""

    def ask(headers: dict[str, str] | None = None, **claims: Any) -> Any:
        payload = json.dumps({"sub": "alice", "exp": 4_000_000_000, **claims}).encode()
        token = SIGNATURES.encode(payload, SECRET, algorithm="HS256")
        return authorizer.handler(handshake(headers or {}, {"access_token": token}), context)

    return ask


def effect(answer: Any) -> str:
    found: str = answer["policyDocument"]["Statement"][0]["Effect"]
    return found


def test_the_example_refuses_who_is_suspended(asked: Any, logged: Any) -> None:
    assert effect(asked()) == "Allow"
    assert effect(asked(suspended=False)) == "Allow"
    assert effect(asked(suspended=True)) == "Deny"
    assert (logged()[-1]["reason"], logged()[-1]["detail"]) == ("Rule", "suspended")


def test_a_rule_gives_roles_and_groups_by_a_claim(asked: Any, own: AuthRules) -> None:
    @own.rule
    def staff(handshake: Handshake) -> Identity:
        if not handshake.claims.get("staff"):
            return handshake.identity
        return replace(handshake.identity.with_roles("webpubsub.sendToGroup.news"), groups=("staff",))

    context = asked(staff=True)["context"]
    assert json.loads(context["roles"]) == ["webpubsub.sendToGroup.news"]
    assert json.loads(context["groups"]) == ["staff"]
    assert json.loads(asked()["context"]["roles"]) == []


def test_rules_see_what_the_one_before_made_and_where_it_came_from(asked: Any, own: AuthRules) -> None:
    seen: list[Handshake] = []

    @own.rule
    def tenant(handshake: Handshake) -> Identity:
        return replace(handshake.identity, tenant=handshake.headers["X-Tenant"])

    @own.rule
    def look(handshake: Handshake) -> Identity:
        seen.append(handshake)
        return handshake.identity

    assert asked({"X-Tenant": "acme"})["context"]["tenant"] == "acme"
    (handshake,) = seen
    assert (handshake.identity.tenant, handshake.refreshed) == ("acme", False)


def test_a_rule_that_fails_lets_nobody_in(asked: Any, own: AuthRules, counted: Any) -> None:
    @own.rule
    def broken(handshake: Handshake) -> Identity:
        raise KeyError(handshake.claims["sub"])

    assert effect(asked()) == "Deny"
    assert counted() == {"HandlerErrors": 1}


def test_a_refusal_carries_its_reason() -> None:
    assert Denied("quota").reason == "quota"
