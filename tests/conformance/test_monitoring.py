"""Section H: metrics and access logs. The emulator's own, since AWS's arrive in CloudWatch minutes later."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deployed_stage import PATIENCE, DeployedStage
from emulated_stages import Emulated
from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.template.load import load
from raw_client import RawClient

pytestmark = pytest.mark.emulator_only(reason="CloudWatch has metrics and logs of a deployed stage, minutes later")
TEMPLATE = Path(__file__).parent / "access_log.yaml"
NAMES = (
    "eventType", "routeKey", "status", "requestId", "extendedRequestId", "messageId", "connectionId", "apiId", "stage",
    "connectedAt", "requestTimeEpoch", "integrationStatus", "integration", "sourceIp", "waf", "disconnectReason",
    "error",
)  # fmt: skip


# --- metrics


def metrics(stage: DeployedStage) -> dict[tuple[str, ...], float]:
    """By name and label values, the stage's left out: ("message_count_total", "oneway")."""
    client = RawClient(stage.url)
    text = client.request("GET", "/metrics").body.decode()
    client.close()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {
        (
            sample.name.removeprefix("longwire_"),
            *(value for name, value in sorted(sample.labels.items()) if name != "stage"),
        ): sample.value
        for sample in samples
    }


def grown(before: dict[tuple[str, ...], float], after: dict[tuple[str, ...], float], *names: str) -> dict[str, float]:
    """What has been added since to these counters, by name and route; what has not is left out."""
    found = {key: value - before.get(key, 0) for key, value in after.items() if key[0] in names}
    return {f"{key[0]} {key[1]}": value for key, value in found.items() if value}


COUNTERS = (
    "connect_count_total",
    "message_count_total",
    "integration_error_total",
    "client_error_total",
    "execution_error_total",
    "integration_latency_seconds_count",
)


@pytest.fixture
def stage(emulated: Emulated) -> DeployedStage:
    """A Stage that no other test connects to."""
    return emulated("template", minute_rounding="exact", count_connect_as_message=True)


def test_a_handshake_is_a_connect_count_and_no_message(stage: DeployedStage) -> None:
    """H1 DOCUMENTED [DG:apigateway-websocket-api-logging]: ConnectCount is what reaches the `$connect` integration."""
    before = metrics(stage)
    stage.connect()
    after = metrics(stage)

    assert grown(before, after, *COUNTERS[:2]) == {"connect_count_total $connect": 1}
    assert after["active_connections",] == before["active_connections",] + 1


def test_a_message_and_its_answer_are_two_messages_and_one_latency(stage: DeployedStage) -> None:
    """H1 DOCUMENTED [DG:apigateway-websocket-api-logging]: MessageCount counts both ways; IntegrationLatency."""
    client = stage.connect()
    before = metrics(stage)
    client.send(action="twoway")
    client.receive_text(PATIENCE)

    assert grown(before, metrics(stage), *COUNTERS) == {
        "message_count_total twoway": 2, "integration_latency_seconds_count twoway": 1,
    }  # fmt: skip


def test_a_mock_has_no_integration_latency(stage: DeployedStage) -> None:
    """H1 DOCUMENTED [DG:apigateway-websocket-api-logging]: IntegrationLatency is suppressed for callbacks and mocks."""
    client = stage.connect()
    before = metrics(stage)
    client.send(action="mock")
    client.receive_text(PATIENCE)

    assert grown(before, metrics(stage), *COUNTERS) == {"message_count_total mock": 2}


@pytest.mark.parametrize(
    ("asked", "counter"),
    [
        ({"action": "twoway", "answer": {"statusCode": 404, "body": "x"}}, "integration_error_total twoway"),
        ({"action": "twoway", "do": "raise"}, "integration_error_total twoway"),
        ({"action": "late", "sleep": 0.8}, "execution_error_total late"),
    ],
)
def test_an_error_is_the_integrations_or_the_calls(stage: DeployedStage, asked: dict[str, Any], counter: str) -> None:
    """H1 DOCUMENTED [DG:apigateway-websocket-api-logging]: IntegrationError, or ExecutionError (timeouts)."""
    client = stage.connect()
    before = metrics(stage)
    client.send_json(asked)
    client.receive_text(PATIENCE)

    assert grown(before, metrics(stage), *COUNTERS[2:5]) == {counter: 1}


