"""The operations of the administration, asked for by the protocol's service SDK, unmodified, over real sockets."""

import io
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from backend_device import Stage

NOBODY = "nobody="


@pytest.fixture
def devices(stage: Stage) -> Any:
    """ada with two connections and bob with one, all three greeted, the first and the last reliable."""
    found = []
    for user, connection, protocol in [
        ("ada", "a1=", "json.reliable.webpubsub.azure.v1"),
        ("ada", "a2=", "json.webpubsub.azure.v1"),
        ("bob", "b1=", "json.reliable.webpubsub.azure.v1"),
    ]:
        device = stage.device(user, protocol)
        device.connect(connection)
        found.append(device)
    stage.pump()
    for device in found:
        device.receive()
    return found


def received(stage: Stage, devices: Any) -> list[list[Any]]:
    stage.pump()
    return [device.receive() for device in devices]


def test_messages_to_all_a_user_and_a_connection(service_sdk: Any, stage: Stage, devices: Any) -> None:
    service_sdk.send_to_all({"n": [1, None]})
    assert received(stage, devices) == [[{"n": [1, None]}]] * 3
    service_sdk.send_to_all("text", content_type="text/plain", excluded=["a1=", "b1=", NOBODY])
    assert received(stage, devices) == [[], ["text"], []]
    service_sdk.send_to_user("ada", io.BytesIO(b"\x00\xff"), content_type="application/octet-stream")
    assert received(stage, devices) == [["AP8="], ["AP8="], []]
    service_sdk.send_to_connection("b1=", "é", content_type="text/plain")
    service_sdk.send_to_connection(NOBODY, "x", content_type="text/plain")
    service_sdk.send_to_user("nobody", "x")
    assert received(stage, devices) == [[], [], ["é"]]
    frame = devices[2].frames()[-1]
    assert (frame["from"], frame["dataType"], frame["sequenceId"]) == ("server", "text", 2)


def test_messages_to_a_group_say_so(service_sdk: Any, stage: Stage, devices: Any) -> None:
    service_sdk.add_connection_to_group("a/b?c#d%", "a1=")
    service_sdk.add_user_to_group("a/b?c#d%", "bob")
    service_sdk.send_to_group("a/b?c#d%", [1], excluded=["b1="])
    service_sdk.send_to_group("a/b?c#d%", [2])
    service_sdk.send_to_group("a", [3])
    assert received(stage, devices) == [[[1], [2]], [], [[2]]]
    frame = devices[0].frames()[-1]
    assert (frame["from"], frame["group"], "fromUserId" in frame) == ("group", "a/b?c#d%", False)


def test_a_repetition_by_the_sdk_is_committed_once(service_sdk: Any, stage: Stage, devices: Any) -> None:
    for _ in range(2):
        for send in (
            service_sdk.send_to_all,
            lambda *data, **more: service_sdk.send_to_group("volatile.x", *data, **more),
        ):
            send("once", headers={"x-ms-client-request-id": f"id-{send is service_sdk.send_to_all}"})
    assert received(stage, devices)[0] == ["once"]


def test_a_message_with_a_time_to_live_expires(service_sdk: Any, stage: Stage, devices: Any) -> None:
    service_sdk.send_to_user("bob", "short", params={"messageTtlSeconds": 30})
    [item] = [each for each in stage.log_items() if "short" in each.get("frame", {}).get("S", "")]
    assert int(item["until"]["N"]) <= stage.now + 60
    assert received(stage, devices)[2] == ["short"]


def test_who_exists(service_sdk: Any, devices: Any) -> None:
    service_sdk.add_connection_to_group("room", "a2=")
    assert [service_sdk.connection_exists(each) for each in ("a1=", NOBODY)] == [True, False]
    assert [service_sdk.user_exists(each) for each in ("bob", "nobody")] == [True, False]
    assert [service_sdk.group_exists(each) for each in ("room", "roo")] == [True, False]
    devices[0].vanish()
    devices[2].vanish()
    assert service_sdk.connection_exists("a1=")  # it may come back
    assert not service_sdk.user_exists("bob")


def test_a_groups_connections_are_listed_in_pages(service_sdk: Any, devices: Any) -> None:  # noqa: ARG001 (it connects them)
    for connection in ("a1=", "a2=", "b1="):
        service_sdk.add_connection_to_group("a/b&c", connection)
    found = [(member.connection_id, member.user_id) for member in service_sdk.list_connections(group="a/b&c")]
    assert found == [("a1=", "ada"), ("a2=", "ada"), ("b1=", "bob")]
    paged = service_sdk.list_connections(group="a/b&c", maxpagesize=1).by_page()
    assert [[member.connection_id for member in page] for page in paged] == [["a1="], ["a2="], ["b1="]]
    paged = service_sdk.list_connections(group="a/b&c", maxpagesize=1, top=2).by_page()
    assert [[member.connection_id for member in page] for page in paged] == [["a1="], ["a2="]]
    assert list(service_sdk.list_connections(group="none", top=5)) == []


