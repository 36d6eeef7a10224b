"""Every resource type, created from CloudFormation's properties and looked at with unmodified boto3."""

import json
from typing import Any

import pytest

from longwire.core.api import Resource
from longwire.services.provision import TYPES, ProvisionFailed, ordered
from longwire.template.resource_types import CREATED

WHERE = "eu-west-1:123456789012"


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{WHERE}:{rest}"


def sqs_queue(logical_id: str, name: str, dead_letters: str = "", **properties: Any) -> Resource:
    if dead_letters:
        properties["RedrivePolicy"] = {"deadLetterTargetArn": arn("sqs", dead_letters), "maxReceiveCount": 3}
    return Resource(
        logical_id, "AWS::SQS::Queue", properties, f"https://sqs.eu-west-1.amazonaws.com/123456789012/{name}"
    )


RESOURCES = (
    Resource(
        "Follower",
        "AWS::SNS::Subscription",
        {
            "TopicArn": arn("sns", "news"),
            "Protocol": "sqs",
            "Endpoint": arn("sqs", "work"),
            "RawMessageDelivery": "true",
            "FilterPolicy": {"kind": ["wanted"]},
        },
        arn("sns", "0123"),
    ),
    sqs_queue(
        "Work",
        "work",
        "dead",
        VisibilityTimeout="90",
        DelaySeconds=0,
        Tags=[{"Key": "team", "Value": "chat"}],
        KmsMasterKeyId="alias/aws/sqs",
    ),
    sqs_queue("Dead", "dead", MessageRetentionPeriod=1209600),
    sqs_queue("Bells", "bells.fifo", FifoQueue="true", ContentBasedDeduplication=True),
    Resource(
        "News",
        "AWS::SNS::Topic",
        {"DisplayName": "News & more", "Subscription": [{"Protocol": "sqs", "Endpoint": arn("sqs", "dead")}]},
        arn("sns", "news"),
    ),
    Resource(
        "Jwt",
        "AWS::SecretsManager::Secret",
        {"Name": "chat/jwt-key", "GenerateSecretString": {"PasswordLength": 40}, "Description": "d"},
        arn("secretsmanager", "secret:chat/jwt-key"),
    ),
    Resource(
        "Suffixed",
        "AWS::SecretsManager::Secret",
        {"Name": "other", "SecretString": "given"},
        arn("secretsmanager", "secret:other-AbCdEf"),
    ),
    Resource(
        "Setting",
        "AWS::SSM::Parameter",
        {"Name": "/chat/limit", "Type": "String", "Value": 5, "Tags": {"a": "b"}},
        "/chat/limit",
    ),
    Resource("Bus", "AWS::Events::EventBus", {"Name": "orders"}, "orders"),
    Resource(
        "Stream",
        "AWS::Kinesis::Stream",
        {"ShardCount": "2", "RetentionPeriodHours": 48, "Tags": [{"Key": "a", "Value": "b"}]},
        "clicks",
    ),
    Resource("Pictures", "AWS::S3::Bucket", {"VersioningConfiguration": {"Status": "Enabled"}}, "pictures"),
)


@pytest.fixture(scope="module")
def running(run_services: Any) -> Any:
    return run_services(*RESOURCES)


def test_every_type_that_templates_may_have_is_created() -> None:
    assert TYPES == CREATED


def test_queues_have_their_attributes_and_dead_letter_queues(running: Any) -> None:
    sqs = running.client("sqs")
    found = sqs.get_queue_attributes(QueueUrl=RESOURCES[1].physical_id, AttributeNames=["All"])["Attributes"]
    assert found["VisibilityTimeout"] == "90"
    assert found["KmsMasterKeyId"] == "alias/aws/sqs"
    assert json.loads(found["RedrivePolicy"]) == {"deadLetterTargetArn": arn("sqs", "dead"), "maxReceiveCount": 3}
    assert sqs.list_queue_tags(QueueUrl=RESOURCES[1].physical_id)["Tags"] == {"team": "chat"}
    fifo = sqs.get_queue_url(QueueName="bells.fifo")["QueueUrl"]
    assert fifo == RESOURCES[3].physical_id
    found = sqs.get_queue_attributes(QueueUrl=fifo, AttributeNames=["All"])["Attributes"]
    assert (found["FifoQueue"], found["ContentBasedDeduplication"]) == ("true", "true")