def test_a_handshake_that_api_gateway_refuses_is_a_client_error(stage: DeployedStage) -> None:
    """H1 DOCUMENTED [DG:apigateway-websocket-api-logging]: ClientError is a 4XX before the integration is invoked."""
    before = metrics(stage)
    stage.refused(url=stage.url + "/nowhere")

    assert grown(before, metrics(stage), *COUNTERS[:5]) == {"client_error_total $connect": 1}


def test_closes_are_counted_by_code(stage: DeployedStage) -> None:
    """H2 DOCUMENTED [DG:apigateway-websocket-api-logging]: AWS counts no open or ended connections; we do."""
    client = stage.connect()
    before = metrics(stage)
    client.close(4001)
    after = metrics(stage)

    assert after["closes_total", "4001"] == before.get(("closes_total", "4001"), 0) + 1


# --- access logs


class Logged:
    """The Stage of access_log.yaml, and its lines."""

    def __init__(self, longwire: Longwire, lines: list[str]) -> None:
        self.longwire = longwire
        self.lines = lines

    def fields(self) -> list[dict[str, str]]:
        """One mapping a line; the error's text is all that may have spaces."""
        return [dict(zip(NAMES, line.split(" ", len(NAMES) - 1), strict=True)) for line in self.lines]


@pytest.fixture(scope="module")
def server_and_lines() -> Iterator[tuple[LongwireServer, list[str]]]:
    lines: list[str] = []
    server = LongwireServer(load(TEMPLATE), Options(port=0, access_log=lines.append))
    yield server, lines
    server.close()


@pytest.fixture
def logged(server_and_lines: tuple[LongwireServer, list[str]]) -> Iterator[Logged]:
    server, lines = server_and_lines
    lines.clear()
    longwire = Longwire(server)
    yield Logged(longwire, lines)
    longwire.close()


def test_each_request_of_a_connection_is_a_line(logged: Logged) -> None:
    """H3, H4 DOCUMENTED [DG:websocket-api-logging]: the access log has the `$context` variables, a line a request."""
    client = logged.longwire.connect()
    client.send(action="send")
    logged.longwire.wait_for("invocation_finished", route_key="send")
    client.close()
    logged.longwire.wait_for("invocation_finished", route_key="$disconnect")
    connect, message, disconnect = logged.fields()

    kinds = [(line["eventType"], line["routeKey"], line["status"]) for line in (connect, message, disconnect)]
    assert kinds == [("CONNECT", "$connect", "200"), ("MESSAGE", "send", "200"), ("DISCONNECT", "$disconnect", "200")]
    for line in (connect, message, disconnect):
        assert line["requestId"] == line["extendedRequestId"]
        assert (line["integrationStatus"], line["integration"], line["stage"]) == ("200", "200", "conformance")
        assert (line["sourceIp"], line["connectedAt"]) == ("127.0.0.1", connect["connectedAt"])
        assert line["connectionId"] == connect["connectionId"]
    assert message["messageId"] != "-"
    assert connect["messageId"] == disconnect["messageId"] == "-"


def test_what_does_not_apply_and_what_no_websocket_api_has_is_a_hyphen(logged: Logged) -> None:
    """H3 DOCUMENTED [DG:websocket-api-logging]: a variable that does not apply, or does not exist, is a hyphen."""
    logged.longwire.connect()
    (line,) = logged.fields()

    assert (line["waf"], line["disconnectReason"], line["error"]) == ("-", "-", "-")
    assert any("$context.disconnectReason" in warning for warning in logged.longwire.stack.warnings)


def test_a_message_that_no_route_takes_is_a_line_with_its_error(logged: Logged) -> None:
    """H3 DOCUMENTED [DG:websocket-api-logging]: `$context.error.message`; requestId as in the error frame."""
    client = logged.longwire.connect()
    client.send(action="other")
    frame = json.loads(client.receive_text(PATIENCE))
    line = logged.fields()[-1]

    assert (line["eventType"], line["routeKey"], line["status"], line["error"]) == ("MESSAGE", "-", "403", "Forbidden")
    assert line["requestId"] == frame["requestId"]
    assert line["integration"] == "-"
