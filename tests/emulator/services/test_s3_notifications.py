"""Buckets tell functions, queues and topics of their objects."""

import asyncio
import json
from typing import Any

from longwire.core.api import Resource
from moto_in_virtual_time import REGION, World, arn, function_arn, queue

CREATED, REMOVED = "s3:ObjectCreated:*", "s3:ObjectRemoved:*"


def change(world: World, *requests: tuple[str, str]) -> None:
    async def send() -> None:
        for method, path in requests:
            world.moto.rest("s3", method, path, "data" if method == "PUT" else "")
        await world.settle()

    asyncio.run(send())


def test_a_function_gets_s3s_event_for_the_keys_that_it_asks_for(world: World) -> None:
    jpg = {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".jpg"}]}}
    functions = [
        {"Event": CREATED, "Function": function_arn("Thumbnail"), "Filter": jpg},
        {"Event": REMOVED, "Function": function_arn("Cleanup")},
    ]
    queues = [{"Event": CREATED, "Queue": arn("sqs", "made")}]
    configuration = {"LambdaConfigurations": functions, "QueueConfigurations": queues}
    world.create(
        queue("made"),
        Resource("Bucket", "AWS::S3::Bucket", {"NotificationConfiguration": configuration}, "pictures"),
    )
    change(world, ("PUT", "/pictures/in/a%20b.jpg"), ("PUT", "/pictures/in/c.png"), ("DELETE", "/pictures/in/c.png"))
    (event,) = world.functions.events("Thumbnail")
    (record,) = event["Records"]
    assert list(record) == [
        *("eventVersion", "eventSource", "awsRegion", "eventTime", "eventName", "userIdentity"),
        *("requestParameters", "responseElements", "s3"),
    ]
    assert (record["eventSource"], record["awsRegion"]) == ("aws:s3", REGION)
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["bucket"]["name"] == "pictures"
    assert record["s3"]["object"]["key"] == "in/a+b.jpg"
    assert record["s3"]["object"]["size"] == 4
    (removed,) = world.functions.events("Cleanup")[0]["Records"]
    assert removed["eventName"] == "ObjectRemoved:Delete"
    assert set(removed["s3"]["object"]) == {"key", "sequencer"}
    test_event, *made = world.messages("made")
    assert test_event["Event"] == "s3:TestEvent"
    assert [found["Records"][0]["s3"]["object"]["key"] for found in made] == ["in/a+b.jpg", "in/c.png"]


def test_topics_and_rules_are_told_too(world: World) -> None:
    subscription = {"Protocol": "sqs", "Endpoint": arn("sqs", "told")}
    configuration: dict[str, Any] = {
        "TopicConfigurations": [{"Event": CREATED, "Topic": arn("sns", "Made")}],
        "EventBridgeConfiguration": {"EventBridgeEnabled": True},
    }
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"]}
    targets = [{"Id": "0", "Arn": function_arn("Listener")}]
    world.create(
        queue("told"),
        Resource("Made", "AWS::SNS::Topic", {"Subscription": [subscription]}, arn("sns", "Made")),
        Resource("Bucket", "AWS::S3::Bucket", {"NotificationConfiguration": configuration}, "pictures"),
        Resource("On", "AWS::Events::Rule", {"EventPattern": pattern, "Targets": targets}, "on"),
    )
    change(world, ("PUT", "/pictures/a"))
    told = [json.loads(message["Message"]) for message in world.messages("told")]
    assert told[-1]["Records"][0]["s3"]["object"]["key"] == "a"
    (event,) = world.functions.events("Listener")
    assert event["detail"]["object"]["key"] == "a"
