"""Section G: what is billed. The emulator's own count, since AWS shows it on the bill alone."""

import json
from typing import Any

import pytest
from websockets.frames import Opcode

from deployed_stage import PATIENCE, DeployedStage, whoami
from emulated_stages import Emulated
from longwire_infra.usage import Usage
from raw_client import RawClient

pytestmark = pytest.mark.emulator_only(reason="AWS has no call that tells what will be on the bill")


def counted(stage: DeployedStage) -> dict[str, Any]:
    client = RawClient(stage.url)
    found: dict[str, Any] = json.loads(client.request("GET", "/_longwire/usage").body)
    client.close()
    return found


def messages(before: dict[str, Any], after: dict[str, Any]) -> dict[str, int]:
    """Billed increments by kind, between two counts; kinds without any are left out."""
    kinds = after["details"]["messages"]
    grown = {kind: kinds[kind]["billed"] - before["details"]["messages"][kind]["billed"] for kind in kinds}
    return {kind: count for kind, count in grown.items() if count}


@pytest.fixture
def stage(emulated: Emulated) -> DeployedStage:
    """A Stage that no other test connects to."""
    return emulated("template", minute_rounding="ceil")


@pytest.mark.parametrize(("size", "billed"), [(32_768, 1), (32_769, 2), (131_072, 4)])
def test_messages_to_a_client_are_billed_in_32_kb(stage: DeployedStage, size: int, billed: int) -> None:
    """G1 DOCUMENTED [PRICE]: messages are billed in increments of 32 KB: "a 33 KB message is metered as two"."""
    client = stage.connect()
    connection_id = whoami(client)["connectionId"]
    before = counted(stage)
    stage.management().post_to_connection(ConnectionId=connection_id, Data=b"x" * size)
    client.receive_text(PATIENCE)

    assert messages(before, counted(stage)) == {"post_to_connection": billed}


def test_messages_are_billed_both_ways(stage: DeployedStage) -> None:
    """G1, G3 DOCUMENTED [PRICE]: messages are billed both ways; that answers count is inferred."""
    client = stage.connect()
    before = counted(stage)
    client.send(action="twoway")
    client.receive_text(PATIENCE)
    client.send(action="mock")
    client.receive_text(PATIENCE)

    assert messages(before, counted(stage)) == {"route_message": 2, "route_response": 1, "mock": 1}


def test_error_frames_are_billed(stage: DeployedStage) -> None:
    """G8 UNKNOWN [default]: error frames count as messages."""
    client = stage.connect()
    before = counted(stage)
    client.send(action="oneway", do="raise")
    client.receive_text(PATIENCE)

    assert messages(before, counted(stage)) == {"route_message": 1, "error_frame": 1}


@pytest.mark.parametrize(("counts", "billed"), [(False, "0"), (True, "2")])
def test_connect_and_disconnect_are_messages_if_a_setting_says_so(
    emulated: Emulated, counts: bool, billed: str
) -> None:
    """G4, J.count_connect_as_message UNKNOWN [default]: `$connect` and `$disconnect` are not billed; or are."""
    stage = emulated("template", minute_rounding="ceil", count_connect_as_message=counts)
    client = stage.connect()
    before = counted(stage)
    client.close()
    other = stage.connect()
    after = counted(stage)
    other.close()

    grown = int(after["websocket_messages"]) - int(before["websocket_messages"])
    assert grown == int(billed)
    assert messages(before, after) == {"connect": 1, "disconnect": 1}


def test_pings_get_and_delete_are_not_billed(stage: DeployedStage) -> None:
    """G5, G6 CLAIMED [public capture]: pings are not billed; nor GET and DELETE, which is unknown."""
    client, (pinging, _) = stage.connect(), stage.upgraded()
    connection_id = whoami(client)["connectionId"]
    before = counted(stage)
    pinging.send(Opcode.PING)
    pinging.frame()
    stage.management().get_connection(ConnectionId=connection_id)
    stage.management().delete_connection(ConnectionId=connection_id)

    assert set(messages(before, counted(stage))) <= {"disconnect"}


@pytest.mark.parametrize(("rounding", "least", "most"), [("ceil", 2, 2), ("exact", 0, 1)])
def test_minutes_are_rounded_up_for_each_connection_or_not_at_all(
    emulated: Emulated, rounding: str, least: float, most: float
) -> None:
    """G7, J.minute_rounding UNKNOWN [default]: each connection's minutes are rounded up; or counted exactly."""
    stage = emulated("template", minute_rounding=rounding)
    before = counted(stage)
    for _ in range(2):
        stage.connect().close()
    # A connection that is still open counts as well, so that it does not matter when the closes arrive.
    grown = float(counted(stage)["connection_minutes"]) - float(before["connection_minutes"])

    assert least <= grown <= most
    assert rounding == "ceil" or grown > 0


def test_a_refused_handshake_costs_no_message_and_no_minute(stage: DeployedStage) -> None:
    """G8 INFERRED [no message, no minute]: a refused handshake is not billed; its function's invocation is."""
    before = counted(stage)
    stage.refused(query={"answer": json.dumps({"statusCode": 403})})
    after = counted(stage)

    invocations = [
        found["details"]["functions"].get("ConnectFunction", {"invocations": 0}) for found in (before, after)
    ]
    assert messages(before, after) == {}
    assert after["connection_minutes"] == before["connection_minutes"]
    assert invocations[1]["invocations"] == invocations[0]["invocations"] + 1


def test_the_record_is_one_that_can_be_priced(stage: DeployedStage) -> None:
    """G1 DOCUMENTED [PRICE]: messages and connection minutes; Lambda's invocations and GB-seconds beside them."""
    whoami(stage.connect())
    record = counted(stage)
    details = record.pop("details")
    usage = Usage.from_json(record)

    assert usage.lambda_x86_gb_seconds is not None
    assert usage.lambda_x86_gb_seconds > 0
    assert details["functions"]["MessageFunction"]["memory_mb"] == 512
