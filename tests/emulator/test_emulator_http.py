"""A template with a WebSocket API and HTTP entry points beside it: whoever is connected gets what is published."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from http_client import fetch
from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from sample_templates import sample


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    stack = sample("http", tmp_path_factory.mktemp("http")).load()
    made = LongwireServer(stack, Options(port=0))
    yield made
    made.close()


@pytest.fixture
def longwire(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    yield made
    made.close()


@pytest.fixture
def urls(longwire: Longwire) -> dict[str, str]:
    return {api.logical_id: longwire.http_url(api.logical_id, api.stage) for api in longwire.stack.http_apis}


def test_every_entry_point_has_a_local_address(longwire: Longwire, urls: dict[str, str]) -> None:
    base = longwire.endpoint_url

    assert urls == {
        "ServerlessHttpApi": f"{base}/ServerlessHttpApi",
        "ServerlessRestApi": f"{base}/ServerlessRestApi/Prod",
        "PublishUrl": f"{base}/PublishUrl",
    }


def test_what_is_posted_to_the_http_api_reaches_all_who_are_connected(longwire: Longwire, urls: dict[str, str]) -> None:
    ann, bob = longwire.connect(), longwire.connect()
    answer = fetch(f"{urls['ServerlessHttpApi']}/publish", "POST", b"news", content_type="text/plain")

    assert (answer.status, answer.json()) == (202, {"sent": 2})
    for client in (ann, bob):
        assert client.receive_json(timeout=10) == {"text": "news", "hub": None, "who": None}


def test_a_path_as_azure_has_it_is_guarded_by_an_authorizer(longwire: Longwire, urls: dict[str, str]) -> None:
    client = longwire.connect()
    url = f"{urls['ServerlessHttpApi']}/api/hubs/chat/:send"

    assert fetch(url, "POST", b"no").json() == {"message": "Unauthorized"}
    assert fetch(url, "POST", b"no", authorization="Bearer bad").json() == {"message": "Forbidden"}
    answer = fetch(url, "POST", b"x=1", authorization="Bearer good", content_type="application/x-www-form-urlencoded")
    assert answer.status == 202
    assert client.receive_json(timeout=10) == {"text": "x=1", "hub": "chat", "who": "ann"}


def test_a_rest_api_and_a_function_url_publish_as_well(longwire: Longwire, urls: dict[str, str]) -> None:
    client = longwire.connect()

    for url in (f"{urls['ServerlessRestApi']}/publish/now", urls["PublishUrl"]):
        assert fetch(url, "POST", b"news", content_type="text/plain").json() == {"sent": 1}
        assert client.receive_json(timeout=10)["text"] == "news"


def test_a_handler_calls_its_own_http_api_by_the_address_on_aws(longwire: Longwire) -> None:
    client = longwire.connect()
    client.send_json({"action": "relay"})

    assert client.receive_json(timeout=10)["text"] == "relayed"
    longwire.wait_for("http_response", path="/publish", status=202, function="Publish")


def test_a_page_of_the_allowed_site_may_publish(urls: dict[str, str]) -> None:
    url, origin = f"{urls['ServerlessHttpApi']}/publish", "https://app.example.com"
    preflight = fetch(url, "OPTIONS", None, Origin=origin, Access_Control_Request_Method="POST")

    assert preflight.status == 204
    assert preflight.headers["access-control-allow-headers"] == "content-type,authorization"
    assert fetch(url, "POST", b"x", Origin=origin).headers["access-control-allow-origin"] == origin
    assert fetch(url, "POST", b"x", Origin="https://evil.example").status == 403


def test_requests_are_in_the_metrics(longwire: Longwire, urls: dict[str, str]) -> None:
    fetch(f"{urls['ServerlessHttpApi']}/nothing")
    text = fetch(f"{longwire.endpoint_url}/metrics").body.decode()

    labels = 'api="ServerlessHttpApi",route="",stage="$default",status="404"'
    assert f"longwire_http_requests_total{{{labels}}}" in text
    assert urlsplit(urls["PublishUrl"]).path == "/PublishUrl"


def test_an_edit_of_the_http_api_keeps_connections_open(tmp_path: Path) -> None:
    template = sample("http", tmp_path)
    server = LongwireServer(template.load(), Options(port=0))
    longwire = Longwire(server)
    try:
        client = longwire.connect()
        edited = template.replace("{Path: /publish, Method: POST}", "{Path: /news, Method: POST}").load()
        deployed = server.call(server.emulator.deploy(edited))
        url = longwire.http_url("ServerlessHttpApi")

        assert not deployed.connections_closed
        assert fetch(f"{url}/publish", "POST", b"x").status == 404
        assert fetch(f"{url}/news", "POST", b"x", content_type="text/plain").json() == {"sent": 1}
        assert client.receive_json(timeout=10)["text"] == "x"
    finally:
        longwire.close()
        server.close()
