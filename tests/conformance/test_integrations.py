"""Sections A, C and D for integrations other than Lambda proxy."""

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from deployed_stage import PATIENCE, DeployedStage
from emulated_stages import Emulated
from longwire.testing import Client


def said(client: Client, message: str | Mapping[str, Any]) -> str:
    client.send(message if isinstance(message, str) else json.dumps(message))
    return client.receive_text(PATIENCE)


def error(client: Client, message: str | Mapping[str, Any]) -> str:
    """The message of the error frame that comes back; the connection stays open."""
    frame = json.loads(said(client, message))
    assert frame.keys() == {"message", "connectionId", "requestId"}
    assert said(client, {"action": "mock", "status": 200}).startswith("fine")
    return str(frame["message"])


# --- mapping templates


def test_templates_see_context_stage_variables_and_the_body(mapped: DeployedStage) -> None:
    """C4.4 DOCUMENTED [DG:apigateway-websocket-api-mapping-template-reference]: templates: `$context`, `$input`."""
    client = mapped.connect()
    pets = [{"type": "dog", "price": 249.99}, {"type": "cat", "price": 1}]
    found = json.loads(said(client, {"action": "render", "pets": pets, "text": "x"}))
    assert (found["routeKey"], found["type"], found["colour"], found["also"]) == ("render", "MESSAGE", "blue", "blue")
    assert found["connectionId"] == said(client, {"action": "mock", "status": 200}).split()[1]
    assert (found["pets"], found["count"]) == (pets, "2")
    assert found["names"] == ["0 dog", "1 cat"]


def test_util_escapes_and_encodes(mapped: DeployedStage) -> None:
    """C4.4 DOCUMENTED [DG:apigateway-websocket-api-mapping-template-reference]: `$util` escapes and encodes."""
    text = 'it\'s "a b"\n& ü/\\'
    found = json.loads(said(mapped.connect(), {"action": "render", "pets": [], "text": text}))
    assert found["escaped"] == text
    assert base64.b64decode(found["base64"]).decode() == text
    assert found["encoded"] == "it%27s+%22a+b%22%0A%26+%C3%BC%2F%5C"


def test_what_is_not_there_is_written_as_nothing(mapped: DeployedStage) -> None:
    """C4.4 CLAIMED [GH:toqoz/api-gateway-mapping-template#5]: in a template what is null is an empty text."""
    found = json.loads(said(mapped.connect(), {"action": "render", "pets": [], "text": ""}))
    assert found["missing"] == ""


def test_a_template_that_needs_json_refuses_other_text(mapped: DeployedStage) -> None:
    """C4.4 UNKNOWN [REST's text]: `$input.path` on what is no JSON: `Could not parse request body into json`."""
    assert error(mapped.connect(), "no JSON") == "Could not parse request body into json"


def test_a_template_that_fails_is_an_internal_server_error(mapped: DeployedStage) -> None:
    """C4.4 INFERRED [as functions that fail]: a MOCK template without a status: `Internal server error`."""
    assert error(mapped.connect(), {"action": "mock", "status": "x"}) == "Internal server error"


@pytest.mark.parametrize(
    ("kind", "answer"), [("short", "short: short"), ("other", "default: default"), (None, "default: default")]
)
def test_selection_expressions_choose_templates(mapped: DeployedStage, kind: str | None, answer: str) -> None:
    """C4.4 DOCUMENTED [DG:websocket-api-data-transformations]: TemplateSelectionExpression chooses, else `$default`."""
    assert said(mapped.connect(), {"action": "chosen", "kind": kind}) == answer


def test_without_a_template_that_fits_the_message_passes_through(mapped: DeployedStage) -> None:
    """C4.4 DOCUMENTED [V2 PassthroughBehavior]: WHEN_NO_MATCH: the message goes to the backend as it is."""
    message = {"action": "through", "kind": "unknown", "a": [1]}
    client = mapped.connect()
    assert json.loads(said(client, message)) == message
    assert said(client, {"action": "through", "kind": "known"}) == "{}"


def test_or_the_message_is_refused(mapped: DeployedStage) -> None:
    """C4.4 INFERRED [V2 PassthroughBehavior: HTTP 415]: NEVER: the error frame `Unsupported Media Type`."""
    client = mapped.connect()
    assert error(client, {"action": "never", "kind": "unknown"}) == "Unsupported Media Type"
    assert said(client, {"action": "never", "kind": "known"}) == "{}"


# --- integration responses


def test_a_pattern_chooses_by_lambdas_error_message(mapped: DeployedStage) -> None:
    """C4.4 DOCUMENTED [DG:websocket-api-data-transformations]: `/pattern/` for errorMessage, else `$default`."""
    client = mapped.connect()
    assert said(client, {"action": "failing", "fail": "no such note"}) == "missing: no such note"
    assert said(client, {"action": "failing", "fail": "something else"}) == "otherwise"
    assert said(client, {"action": "failing", "fail": ""}) == "otherwise"


@pytest.mark.parametrize(("status", "answer"), [(200, "fine"), (404, "client"), (500, "fine")])
def test_a_pattern_chooses_by_status(mapped: DeployedStage, status: int, answer: str) -> None:
    """C4.4 DOCUMENTED [DG:apigateway-websocket-api-integration-responses]: `/pattern/` for the status, MOCK's too."""
    assert said(mapped.connect(), {"action": "mock", "status": status}).split()[0] == answer


