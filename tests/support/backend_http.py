"""The HTTP API before the backend's handlers, on a real port, without an emulator: fast enough for many cases."""

import base64
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from backend_aws import Quiet, Server
from backend_events import Context
from longwire_app import admin

__all__ = ["HttpApiServer", "administration", "http_event", "service_sdk"]

TEXT = ("text/", "application/json")


def http_event(method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b"") -> dict[str, Any]:
    """In the payload format 2.0. The path is decoded, and ends at a decoded ``?``, as API Gateway was seen to do it."""
    path, _, query = target.partition("?")
    named = {name.lower(): value for name, value in (headers or {}).items()}
    text = named.get("content-type", "text/plain").startswith(TEXT) and _is_utf8(body)
    return {
        "version": "2.0",
        "routeKey": "ANY /{proxy+}",
        "rawPath": unquote(path).partition("?")[0],
        "rawQueryString": query,
        "headers": named,
        "requestContext": {
            "http": {"method": method, "path": unquote(path), "sourceIp": "127.0.0.1", "userAgent": ""},
            "requestId": "AAAAAAAAAAAAAAA=",
            "domainName": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
            "stage": "$default",
            "apiId": "abcdefghij",
            "timeEpoch": int(time.time() * 1000),
        },
        "body": body.decode() if text else base64.b64encode(body).decode(),
        "isBase64Encoded": not text,
    }


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


class HttpApiServer(Server):
    """Calls ``handler`` with each request, as Lambda would."""

    def __init__(self, handler: Callable[[dict[str, Any], Any], Any]) -> None:
        super().__init__(HttpApiHandler)
        self.handler = handler


class HttpApiHandler(Quiet):
    server: HttpApiServer

    def respond(self, body: bytes) -> tuple[int, dict[str, Any], bytes]:
        event = http_event(self.command, self.path, dict(self.headers.items()), body)
        answer = self.server.handler(event, Context())
        return answer["statusCode"], answer["headers"], answer.get("body", "").encode()

    do_GET = do_HEAD = do_PUT = do_OPTIONS = Quiet.do_POST  # noqa: N815 (the base class's names)


@pytest.fixture(scope="session")
def administration(served: Callable[[HttpApiServer], HttpApiServer]) -> str:
    """Where the administration's HTTP API is; ``backend`` is its environment."""
    return served(HttpApiServer(admin.handler)).origin


@pytest.fixture
def service_sdk(administration: str, backend: None) -> Iterator[Any]:  # noqa: ARG001 (its environment)
    """The protocol's service SDK, unmodified; it signs with the backend's secret."""
    from azure.messaging.webpubsubservice import WebPubSubServiceClient

    endpoint = f"Endpoint={administration};AccessKey={'s' * 64};Version=1.0;"
    with WebPubSubServiceClient.from_connection_string(endpoint, hub="chat", retry_total=0) as client:
        yield client
