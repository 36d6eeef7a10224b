"""Which types are understood, and what is said of the others."""

import pytest

from longwire.template.property_names import names_of
from longwire.template.resource_types import CREATED, READ, refusal


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::Serverless::WebSocketApi",
        "AWS::ApiGatewayV2::Route",
        "AWS::Lambda::Function",
        "AWS::DynamoDB::Table",
        "AWS::IAM::Role",
        "AWS::Logs::LogGroup",
        "AWS::CloudWatch::Alarm",
        "AWS::ApiGateway::Account",
        "AWS::ApiGateway::ApiKey",
        "AWS::ApiGateway::UsagePlan",
        "AWS::ApiGateway::UsagePlanKey",
        "AWS::Lambda::Permission",
        "AWS::ApplicationInsights::Application",
    ],
)
def test_a_type_that_is_understood_or_means_nothing_here_is_accepted(kind: str) -> None:
    assert refusal(kind) is None


@pytest.mark.parametrize(
    ("kind", "reason", "hint"),
    [
        ("AWS::ApiGatewayV2::VpcLink", "private integrations", None),
        ("AWS::ApiGateway::Authorizer", "of REST APIs, Lambda proxies alone", None),
        ("AWS::Pipes::Pipe", "EventBridge pipes", None),
        ("Custom::Thing", "custom resources", None),
        ("AWS::EKS::Cluster", "is not emulated", None),
        ("AWS::IAM::Rolle", "is not emulated", "Did you mean AWS::IAM::Role?"),
        ("AWS::Dynamodb::Tables", "is not emulated", "Did you mean AWS::DynamoDB::Table?"),
    ],
)
def test_a_type_that_is_not_emulated_is_refused_by_name(kind: str, reason: str, hint: str | None) -> None:
    refused = refusal(kind)

    assert refused is not None
    assert kind in refused[0]
    assert reason in refused[0]
    assert refused[1] == hint


def test_every_type_whose_properties_are_used_has_a_table_of_them() -> None:
    assert [kind for kind in READ | CREATED if names_of(kind) is None] == []