def test_a_two_way_route_needs_an_integration_response(mapped: DeployedStage) -> None:
    """C4.4 OBSERVED [RP QU5uSB74xLRg2NBJ4MGzQbgw]: two-way, and none that matches: `Internal server error`."""
    assert error(mapped.connect(), {"action": "unanswered"}) == "Internal server error"


@pytest.mark.parametrize("fail", ["", "as asked"])
def test_a_one_way_route_answers_nothing(mapped: DeployedStage, fail: str) -> None:
    """C2.1 DOCUMENTED [DG:apigateway-websocket-api-integration-responses]: one-way: no integration response counts."""
    client = mapped.connect()
    client.send(action="oneway", fail=fail)
    with pytest.raises(TimeoutError):
        client.receive_text(0.7)


# --- $connect


@pytest.mark.parametrize("status", [201, 302, 401, 403, 503])
def test_the_status_of_a_mock_connect_is_the_clients(mapped: DeployedStage, status: int) -> None:
    """A2.2 INFERRED [Lambda proxy's rule]: the statusCode of `$connect`'s MOCK template is the handshake's."""
    if status < 300:
        assert said(mapped.connect(query={"status": str(status)}), {"action": "mock", "status": 200})
    else:
        assert mapped.refused(query={"status": str(status)}).status == status


# --- HTTP, to a server of the test's own


class Recorder(BaseHTTPRequestHandler):
    """Answers with the status that X-Status asks for, and what it got; ``/binary`` with the bytes of the body."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        binary = self.path == "/binary"
        facts = {"path": self.path, "connection": self.headers["X-Connection"], "body": body.decode("latin-1")}
        answer = body if binary else json.dumps(facts).encode()
        self.send_response(int(self.headers["X-Status"] or 200))
        self.send_header("Content-Type", "application/octet-stream" if binary else "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Quietly."""


LOOPBACK = pytest.mark.emulator_only(reason="AWS does not reach a server on this machine")


@pytest.fixture(scope="module")
def backend() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(PATIENCE)


@LOOPBACK
def test_http_proxy_hands_the_message_on_and_the_answer_back(emulated: Emulated, backend: str) -> None:
    """C4.4 DOCUMENTED [DG:apigateway-websocket-api-integration-responses]: HTTP_PROXY: the backend's body."""
    client = emulated("http", parameters={"Backend": backend}).connect()
    found = json.loads(said(client, "no JSON"))
    assert (found["path"], found["body"]) == ("/proxy?kind=static", "no JSON")
    assert json.loads(said(client, {"status": 500}))["body"] == '{"status": 500}'


@LOOPBACK
def test_request_parameters_become_headers_and_query(emulated: Emulated, backend: str) -> None:
    """C4.4 DOCUMENTED [DG:websocket-api-data-mapping]: RequestParameters from context, body, query and text."""
    client = emulated("http", parameters={"Backend": backend}).connect(query={"status": "204"})
    first = json.loads(said(client, {"status": 201}))
    assert first["path"].endswith("?kind=static")
    assert first["connection"] == json.loads(said(client, {}))["connection"] != ""


@LOOPBACK
@pytest.mark.parametrize(
    ("status", "answer"), [(200, "2xx hi"), (201, "2xx hi"), (404, "not there"), (500, "other 500")]
)
def test_http_answers_are_mapped_by_their_status(emulated: Emulated, backend: str, status: int, answer: str) -> None:
    """C4.4 DOCUMENTED [DG:websocket-api-data-transformations]: HTTP: integration responses by status."""
    client = emulated("http", parameters={"Backend": backend}).connect()
    assert said(client, {"action": "mapped", "text": "hi", "status": status}) == answer


@LOOPBACK
@pytest.mark.parametrize("status", [301, 403, 500])
def test_the_status_of_an_http_connect_is_the_clients(emulated: Emulated, backend: str, status: int) -> None:
    """A2.2 INFERRED [Lambda proxy's rule]: `$connect` by HTTP: the backend's status is the handshake's."""
    assert emulated("http", parameters={"Backend": backend}).refused(query={"status": str(status)}).status == status


@LOOPBACK
def test_binary_is_base64_on_the_socket(emulated: Emulated, backend: str) -> None:
    """D.5 DOCUMENTED [DG:websocket-api-develop-binary-media-types]: CONVERT_TO_BINARY there, CONVERT_TO_TEXT back."""
    client = emulated("http", parameters={"Backend": backend}).connect()
    data = base64.b64encode(bytes(range(256))).decode()
    assert said(client, {"action": "binary", "data": data}) == data
    assert json.loads(said(client, {"action": "binary", "data": "?"}))["message"] == "Internal server error"


@LOOPBACK
def test_a_connect_whose_backend_cannot_be_reached_is_504(emulated: Emulated, unused_tcp_port: int) -> None:
    """A2.4 INFERRED [DG:supported-gateway-response-types, INTEGRATION_FAILURE]: `$connect`'s backend is gone: 504."""
    gone = emulated("http", parameters={"Backend": f"127.0.0.1:{unused_tcp_port}"})
    assert gone.refused().status == 504