def test_groups_are_left(service_sdk: Any, stage: Stage, devices: Any) -> None:
    def everywhere() -> list[str]:
        return [group for group in ("x", "y") for _ in service_sdk.list_connections(group=group)]

    for group in ("x", "y"):
        service_sdk.add_user_to_group(group, "ada")
        service_sdk.add_connection_to_group(group, "b1=")
    service_sdk.remove_connection_from_group("x", "a1=")
    service_sdk.remove_user_from_group("y", "bob")
    assert everywhere() == ["x", "x", "y", "y"]
    service_sdk.remove_connection_from_all_groups("b1=")
    assert everywhere() == ["x", "y", "y"]
    service_sdk.remove_user_from_all_groups("ada")
    service_sdk.remove_user_from_all_groups("nobody")
    service_sdk.remove_connection_from_group("x", NOBODY)
    assert everywhere() == []
    service_sdk.send_to_group("x", 1)
    assert received(stage, devices) == [[], [], []]


def test_nobody_is_added_who_is_not_there(service_sdk: Any) -> None:
    with pytest.raises(ResourceNotFoundError, match="no such connection"):
        service_sdk.add_connection_to_group("room", NOBODY)
    service_sdk.add_user_to_group("room", "nobody")
    assert not service_sdk.group_exists("room")


def test_a_closed_connection_is_told_why_and_cannot_be_resumed(service_sdk: Any, stage: Stage, devices: Any) -> None:
    service_sdk.close_connection("a1=", reason="enough")
    last = devices[0].frames()[-1]
    assert last == {"type": "system", "event": "disconnected", "message": "enough"}
    assert stage.connections.closed == ["a1="]
    assert devices[0].connect("a3=", resume=True) == 404
    service_sdk.close_connection("a1=")
    service_sdk.close_connection(NOBODY)
    assert [service_sdk.connection_exists(each) for each in ("a1=", "a2=")] == [False, True]


@pytest.mark.parametrize(
    ("close", "closed"),
    [
        (lambda sdk: sdk.close_all_connections(), {"a1=", "a2=", "b1="}),
        (lambda sdk: sdk.close_all_connections(excluded=["a2="], reason="x"), {"a1=", "b1="}),
        (lambda sdk: sdk.close_user_connections("ada"), {"a1=", "a2="}),
        (lambda sdk: sdk.close_user_connections("ada", excluded=["a1="]), {"a2="}),
        (lambda sdk: sdk.close_group_connections("room", reason="x"), {"a1=", "b1="}),
        (lambda sdk: sdk.close_group_connections("room", excluded=["b1="]), {"a1="}),
    ],
)
def test_connections_of_all_a_user_and_a_group_are_closed(
    service_sdk: Any,
    stage: Stage,
    devices: Any,  # noqa: ARG001 (it connects them)
    close: Any,
    closed: set[str],
) -> None:
    for connection in ("a1=", "b1="):
        service_sdk.add_connection_to_group("room", connection)
    close(service_sdk)
    assert set(stage.connections.closed) == closed
    assert {each for each in ("a1=", "a2=", "b1=") if not service_sdk.connection_exists(each)} == closed


def test_users_of_a_tenant_are_named_with_it(service_sdk: Any, stage: Stage) -> None:
    device = stage.device("ada")
    device.identity = type(device.identity)("ada", "acme")
    device.connect("t1=")
    stage.pump()
    device.receive()
    acme = {"params": {"tenant": "acme"}}
    assert (service_sdk.user_exists("ada"), service_sdk.user_exists("ada", **acme)) == (False, True)
    service_sdk.send_to_user("ada", "hi", **acme)
    assert received(stage, [device]) == [["hi"]]
    service_sdk.close_user_connections("ada", **acme)
    assert stage.connections.closed == ["t1="]


@pytest.mark.parametrize(
    ("ask", "status", "reason"),
    [
        (lambda sdk: sdk.send_to_all("x", filter="userId eq 'ada'"), 400, "filter: not supported"),
        (lambda sdk: sdk.send_to_all("x", params={"messageTtlSeconds": 301}), 400, "messageTtlSeconds"),
        (lambda sdk: sdk.send_to_all(io.BytesIO(b"\xff"), content_type="text/plain"), 400, "not UTF-8"),
        (lambda sdk: sdk.send_to_all("x" * 131_073, content_type="text/plain"), 413, "at most 131072 bytes"),
        (lambda sdk: sdk.send_to_all("x" * 131_000, content_type="text/plain"), 400, "more than"),
        (lambda sdk: sdk.send_to_all("x", content_type="text/plain; charset=utf-16"), 415, "UTF-8"),
        (lambda sdk: sdk.send_to_group("g" * 1025, "x"), 400, "group: has more than 1024"),
        (lambda sdk: sdk.close_all_connections(reason="x" * 513), 400, "reason: has more than 512"),
        (lambda sdk: sdk.list_connections(group="g", maxpagesize=201).next(), 400, "maxpagesize"),
    ],
)
def test_what_is_asked_for_wrongly_is_refused_by_name(service_sdk: Any, ask: Any, status: int, reason: str) -> None:
    with pytest.raises(HttpResponseError, match=reason) as refusal:
        ask(service_sdk)
    assert refusal.value.status_code == status
