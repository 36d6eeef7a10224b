"""Cross-origin requests that the gateway answers."""

import pytest

from longwire.core.http.api import Cors
from longwire.core.http.cors import added, allows, is_preflight, preflight, without_own


@pytest.mark.parametrize(
    ("allowed", "origin", "expected"),
    [
        ("https://a.example", "https://a.example", True),
        ("https://a.example", "https://a.example.evil", False),
        ("https://a.example", "http://a.example", False),
        ("*", "https://any.example", True),
        ("https://*", "https://any.example", True),
        ("https://*", "http://any.example", False),
        ("https://a.example", "null", False),
    ],
)
def test_an_origin_is_allowed_by_itself_or_a_wildcard(allowed: str, origin: str, expected: bool) -> None:
    assert allows(Cors((allowed,)), origin) is expected


def test_a_preflight_is_an_options_request_with_origin_and_method() -> None:
    assert is_preflight("OPTIONS", "https://a.example", "POST")
    assert not is_preflight("OPTIONS", None, "POST")
    assert not is_preflight("OPTIONS", "https://a.example", None)
    assert not is_preflight("GET", "https://a.example", "POST")


def test_a_preflight_answer_lists_what_is_configured() -> None:
    cors = Cors(("https://a.example",), ("GET", "POST"), ("x-a", "x-b"), ("x-c",), allow_credentials=True, max_age=60)

    assert preflight(cors, "https://a.example") == (
        ("access-control-allow-origin", "https://a.example"),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "GET,POST"),
        ("access-control-allow-headers", "x-a,x-b"),
        ("access-control-max-age", "60"),
    )
    assert preflight(cors, "https://b.example") == ()


def test_other_answers_get_the_origin_and_what_is_exposed() -> None:
    assert added(Cors(("*",), expose_headers=("x-c",)), "https://b.example") == (
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "x-c"),
    )
    assert added(Cors(("https://a.example",)), "https://b.example") == ()
    assert added(Cors(("*",)), None) == ()


def test_what_the_function_says_of_cors_is_dropped() -> None:
    headers = (("Access-Control-Allow-Origin", "x"), ("content-type", "a/b"))

    assert without_own(headers) == (("content-type", "a/b"),)
