"""Topics tell functions and queues, in SNS's and Lambda's own shapes."""

import asyncio
import json
from typing import Any

import pytest

from longwire.core.api import Resource
from moto_in_virtual_time import World, arn, function_arn, queue

TOPIC = arn("sns", "news")


@pytest.fixture
def news(world: World) -> World:
    subscriptions = [
        {"Protocol": "lambda", "Endpoint": function_arn("Reader")},
        {"Protocol": "sqs", "Endpoint": arn("sqs", "wrapped")},
        {"Protocol": "sqs", "Endpoint": arn("sqs", "raw"), "RawMessageDelivery": True},
        {"Protocol": "lambda", "Endpoint": function_arn("Urgent"), "FilterPolicy": {"kind": ["urgent"]}},
        {
            "Protocol": "sqs",
            "Endpoint": arn("sqs", "large"),
            "FilterPolicyScope": "MessageBody",
            "FilterPolicy": {"price": [{"numeric": [">", 10]}]},
        },
    ]
    topic = Resource("Topic", "AWS::SNS::Topic", {"Subscription": subscriptions}, TOPIC)
    world.create(topic, *(queue(name) for name in ("wrapped", "raw", "large")))
    return world


def publish(world: World, message: str, **more: str) -> None:
    async def send() -> None:
        world.moto.query("sns", "Publish", {"TopicArn": TOPIC, "Message": message, **more})
        await world.settle()

    asyncio.run(send())


KIND = {
    "MessageAttributes.entry.1.Name": "kind",
    "MessageAttributes.entry.1.Value.DataType": "String",
    "MessageAttributes.entry.1.Value.StringValue": "urgent",
}


def test_a_function_gets_lambdas_event(news: World) -> None:
    publish(news, "hello", Subject="greeting", **KIND)
    assert [(name, kind) for name, _, kind in news.functions.calls] == [("Reader", "Event"), ("Urgent", "Event")]
    (record,) = news.functions.events("Reader")[0]["Records"]
    assert list(record) == ["EventSource", "EventVersion", "EventSubscriptionArn", "Sns"]
    assert record["EventSubscriptionArn"].startswith(f"{TOPIC}:")
    assert list(record["Sns"]) == [
        *("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature"),
        *("SigningCertUrl", "UnsubscribeUrl", "MessageAttributes"),
    ]
    told = record["Sns"]
    assert (told["Type"], told["TopicArn"], told["Message"]) == ("Notification", TOPIC, "hello")
    assert told["Subject"] == "greeting"
    assert told["MessageAttributes"] == {"kind": {"Type": "String", "Value": "urgent"}}


def test_without_a_subject_it_is_null_for_functions_and_missing_for_queues(news: World) -> None:
    publish(news, "hello")
    (record,) = news.functions.events("Reader")[0]["Records"]
    assert record["Sns"]["Subject"] is None
    assert record["Sns"]["MessageAttributes"] == {}
    (body,) = news.messages("wrapped")
    assert list(body) == [
        *("Type", "MessageId", "TopicArn", "Message", "Timestamp", "SignatureVersion", "Signature"),
        *("SigningCertURL", "UnsubscribeURL"),
    ]


def test_filter_policies_look_at_attributes_or_at_the_body(news: World) -> None:
    publish(news, json.dumps({"price": 9}))
    publish(news, json.dumps({"price": 11}))
    assert news.functions.events("Urgent") == []
    (body,) = news.messages("large")
    assert json.loads(body["Message"]) == {"price": 11}


def test_raw_delivery_is_the_message_and_its_attributes_alone(news: World) -> None:
    publish(news, json.dumps({"n": 1}), **KIND)
    asked = {"QueueUrl": "raw", "MessageAttributeNames": ["All"]}
    (message,) = news.moto.json("sqs", "AmazonSQS.ReceiveMessage", asked)["Messages"]
    assert json.loads(message["Body"]) == {"n": 1}
    assert message["MessageAttributes"] == {"kind": {"DataType": "String", "StringValue": "urgent"}}


def test_a_structured_message_has_a_text_for_each_protocol(news: World) -> None:
    structured = {"default": "for all", "lambda": "for functions"}
    publish(news, json.dumps(structured), MessageStructure="json")
    assert news.functions.events("Reader")[0]["Records"][0]["Sns"]["Message"] == "for functions"
    assert news.messages("wrapped")[0]["Message"] == "for all"


def test_a_queue_that_is_gone_is_told_and_the_others_get_the_message(news: World) -> None:
    news.moto.json("sqs", "AmazonSQS.DeleteQueue", {"QueueUrl": "wrapped"})
    publish(news, json.dumps({"n": 1}))
    assert f"{arn('sqs', 'wrapped')} got no message of {TOPIC}" in news.told[0]
    assert news.messages("raw") == [{"n": 1}]


def test_a_fifo_topic_keeps_group_and_deduplication(world: World) -> None:
    topic_arn, to = arn("sns", "in-order.fifo"), arn("sqs", "in-order.fifo")
    properties: dict[str, Any] = {
        "FifoTopic": True,
        "Subscription": [{"Protocol": "sqs", "Endpoint": to, "RawMessageDelivery": "true"}],
    }
    world.create(queue("in-order.fifo", FifoQueue=True), Resource("Topic", "AWS::SNS::Topic", properties, topic_arn))
    for n in (1, 2, 2):
        fifo = {"MessageGroupId": "g", "MessageDeduplicationId": str(n)}
        world.moto.query("sns", "Publish", {"TopicArn": topic_arn, "Message": str(n), **fifo})
    assert world.messages("in-order.fifo") == [1, 2]
