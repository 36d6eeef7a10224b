"""Access keys and what their owners' policies allow."""

from typing import Any

import pytest

from longwire.core.iam import INVOKE, MANAGE, AccessKey, denial, route_arn

ARN = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/$connect"


def key(*statements: dict[str, Any]) -> AccessKey:
    policy = {"Statement": list(statements)} if statements else None
    return AccessKey("AKIDALICE", "s", "123456789012", "arn:aws:iam::123456789012:user/alice", "AIDA", policy=policy)


def statement(effect: str, action: str = INVOKE, resource: str = "*") -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource}


def test_a_route_has_an_arn_of_its_own(routes: Any) -> None:
    assert route_arn(routes.api(), "$connect") == ARN


def test_an_owner_without_a_policy_may_do_everything() -> None:
    assert denial(key(), INVOKE, ARN) is None
    assert denial(key(), MANAGE, ARN) is None


def test_a_policy_allows_one_action_on_what_it_names() -> None:
    alice = key(statement("Allow", resource="arn:aws:execute-api:*:*:abcdefghij/dev/$connect"))
    assert denial(alice, INVOKE, ARN) is None
    assert denial(alice, INVOKE, ARN.replace("$connect", "send")) is not None
    assert denial(alice, MANAGE, ARN) is not None


@pytest.mark.parametrize(
    ("effect", "reason"),
    [
        ("Deny", "with an explicit deny in an identity-based policy"),
        ("Allow", "because no identity-based policy allows the execute-api:Invoke action"),
    ],
)
def test_a_denial_says_who_may_not_do_what_and_masks_the_account(effect: str, reason: str) -> None:
    """DOCUMENTED text for Invoke (knowledge center)."""
    arn = ARN.replace("$connect", "secret")
    alice = key(statement(effect, resource=arn if effect == "Deny" else ARN))
    assert denial(alice, INVOKE, arn) == (
        "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: execute-api:Invoke on resource: "
        f"arn:aws:execute-api:us-east-1:********9012:abcdefghij/dev/secret {reason}"
    )


def test_a_denial_of_manage_connections_ends_with_the_resource() -> None:
    """OBSERVED: four captures, with a literal {connectionId}."""
    shown = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/POST/@connections/{connectionId}"
    assert denial(key(statement("Allow")), MANAGE, ARN, shown) == (
        "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: execute-api:ManageConnections on "
        "resource: arn:aws:execute-api:us-east-1:********9012:abcdefghij/dev/POST/@connections/{connectionId}"
    )


def test_an_identity_has_the_fields_of_the_events() -> None:
    assert key().identity() == {
        "userArn": "arn:aws:iam::123456789012:user/alice",
        "accountId": "123456789012",
        "caller": "AIDA",
        "accessKey": "AKIDALICE",
        "user": "AIDA",
    }
