"""Streams invoke functions: a real table's and a real Kinesis stream's records, in virtual time."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import pytest

from longwire.core.api import Resource
from longwire.services.invoke_client import Outcome
from longwire.services.stream_batches import Policy
from longwire.services.stream_sources import StreamMapping, StreamSources
from moto_in_virtual_time import ACCOUNT, DONE, FAILED, REGION, World, arn, function_arn, queue, table

STREAM = arn("dynamodb", "table/Chat/stream/2024-01-01T00:00:00.000")
KINESIS = arn("kinesis", "stream/Clicks")


@dataclass
class Poller:
    world: World
    sources: StreamSources

    def put(self, *keys: str, **attributes: Any) -> None:
        for key in keys:
            self.world.dynamodb("PutItem", TableName="Chat", Item={"pk": {"S": key}, **attributes})

    async def run(self, seconds: float = 0) -> float | None:
        """Move the clock, and look again after each invocation as the process does."""
        self.world.now += seconds
        found = None
        for _ in range(30):
            found = self.sources.check()
            await self.world.settle()
        return found

    @property
    def batches(self) -> list[list[str]]:
        """The keys of each invocation's records."""
        events = self.world.functions.events("worker")
        return [[record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]] for event in events]


@pytest.fixture
def poll(world: World) -> Callable[..., Poller]:
    def start(stream_arn: str = STREAM, **settings: Any) -> Poller:
        view = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
        kinesis = Resource("Clicks", "AWS::Kinesis::Stream", {"ShardCount": 2}, "Clicks")
        world.create(table("Chat", StreamSpecification=view), queue("failures"), kinesis)
        mapping = StreamMapping("worker", function_arn("worker"), stream_arn, **settings)
        back = StreamMapping.from_json(json.loads(json.dumps(mapping.to_json())))
        sources = StreamSources([back], world.functions, world.targets, world.clock, lambda: None)
        return Poller(world, sources)

    return start


def in_a_loop(test: Callable[..., Any]) -> Callable[..., None]:
    @wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        asyncio.run(test(*arguments, **named))

    return run


