"""Ids, ARNs and attributes have AWS's forms and are the same every time."""

import re

import pytest

from longwire.template.physical_ids import (
    Identity,
    attribute,
    attributes,
    default_name,
    is_known,
    name_property,
    passed,
    ref,
)

WHO = Identity("Jobs", "demo-Jobs", "demo", "eu-west-1")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("AWS::Lambda::Function", "demo-Jobs"),
        ("AWS::DynamoDB::Table", "demo-Jobs"),
        ("AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/123456789012/demo-Jobs"),
        ("AWS::SNS::Topic", "arn:aws:sns:eu-west-1:123456789012:demo-Jobs"),
        ("AWS::ApiGatewayV2::Stage", "demo-Jobs"),
        ("AWS::IAM::Role", "demo-Jobs"),
        ("AWS::ApiGateway::ApiKey", "f360yhwktj"),
        ("AWS::ApiGateway::UsagePlan", "f360yh"),
        ("AWS::IAM::ManagedPolicy", "arn:aws:iam::123456789012:policy/demo-Jobs"),
        ("AWS::Lambda::Alias", "arn:aws:lambda:eu-west-1:123456789012:function:demo-Jobs"),
        ("AWS::Anything::Else", "demo-Jobs"),
    ],
)
def test_ref_gives_what_the_type_gives_on_aws(kind: str, value: str) -> None:
    assert ref(kind, WHO) == value


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("AWS::Lambda::Function", "Arn", "arn:aws:lambda:eu-west-1:123456789012:function:demo-Jobs"),
        ("AWS::SQS::Queue", "Arn", "arn:aws:sqs:eu-west-1:123456789012:demo-Jobs"),
        ("AWS::SQS::Queue", "QueueName", "demo-Jobs"),
        ("AWS::SQS::Queue", "QueueUrl", "https://sqs.eu-west-1.amazonaws.com/123456789012/demo-Jobs"),
        ("AWS::SNS::Topic", "TopicName", "demo-Jobs"),
        ("AWS::S3::Bucket", "Arn", "arn:aws:s3:::demo-Jobs"),
        ("AWS::IAM::Role", "Arn", "arn:aws:iam::123456789012:role/demo-Jobs"),
        ("AWS::Logs::LogGroup", "Arn", "arn:aws:logs:eu-west-1:123456789012:log-group:demo-Jobs:*"),
        ("AWS::Lambda::Version", "Version", "1"),
        ("AWS::ApiGateway::ApiKey", "APIKeyId", "f360yhwktj"),
        ("AWS::ApiGateway::UsagePlan", "Id", "f360yh"),
        ("AWS::Anything::Else", "SomeArn", "arn:aws:cloudformation:eu-west-1:123456789012:demo-Jobs"),
        ("AWS::SQS::Queue", "Anr", None),
    ],
)
def test_getatt_gives_what_the_type_gives_on_aws(kind: str, name: str, value: str | None) -> None:
    assert attribute(kind, name, WHO) == value


def test_a_stream_arn_is_below_its_tables_arn() -> None:
    stream = attribute("AWS::DynamoDB::Table", "StreamArn", WHO)

    assert stream is not None
    assert stream.startswith("arn:aws:dynamodb:eu-west-1:123456789012:table/demo-Jobs/stream/")


def test_an_api_id_is_ten_characters_that_depend_on_stack_and_logical_id_alone() -> None:
    api_id = ref("AWS::ApiGatewayV2::Api", WHO)

    assert len(api_id) == 10
    assert api_id == ref("AWS::ApiGatewayV2::Api", Identity("Jobs", "renamed", "demo", "us-east-1"))
    assert api_id != ref("AWS::ApiGatewayV2::Api", Identity("Jobs", "demo-Jobs", "other", "eu-west-1"))
    endpoint = attribute("AWS::ApiGatewayV2::Api", "ApiEndpoint", WHO)
    assert endpoint == f"wss://{api_id}.execute-api.eu-west-1.amazonaws.com"


def test_a_secret_has_six_more_characters_in_its_arn() -> None:
    found = ref("AWS::SecretsManager::Secret", WHO)

    assert re.fullmatch("arn:aws:secretsmanager:eu-west-1:123456789012:secret:demo-Jobs-[a-z0-9]{6}", found)
    assert attribute("AWS::SecretsManager::Secret", "Id", WHO) == found


def test_a_parameter_whose_name_is_a_path_has_no_second_slash_in_its_arn() -> None:
    who = Identity("Key", "/app/key", "demo", "eu-west-1")

    assert attribute("AWS::SSM::Parameter", "Arn", who) == "arn:aws:ssm:eu-west-1:123456789012:parameter/app/key"


@pytest.mark.parametrize(
    ("kind", "properties", "name"),
    [
        ("AWS::SQS::Queue", {}, "demo-Jobs"),
        ("AWS::SQS::Queue", {"FifoQueue": "true"}, "demo-Jobs.fifo"),
        ("AWS::SQS::Queue", {"FifoQueue": False}, "demo-Jobs"),
        ("AWS::SNS::Topic", {"FifoTopic": True}, "demo-Jobs.fifo"),
        ("AWS::S3::Bucket", {}, "demo-jobs"),
    ],
)
def test_a_default_name_is_stack_and_logical_id(kind: str, properties: dict[str, object], name: str) -> None:
    assert default_name(kind, "demo", "Jobs", properties) == name


def test_the_attributes_of_a_type_are_known_or_not() -> None:
    assert attributes("AWS::SSM::Parameter") == ["Arn", "Type", "Value"]
    assert passed("AWS::SSM::Parameter") == ("Type", "Value")
    assert name_property("AWS::SQS::Queue") == "QueueName"
    assert is_known("AWS::SQS::Queue")
    assert not is_known("AWS::Anything::Else")
