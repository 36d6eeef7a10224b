"""Streams as handlers read them by DynamoDB Streams' API."""

from typing import Any

from moto_in_virtual_time import World, arn, table


def read(world: World, stream: str) -> list[dict[str, Any]]:
    def call(operation: str, **body: Any) -> Any:
        return world.moto.json("streams.dynamodb", f"DynamoDBStreams_20120810.{operation}", body)

    shard = call("DescribeStream", StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = call("GetShardIterator", StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    found: list[dict[str, Any]] = call("GetRecords", ShardIterator=iterator["ShardIterator"])["Records"]
    return found


def test_the_stream_has_the_arn_that_the_template_gives_it(world: World) -> None:
    world.create(table("Chat", StreamSpecification={"StreamViewType": "NEW_IMAGE"}))
    described = world.dynamodb("DescribeTable", TableName="Chat")["Table"]
    assert described["LatestStreamArn"] == arn("dynamodb", "table/Chat/stream/2024-01-01T00:00:00.000")


def test_a_write_that_changes_nothing_is_no_record(world: World) -> None:
    world.create(table("Chat", StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"}))
    item = {"pk": {"S": "a"}, "tags": {"SS": ["x"]}}
    for n in ("1", "1", "2"):
        world.dynamodb("PutItem", TableName="Chat", Item={**item, "n": {"N": n}})
    for n in ("2", "3"):
        world.dynamodb(
            "UpdateItem",
            TableName="Chat",
            Key={"pk": {"S": "a"}},
            UpdateExpression="SET n = :n",
            ExpressionAttributeValues={":n": {"N": n}},
        )
    stream = world.dynamodb("DescribeTable", TableName="Chat")["Table"]["LatestStreamArn"]
    assert [record["eventName"] for record in read(world, stream)] == ["INSERT", "MODIFY", "MODIFY"]