@in_a_loop
async def test_the_event_of_a_table_is_lambdas_down_to_the_order_of_its_keys(poll: Any) -> None:
    poller = poll()
    poller.put("a", n={"N": "1"}, raw={"B": "AAE="})
    poller.put("a", n={"N": "2"})
    poller.put("a", n={"N": "2"})
    poller.world.dynamodb("DeleteItem", TableName="Chat", Key={"pk": {"S": "a"}})
    assert poller.sources.grew() is False  # no lane yet: the first look finds the shard
    await poller.run()
    ((_, event, kind),) = poller.world.functions.calls
    assert kind == "RequestResponse"
    insert, modify, remove = event["Records"]
    assert list(insert) == [
        *("eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "dynamodb", "eventSourceARN"),
    ]
    assert list(modify["dynamodb"]) == [
        *("ApproximateCreationDateTime", "Keys", "NewImage", "OldImage", "SequenceNumber", "SizeBytes"),
        "StreamViewType",
    ]
    assert [record["eventName"] for record in event["Records"]] == ["INSERT", "MODIFY", "REMOVE"]
    assert (insert["eventVersion"], insert["eventSource"], insert["awsRegion"]) == ("1.1", "aws:dynamodb", REGION)
    assert insert["eventSourceARN"] == STREAM
    assert insert["dynamodb"]["NewImage"] == {"pk": {"S": "a"}, "n": {"N": "1"}, "raw": {"B": "AAE="}}
    assert "OldImage" not in insert["dynamodb"]
    assert "NewImage" not in remove["dynamodb"]
    assert modify["dynamodb"]["OldImage"]["n"] == {"N": "1"}
    assert isinstance(insert["dynamodb"]["ApproximateCreationDateTime"], float)
    assert int(modify["dynamodb"]["SequenceNumber"]) > int(insert["dynamodb"]["SequenceNumber"])


@in_a_loop
async def test_batches_have_their_size_and_go_one_after_the_other(poll: Any) -> None:
    poller = poll(batch_size=2)
    poller.put("a", "b", "c", "d", "e")
    await poller.run()
    assert poller.batches == [["a", "b"], ["c", "d"], ["e"]]
    assert poller.sources.grew() is False
    poller.put("f")
    assert poller.sources.grew() is True


@in_a_loop
async def test_a_batch_waits_for_its_window_or_until_it_is_full(poll: Any) -> None:
    poller = poll(batch_size=3, batching_window=10)
    poller.put("a")
    until = await poller.run()
    assert until == poller.world.now + 10
    poller.put("b")
    await poller.run(9)
    assert poller.batches == []
    await poller.run(1)
    assert poller.batches == [["a", "b"]]
    poller.put("c", "d", "e")
    await poller.run()
    assert poller.batches[1:] == [["c", "d", "e"]]


@in_a_loop
async def test_a_failed_batch_blocks_its_shard_until_it_succeeds(poll: Any) -> None:
    poller = poll(batch_size=2)
    poller.world.functions.script = lambda *_: FAILED if len(poller.world.functions.calls) < 4 else DONE
    poller.put("a", "b", "c")
    await poller.run()
    assert poller.batches == [["a", "b"]]
    await poller.run(60)
    await poller.run(60)
    await poller.run(60)
    assert poller.batches == [["a", "b"]] * 4 + [["c"]]
    assert "worker failed for 2 record(s) (Unhandled); they are tried again" in poller.world.told[0]


@in_a_loop
async def test_after_its_retries_a_batch_goes_to_the_on_failure_destination(poll: Any) -> None:
    policy = Policy(maximum_retry_attempts=1)
    poller = poll(batch_size=2, policy=policy, on_failure=arn("sqs", "failures"))
    poller.world.functions.script = lambda _, event: FAILED if len(event["Records"]) == 2 else DONE
    poller.put("a", "b", "c")
    await poller.run()
    await poller.run(60)
    assert poller.batches == [["a", "b"], ["a", "b"], ["c"]]
    (notice,) = poller.world.messages("failures")
    assert list(notice) == ["requestContext", "responseContext", "version", "timestamp", "DDBStreamBatchInfo"]
    assert notice["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert notice["requestContext"]["approximateInvokeCount"] == 2
    assert notice["requestContext"]["functionArn"] == function_arn("worker")
    assert notice["DDBStreamBatchInfo"]["batchSize"] == 2
    assert notice["DDBStreamBatchInfo"]["streamArn"] == STREAM


@in_a_loop
async def test_bisecting_finds_the_one_record_that_fails(poll: Any) -> None:
    policy = Policy(maximum_retry_attempts=0, bisect=True)
    poller = poll(policy=policy, on_failure=arn("sqs", "failures"))
    poller.world.functions.script = lambda _, event: FAILED if "wrong" in json.dumps(event) else DONE
    poller.put("a", "b", "wrong", "d")
    for _ in range(5):
        await poller.run(60)
    assert poller.batches == [["a", "b", "wrong", "d"], ["a", "b"], ["wrong", "d"], ["wrong"], ["d"]]
    (notice,) = poller.world.messages("failures")
    assert notice["DDBStreamBatchInfo"]["batchSize"] == 1


@in_a_loop
async def test_a_partial_answer_begins_again_at_the_first_record_that_failed(poll: Any) -> None:
    poller = poll(report_batch_item_failures=True)

    def second_fails(_name: str, event: Any) -> Outcome:
        if len(event["Records"]) < 4:
            return DONE
        failed = [record["dynamodb"]["SequenceNumber"] for record in event["Records"][1:3]]
        return Outcome(200, json.dumps({"batchItemFailures": [{"itemIdentifier": n} for n in failed[::-1]]}).encode())

    poller.world.functions.script = second_fails
    poller.put("a", "b", "c", "d")
    await poller.run()
    await poller.run(60)
    assert poller.batches == [["a", "b", "c", "d"], ["b", "c", "d"]]


@in_a_loop
async def test_records_that_no_filter_lets_through_are_passed_over(poll: Any) -> None:
    new = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": [{"prefix": "m"}]}}}}
    poller = poll(filters=(new, {"eventName": ["REMOVE"]}), batch_size=2)
    poller.put("a", kind={"S": "message"})
    poller.put("b", kind={"S": "other"})
    poller.put("a", kind={"S": "member"})
    poller.put("c", kind={"S": "member"})
    poller.world.dynamodb("DeleteItem", TableName="Chat", Key={"pk": {"S": "b"}})
    await poller.run()
    assert poller.batches == [["a", "c"], ["b"]]


@in_a_loop
async def test_throttled_invocations_are_tried_again_and_count_to_no_quota(poll: Any) -> None:
    poller = poll(policy=Policy(maximum_retry_attempts=0))
    poller.world.functions.script = lambda *_: Outcome(429, b"") if len(poller.world.functions.calls) < 3 else DONE
    poller.put("a")
    for _ in range(3):
        await poller.run(1)
    assert poller.batches == [["a"]] * 3
    assert poller.world.told == []


@in_a_loop
async def test_a_reset_forgets_positions_and_a_table_that_is_made_again_begins_anew(poll: Any) -> None:
    poller = poll()
    poller.put("a", "b")
    await poller.run()
    poller.sources.reset()
    poller.world.moto.reset()
    poller.world.create(table("Chat", StreamSpecification={"StreamViewType": "KEYS_ONLY"}))
    poller.put("c")
    await poller.run()
    assert poller.batches == [["a", "b"], ["c"]]
    poller.world.dynamodb("DeleteTable", TableName="Chat")
    assert poller.sources.grew() is False
    assert await poller.run() is None


@in_a_loop
async def test_kinesis_records_go_to_the_function_shard_by_shard(poll: Any) -> None:
    poller = poll(KINESIS, filters=({"data": {"n": [{"numeric": ["<", 3]}]}},))
    for n, key in enumerate(("a", "b", "c", "d")):
        data = {0: "eyJuIjogMH0=", 1: "eyJuIjogMX0=", 2: "eyJuIjogMn0=", 3: "eyJuIjogM30="}[n]
        asked = {"StreamName": "Clicks", "Data": data, "PartitionKey": key}
        poller.world.moto.json("kinesis", "Kinesis_20131202.PutRecord", asked)
    await poller.run()
    records = [record for event in poller.world.functions.events("worker") for record in event["Records"]]
    assert sorted(record["kinesis"]["partitionKey"] for record in records) == ["a", "b", "c"]
    record = next(record for record in records if record["kinesis"]["partitionKey"] == "a")
    assert list(record) == [
        *("kinesis", "eventSource", "eventVersion", "eventID", "eventName", "invokeIdentityArn", "awsRegion"),
        "eventSourceARN",
    ]
    assert list(record["kinesis"]) == [
        *("kinesisSchemaVersion", "partitionKey", "sequenceNumber", "data", "approximateArrivalTimestamp"),
    ]
    assert record["kinesis"]["data"] == "eyJuIjogMH0="
    assert record["eventID"].startswith("shardId-00000000000")
    assert record["invokeIdentityArn"] == f"arn:aws:iam::{ACCOUNT}:role/lambda"
    assert record["eventSourceARN"] == KINESIS
