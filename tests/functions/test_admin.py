"""Who may administrate: whoever signs the request's URL with the token secret, and nobody else."""

import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import jwt
import pytest

from backend_http import http_event
from longwire_app import wiring
from longwire_app.admin import handler
from longwire_app.session import Identity
from longwire_app.tokens import Rules, issue

KEY = "s" * 64
PATH = "/api/hubs/chat/users/ada"
URL = f"https://host{PATH}?api-version=2024-12-01"


def signed(key: Any = KEY, algorithm: str = "HS256", headers: Any = None, **claims: Any) -> str:
    made = {"aud": URL, "exp": int(time.time()) + 60} | claims
    kept = {name: value for name, value in made.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm, headers=headers)


@pytest.fixture
def ask(backend: None, context: Any) -> Callable[..., Any]:  # noqa: ARG001 (its environment)
    def request(token: str | None, target: str = f"{PATH}?api-version=2024-12-01", method: str = "HEAD") -> Any:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return handler(http_event(method, target, headers), context)

    return request


def test_a_signed_url_is_answered_and_that_alone(ask: Any, counted: Any) -> None:
    assert ask(signed())["statusCode"] == 404
    assert ask(signed(), "/api/hubs/chat/users/bob?api-version=2024-12-01")["statusCode"] == 401
    assert counted()["RefusedAdmin"] == 1


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        "a.b.c",
        lambda: signed("x" * 64),
        lambda: signed(exp=int(time.time()) - 31),
        lambda: signed(exp=None),
        lambda: signed(exp="soon"),
        lambda: signed(exp=1e400),
        lambda: signed(nbf=int(time.time()) + 120),
        lambda: signed(aud=None),
        lambda: signed(aud="https://host/client/hubs/chat"),
        lambda: signed(aud={"x": URL}),
        lambda: signed(algorithm="HS512"),
        lambda: jwt.encode({"aud": URL, "exp": int(time.time()) + 60}, "", algorithm="none"),
        lambda: signed(headers={"kid": "another"}),
        lambda: signed(headers={"crit": ["exp"]}),
        lambda: signed() + "=",
        lambda: signed()[:-2],
        lambda: signed(pad="x" * 9000),
        # A client's token, which its user may read.
        lambda: issue(Identity("ada"), KEY.encode(), now=int(time.time()), lifetime=60, rules=Rules(), kid=None),
    ],
)
def test_anything_else_is_refused_without_a_word_why(ask: Any, token: Any, logged: Any) -> None:
    answer = ask(token() if callable(token) else token)
    assert (answer["statusCode"], answer["headers"]["www-authenticate"]) == (401, "Bearer")
    assert json.loads(answer["body"])["error"]["code"] == "Unauthorized"
    assert "ada" not in json.dumps(logged())


def test_the_previous_value_of_the_secret_is_still_good(ask: Any, aws: Any) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId=aws.secret_arn, SecretString="n" * 64)
    assert [ask(signed(key))["statusCode"] for key in ("n" * 64, KEY, "x" * 64)] == [404, 404, 401]


def test_without_a_key_nobody_gets_in(ask: Any, denials: Any) -> None:
    denials["GetSecretValue"] = 9
    answer = ask(signed())
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (503, "ServiceUnavailable")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/hubs/chat/nothing", 404, "NotFound"),
        ("POST", "/api/hubs/other/:send", 404, "NotFound"),
        ("GET", "/api/hubs/chat/:send", 405, "MethodNotAllowed"),
        ("POST", "/api/hubs/chat/:send", 415, "UnsupportedMediaType"),
        ("POST", "/api/hubs/chat/:send?top=1", 400, "BadRequest"),
        ("POST", "/api/hubs/chat/:send?%ff", 400, "BadRequest"),
        ("PUT", "/api/hubs/chat/groups/g/connections/c=", 404, "NotFound"),
    ],
)
def test_a_request_that_makes_no_sense_says_why(ask: Any, method: str, path: str, status: int, code: str) -> None:
    target = f"{path}{'&' if '?' in path else '?'}api-version=2024-12-01"
    answer = ask(signed(aud=f"https://host{target}"), target, method)
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (status, code)


def test_a_service_that_fails_is_a_500(ask: Any, denials: Any, counted: Any) -> None:
    denials["Query"] = 9
    assert ask(signed())["statusCode"] == 500
    assert counted()["HandlerErrors"] == 1
    assert wiring.settings().connections_per_user
