"""Section J: settings, each with its default and with another value, by the names that ``--set`` takes."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from websockets.frames import Opcode

from deployed_stage import PATIENCE, DeployedStage, whoami
from emulated_stages import Emulated
from longwire.testing import Client

pytestmark = pytest.mark.emulator_only(reason="it changes settings of the emulator")

CHANGED: dict[str, Any] = {
    "tcp_drop": 1011,
    "timeout_frame": "Too slow",
    "unknown_stage": 404,
    "connect_null_return": 500,
    "two_way_without_body": "nothing",
    "non_2xx_two_way": "error",
    "lenient_json": True,
    "parallel_message_dispatch": False,
    "frame_size": 1000,
    "message_size": 2000,
    "url_length": 600,
    "url_too_long_status": 400,
}
TIMED: dict[str, Any] = {
    "idle_timeout": 1,
    "idle_slack": 0.5,
    "ping_resets_idle": True,
    "max_duration": 2.5,
    "max_duration_code": 1000,
}
SHORT: dict[str, Any] = {"403 body": '{"message":"No"}', "integration_timeout": 0.2}
NULL = {"answer": "null"}


@pytest.fixture
def other(emulated: Emulated) -> DeployedStage:
    return emulated("template", **CHANGED)


@pytest.fixture
def timed(emulated: Emulated) -> DeployedStage:
    return emulated("template", **TIMED)


@pytest.fixture
def both(api: DeployedStage, other: DeployedStage) -> tuple[DeployedStage, DeployedStage]:
    """Every default, and other values."""
    return api, other


Both = tuple[DeployedStage, DeployedStage]


def said(client: Client, message: str) -> str:
    client.send(message)
    return client.receive_text(PATIENCE)


def text_of(stage: DeployedStage, message: str) -> str:
    """The error frame's text that a message gets."""
    return str(json.loads(said(stage.connect(), message))["message"])


# --- handshakes


def test_unknown_stage(both: Both) -> None:
    """J.unknown_stage UNKNOWN [inferred]: an unknown stage: 403; or another status."""
    assert [stage.raw().upgrade("/nosuchstage").status for stage in both] == [403, 404]


def test_forbidden_body(emulated: Emulated, api: DeployedStage) -> None:
    """J.forbidden_body UNKNOWN [REST's]: the body of that 403; or another."""
    other = emulated("selection", **SHORT)
    bodies = [stage.raw().upgrade("/nosuchstage").body for stage in (api, other)]
    assert bodies == [b'{"message":"Forbidden"}', b'{"message":"No"}']


def test_connect_null_return(both: Both) -> None:
    """J.connect_null_return UNKNOWN [REST's rule]: null from `$connect`: 502; or another status."""
    assert [stage.refused(query=NULL).status for stage in both] == [502, 500]


def test_connect_timeout(emulated: Emulated, throttled: DeployedStage) -> None:
    """J.connect_timeout UNKNOWN [inferred]: `$connect` slower than its timeout: 504; or another status."""
    other = emulated("throttled", connect_timeout=503, throttle_frame="Slow down")
    slow = {"sleep": "2"}
    assert [stage.refused(query=slow).status for stage in (throttled, other)] == [504, 503]


def test_url_too_long_status(both: Both) -> None:
    """J.url_length, J.url_too_long_status UNKNOWN [default]: above 4,096 characters: 414; or otherwise."""
    longest = ("x" * 4200, "x" * 700)
    found = [stage.raw().upgrade(f"{stage.path}?{pad}").status for stage, pad in zip(both, longest, strict=True)]
    assert found == [414, 400]


# --- messages


def test_two_way_without_body(both: Both) -> None:
    """J.two_way_without_body UNKNOWN [observed once]: a two-way answer without a body: an empty message; or nothing."""
    message = '{"action":"twoway","answer":{"statusCode":200}}'
    assert said(both[0].connect(), message) == ""
    client = both[1].connect()
    client.send(message)
    assert said(client, '{"action":"mock"}') == '{"from":"mock"}'


def test_non_2xx_two_way(both: Both) -> None:
    """J.non_2xx_two_way UNKNOWN [observed with 500; a claim to the contrary]: the body is sent; or an error frame."""
    message = '{"action":"twoway","answer":{"statusCode":500,"body":"{\\"message\\":\\"mine\\"}"}}'
    assert [text_of(stage, message) for stage in both] == ["mine", "Internal server error"]


def test_timeout_frame(both: Both) -> None:
    """J.timeout_frame UNKNOWN [REST's text]: after an integration timeout: `Endpoint request timed out`; or another."""
    message = '{"action":"late","sleep":1}'
    assert [text_of(stage, message) for stage in both] == ["Endpoint request timed out", "Too slow"]


def test_integration_timeout(emulated: Emulated) -> None:
    """J.integration_timeout DOCUMENTED [DG-now:quotas]: 29 s at most; or less."""
    started = time.monotonic()
    assert text_of(emulated("selection", **SHORT), '{"service":"slow"}') == "Endpoint request timed out"
    assert time.monotonic() - started < 5


def test_throttle_frame(emulated: Emulated, throttled: DeployedStage) -> None:
    """J.throttle_frame UNKNOWN [REST's text]: for a throttled message: `Too Many Requests`; or another text."""
    other = emulated("throttled", connect_timeout=503, throttle_frame="Slow down")
    for stage, text in ((throttled, "Too Many Requests"), (other, "Slow down")):
        client = stage.connect()
        for _ in range(3):
            client.send(action="twoway", answer={"body": '{"message":"served"}'})
        assert {client.receive_json(PATIENCE)["message"] for _ in range(3)} - {"served"} == {text}


