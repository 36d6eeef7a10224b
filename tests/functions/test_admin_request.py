"""Which operation a signed URL asks for."""

from typing import Any

import pytest

from backend_http import http_event
from longwire_app.admin_request import OPERATIONS, AdminRequest, admin_request
from longwire_app.administration import Administration
from longwire_app.errors import BadRequest, HttpRefused, InvalidToken
from longwire_app.http_request import HttpRequest

ENDPOINT = "https://abcdefghij.execute-api.eu-west-1.amazonaws.com"
VERSION = "?api-version=2024-12-01"


def asked(target: str, method: str = "POST", signed: Any = None, path: str | None = None) -> AdminRequest:
    """The request for ``target``, signed for it, or for ``signed``; API Gateway shows ``path``."""
    http = HttpRequest.of(http_event(method, target) | ({} if path is None else {"rawPath": path}))
    return admin_request(http, {"aud": ENDPOINT + target if signed is None else signed}, "chat")


def test_every_operation_is_there_and_can_be_reached() -> None:
    for (method, template), (operation, _) in OPERATIONS.items():
        target = template.replace("{", "").replace("}", "")
        assert asked(f"/api/hubs/chat/{target}{VERSION}", method).operation == operation
        assert callable(getattr(Administration, operation))


@pytest.mark.parametrize("name", ["a/b", "a/:send", "a?b", "a#b", "100%", "é 😀", "%2F", "a+b", ".", "..", "groups/b"])
def test_a_name_is_what_was_signed_whatever_api_gateway_decodes(name: str) -> None:
    from urllib.parse import quote

    found = asked(f"/api/hubs/chat/users/{quote(name, safe='')}/groups/{quote(name, safe='')}{VERSION}", "PUT")
    assert (found.operation, found.names) == ("add_user_to_group", {"user": name, "group": name})


def test_a_stage_a_mapping_or_a_proxy_may_stand_before_it() -> None:
    found = asked("/api/hubs/chat/:send" + VERSION, path="/mapped/api/hubs/chat/:send")
    assert found.operation == "send_to_all"
    found = asked("/api/hubs/chat/:send" + VERSION, signed="http://127.0.0.1:8765/HttpApi/api/hubs/chat/:send")
    assert found.url == "http://127.0.0.1:8765/HttpApi/api/hubs/chat/:send"


@pytest.mark.parametrize(
    "signed",
    [
        [],
        f"{ENDPOINT}/api/hubs/chat/:closeConnections",
        f"{ENDPOINT}/api/hubs/other/:send",
        f"{ENDPOINT}/client/hubs/chat",
        f"{ENDPOINT}/api/hubs/",
        f"{ENDPOINT}?x=/api/hubs/chat/:send",
        "/api/hubs/chat/%3Asend/",
    ],
)
def test_a_token_for_another_url_is_refused(signed: Any) -> None:
    with pytest.raises(InvalidToken, match="audience"):
        asked("/api/hubs/chat/:send" + VERSION, signed=signed)


def test_one_of_several_audiences_is_enough() -> None:
    assert asked("/api/hubs/chat/:send" + VERSION, signed=["x", f"{ENDPOINT}/api/hubs/chat/:send"]).operation


@pytest.mark.parametrize(
    ("target", "method", "status"),
    [
        ("/api/hubs/other/:send", "POST", 404),
        ("/api/hubs/chat/:generateToken", "POST", 404),
        ("/api/hubs/chat/groups//:send", "POST", 404),
        ("/api/hubs/chat/", "POST", 404),
        ("/api/hubs/chat/:send/", "POST", 404),
        ("/api/hubs/chat/:send", "GET", 405),
        ("/api/hubs/chat/groups/a", "DELETE", 405),
    ],
)
def test_what_is_no_operation_is_refused(target: str, method: str, status: int) -> None:
    with pytest.raises(HttpRefused) as refusal:
        asked(target + VERSION, method)
    assert refusal.value.status == status


def test_a_refused_method_names_those_that_there_are() -> None:
    with pytest.raises(HttpRefused) as refusal:
        asked("/api/hubs/chat/connections/a" + VERSION, "PUT")
    assert refusal.value.headers == {"allow": "DELETE, HEAD"}


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (":send", "api-version"),
        (":send?api-version=1", "api-version"),
        (":send?api-version=2024-12-01&api-version=2024-12-01", "api-version: given 2 times"),
        (f":send{VERSION}&Excluded=a", "Excluded: not a parameter of send_to_all"),
        (f"connections/a/:send{VERSION}&excluded=a", "excluded: not a parameter of send_to_connection"),
        (f"groups/{'a' * 1025}/:send{VERSION}", "group: has more than 1024 characters"),
        (f"groups/%ff/:send{VERSION}", "not UTF-8"),
    ],
)
def test_what_is_asked_for_wrongly_is_a_bad_request(target: str, reason: str) -> None:
    with pytest.raises(BadRequest, match=reason):
        asked(f"/api/hubs/chat/{target}")


def test_a_name_may_have_1024_characters() -> None:
    assert len(asked(f"/api/hubs/chat/groups/{'a' * 1024}/:send{VERSION}").names["group"]) == 1024
