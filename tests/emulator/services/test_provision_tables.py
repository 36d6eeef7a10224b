"""DynamoDB tables from CloudFormation's properties, looked at with unmodified boto3."""

from typing import Any

import pytest

from longwire.core.api import Resource

KEYS = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "g")],
}
RESOURCES = (
    Resource(
        "Sessions",
        "AWS::DynamoDB::Table",
        {
            **KEYS,
            "TableName": "chat-Sessions",
            "BillingMode": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by-g",
                    "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                    "ContributorInsightsSpecification": {"Enabled": True},
                }
            ],
            "LocalSecondaryIndexes": [
                {
                    "IndexName": "local",
                    "KeySchema": [
                        {"AttributeName": "pk", "KeyType": "HASH"},
                        {"AttributeName": "g", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": "true"},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True},
            "DeletionProtectionEnabled": "true",
            "Tags": [{"Key": "Enabled", "Value": "true"}],
            "ContributorInsightsSpecification": {"Enabled": True},
        },
        "chat-Sessions",
    ),
    Resource(
        "Counters",
        "AWS::DynamoDB::Table",
        {
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}],
            "ProvisionedThroughput": {"ReadCapacityUnits": "5", "WriteCapacityUnits": 3},
            "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": False},
        },
        "chat-Counters",
    ),
    Resource(
        "World",
        "AWS::DynamoDB::GlobalTable",
        {
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "WriteProvisionedThroughputSettings": {"WriteCapacityAutoScalingSettings": {"MinCapacity": 1}},
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            "Replicas": [
                {"Region": "us-east-1"},
                {"Region": "eu-west-1", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
            ],
        },
        "chat-World",
    ),
)


@pytest.fixture(scope="module")
def running(run_services: Any) -> Any:
    return run_services(*RESOURCES)


def test_a_table_is_as_its_template_describes_it(running: Any) -> None:
    dynamodb = running.client("dynamodb")
    found = dynamodb.describe_table(TableName="chat-Sessions")["Table"]
    assert found["KeySchema"] == KEYS["KeySchema"]
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert found["DeletionProtectionEnabled"] is True
    assert found["SSEDescription"]["Status"] == "ENABLED"
    assert found["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert [index["IndexName"] for index in found["GlobalSecondaryIndexes"]] == ["by-g"]
    assert [index["IndexName"] for index in found["LocalSecondaryIndexes"]] == ["local"]
    assert dynamodb.list_tags_of_resource(ResourceArn=found["TableArn"])["Tags"] == [
        {"Key": "Enabled", "Value": "true"}
    ]


def test_items_expire_by_the_attribute_that_the_template_names(running: Any) -> None:
    found = running.client("dynamodb").describe_time_to_live(TableName="chat-Sessions")["TimeToLiveDescription"]
    assert found == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    found = running.client("dynamodb").describe_time_to_live(TableName="chat-Counters")["TimeToLiveDescription"]
    assert found["TimeToLiveStatus"] == "DISABLED"


def test_point_in_time_recovery_is_on(running: Any) -> None:
    for name in ("chat-Sessions", "chat-World"):
        found = running.client("dynamodb").describe_continuous_backups(TableName=name)
        status = found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
        assert status == "ENABLED"


def test_numbers_may_be_text(running: Any) -> None:
    found = running.client("dynamodb").describe_table(TableName="chat-Counters")["Table"]["ProvisionedThroughput"]
    assert (found["ReadCapacityUnits"], found["WriteCapacityUnits"]) == (5, 3)


def test_a_global_table_exists_in_the_stacks_region_and_says_so(running: Any) -> None:
    assert running.client("dynamodb").describe_table(TableName="chat-World")["Table"]["TableStatus"] == "ACTIVE"
    assert running.says("World: replicas in us-east-1 are not emulated")
