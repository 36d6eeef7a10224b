"""Shards are read from a position on, and may come and go."""

from longwire.core.api import Resource
from longwire.services.shards import shards_of
from moto_in_virtual_time import World, arn, table

TABLE = arn("dynamodb", "table/Chat/stream/x")
STREAM = arn("kinesis", "stream/Clicks")


def test_a_table_has_one_shard_while_it_has_a_stream(world: World) -> None:
    shards = shards_of(TABLE)
    assert shards.ids() == []
    assert shards.has_more("any", 0) is False
    world.create(table("Chat", StreamSpecification={"StreamViewType": "KEYS_ONLY"}))
    (shard,) = shards.ids()
    for key in ("a", "b"):
        world.dynamodb("PutItem", TableName="Chat", Item={"pk": {"S": key}})
    assert shards.has_more(shard, 0)
    records, position = shards.read(shard, 0)
    assert [record.event["dynamodb"]["Keys"]["pk"]["S"] for record in records] == ["a", "b"]
    assert shards.has_more(shard, position) is False
    assert shards.read(shard, 1)[0] == records[1:]


def test_a_table_that_was_made_again_is_read_from_its_beginning(world: World) -> None:
    world.create(table("Chat", StreamSpecification={"StreamViewType": "KEYS_ONLY"}))
    world.dynamodb("PutItem", TableName="Chat", Item={"pk": {"S": "new"}})
    shards = shards_of(TABLE)
    assert len(shards.read(shards.ids()[0], 5)[0]) == 1


def test_a_kinesis_stream_has_as_many_shards_as_it_was_made_with(world: World) -> None:
    shards = shards_of(STREAM)
    assert shards.ids() == []
    assert shards.has_more("shardId-000000000000", 0) is False
    world.create(Resource("Clicks", "AWS::Kinesis::Stream", {"ShardCount": 3}, "Clicks"))
    assert len(shards.ids()) == 3
    asked = {"StreamName": "Clicks", "Data": "eA==", "PartitionKey": "a"}
    where = world.moto.json("kinesis", "Kinesis_20131202.PutRecord", asked)["ShardId"]
    assert [shards.has_more(shard, 0) for shard in shards.ids()].count(True) == 1
    (record,), position = shards.read(where, 0)
    assert (record.sequence_number, position) == ("1", 1)
    assert shards.read(where, position) == ([], 1)
