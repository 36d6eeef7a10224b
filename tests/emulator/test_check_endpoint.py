"""A live endpoint is asked with care: an emulated one, one behind TLS, and servers that behave badly."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from longwire.check_endpoint import probed
from longwire.core.quotas import Quotas
from longwire.emulator import Options
from longwire.errors import UsageError
from longwire.harness import LongwireServer
from longwire.template.load import load
from longwire_infra.check.run import check_endpoint
from longwire_infra.check.statements import Statements
from sample_templates import sample
from self_signed import self_signed
from tls_front import TlsFront

Gate = Callable[[ServerConnection, Request], Response | None]


def rules(url: str, *headers: str, ca_file: Path | None = None) -> tuple[list[str], tuple[str, ...]]:
    endpoint, not_checked = probed(url, headers, ca_file)
    return [finding.rule.id for finding in check_endpoint(endpoint, Statements()).findings], not_checked


def well_behaved(connection: ServerConnection, request: Request) -> Response | None:
    if "token=good" not in request.path and request.headers.get("Authorization") != "good":
        return connection.respond(HTTPStatus.UNAUTHORIZED, "no")
    foreign = request.headers.get("Origin") not in (None, "https://chat.example")
    return connection.respond(HTTPStatus.FORBIDDEN, "no") if foreign else None


def answering(connection: ServerConnection) -> None:
    connection.send('{"type":"hello"}')
    for _ in connection:
        connection.send('{"type":"error"}')


@contextmanager
def served(
    gate: Gate | None = None, context: ssl.SSLContext | None = None, limit: int | None = 32_768
) -> Iterator[str]:
    with serve(
        answering, "127.0.0.1", 0, process_request=gate, ssl=context, max_size=limit, server_header=None
    ) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        scheme = "wss" if context is not None else "ws"
        yield f"{scheme}://127.0.0.1:{server.socket.getsockname()[1]}/v1"
        server.shutdown()
        thread.join()


def test_a_well_behaved_endpoint_has_no_finding(tmp_path: Path) -> None:
    with served(well_behaved, self_signed(tmp_path, days=30)) as url:
        found = rules(f"{url}?token=good", ca_file=tmp_path / "certificate.pem")
        by_header = rules(url, "Authorization: good", ca_file=tmp_path / "certificate.pem")

    assert found == by_header == ([], ())


def test_a_certificate_that_nobody_has_signed_or_that_ends_is_found(tmp_path: Path) -> None:
    with served(well_behaved, self_signed(tmp_path, days=3)) as url:
        unsigned, not_checked = rules(f"{url}?token=good")
        ending, _ = rules(f"{url}?token=good", ca_file=tmp_path / "certificate.pem")

    assert unsigned == ["LW902"]
    assert "what an open connection shows" in not_checked[0]
    assert ending == ["LW903"]


def test_an_endpoint_that_takes_everybody_and_everything_is_found() -> None:
    with served(limit=None) as url:
        found, _ = rules(url)

    assert sorted(found) == ["LW901", "LW904", "LW905", "LW910"]


def test_without_a_token_only_the_door_is_looked_at() -> None:
    with served(well_behaved) as url:
        found, not_checked = rules(url)

    assert found == ["LW901"]
    assert len(not_checked) == 1
    assert "the handshake was answered 401: give a URL or --header with a valid token" in not_checked[0]


def test_an_emulated_stage_is_asked_as_any_other_with_and_without_tls(tmp_path: Path) -> None:
    """Its sample has no $default, takes all that come, and what is too big is closed with 1009."""
    context = self_signed(tmp_path, days=30)
    server = LongwireServer(load(sample("chat_python", tmp_path / "chat").file), Options(port=0, quotas=Quotas()))
    try:
        url = server.emulator.urls.of(server.stack.api.path)["websocket_url"]
        plain, _ = probed(url, (), None)
        with TlsFront(urlsplit(url).port or 0, context) as front:
            secure, _ = probed(f"wss://127.0.0.1:{front.port}/Prod", (), tmp_path / "certificate.pem")
    finally:
        server.close()

    for endpoint in (plain, secure):
        assert (endpoint.own.status, endpoint.too_big, endpoint.pinged) == (101, 1009, True)
        assert endpoint.pong_seconds is not None
    found = [
        {finding.rule.id for finding in check_endpoint(endpoint, Statements()).findings} for endpoint in (plain, secure)
    ]
    assert found[0] - found[1] == {"LW901"}
    assert {"LW904", "LW907"} <= found[1]
    assert not {"LW902", "LW903", "LW906", "LW909", "LW910"} & found[1]
    assert secure.tls_version in {"TLSv1.2", "TLSv1.3"}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ws://127.0.0.1:1/v1?token=secret", "--url ws://127.0.0.1:1/v1: "),
        ("http://127.0.0.1/v1", "takes wss://HOST/STAGE"),
        ("wss://[::1/v1", "takes wss://HOST/STAGE"),
        ("wss://", "takes wss://HOST/STAGE"),
        ("ws://localhost:99999/v1", "takes wss://HOST/STAGE"),
        ("ws://127.0.0.1:1/a b?token=secret", "127.0.0.1:1/a b: the handshake has no answer: "),
    ],
)
def test_an_address_that_nothing_answers_at_is_refused_without_its_token(url: str, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("[", r"\[")) as caught:
        probed(url, (), None)
    assert "secret" not in str(caught.value)


def test_a_connection_that_ends_early_keeps_what_was_seen() -> None:
    def leaving(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed, TimeoutError):
            connection.recv(timeout=0.2)

    with serve(leaving, "127.0.0.1", 0) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        endpoint, _ = probed(f"ws://127.0.0.1:{server.socket.getsockname()[1]}/", (), None)
        server.shutdown()
        thread.join()

    assert endpoint.pinged
    assert (endpoint.unknown_route, endpoint.too_big) == (None, None)
