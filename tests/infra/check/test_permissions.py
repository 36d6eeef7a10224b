"""What functions are allowed, by SAM's policies and by roles; and when that is not all known here."""

from pathlib import Path

import pytest

from checked_templates import read_text
from longwire_infra.check.functions import functions
from longwire_infra.check.permissions import allows, attached, by_holder, statements, statements_of

ALLOW = "{Effect: Allow, Action: 'execute-api:*', Resource: '*'}"


def allowed(policies: str, folder: Path) -> bool | None:
    text = f"Resources: {{Say: {{Type: AWS::Serverless::Function, Properties: {{Handler: a.b, {policies}}}}}}}"
    document = read_text(text, folder)
    found = statements_of(document, functions(document)["Say"], by_holder(statements(document)))
    return None if found is None else any(allows(each, "execute-api:ManageConnections") for each in found)


@pytest.mark.parametrize(
    ("policies", "verdict"),
    [
        ("Timeout: 3", False),
        (f"Policies: [Statement: [{ALLOW}]]", True),
        (f"Policies: {{Statement: {ALLOW}}}", True),
        ("Policies: [AWSLambdaBasicExecutionRole, {SQSPollerPolicy: {QueueName: a}}]", False),
        ("Policies: [Statement: [{Effect: Deny, Action: '*', Resource: '*'}]]", False),
        ("Policies: [AmazonAPIGatewayInvokeFullAccess]", None),
        ("Policies: ['arn:aws:iam::123456789012:policy/ours']", None),
        ("Policies: [!ImportValue policy]", None),
        ("Role: arn:aws:iam::123456789012:role/ours", None),
    ],
)
def test_what_is_known_to_be_allowed_is_told_from_what_is_not_known(
    policies: str, verdict: bool | None, tmp_path: Path
) -> None:
    assert allowed(policies, tmp_path) is verdict


def test_a_role_has_its_own_statements_and_those_of_policies_that_name_it(tmp_path: Path) -> None:
    document = read_text(
        "Resources:\n"
        "  Say: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Role: !GetAtt Role.Arn}}\n"
        "  Role:\n"
        "    Type: AWS::IAM::Role\n"
        "    Properties:\n"
        "      ManagedPolicyArns: [!Ref Shared, 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']\n"
        f"      Policies: [{{PolicyDocument: {{Statement: [{ALLOW}]}}}}]\n"
        f"  Shared: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {{Statement: [{ALLOW}]}}}}}}\n"
        f"  Other: {{Type: AWS::IAM::Policy, Properties: {{PolicyDocument: {{Statement: [{ALLOW}]}}}}}}\n",
        tmp_path,
    )

    found = statements_of(document, functions(document)["Say"], by_holder(statements(document)))
    assert found is not None
    assert [statement.resource for statement in found] == ["Role", "Shared"]
    assert len(list(statements(document))) == 3
    assert [each.path[-1] for each in attached(document)] == [0, 1]