def test_topics_deliver_to_the_queues_that_are_subscribed(running: Any) -> None:
    sns, sqs = running.client("sns"), running.client("sqs")
    assert sns.get_topic_attributes(TopicArn=arn("sns", "news"))["Attributes"]["DisplayName"] == "News & more"
    for kind in ("unwanted", "wanted"):
        attribute = {"kind": {"DataType": "String", "StringValue": kind}}
        sns.publish(TopicArn=arn("sns", "news"), Message=kind, MessageAttributes=attribute)
    work = sqs.receive_message(QueueUrl=RESOURCES[1].physical_id, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in work] == ["wanted"]
    dead = sqs.receive_message(QueueUrl=RESOURCES[2].physical_id, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(message["Body"])["Message"] for message in dead] == ["unwanted", "wanted"]


def test_a_secret_is_found_by_its_name_and_by_the_templates_arn(running: Any) -> None:
    secrets = running.client("secretsmanager")
    by_name = secrets.get_secret_value(SecretId="chat/jwt-key")
    by_arn = secrets.get_secret_value(SecretId=arn("secretsmanager", "secret:chat/jwt-key"))
    by_its_own = secrets.get_secret_value(SecretId=by_name["ARN"])
    assert by_name["SecretString"] == by_arn["SecretString"] == by_its_own["SecretString"]
    assert len(by_name["SecretString"]) == 40


def test_a_secrets_arn_is_the_templates_when_that_is_whole(running: Any) -> None:
    whole = arn("secretsmanager", "secret:other-AbCdEf")
    found = running.client("secretsmanager").get_secret_value(SecretId=whole)
    assert (found["ARN"], found["SecretString"]) == (whole, "given")


def test_a_reset_creates_the_same_secret_again(running: Any) -> None:
    secrets = running.client("secretsmanager")
    before = secrets.get_secret_value(SecretId="chat/jwt-key")["SecretString"]
    secrets.put_secret_value(SecretId="chat/jwt-key", SecretString="changed")
    running.reset()
    assert secrets.get_secret_value(SecretId="chat/jwt-key")["SecretString"] == before


def test_parameters_buses_streams_and_buckets_exist(running: Any) -> None:
    found = running.client("ssm").get_parameter(Name="/chat/limit")["Parameter"]
    assert (found["Type"], found["Value"]) == ("String", "5")
    assert "orders" in [bus["Name"] for bus in running.client("events").list_event_buses()["EventBuses"]]
    stream = running.client("kinesis").describe_stream(StreamName="clicks")["StreamDescription"]
    assert (len(stream["Shards"]), stream["RetentionPeriodHours"]) == (2, 48)
    s3 = running.client("s3")
    assert s3.get_bucket_versioning(Bucket="pictures")["Status"] == "Enabled"
    assert s3.get_bucket_location(Bucket="pictures")["LocationConstraint"] == "eu-west-1"


def test_dead_letter_queues_come_before_the_queues_that_name_them() -> None:
    made = [sqs_queue("A", "a", "b"), sqs_queue("B", "b", "c"), sqs_queue("C", "c")]
    assert [resource.logical_id for resource in ordered(made)] == ["C", "B", "A"]


def test_a_redrive_policy_may_be_json_text_and_name_a_queue_of_another_stack() -> None:
    policy = json.dumps({"deadLetterTargetArn": arn("sqs", "elsewhere"), "maxReceiveCount": 3})
    assert len(ordered([sqs_queue("A", "a", RedrivePolicy=policy)])) == 1


def test_dead_letter_queues_in_a_circle_are_refused() -> None:
    with pytest.raises(ProvisionFailed, match="circle"):
        ordered([sqs_queue("A", "a", "b"), sqs_queue("B", "b", "a")])
