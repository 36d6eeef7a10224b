"""Items go when their time is up, by the clock that is given."""

from typing import Any

import pytest

from longwire.services.time_to_live import TimeToLive
from moto_in_virtual_time import ACCOUNT, REGION, World, table


@pytest.fixture
def expiry(world: World) -> TimeToLive:
    return TimeToLive(ACCOUNT, REGION, world.clock)


def put(world: World, key: str, expires: Any, name: str = "Chat") -> None:
    world.dynamodb("PutItem", TableName=name, Item={"pk": {"S": key}, "expires": expires})


def keys(world: World, name: str = "Chat") -> list[str]:
    return sorted(item["pk"]["S"] for item in world.dynamodb("Scan", TableName=name)["Items"])


ENABLED = {"TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True}}


def test_an_item_is_deleted_when_its_time_is_up(world: World, expiry: TimeToLive) -> None:
    world.create(table("Chat", **ENABLED), table("Kept"))
    put(world, "soon", {"N": str(int(world.now) + 100)})
    put(world, "later", {"N": str(int(world.now) + 1000)})
    put(world, "text", {"S": str(int(world.now) - 100)})
    put(world, "long ago", {"N": "1"})
    put(world, "kept", {"N": str(int(world.now) - 100)}, "Kept")
    expiry.check()
    assert keys(world) == ["later", "long ago", "soon", "text"]
    world.now += 101
    again = expiry.check()
    assert keys(world) == ["later", "long ago", "text"]
    assert keys(world, "Kept") == ["kept"]
    assert again is not None
    assert world.now < again <= world.now + 60


def test_the_stream_says_that_dynamodb_deleted_it(world: World, expiry: TimeToLive) -> None:
    world.create(table("Chat", StreamSpecification={"StreamViewType": "OLD_IMAGE"}, **ENABLED))
    put(world, "a", {"N": str(int(world.now) - 1)})
    put(world, "b", {"N": str(int(world.now) + 100)})
    expiry.check()
    world.dynamodb("DeleteItem", TableName="Chat", Key={"pk": {"S": "b"}})
    from moto.dynamodb.models import dynamodb_backends

    items = dynamodb_backends[ACCOUNT][REGION].tables["Chat"].stream_shard.items
    by_ttl, by_hand = [item.record for item in items if item.record["eventName"] == "REMOVE"]
    assert by_ttl["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert by_ttl["dynamodb"]["OldImage"]["pk"] == {"S": "a"}
    assert "userIdentity" not in by_hand


def test_whoever_moves_the_clock_learns_when_the_next_item_is_due(world: World, expiry: TimeToLive) -> None:
    world.create(table("Chat", **ENABLED), table("Other", **ENABLED))
    assert expiry.expire() is None
    put(world, "soon", {"N": str(int(world.now) + 100)})
    put(world, "later", {"N": str(int(world.now) + 50)}, "Other")
    assert expiry.expire() == int(world.now) + 50
    world.now += 50
    assert expiry.expire() == int(world.now) + 50
    assert keys(world, "Other") == []
    assert keys(world) == ["soon"]


def test_without_a_time_to_live_nobody_looks(world: World, expiry: TimeToLive) -> None:
    assert expiry.check() is None
    assert expiry.expire() is None
    world.create(table("Chat"))
    assert expiry.check() is None
