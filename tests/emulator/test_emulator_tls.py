"""One port behind TLS: sockets, ``@connections``, inspector; and whoever speaks something else to it."""

import json
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import SSLError
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from longwire.emulator import Options
from longwire.harness import LongwireServer
from longwire.template.load import load
from longwire.tls import TlsOptions
from longwire_command import Dev, run
from self_signed import self_signed

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes: {$default: {FunctionArn: !GetAtt Post.Arn}}
  Post:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.post, Runtime: python3.13, Timeout: 10}
"""
HANDLERS = """
import boto3, json

def post(event, context):
    here = event["requestContext"]
    api = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{here['domainName']}/{here['stage']}")
    told = [here["connectionId"], here["domainName"], event["body"]]
    api.post_to_connection(ConnectionId=here["connectionId"], Data=json.dumps(told))
    return {"statusCode": 200}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    folder = tmp_path_factory.mktemp("tls")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text(HANDLERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        tls = TlsOptions(wanted=True).tls("127.0.0.1")
        running = LongwireServer(load(folder / "template.yaml"), Options(port=0, tls=tls))
    yield running
    running.close()


@pytest.fixture
def ca_file(server: LongwireServer) -> str:
    return server.emulator.urls.named()["ca_file"]


@pytest.fixture
def trusted(ca_file: str) -> ssl.SSLContext:
    """Of that one authority alone, looked at as closely as Python 3.13 does by default."""
    context = ssl.create_default_context(cafile=ca_file)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


@pytest.fixture
def client(server: LongwireServer, trusted: ssl.SSLContext) -> Iterator[ClientConnection]:
    with connect(server.url, ssl=trusted, proxy=None, open_timeout=40) as found:
        yield found


def told(client: ClientConnection) -> list[str]:
    client.send("hello")
    found: list[str] = json.loads(client.recv(timeout=20))
    return found


def answer_to(server: LongwireServer, sent: bytes) -> bytes:
    """What comes back from the port, up to its end."""
    with socket.create_connection(("127.0.0.1", server.emulator.urls.port), timeout=20) as plain:
        plain.sendall(sent)
        try:
            return b"".join(iter(lambda: plain.recv(65_536), b""))
        except ConnectionResetError:
            return b""


def test_a_handler_posts_to_the_domain_name_that_aws_would_give_it(client: ClientConnection) -> None:
    connection_id, domain_name, body = told(client)
    assert domain_name.endswith(".execute-api.us-east-1.amazonaws.com")
    assert (bool(connection_id), body) == (True, "hello")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_each_name_of_loopback_is_on_the_certificate(
    server: LongwireServer, trusted: ssl.SSLContext, host: str
) -> None:
    with connect(f"wss://{host}:{server.emulator.urls.port}/dev", ssl=trusted, proxy=None, open_timeout=40) as found:
        assert told(found)[2] == "hello"


def test_an_unmodified_sdk_posts_and_deletes_through_https(
    server: LongwireServer, client: ClientConnection, ca_file: str
) -> None:
    connection_id = told(client)[0]

    def management(verify: str | None) -> object:
        return boto3.client(
            "apigatewaymanagementapi",
            endpoint_url=server.endpoint_url + "/dev",
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            verify=verify,
            config=Config(retries={"total_max_attempts": 1}),
        )

    api = management(ca_file)
    api.post_to_connection(ConnectionId=connection_id, Data=b"posted")  # type: ignore[attr-defined]  # boto3's is made
    assert client.recv(timeout=20) == "posted"
    with pytest.raises(SSLError):
        management(None).get_connection(ConnectionId=connection_id)  # type: ignore[attr-defined]
    api.delete_connection(ConnectionId=connection_id)  # type: ignore[attr-defined]
    with pytest.raises(ConnectionClosed):
        client.recv(timeout=20)
    assert client.close_code == 1000


def test_the_inspector_answers_pages_of_its_own_https_origin_alone(
    server: LongwireServer, trusted: ssl.SSLContext
) -> None:
    def status(path: str, origin: str = "") -> int:
        headers = {"Origin": origin} if origin else {}
        asked = urllib.request.Request(f"{server.endpoint_url}{path}", headers=headers)  # noqa: S310 - https
        try:
            return int(urllib.request.urlopen(asked, context=trusted, timeout=20).status)  # noqa: S310 - https
        except urllib.error.HTTPError as exc:
            return exc.code

    assert status("/metrics") == 200
    assert status("/_longwire/") == 200
    assert status("/_longwire/api/state", server.endpoint_url) == 200
    assert status("/_longwire/api/state", "https://evil.example") == 403


def test_browsers_connect_from_https_pages_of_this_machine_alone(
    server: LongwireServer, trusted: ssl.SSLContext
) -> None:
    browser = {"Sec-Fetch-Site": "cross-site"}
    with connect(
        server.url,
        ssl=trusted,
        proxy=None,
        open_timeout=40,
        origin=Origin("https://localhost:5173"),
        additional_headers=browser,
    ) as page:
        assert told(page)[2] == "hello"
    with pytest.raises(InvalidStatus, match="403"):
        connect(
            server.url,
            ssl=trusted,
            proxy=None,
            open_timeout=40,
            origin=Origin("https://evil.example"),
            additional_headers=browser,
        )


def test_plain_clients_and_junk_end_at_once_and_nobody_else_notices(
    server: LongwireServer, client: ClientConnection
) -> None:
    port = urlsplit(server.url).port
    with pytest.raises((InvalidMessage, OSError, HTTPException, EOFError)):
        connect(f"ws://127.0.0.1:{port}/dev", proxy=None, open_timeout=40)
    assert b"HTTP/" not in answer_to(server, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for junk in (b"\x16\x03\x01\x00\x05hello", b"\x80\x2e\x01\x00\x02" + bytes(44), bytes(range(256)) * 300):
        assert b"HTTP/" not in answer_to(server, junk)
    assert told(client)[2] == "hello"


def test_a_client_that_does_not_trust_it_is_told_why(server: LongwireServer) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="self-signed certificate in certificate chain"):
        connect(server.url, ssl=ssl.create_default_context(), proxy=None, open_timeout=40)


def test_a_client_that_leaves_without_a_word_or_half_way_is_disconnected(
    server: LongwireServer, trusted: ssl.SSLContext
) -> None:
    before = server.open_connections().keys()
    with connect(server.url, ssl=trusted, proxy=None, open_timeout=40) as leaving:
        gone = told(leaving)[0]
        leaving.socket.shutdown(socket.SHUT_WR)  # no close frame, no close_notify
        with pytest.raises(ConnectionClosed):
            leaving.recv(timeout=20)
    assert gone not in server.open_connections()
    assert server.open_connections().keys() == before


def test_the_plain_port_for_handlers_is_on_loopback_and_another(server: LongwireServer) -> None:
    ports = server.emulator.ports
    assert ports.inner_port != ports.port
    assert {each.getsockname()[0] for each in ports.inner} <= {"127.0.0.1", "::1"}
    assert server.emulator.local_url == f"http://127.0.0.1:{ports.inner_port}"


def test_a_certificate_of_one_s_own_is_served_and_a_wrong_one_is_one_message(
    project: Path, env: dict[str, str], dev: Dev
) -> None:
    self_signed(project)
    given = ("--tls-cert", "certificate.pem", "--tls-key")
    with dev("--port", "0", *given, "both.pem") as running:
        assert "ca_file" not in running.ready
        context = ssl.create_default_context(cafile=project / "certificate.pem")
        with connect(running.ready["websocket_url"], ssl=context, proxy=None, open_timeout=40) as found:
            found.send("hi")
            assert found.recv(timeout=20) == "hello hi"
        trusting = {**env, "LONGWIRE_CA_FILE": str(project / "certificate.pem")}
        assert run(project, trusting, "status", "--url", running.ready["endpoint_url"]).returncode == 0
        with connect(running.ready["websocket_url"], ssl=context, proxy=None, open_timeout=40) as found:
            running.process.terminate()
            with pytest.raises(ConnectionClosed):
                found.recv(timeout=20)
            assert found.close_code == 1001
        running.process.communicate(timeout=20)
    assert (project / "bye.txt").read_text().splitlines()[-1] == "1001"
    wrong = run(project, env, "dev", *given, "app.py")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.splitlines()[-1].startswith("longwire: --tls-key app.py holds no private key in PEM form")
    assert run(project, env, "dev", "--tls-key", "both.pem").returncode == 2
