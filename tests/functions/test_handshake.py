"""Tokens, origins and subprotocols of handshakes."""

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayWebSocketEvent

from longwire_app.handshake import choose_subprotocol, offered_subprotocols, origin_allowed, token_of

ALLOWED = frozenset({"https://app.example.com", "loopback"})


@pytest.mark.parametrize(
    ("query", "headers", "token"),
    [
        ({"access_token": "t"}, {}, "t"),
        ({}, {"Authorization": "Bearer t"}, "t"),
        ({}, {"authorization": "bearer   t "}, "t"),
        ({"access_token": "q"}, {"Authorization": "Bearer h"}, "q"),
        ({"access_token": ""}, {"Authorization": "Bearer h"}, "h"),
        ({}, {}, None),
        ({}, {"Authorization": "Basic dTpw"}, None),
        ({}, {"Authorization": "Bearer"}, None),
        ({}, {"Authorization": "Bearer "}, None),
        ({}, {"Authorization": ""}, None),
        ({"Access_Token": "t", "token": "t"}, {}, None),
    ],
)
def test_where_the_token_is_found(query: dict[str, str], headers: dict[str, str], token: str | None) -> None:
    assert token_of(query, APIGatewayWebSocketEvent({"headers": headers}).headers) == token


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "https://app.example.com",
        "http://localhost",
        "http://localhost:8765",
        "https://localhost:8443",
        "http://127.0.0.1:3000",
        "http://[::1]:3000",
    ],
)
def test_origins_that_may_connect(origin: str | None) -> None:
    assert origin_allowed(origin, ALLOWED)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "*",
        "loopback",
        "https://example.com",
        "http://app.example.com",
        "https://app.example.com:443",
        "https://app.example.com/",
        "https://app.example.com.",
        "https://APP.example.com",
        "https://app.example.com.evil.com",
        "https://evil.com#https://app.example.com",
        "https://evil.com/https://app.example.com",
        "https://app.example.com@evil.com",
        "https://app-example.com",
        " https://app.example.com",
        "http://localhost.evil.com",
        "http://localhost:80@evil.com",
        "http://evil.com#localhost",
        "http://127.0.0.1.nip.io",
        "http://127.0.0.2",
        "http://0.0.0.0:8765",
        "http://2130706433",
        "http://localhost:",
        "http://localhost:8765/",
        "http://LOCALHOST:8765",
        "http://localhost.",
        "http://user@localhost",
        "http://localhost\n",
        "ftp://localhost",
        "file://",
        "http://[::1",
        "https://xn--pp-example.com",
    ],
)
def test_origins_that_may_not(origin: str) -> None:
    assert not origin_allowed(origin, ALLOWED)


def test_every_origin_may_connect_only_when_a_star_says_so() -> None:
    assert origin_allowed("https://evil.com", frozenset({"*"}))
    assert not origin_allowed("https://evil.com", frozenset())
    assert not origin_allowed("http://localhost:1", frozenset({"https://app.example.com"}))


@pytest.mark.parametrize(
    ("lines", "chosen"),
    [
        ([], ""),
        (["json.webpubsub.azure.v1"], "json.webpubsub.azure.v1"),
        (["chat,json.webpubsub.azure.v1"], "json.webpubsub.azure.v1"),
        (["chat, json.webpubsub.azure.v1 ,x"], "json.webpubsub.azure.v1"),
        (["chat", "json.webpubsub.azure.v1"], "json.webpubsub.azure.v1"),
        (["json.webpubsub.azure.v1, json.reliable.webpubsub.azure.v1"], "json.reliable.webpubsub.azure.v1"),
        (["json.reliable.webpubsub.azure.v1"], "json.reliable.webpubsub.azure.v1"),
        (["protobuf.reliable.webpubsub.azure.v1"], None),
        (["chat"], None),
        (["JSON.webpubsub.azure.v1"], None),
        ([" , "], ""),
    ],
)
def test_the_subprotocol_is_one_that_was_offered_and_is_spoken(lines: list[str], chosen: str | None) -> None:
    assert choose_subprotocol(offered_subprotocols(lines)) == chosen
