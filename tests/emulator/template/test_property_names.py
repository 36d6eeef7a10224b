"""The names that properties have."""

from longwire.template.property_names import names_of, nested_names


def test_a_type_has_known_required_and_refused_names() -> None:
    names = names_of("AWS::ApiGatewayV2::Route")

    assert names is not None
    assert {"RouteKey", "Target", "RequestModels"} <= names.known
    assert names.required == {"ApiId", "RouteKey"}
    assert names.refused == set()


def test_a_type_that_nobody_reads_has_none() -> None:
    assert names_of("AWS::IAM::Role") is None
    assert nested_names("AWS::IAM::Role") == {}


def test_a_usage_plan_says_what_its_quota_needs() -> None:
    assert nested_names("AWS::ApiGateway::UsagePlan")["Quota"].required == {"Limit", "Period"}


def test_names_inside_a_property_are_known_too() -> None:
    names = nested_names("AWS::DynamoDB::Table")["KeySchema"]

    assert names.known == names.required == {"AttributeName", "KeyType"}
