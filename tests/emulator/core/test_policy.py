"""IAM's evaluation logic for an authorizer's policy."""

from typing import Any

import pytest

from longwire.core.policy import PolicyError, judge

ARN = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/prod/$connect"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statement(effect: str = "Allow", **fields: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": ARN} | fields


@pytest.mark.parametrize(
    ("resource", "verdict"),
    [
        (ARN, "allow"),
        ("*", "allow"),
        ("arn:aws:execute-api:*:*:abcdefghij/prod/*", "allow"),
        ("arn:aws:execute-api:us-east-1:123456789012:abcdefghij/prod/?connect", "allow"),
        # Observed on AWS: the REST form with a method segment does not match a route (powertools issue 5800).
        ("arn:aws:execute-api:us-east-1:123456789012:abcdefghij/prod/*/*", "implicit_deny"),
        ("arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/$connect", "implicit_deny"),
        (["arn:aws:nothing", ARN], "allow"),
    ],
)
def test_a_resource_pattern_covers_the_arn_or_not(resource: Any, verdict: str) -> None:
    assert judge(policy(statement(Resource=resource)), ARN) == verdict


def test_a_deny_wins_over_an_allow_in_any_order() -> None:
    assert judge(policy(statement(), statement("Deny")), ARN) == "explicit_deny"
    assert judge(policy(statement("Deny"), statement()), ARN) == "explicit_deny"


def test_one_statement_need_not_be_a_list() -> None:
    assert judge({"Statement": statement()}, ARN) == "allow"


def test_actions_ignore_case_and_know_wildcards() -> None:
    assert judge(policy(statement(Action="EXECUTE-API:*")), ARN) == "allow"
    assert judge(policy(statement(Action=["s3:GetObject"])), ARN) == "implicit_deny"


def test_not_action_and_not_resource_cover_everything_else() -> None:
    assert judge(policy({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}), ARN) == "allow"
    assert judge(policy({"Effect": "Allow", "Action": "*", "NotResource": ARN}), ARN) == "implicit_deny"
    assert judge(policy({"Effect": "Allow", "Action": "*", "NotResource": "arn:other"}), ARN) == "allow"


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        (None, "not an object"),
        ("{}", "not an object"),
        ({}, "no Statement"),
        (policy(statement("allow")), "Effect"),
        (policy({"Effect": "Allow", "Resource": "*"}), "Action"),
        (policy(statement(Resource=[1])), "Resource"),
        ({"Statement": ["x"]}, "not an object"),
        (policy(statement(Condition={"IpAddress": {}})), "Condition"),
    ],
)
def test_a_malformed_policy_or_a_condition_is_refused_by_name(document: Any, complaint: str) -> None:
    with pytest.raises(PolicyError, match=complaint):
        judge(document, ARN)
