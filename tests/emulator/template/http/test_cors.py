"""CORS as templates leave it to the gateway."""

from pathlib import Path

import pytest

from http_templates import HTTP, URL, beside
from longwire.core.http.api import Cors

API = "{Name: http, ProtocolType: HTTP"


def test_all_of_it_is_read(tmp_path: Path) -> None:
    text = (
        "AllowOrigins: [https://a.example], AllowMethods: [GET, POST], AllowHeaders: [x-a], ExposeHeaders: [x-b], "
        "AllowCredentials: true, MaxAge: 60"
    )
    sample = beside(HTTP, tmp_path).replace(API, f"{API}, CorsConfiguration: {{{text}}}")

    assert sample.load().http_apis[0].cors == Cors(
        ("https://a.example",), ("GET", "POST"), ("x-a",), ("x-b",), allow_credentials=True, max_age=60
    )


def test_a_function_url_has_its_own(tmp_path: Path) -> None:
    assert beside(URL, tmp_path).load().http_apis[0].cors == Cors(("*",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("AllowOrigin: ['*']", "CorsConfiguration has no AllowOrigin"),
        ("AllowOrigins: ['*'], AllowCredentials: true", "cannot be true while AllowOrigins is *"),
        ("AllowMethods: [GETS]", "'GETS' is no HTTP method"),
        ("MaxAge: 90000", "90000 is not between -1 and 86,400"),
    ],
)
def test_a_defect_is_named(tmp_path: Path, text: str, message: str) -> None:
    error = beside(HTTP, tmp_path).replace(API, f"{API}, CorsConfiguration: {{{text}}}").error()

    assert (error.resource, error.message) == ("Http", message)


def test_without_it_there_is_none(tmp_path: Path) -> None:
    assert beside(HTTP, tmp_path).load().http_apis[0].cors is None