def test_lenient_json(both: Both) -> None:
    """J.lenient_json, C1.5 UNKNOWN [observed once]: a key without quotes makes a message no JSON; or is read."""
    message = '{"action":"twoway", text:"hello"}'
    routes = [json.loads(said(stage.connect(), message))["requestContext"]["routeKey"] for stage in both]
    assert routes == ["$default", "twoway"]


def test_parallel_message_dispatch(both: Both) -> None:
    """J.parallel_message_dispatch UNKNOWN [inferred]: messages of a connection run side by side; or one by one."""
    orders = []
    for stage in both:
        client = stage.connect()
        for text, seconds in (("first", 0.8), ("second", 0)):
            client.send(action="twoway", sleep=seconds, answer={"body": text})
        orders.append([client.receive_text(PATIENCE), client.receive_text(PATIENCE)])
    assert orders == [["second", "first"], ["first", "second"]]


# --- sizes and closes


def test_tcp_drop(both: Both) -> None:
    """J.tcp_drop UNKNOWN [default]: DISCONNECT after a lost TCP connection: 1006; or another code."""
    codes = []
    for stage in both:
        observer = stage.observer()
        client = observer.watched()
        observer.received()
        client.drop()
        codes.append(observer.received()["requestContext"]["disconnectStatusCode"])
    assert codes == [1006, 1011]


@pytest.mark.parametrize("frames", [(1001,), (1000, 1000, 1)])
def test_frame_size_and_message_size(both: Both, frames: tuple[int, ...]) -> None:
    """J.frame_size, J.message_size DOCUMENTED [DG:limits]: 32,768 and 131,072 bytes; or others."""
    client, _ = both[1].upgraded()
    for number, size in enumerate(frames):
        client.send(Opcode.CONT if number else Opcode.TEXT, b"x" * size, fin=number == len(frames) - 1)
    first, payload = client.frame()
    assert (first, payload[:2]) == (0x88, (1009).to_bytes(2, "big"))
    assert said(both[0].connect(), '{"action":"mock","pad":"%s"}' % ("x" * 1001)) == '{"from":"mock"}'


# --- time


def pinging(stage: DeployedStage, seconds: float) -> Iterator[Client]:
    """A client whose only sign of life are ping frames."""
    client = stage.connect()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        client.socket.ping()
        with suppress(TimeoutError):
            client.receive_text(0.3)
        yield client


def test_pings_do_not_keep_a_connection_alive(emulated: Emulated) -> None:
    """J.ping_resets_idle, J.idle_timeout UNKNOWN [statements conflict]: ping frames do not reset the idle time."""
    stage = emulated("template", idle_timeout=1, max_duration=3)
    started = time.monotonic()
    client = stage.connect()
    client.socket.ping()
    with pytest.raises(TimeoutError):
        client.receive_text(0.6)
    client.socket.ping()
    assert client.wait_closed(0.9).reason == "Going away"
    assert time.monotonic() - started < 1.5


def test_pings_may_keep_a_connection_alive_until_its_longest_duration(timed: DeployedStage) -> None:
    """J.ping_resets_idle, J.max_duration, J.max_duration_code UNKNOWN [default]: or they do; with another code."""
    started = time.monotonic()
    *_, client = pinging(timed, 2)
    close = client.wait_closed(3)
    assert (close.code, close.reason) == (1000, "Going away")
    assert 2.4 <= time.monotonic() - started < 3.5


def test_idle_slack(timed: DeployedStage) -> None:
    """J.idle_slack OBSERVED [public capture: 603.9 s]: the idle close is on time; or late."""
    started = time.monotonic()
    assert timed.connect().wait_closed(3).code == 1001
    assert time.monotonic() - started >= 1.4


# --- accounts


def test_iam_later_routes(signed: DeployedStage, emulated: Emulated) -> None:
    """J.iam_later_routes, F6 UNKNOWN [the documentation says both]: IAM at `$connect` alone; or on all routes."""
    other = emulated("iam", iam_later_routes=True)
    assert whoami(opened_by_the_connect_only_key(signed))
    client = opened_by_the_connect_only_key(other)
    assert json.loads(said(client, '{"action":"twoway"}'))["message"] == "Forbidden"


def opened_by_the_connect_only_key(stage: DeployedStage) -> Client:
    request = AWSRequest("GET", stage.management_url)
    credentials = Credentials("AKIDCONNECTONLY", "of somebody who may only connect")
    SigV4QueryAuth(credentials, "execute-api", stage.region, 60).add_auth(request)
    return stage.connect(url=str(request.url).replace("http://", "ws://"))


def test_authorizer_result_size(emulated: Emulated) -> None:
    """J.authorizer_result_size DOCUMENTED [DG-now:quotas]: an authorizer's result above 8 KB: 500; or above less."""
    stage = emulated("authorizer", parameters={"ApiKeyRequired": "true"}, authorizer_result_size=700)
    query = {"token": "t", "key": "conformanceauthorizerkey"}
    found = [stage.upgraded({**query, "size": size}, ("X-Token", "t"))[1].status for size in ("1", "700")]
    assert found == [101, 500]


def test_usage_quota_frame(emulated: Emulated) -> None:
    """J.usage_quota_frame UNKNOWN [REST's text]: for a used-up quota: `Limit Exceeded`; or another text."""
    stage = emulated("keys", usage_quota_frame="No more")
    answers = [stage.upgraded(None, ("x-api-key", "conformancesmallkey000"))[1] for _ in range(3)]
    assert json.loads(answers[-1].body)["message"] == "No more"
