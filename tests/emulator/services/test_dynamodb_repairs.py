"""DynamoDB behaves as before it was mended, and its time no longer grows with the table."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from longwire.core.api import Resource


def key(name: str, kind: str) -> dict[str, str]:
    return {"AttributeName": name, "KeyType": kind}


def table(name: str, *keys: str, **properties: Any) -> Resource:
    schema = [key(attribute, kind) for attribute, kind in zip(keys, ("HASH", "RANGE"), strict=False)]
    named = {*keys, *properties.pop("also", ())}
    definitions = [{"AttributeName": attribute, "AttributeType": "S"} for attribute in sorted(named)]
    kept = {"KeySchema": schema, "AttributeDefinitions": definitions, "BillingMode": "PAY_PER_REQUEST", **properties}
    return Resource(name, "AWS::DynamoDB::Table", kept, name)


ALL = {"ProjectionType": "ALL"}
LOG = table(
    "log",
    "pk",
    "sk",
    also=("kind",),
    GlobalSecondaryIndexes=[
        {"IndexName": "by-kind", "KeySchema": [key("kind", "HASH"), key("sk", "RANGE")], "Projection": ALL}
    ],
    LocalSecondaryIndexes=[
        {"IndexName": "in-pk", "KeySchema": [key("pk", "HASH"), key("kind", "RANGE")], "Projection": ALL}
    ],
    StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"},
)


@pytest.fixture(scope="module")
def running(run_services: Any) -> Any:
    return run_services(LOG, table("flat", "pk"), table("big", "pk", "sk"))


@pytest.fixture
def dynamodb(running: Any) -> Any:
    running.reset()
    return running.client("dynamodb")


def put(dynamodb: Any, name: str = "log", **attributes: str) -> None:
    dynamodb.put_item(TableName=name, Item={attribute: {"S": value} for attribute, value in attributes.items()})


def plain(items: list[dict[str, Any]], attribute: str = "sk") -> list[str]:
    return [item[attribute]["S"] for item in items]


def query(dynamodb: Any, condition: str = "pk = :v", value: str = "p", **arguments: Any) -> Any:
    values = {":v": {"S": value}, **arguments.pop("values", {})}
    return dynamodb.query(
        TableName=arguments.pop("table", "log"),
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
        **arguments,
    )


def test_values_of_every_kind_are_read_as_they_were_written(dynamodb: Any) -> None:
    values: dict[str, Any] = {
        "s": {"S": "ü"},
        "n": {"N": "-1.5"},
        "b": {"B": b"\x00\xff"},
        "t": {"BOOL": False},
        "z": {"NULL": True},
        "e": {"M": {}},
        "m": {"M": {"l": {"L": [{"B": b"\x01"}, {"M": {"n": {"N": "2"}}}, {"L": []}]}}},
    }
    sets = {"ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2.5"]}, "bs": {"BS": [b"\x00", b"\x01"]}}
    dynamodb.put_item(TableName="flat", Item={"pk": {"S": "k"}, **values, **sets})
    found = dynamodb.get_item(TableName="flat", Key={"pk": {"S": "k"}})["Item"]
    for name, held in sets.items():
        assert {kind: sorted(members) for kind, members in found.pop(name).items()} == held
    assert found == {"pk": {"S": "k"}, **values}


def test_an_old_item_comes_back_from_a_failed_condition(dynamodb: Any) -> None:
    put(dynamodb, "flat", pk="k", v="old")
    with pytest.raises(ClientError) as caught:
        dynamodb.put_item(
            TableName="flat",
            Item={"pk": {"S": "k"}},
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Item"] == {"pk": {"S": "k"}, "v": {"S": "old"}}  # type: ignore[typeddict-item]


def test_a_query_gives_one_partition_in_order_forwards_and_backwards(dynamodb: Any) -> None:
    for pk, sk in (("p", "2"), ("o", "9"), ("p", "3"), ("p", "1"), ("q", "0")):
        put(dynamodb, pk=pk, sk=sk)
    assert plain(query(dynamodb)["Items"]) == ["1", "2", "3"]
    assert plain(query(dynamodb, ScanIndexForward=False)["Items"]) == ["3", "2", "1"]
    assert query(dynamodb, value="nobody")["Items"] == []
    assert query(dynamodb, "pk = :v AND sk > :s", values={":s": {"S": "1"}})["Count"] == 2


def test_a_query_is_paged(dynamodb: Any) -> None:
    for n in range(5):
        put(dynamodb, pk="p", sk=str(n))
    first = query(dynamodb, Limit=2)
    assert plain(first["Items"]) == ["0", "1"]
    rest = query(dynamodb, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert plain(rest["Items"]) == ["2", "3", "4"]
    assert "LastEvaluatedKey" not in rest


def test_a_query_of_an_index_finds_the_items_of_every_partition(dynamodb: Any) -> None:
    for pk, sk, kind in (("a", "2", "x"), ("b", "1", "x"), ("c", "3", "y"), ("a", "0", "y")):
        put(dynamodb, pk=pk, sk=sk, kind=kind)
    assert plain(query(dynamodb, "kind = :v", "x", IndexName="by-kind")["Items"]) == ["1", "2"]
    assert plain(query(dynamodb, "kind = :v", "y", IndexName="by-kind", ScanIndexForward=False)["Items"]) == ["3", "0"]
    local = query(dynamodb, "pk = :v", "a", IndexName="in-pk")["Items"]
    assert plain(local, "kind") == ["x", "y"]


def test_a_table_without_a_sort_key_is_queried_and_scanned(dynamodb: Any) -> None:
    for pk in ("b", "a", "c"):
        put(dynamodb, "flat", pk=pk)
    assert plain(query(dynamodb, value="a", table="flat")["Items"], "pk") == ["a"]
    assert query(dynamodb, value="z", table="flat")["Items"] == []
    assert sorted(plain(dynamodb.scan(TableName="flat")["Items"], "pk")) == ["a", "b", "c"]


def update(value: str, *, table_name: str = "log", sk: str = "1", **more: Any) -> dict[str, Any]:
    where = {"pk": {"S": "p"}} | ({"sk": {"S": sk}} if table_name == "log" else {})
    return {
        "TableName": table_name,
        "Key": where,
        "UpdateExpression": "SET v = :v",
        "ExpressionAttributeValues": {":v": {"S": value}},
        **more,
    }


def test_a_transaction_that_is_cancelled_leaves_nothing_behind(running: Any, dynamodb: Any) -> None:
    put(dynamodb, pk="p", sk="1", v="before")
    put(dynamodb, pk="p", sk="2", v="before")
    put(dynamodb, "flat", pk="p", v="before")
    with pytest.raises(ClientError) as caught:
        dynamodb.transact_write_items(
            TransactItems=[
                {"Update": update("after")},
                {"Update": update("after", table_name="flat")},
                {"Delete": {"TableName": "log", "Key": {"pk": {"S": "p"}, "sk": {"S": "2"}}}},
                {"Put": {"TableName": "log", "Item": {"pk": {"S": "p"}, "sk": {"S": "3"}}}},
                {"Update": update("x", sk="4", ConditionExpression="attribute_exists(pk)")},
            ]
        )
    codes = [reason["Code"] for reason in caught.value.response["CancellationReasons"]]
    assert codes == ["None"] * 4 + ["ConditionalCheckFailed"]
    assert [(item["sk"]["S"], item["v"]["S"]) for item in query(dynamodb)["Items"]] == [
        ("1", "before"),
        ("2", "before"),
    ]
    assert dynamodb.get_item(TableName="flat", Key={"pk": {"S": "p"}})["Item"]["v"] == {"S": "before"}
    assert [record["eventName"] for record in records(running)] == ["INSERT", "INSERT"]


def records(running: Any) -> Any:
    streams = running.client("dynamodbstreams")
    arn = running.client("dynamodb").describe_table(TableName="log")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]


def test_a_transaction_that_commits_is_seen_by_the_stream(running: Any, dynamodb: Any) -> None:
    put(dynamodb, pk="p", sk="1", v="before")
    dynamodb.transact_write_items(TransactItems=[{"Update": update("after")}])
    last = records(running)[-1]
    assert (last["dynamodb"]["OldImage"]["v"], last["dynamodb"]["NewImage"]["v"]) == ({"S": "before"}, {"S": "after"})


def test_a_backup_keeps_an_item_as_it_was(dynamodb: Any) -> None:
    put(dynamodb, "flat", pk="p", v="before")
    arn = dynamodb.create_backup(TableName="flat", BackupName="before")["BackupDetails"]["BackupArn"]
    dynamodb.update_item(**update("after", table_name="flat"))
    dynamodb.restore_table_from_backup(TargetTableName="restored", BackupArn=arn)
    assert dynamodb.get_item(TableName="restored", Key={"pk": {"S": "p"}})["Item"]["v"] == {"S": "before"}


def test_the_same_expression_with_other_values_is_another_update(dynamodb: Any) -> None:
    for value in ("1", "2"):
        arguments = update(value, table_name="flat", ReturnValues="ALL_NEW")
        assert dynamodb.update_item(**arguments)["Attributes"]["v"] == {"S": value}
    count = {"UpdateExpression": "ADD n :o REMOVE v", "ExpressionAttributeValues": {":o": {"N": "2"}}}
    for expected in ("2", "4"):
        found = dynamodb.update_item(**update("", table_name="flat", ReturnValues="ALL_NEW") | count)["Attributes"]
        assert found == {"pk": {"S": "p"}, "n": {"N": expected}}
    with pytest.raises(ClientError, match="Invalid UpdateExpression"):
        dynamodb.update_item(**update("1", table_name="flat") | {"UpdateExpression": "SETT v = :v"})


def fill(dynamodb: Any, name: str, items: int) -> None:
    for start in range(0, items, 25):
        puts = [{"PutRequest": {"Item": {"pk": {"S": f"p{n}"}, "sk": {"S": "1"}}}} for n in range(start, start + 25)]
        dynamodb.batch_write_item(RequestItems={name: puts})


def took(work: Callable[[], Any]) -> float:
    """The shortest of ten."""

    def once() -> float:
        before = time.perf_counter()
        work()
        return time.perf_counter() - before

    return min(once() for _ in range(10))


def test_a_large_table_is_as_fast_as_a_small_one(dynamodb: Any) -> None:
    put_one = {"Put": {"TableName": "big", "Item": {"pk": {"S": "new"}, "sk": {"S": "1"}}}}

    def transact() -> None:
        dynamodb.transact_write_items(TransactItems=[put_one])

    def look() -> None:
        assert query(dynamodb, value="p1", table="big")["Count"] == 1

    fill(dynamodb, "big", 25)
    small = took(transact), took(look)
    fill(dynamodb, "big", 2_000)
    large = took(transact), took(look)
    # Before it was mended: more than ten times as long, for both.
    assert large[0] < 4 * small[0]
    assert large[1] < 3 * small[1]
