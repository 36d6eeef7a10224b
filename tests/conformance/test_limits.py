"""Section D: frames, sizes, closes and what keeps a connection alive."""

import json
import socket
from contextlib import suppress
from typing import Any

import pytest
from websockets.frames import Close, Opcode

from deployed_stage import PATIENCE, DeployedStage, Observer, whoami
from emulated_stages import Emulated
from longwire.testing import Client
from raw_client import RawClient

FRAME, MESSAGE = 32_768, 131_072  # bytes
NO_WAIT = "the real limits are ten minutes and two hours"


def message_of(size: int) -> bytes:
    """A message of so many bytes to a route that answers."""
    start, end = b'{"action":"mock","pad":"', b'"}'
    return start + b"x" * (size - len(start) - len(end)) + end


def in_frames(client: RawClient, data: bytes, size: int = FRAME) -> None:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    for number, piece in enumerate(pieces):
        client.send(Opcode.CONT if number else Opcode.TEXT, piece, fin=number == len(pieces) - 1)


def close_of(client: RawClient) -> tuple[int, str]:
    """The code and the reason of the close frame that comes next."""
    first, payload = client.frame()
    assert first == 0x80 | Opcode.CLOSE
    close = Close.parse(payload)
    return int(close.code), close.reason


def last_event(observer: Observer) -> tuple[int, str]:
    context = observer.received()["requestContext"]
    return context["disconnectStatusCode"], context["disconnectReason"]


# --- sizes


def test_a_frame_has_at_most_32_kb(api: DeployedStage) -> None:
    """D.1, D.13 DOCUMENTED [DG:limits]: a frame of 32,768 bytes is taken, a larger one closes with 1009."""
    client, _ = api.upgraded()
    client.send(Opcode.TEXT, message_of(FRAME))
    assert client.text() == '{"from":"mock"}'
    client.send(Opcode.TEXT, message_of(FRAME + 1))
    assert close_of(client) == (1009, "")


def test_a_message_has_at_most_128_kb(api: DeployedStage) -> None:
    """D.2, D.13 DOCUMENTED [DG:limits, MGMT]: 131,072 bytes over all frames are taken, more close with 1009."""
    client, _ = api.upgraded()
    in_frames(client, message_of(MESSAGE))
    assert client.text() == '{"from":"mock"}'
    in_frames(client, message_of(MESSAGE + 1))
    assert close_of(client) == (1009, "")


