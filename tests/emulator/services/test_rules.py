"""EventBridge's rules send what fits, as each target wants it."""

import asyncio
import json
from typing import Any

import pytest

from longwire.core.api import Resource
from longwire.server.http_message import HttpRequest
from longwire.services.moto_dispatch import CallFailed
from longwire.services.rules import json_path, target_input
from moto_in_virtual_time import ACCOUNT, REGION, World, arn, function_arn, queue

EVENT = {
    "id": "1",
    "time": "2026-11-25T06:00:00Z",
    "detail-type": "Placed",
    "detail": {"name": 'A "B"', "n": 3, "items": [{"sku": "x"}], "deep": {"a b": 1}},
}


def rule(name: str, pattern: Any, *targets: dict[str, Any], **properties: Any) -> Resource:
    named = [{"Id": str(n), **target} for n, target in enumerate(targets)]
    return Resource(name, "AWS::Events::Rule", {"EventPattern": pattern, "Targets": named, **properties}, name)


def put(world: World, *details: Any, source: str = "shop", **more: Any) -> None:
    entry = {"Source": source, "DetailType": "Placed", **more}

    async def send() -> None:
        entries = [{**entry, "Detail": json.dumps(detail)} for detail in details]
        world.moto.json("events", "AWSEvents.PutEvents", {"Entries": entries})
        await world.settle()

    asyncio.run(send())


def test_a_function_gets_the_event_of_a_rule_that_fits(world: World) -> None:
    worker = {"Arn": function_arn("worker")}
    world.create(
        rule("large", {"source": ["shop"], "detail": {"n": [{"numeric": [">", 2]}]}}, worker),
        rule("off", {"source": ["shop"]}, {"Arn": function_arn("off")}, State="DISABLED"),
        rule("other", {"source": ["else"]}, {"Arn": function_arn("other")}),
    )
    put(world, {"n": 1}, {"n": 3}, Resources=["r"])
    ((name, event, kind),) = world.functions.calls
    assert (name, kind) == ("worker", "Event")
    assert list(event) == [
        *("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"),
    ]
    assert event["time"].endswith("Z")
    assert {**event, "id": "", "time": ""} == {
        "version": "0",
        "id": "",
        "detail-type": "Placed",
        "source": "shop",
        "account": ACCOUNT,
        "time": "",
        "region": REGION,
        "resources": ["r"],
        "detail": {"n": 3},
    }


