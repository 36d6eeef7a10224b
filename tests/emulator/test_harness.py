"""The ``longwire`` fixture's object, on the smallest app."""

import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.template.load import load

TEMPLATE = Path(__file__).parents[1] / "bench" / "echo_app" / "template.yaml"


@pytest.fixture(scope="module")
def server() -> Iterator[LongwireServer]:
    made = LongwireServer(load(TEMPLATE), Options(port=0))
    yield made
    made.close()


@pytest.fixture
def echo(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    yield made
    made.close()


def test_clients_are_known_by_their_connection_ids(echo: Longwire) -> None:
    first, second = echo.connect(), echo.connect()
    management = echo.client("apigatewaymanagementapi")
    management.post_to_connection(ConnectionId=echo.connection_id(second), Data=b"for the second")
    assert second.receive() == "for the second"
    assert echo.connection_id(first) != echo.connection_id(second)


def test_waiting_finds_what_was_before_and_what_comes(echo: Longwire) -> None:
    ws = echo.connect()
    ws.send("hi")
    assert echo.wait_for("message_received", payload="hi")["route_key"] == "$default"
    assert echo.wait_for("frame_sent", cause="route_response")["payload"] == "hi"
    assert echo.wait_for("message_received", payload="hi")["size"] == 2


def test_waiting_for_what_never_comes_ends_with_its_name(echo: Longwire) -> None:
    with pytest.raises(TimeoutError, match=r"no connection_closed with \{'code': 1\} within 0\.01 s"):
        echo.wait_for("connection_closed", timeout=0.01, code=1)


def test_the_end_of_a_test_closes_what_it_left_open(server: LongwireServer) -> None:
    made = Longwire(server)
    made.connect()
    made.close()
    assert server.run(lambda: len(server.emulator.gateways[0].connections)) == 0
    assert Longwire(server).timeline == []


def test_lambda_can_be_invoked_by_name(echo: Longwire) -> None:
    answer = echo.client("lambda").invoke(FunctionName=echo.physical_id("Echo"), Payload=b'{"body":"direct"}')
    assert b"direct" in answer["Payload"].read()


def test_a_client_that_keeps_its_http_connection_does_not_outlive_the_server() -> None:
    """As a boto3 client does that a test still holds; pytest would warn of an unclosed transport."""
    server = LongwireServer(load(TEMPLATE), Options(port=0))
    kept = HTTPConnection("127.0.0.1", urlsplit(server.endpoint_url).port or 0, timeout=10)
    kept.request("GET", "/dev/@connections/L0SM9cOFvHcCIhw%3D")
    assert kept.getresponse().read() == b""
    assert kept.sock is not None

    server.close()

    assert kept.sock.recv(1) == b""
    kept.close()


IMPOSSIBLE = """
  Bad:
    Type: AWS::DynamoDB::Table
    Properties: {BillingMode: PAY_PER_REQUEST, KeySchema: [{AttributeName: a, KeyType: HASH}], AttributeDefinitions: []}
"""
STARTED = """
import sys
from pathlib import Path
from longwire.emulator import Options
from longwire.errors import TemplateError
from longwire.harness import LongwireServer
from longwire.template.load import load
try:
    LongwireServer(load(Path(sys.argv[1])), Options(port=0))
except TemplateError as error:
    print(error.resource)
"""


def test_a_stack_that_cannot_be_is_an_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    for name in ("template.yaml", "app.py"):
        (tmp_path / name).write_text((TEMPLATE.parent / name).read_text())
    template = tmp_path / "template.yaml"
    template.write_text(template.read_text() + IMPOSSIBLE)

    command = [sys.executable, "-W", "error", "-c", STARTED, str(template)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert (done.stdout, done.stderr, done.returncode) == ("Bad\n", "", 0)
