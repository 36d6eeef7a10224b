"""What the services are asked to create."""

import re
from pathlib import Path

import pytest

from sample_templates import Sample, sample

TABLE = """\
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: at, AttributeType: N}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - {IndexName: by-at, KeySchema: [{AttributeName: at, KeyType: HASH}], Projection: {ProjectionType: ALL}}
"""


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def test_a_resource_has_resolved_properties_and_always_its_name(plain: Sample) -> None:
    resources = plain.append(TABLE).load(stack_name="demo").resources

    assert resources["Table"].properties["TableName"] == resources["Table"].physical_id == "demo-Table"
    assert resources["Topic"].properties == {"TopicName": "demo-Topic"}
    assert resources["Topic"].physical_id == "arn:aws:sns:us-east-1:123456789012:demo-Topic"
    assert resources["Results"].properties == {"QueueName": "results"}
    assert resources["Subscription"].properties["Endpoint"] == "arn:aws:sqs:us-east-1:123456789012:results"
    assert resources["Table"].location is not None
    assert resources["Table"].location.line == plain.line_of("  Table:")


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ("AttributeName: at, KeyType", "AttributeName: ta, KeyType",
         "GlobalSecondaryIndexes[0].KeySchema[0].AttributeName", "AttributeDefinitions has no ta"),
        ("AttributeName: pk, KeyType", "AttributeName: at, KeyType", "AttributeDefinitions[0].AttributeName",
         "pk is in no key, and only keys are defined"),
        ("AttributeType: N", "AttributeType: Number", "AttributeDefinitions[1].AttributeType",
         "'Number' is none of S, N, B"),
        ("pk, KeyType: HASH", "pk, KeyType: hash", "KeySchema[0].KeyType", "'hash' is none of HASH, RANGE"),
        ("BillingMode: PAY_PER_REQUEST", "BillingMode: ON_DEMAND", "BillingMode", "'ON_DEMAND' does not exist"),
        ("BillingMode: PAY_PER_REQUEST", "TableName: x", None, "needs ProvisionedThroughput or BillingMode"),
        ("KeySchema: [{AttributeName: pk, KeyType: HASH}]", "KeySchema: [pk]", "KeySchema[0]", "takes a mapping with"),
        ("KeySchema: [{AttributeName: at, KeyType: HASH}]", "KeySchema: [at]", "GlobalSecondaryIndexes[0].KeySchema[0]",
         "takes a mapping with"),
        ("      KeySchema: [{AttributeName: pk, KeyType: HASH}]\n", "", None, "AWS::DynamoDB::Table needs KeySchema"),
    ],
)  # fmt: skip
def test_a_table_that_dynamodb_would_refuse_is_refused(
    plain: Sample, old: str, new: str, path: str | None, message: str
) -> None:
    error = plain.append(TABLE).replace(old, new).error()

    assert message in str(error)
    assert (error.resource, error.property_path) == ("Table", path)


@pytest.mark.parametrize(
    ("name", "fifo", "message"),
    [
        ("jobs", "true", "jobs has to end in .fifo"),
        ("jobs.fifo", "false", "jobs.fifo ends in .fifo, and FifoQueue is not true"),
    ],
)
def test_the_name_of_a_fifo_queue_ends_in_fifo_and_no_other_does(
    plain: Sample, name: str, fifo: str, message: str
) -> None:
    plain.append(f"  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {{QueueName: {name}, FifoQueue: {fifo}}}\n")

    assert message in plain.error().message


@pytest.mark.parametrize(
    "resource",
    [
        "{Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topic, Protocol: email}}",
        "{Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: email, Endpoint: x}]}}",
    ],
)
def test_a_subscription_of_anything_but_a_function_or_a_queue_is_refused(plain: Sample, resource: str) -> None:
    plain.append(f"  Extra: {resource}\n")

    assert plain.error().message == "a subscription with Protocol email gets nothing here; lambda and sqs do"
    resources = plain.load(allow_unsupported=True).resources
    assert "Extra" not in resources or resources["Extra"].properties["Subscription"] == []


def test_a_user_pool_has_an_id_of_cognitos_form_and_no_triggers(plain: Sample) -> None:
    plain.append(
        "  Pool:\n    Type: AWS::Cognito::UserPool\n"
        "  Client:\n    Type: AWS::Cognito::UserPoolClient\n    Properties: {UserPoolId: !Ref Pool}\n"
    )
    resources = plain.load().resources
    assert re.fullmatch(r"us-east-1_[a-z0-9]{9}", resources["Pool"].physical_id)
    assert re.fullmatch(r"[a-z0-9]{26}", resources["Client"].physical_id)
    assert resources["Client"].properties["UserPoolId"] == resources["Pool"].physical_id
    plain.replace("AWS::Cognito::UserPool\n", "AWS::Cognito::UserPool\n    Properties: {LambdaConfig: {}}\n")
    assert plain.error().message == "LambdaConfig of AWS::Cognito::UserPool is not emulated"


def test_networks_mean_nothing_which_is_said_once(plain: Sample) -> None:
    plain.append(
        "  Vpc:\n    Type: AWS::EC2::VPC\n    Properties: {CidrBlock: 10.0.0.0/16}\n"
        "  Subnet:\n    Type: AWS::EC2::Subnet\n    Properties: {VpcId: !Ref Vpc}\n"
    )
    plain.replace("      Code: src\n", "      Code: src\n      VpcConfig: {SubnetIds: [!Ref Subnet]}\n")
    (warning,) = plain.load().warnings
    assert "networks mean nothing here: functions run on this machine" in warning


def test_that_logs_go_to_nobody_is_said(plain: Sample) -> None:
    plain.append(
        "  Logs:\n    Type: AWS::Logs::SubscriptionFilter\n"
        "    Properties: {DestinationArn: !GetAtt MessageFunction.Arn, FilterPattern: '', LogGroupName: x}\n"
    )
    (warning,) = plain.load().warnings
    assert "nobody gets logs here" in warning