def test_every_kind_of_target_gets_it(world: World) -> None:
    topic, stream = arn("sns", "Topic"), arn("kinesis", "stream/Stream")
    group = arn("logs", "log-group:/events:*")
    world.moto.json("logs", "Logs_20140328.CreateLogGroup", {"logGroupName": "/events"})
    fifo = {"Arn": arn("sqs", "in-order.fifo"), "SqsParameters": {"MessageGroupId": "g"}}
    subscription = {"Protocol": "sqs", "Endpoint": arn("sqs", "from-topic")}
    others = (arn("sqs", "plain"), topic, stream, arn("events", "event-bus/other"), group)
    targets = [{"Arn": found} for found in others]
    world.create(
        queue("plain"),
        queue("in-order.fifo", FifoQueue=True, ContentBasedDeduplication=True),
        queue("from-topic"),
        queue("from-bus"),
        Resource("Topic", "AWS::SNS::Topic", {"Subscription": [subscription]}, topic),
        Resource("Stream", "AWS::Kinesis::Stream", {"ShardCount": 1}, "Stream"),
        Resource("Other", "AWS::Events::EventBus", {"Name": "other"}, "other"),
        rule("all", {"source": ["shop"]}, *targets, fifo),
        rule("on", {"source": ["shop"]}, {"Arn": arn("sqs", "from-bus")}, EventBusName="other"),
    )  # fmt: skip
    put(world, {"n": 1})
    assert world.told == []
    for name in ("plain", "in-order.fifo", "from-bus"):
        (event,) = world.messages(name)
        assert (event["source"], event["detail"]) == ("shop", {"n": 1})
    (told,) = world.messages("from-topic")
    assert json.loads(told["Message"])["detail"] == {"n": 1}
    (logged,) = world.moto.json("logs", "Logs_20140328.FilterLogEvents", {"logGroupName": "/events"})["events"]
    assert json.loads(logged["message"])["detail"] == {"n": 1}
    where = {"StreamName": "Stream", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = world.moto.json("kinesis", "Kinesis_20131202.GetShardIterator", where)
    assert len(world.moto.json("kinesis", "Kinesis_20131202.GetRecords", iterator)["Records"]) == 1


def test_a_target_that_is_not_emulated_or_fails_is_told(world: World) -> None:
    missing = arn("sqs", "missing")
    world.create(rule("r", {"source": ["shop"]}, {"Arn": arn("ecs", "cluster/c")}, {"Arn": missing}))
    put(world, {"n": 1})
    assert world.told[0] == f"{arn('ecs', 'cluster/c')} gets no event: such targets are not emulated"
    assert world.told[1].startswith(f"{missing} got no event: ")


def test_an_input_that_is_no_json_is_told(world: World) -> None:
    transformer = {"InputTemplate": "no <a>", "InputPathsMap": {"a": "$.id"}}
    world.create(rule("r", {"source": ["shop"]}, {"Arn": function_arn("f"), "InputTransformer": transformer}))
    put(world, {"n": 1})
    assert "got no event of the rule r: its input is no JSON" in world.told[0]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({}, EVENT),
        ({"Input": '{"a": 1}'}, {"a": 1}),
        ({"InputPath": "$.detail.items[0].sku"}, "x"),
        ({"InputPath": "$.missing"}, None),
        ({"InputPath": "$"}, EVENT),
    ],
)
def test_what_a_target_gets(target: dict[str, Any], expected: Any) -> None:
    assert json.loads(target_input(target, EVENT, {})) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"name": <name>, "n": <n>}', {"name": 'A "B"', "n": 3}),
        ('{"text": "<name> has <n>"}', {"text": 'A "B" has 3'}),
        ('"<name> has <missing>"', 'A "B" has '),
        ("<items>", [{"sku": "x"}]),
        ('{"rule": <aws.events.rule-name>}', {"rule": "r"}),
        ("<aws.events.event.json>", EVENT),
    ],
)
def test_templates_are_filled(template: str, expected: Any) -> None:
    paths = {"name": "$.detail.name", "n": "$.detail.n", "items": "$.detail.items", "missing": "$.detail.none"}
    target = {"InputTransformer": {"InputTemplate": template, "InputPathsMap": paths}}
    assert json.loads(target_input(target, EVENT, {"aws.events.rule-name": "r"})) == expected


def test_paths_have_names_numbers_and_quotes() -> None:
    assert json_path("$.detail.deep['a b']", EVENT) == 1
    assert json_path("$.detail.items[1].sku", EVENT) is None
    assert json_path("$.detail-type", EVENT) == "Placed"


def test_an_archive_gets_what_fits_whatever_regions_were_called(world: World) -> None:
    world.create(rule("r", {"source": ["shop"]}, {"Arn": function_arn("worker")}))
    bus = arn("events", "event-bus/default")
    made = {"ArchiveName": "all", "EventSourceArn": bus, "EventPattern": '{"source": ["shop"]}'}
    world.moto.json("events", "AWSEvents.CreateArchive", made)
    elsewhere = (
        ("Host", "events.us-west-2.amazonaws.com"),
        ("X-Amz-Target", "AWSEvents.ListRules"),
        ("Content-Type", "application/x-amz-json-1.1"),
    )
    assert world.moto.respond(HttpRequest("POST", "/", elsewhere, b"{}")).status == 200
    put(world, {"n": 1})
    assert len(world.functions.events("worker")) == 1
    described = world.moto.json("events", "AWSEvents.DescribeArchive", {"ArchiveName": "all"})
    assert described["EventCount"] == 1


@pytest.mark.parametrize("pattern", ["[]", "{", '{"a": 1}', '{"a": [{"nope": 1}]}', '{"a": [{"prefix": 1}]}'])
def test_a_pattern_that_eventbridge_refuses_is_refused(world: World, pattern: str) -> None:
    with pytest.raises(CallFailed, match="InvalidEventPatternException"):
        world.moto.json("events", "AWSEvents.PutRule", {"Name": "bad", "EventPattern": pattern})