def test_sizes_are_bytes_and_not_characters(api: DeployedStage) -> None:
    """D.13 DOCUMENTED [MGMT]: sizes are those of the UTF-8 payload."""
    client, _ = api.upgraded()
    client.send(Opcode.TEXT, ("ä" * (FRAME // 2 + 1)).encode())
    assert close_of(client)[0] == 1009


def test_a_compressed_message_is_measured_uncompressed(api: DeployedStage) -> None:
    """D.16 UNKNOWN [default]: with permessage-deflate the size after inflation counts."""
    client = api.connect()
    client.send(message_of(FRAME + 1).decode())
    assert client.wait_closed(PATIENCE).code == 1009


def test_a_binary_frame_closes_with_1003(api: DeployedStage) -> None:
    """D.3, D.4 DOCUMENTED [DG:apigateway-websocket-api-routes-integrations]: binary: 1003; the reason is a guess."""
    client, _ = api.upgraded()
    client.send(Opcode.BINARY, b'{"action":"mock"}')
    assert close_of(client) == (1003, "")


@pytest.mark.parametrize(("opcode", "size", "code"), [(Opcode.BINARY, 1, 1003), (Opcode.TEXT, FRAME + 1, 1009)])
def test_disconnect_has_the_code_of_the_gateways_close(
    api: DeployedStage, opcode: Opcode, size: int, code: int
) -> None:
    """B4.9 UNKNOWN [default]: closed by the gateway for size or a binary frame: DISCONNECT has that code and `""`."""
    observer = api.observer()
    client, _ = api.upgraded({"observer": observer.connection_id})
    observer.received()
    client.send(opcode, b"x" * size)
    assert close_of(client) == (code, "")
    assert last_event(observer) == (code, "")


def test_a_message_in_several_frames_is_one_event(api: DeployedStage) -> None:
    """D.2 DOCUMENTED [DG:limits]: the frames of a message are put together, even inside a character."""
    client, _ = api.upgraded()
    in_frames(client, '{"action":"none","text":"äöü€😀"}'.encode(), 5)
    first, payload = client.frame()
    assert first & 0x0F == Opcode.TEXT
    assert json.loads(json.loads(payload)["body"])["text"] == "äöü€😀"


def test_an_answer_above_32_kb_comes_in_frames_of_32_kb(api: DeployedStage) -> None:
    """D.1 INFERRED [DG:limits]: the gateway's own frames have at most 32 KB as well."""
    client, _ = api.upgraded()
    in_frames(client, b'{"action":"twoway","pad":"%s"}' % (b"x" * 70_000))
    frames = [client.frame() for _ in range(3)]
    assert [first for first, _ in frames] == [0x01, 0x00, 0x80]
    assert [len(payload) for _, payload in frames[:2]] == [FRAME, FRAME]
    event = json.loads(b"".join(payload for _, payload in frames))
    assert len(json.loads(event["body"])["pad"]) == 70_000


# --- ping and pong


@pytest.mark.parametrize("payload", [b"", b"hello", b"x" * 125])
def test_a_ping_is_answered_with_a_pong(api: DeployedStage, payload: bytes) -> None:
    """D.15 INFERRED [python websockets' keepalive works against AWS]: a ping is answered with its payload."""
    client, _ = api.upgraded()
    client.send(Opcode.PING, payload)
    assert client.frame() == (0x80 | Opcode.PONG, payload)


def test_the_gateway_sends_nothing_by_itself(api: DeployedStage) -> None:
    """D.15 CLAIMED [GH:andyrichardson/subscriptionless#3]: the gateway originates no pings."""
    client, _ = api.upgraded()
    client.socket.settimeout(0.5)
    with pytest.raises(socket.timeout):
        client.frame()


@pytest.mark.parametrize(("code", "reason"), [(1000, "bye"), (4000, "")])
def test_a_close_is_answered_with_the_same_code(api: DeployedStage, code: int, reason: str) -> None:
    """D.17 DOCUMENTED [RFC 6455, 5.5.1]: a close frame is answered with its code, and TCP ends."""
    client, _ = api.upgraded()
    client.send(Opcode.CLOSE, Close(code, reason).serialize())
    assert close_of(client)[0] == code
    with pytest.raises(EOFError):
        client.frame()


# --- time


@pytest.fixture
def impatient(emulated: Emulated) -> DeployedStage:
    """Closes after a second without a message, and after three seconds in any case."""
    stage = emulated("template", idle_timeout=1, max_duration=3)
    stage.connect(query={"observer": "AAAAAAAAAAACAAA="}).close()  # warm functions, which have their modules
    return stage


def quiet(client: Client, seconds: float) -> None:
    """Nothing comes for so long."""
    with pytest.raises(TimeoutError):
        client.receive_text(seconds)


@pytest.mark.emulator_only(reason=NO_WAIT)
def test_an_idle_connection_is_closed(impatient: DeployedStage) -> None:
    """D.6 OBSERVED [DG:limits, public capture]: after idle_timeout without a message: 1001 `Going away`."""
    client = impatient.connect()
    quiet(client, 0.7)
    close = client.wait_closed(5)
    assert (close.code, close.reason) == (1001, "Going away")


@pytest.mark.emulator_only(reason=NO_WAIT)
def test_disconnect_of_an_idle_connection_says_going_away(impatient: DeployedStage) -> None:
    """B4.5 OBSERVED [public capture]: idle timeout: DISCONNECT has 1001 and `Going away`."""
    observer = impatient.observer()
    client = observer.watched()
    observer.received()
    quiet(client, 0.6)
    observer.client.send(action="mock")  # else it were idle itself
    assert observer.received() == {"from": "mock"}
    assert last_event(observer) == (1001, "Going away")


def kept_alive(client: Client, act: Any, *, turns: int = 4) -> None:
    """``act`` every 0.4 s, for longer than the idle timeout of a second."""
    for _ in range(turns):
        with suppress(TimeoutError):
            client.receive_text(0.4)
        act()
    whoami(client)


@pytest.mark.emulator_only(reason=NO_WAIT)
def test_a_clients_messages_keep_it_alive(impatient: DeployedStage) -> None:
    """D.14 OBSERVED [GH:ustaxcourt/ef-cms#1760]: client messages reset the idle time."""
    client = impatient.connect()
    kept_alive(client, lambda: client.send(action="oneway", answer=None))


@pytest.mark.emulator_only(reason=NO_WAIT)
def test_posts_keep_a_connection_alive(impatient: DeployedStage) -> None:
    """D.14 OBSERVED [hotsock.io/docs/connections/keep-alive]: `POST @connections` resets the idle time."""
    client = impatient.connect()
    connection_id = whoami(client)["connectionId"]
    management = impatient.management()
    for _ in range(4):
        quiet(client, 0.4)
        management.post_to_connection(ConnectionId=connection_id, Data=b"still there?")
        assert client.receive_text() == "still there?"
    whoami(client)


@pytest.mark.emulator_only(reason=NO_WAIT)
def test_a_route_response_keeps_a_connection_alive(impatient: DeployedStage) -> None:
    """D.14 INFERRED [it is a message to the client]: a route response resets the idle time when it is sent."""
    client = impatient.connect()
    client.send(action="twoway", sleep=0.8, answer={"body": "late"})
    assert client.receive_text(5) == "late"
    quiet(client, 0.7)
    whoami(client)


@pytest.mark.emulator_only(reason=NO_WAIT)
def test_get_does_not_keep_a_connection_alive(impatient: DeployedStage) -> None:
    """D.18 UNKNOWN [default]: `GET @connections` does not reset the idle time."""
    client = impatient.connect()
    connection_id = whoami(client)["connectionId"]
    quiet(client, 0.6)
    impatient.management().get_connection(ConnectionId=connection_id)
    assert client.wait_closed(0.8).code == 1001


@pytest.mark.emulator_only(reason=NO_WAIT)
def test_a_connection_ends_after_its_longest_duration(impatient: DeployedStage) -> None:
    """D.7, B4.10 INFERRED [as the idle close]: after max_duration, though active: 1001 `Going away`, DISCONNECT too."""
    client = impatient.connect()
    for _ in range(4):
        quiet(client, 0.6)
        client.send(action="oneway", answer=None)
    close = client.wait_closed(3)
    assert (close.code, close.reason) == (1001, "Going away")
