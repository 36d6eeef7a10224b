"""How a live endpoint answers. What was not tried is no finding; the report lists it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from longwire_infra.check.endpoint import Endpoint
from longwire_infra.check.rule import Evidence, rule

__all__: list[str] = []

OWASP = "https://cheatsheetseries.owasp.org/cheatsheets/WebSocket_Security_Cheat_Sheet.html"
RFC = "https://www.rfc-editor.org/rfc/rfc6455"
VERSION = re.compile(r"\d+\.\d+")


@rule(
    "LW901",
    "error",
    "Endpoint without TLS",
    "Tokens and messages pass in the clear, and pages served by https may not connect.",
    "Serve wss://.",
    OWASP,
    "endpoint",
)
def no_tls(endpoint: Endpoint) -> Iterator[Evidence]:
    if not endpoint.secure:
        yield Evidence("It is a ws:// address")


@rule(
    "LW902",
    "error",
    "Certificate that clients do not trust",
    "Browsers refuse the connection without saying why to the page.",
    "A certificate of a public authority for this name; ACM renews it by itself.",
    RFC,
    "endpoint",
)
def untrusted(endpoint: Endpoint) -> Iterator[Evidence]:
    if endpoint.untrusted:
        yield Evidence(endpoint.untrusted)


@rule(
    "LW903",
    "warning",
    "Certificate that ends soon",
    "On that day nobody connects any more, and those who are connected are gone within two hours.",
    "Renew it; validate ACM's by DNS, so that it renews by itself.",
    "https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html",
    "endpoint",
)
def ending(endpoint: Endpoint) -> Iterator[Evidence]:
    if endpoint.certificate_days is not None and endpoint.certificate_days < 21:
        yield Evidence(f"It ends in {endpoint.certificate_days} days")


@rule(
    "LW904",
    "error",
    "A stranger's handshake is accepted",
    "A connection that is open may send every route.",
    "Give $connect an authorizer, and an IdentitySource.",
    "apigateway-websocket-api-lambda-auth.html",
    "endpoint",
)
def stranger(endpoint: Endpoint) -> Iterator[Evidence]:
    if endpoint.bare is not None and endpoint.bare.accepted:
        yield Evidence("Without query and headers the answer is 101")


@rule(
    "LW905",
    "warning",
    "Any page may connect",
    "A browser sends its user's cookies with a handshake that any page opens. The Origin header alone tells.",
    "Refuse with 403 every Origin that is not in a list.",
    OWASP,
    "endpoint",
)
def foreign_page(endpoint: Endpoint) -> Iterator[Evidence]:
    if endpoint.foreign is not None and endpoint.foreign.accepted:
        yield Evidence("From the Origin https://longwire-check.invalid the answer is 101")


@rule(
    "LW906",
    "error",
    "The same endpoint answers without TLS",
    "Who sits between can turn a client's first request to ws:// and read all that follows.",
    "Close the plain port, or redirect it to https.",
    OWASP,
    "endpoint",
)
def also_plain(endpoint: Endpoint) -> Iterator[Evidence]:
    if endpoint.plain is not None and endpoint.plain.accepted:
        yield Evidence("ws:// is answered 101")


def gateway_message(text: str | None) -> str:
    """The ``message`` of a frame that API Gateway itself has sent; empty for any other."""
    try:
        frame: Any = json.loads(text or "")
    except ValueError:
        return ""
    if not isinstance(frame, dict) or not {"message", "connectionId", "requestId"} <= frame.keys():
        return ""
    return str(frame["message"])


@rule(
    "LW907",
    "note",
    "An unknown message is answered by API Gateway",
    "Forbidden in API Gateway's own shape is no answer of your protocol, and clients that look at a type find none.",
    "Add $default, and answer there in your protocol's own words.",
    "websocket-api-develop-routes.html",
    "endpoint",
)
def forbidden(endpoint: Endpoint) -> Iterator[Evidence]:
    if gateway_message(endpoint.unknown_route) == "Forbidden":
        yield Evidence("A message that no route is for is answered Forbidden")


@rule(
    "LW908",
    "warning",
    "An unknown message makes a handler fail",
    "Anybody can then fill the log with errors, and hide a real one.",
    "Catch what is no message of yours, and answer it in your protocol's own words.",
    "websocket-api-develop-routes.html",
    "endpoint",
)
def failing(endpoint: Endpoint) -> Iterator[Evidence]:
    if gateway_message(endpoint.unknown_route) in ("Internal server error", "Endpoint request timed out"):
        yield Evidence(f"A message that no route is for is answered {gateway_message(endpoint.unknown_route)}")


@rule(
    "LW909",
    "warning",
    "Ping is not answered",
    "RFC 6455, 5.5.2: an endpoint MUST send a Pong frame. Client libraries that ping close after some seconds.",
    "API Gateway answers by itself. Look at what stands before it.",
    RFC,
    "endpoint",
)
def no_pong(endpoint: Endpoint) -> Iterator[Evidence]:
    if endpoint.pinged and endpoint.pong_seconds is None:
        yield Evidence("There was no pong within 10 s")


@rule(
    "LW910",
    "warning",
    "A message of 128 KB and a byte is taken",
    "A server that takes any size can be made to run out of memory. API Gateway closes with 1009 above 32 KB a frame.",
    "Limit what is taken, and close with 1009.",
    OWASP,
    "endpoint",
)
def unlimited(endpoint: Endpoint) -> Iterator[Evidence]:
    if endpoint.too_big == 0:
        yield Evidence("The connection stayed open after a frame of 131,073 bytes")


@rule(
    "LW911",
    "note",
    "The server tells its version",
    "A version is a list of known holes.",
    "Leave the version out of the Server header.",
    "https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html",
    "endpoint",
)
def telling(endpoint: Endpoint) -> Iterator[Evidence]:
    for name in ("server", "x-powered-by"):
        value = endpoint.own.headers.get(name, "")
        if VERSION.search(value):
            yield Evidence(f"{name}: {value}")
