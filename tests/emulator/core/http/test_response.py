"""What a function's answer means as an HTTP response."""

import json
from typing import Any

import pytest

from http_entry_points import entry, incoming
from longwire.core.http.response import Answer, Malformed, function_failed, message, no_route, read, too_slow

JSON = (("content-type", "application/json"),)
HTTP, REST, URL = entry(), entry(kind="rest", binary_types=("image/*",)), entry(kind="url")


def given(answer: Any, api: Any = HTTP, version: str = "2.0", accept: str = "*/*") -> Answer:
    return read(api, version, json.dumps(answer, separators=(",", ":")), incoming("GET", "/", ("Accept", accept)))


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ({"hello": "world"}, b'{"hello":"world"}'),
        ("hello", b"hello"),
        (["a", 1], b'["a",1]'),
        (7, b"7"),
        (None, b"null"),
        ({"body": "x"}, b'{"body":"x"}'),
    ],
)
def test_format_2_takes_a_result_without_a_status_code_for_the_body(answer: Any, body: bytes) -> None:
    """DOCUMENTED: 200, application/json."""
    assert given(answer) == Answer(200, JSON, body)


def test_a_whole_answer_is_what_it_says() -> None:
    answer = {
        "statusCode": 201,
        "headers": {"X-A": "1", "x-number": 2, "x-true": True, "x-null": None, "Content-Type": "a/b"},
        "cookies": ["a=1", "b=2; Secure"],
        "body": "caf\u00e9",
    }

    assert given(answer) == Answer(
        201,
        (
            ("X-A", "1"), ("x-number", "2"), ("x-true", "true"), ("Content-Type", "a/b"), ("set-cookie", "a=1"),
            ("set-cookie", "b=2; Secure"),
        ),
        "café".encode(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("api", "kind"), [(HTTP, "text/plain;charset=utf-8"), (REST, "application/json"), (URL, "application/json")]
)
def test_a_body_without_a_type_gets_the_one_of_its_entry_point(api: Any, kind: str) -> None:
    version = "1.0" if api is REST else "2.0"

    assert dict(given({"statusCode": 200, "body": "x"}, api, version).headers) == {"content-type": kind}


def test_format_1_merges_multi_value_headers() -> None:
    answer = {"statusCode": "200", "headers": {"a": "1", "b": "2"}, "multiValueHeaders": {"a": ["1", "3"], "c": "4"}}

    assert given(answer, version="1.0").headers == (("b", "2"), ("a", "1"), ("a", "3"), ("c", "4"))


def test_base64_becomes_bytes_and_in_a_rest_api_only_for_a_binary_accept() -> None:
    answer = {"statusCode": 200, "body": "/w==", "isBase64Encoded": True}

    assert given(answer).body == b"\xff"
    assert given(answer, URL).body == b"\xff"
    assert given(answer, REST, "1.0").body == b"/w=="
    assert given(answer, REST, "1.0", accept="image/png,*/*").body == b"\xff"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_content_sends_none(status: int) -> None:
    """It would be taken for the head of the next answer."""
    assert given({"statusCode": status, "body": "x"}).body == b""


def test_text_that_is_no_unicode_does_no_harm() -> None:
    request = incoming()

    assert read(HTTP, "2.0", '"\\ud800"', request).body == b"?"
    assert read(HTTP, "2.0", '{"statusCode":200,"body":"\\ud800"}', request).body == b"?"


def test_headers_of_one_connection_are_dropped_and_a_rest_api_renames_some() -> None:
    headers = {"Connection": "x", "Content-Length": "9", "Date": "d", "Transfer-Encoding": "c"}
    answer = {"statusCode": 204, "headers": headers}

    assert given(answer).headers == (("Date", "d"),)
    renamed = [name for name, _ in given(answer, REST, "1.0").headers if name != "content-type"]
    assert renamed == [f"x-amzn-Remapped-{name}" for name in ("Connection", "Content-Length", "Date")]


@pytest.mark.parametrize(
    ("answer", "api", "version", "why"),
    [
        ({"hello": 1}, HTTP, "1.0", "statusCode is None"),
        ("text", HTTP, "1.0", "no object"),
        ({"statusCode": 99}, HTTP, "2.0", "99"),
        ({"statusCode": 600}, HTTP, "2.0", "600"),
        ({"statusCode": True}, HTTP, "2.0", "True"),
        ({"statusCode": "two"}, HTTP, "2.0", "two"),
        ({"statusCode": "9" * 5000}, HTTP, "2.0", "999"),
        ({"statusCode": 200.5}, HTTP, "2.0", "200.5"),
        ({"statusCode": None}, HTTP, "2.0", "None"),
        ({"statusCode": 200, "body": {"a": 1}}, HTTP, "2.0", "no text but dict: json.dumps it"),
        ({"statusCode": 200, "body": "!", "isBase64Encoded": True}, HTTP, "2.0", "no base64"),
        ({"statusCode": 200, "headers": ["a"]}, HTTP, "2.0", "headers is no object"),
        ({"statusCode": 200, "headers": {"a": {"b": 1}}}, HTTP, "2.0", "no text but dict"),
        ({"statusCode": 200, "headers": {"a b": "c"}}, HTTP, "2.0", "no name for a header"),
        ({"statusCode": 200, "headers": {"": "c"}}, HTTP, "2.0", "no name for a header"),
        ({"statusCode": 200, "message": "x"}, REST, "1.0", "message"),
    ],
)
def test_an_answer_that_makes_no_sense_says_why(answer: Any, api: Any, version: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        given(answer, api, version)


def test_the_gateways_own_answers_are_those_of_its_kind() -> None:
    assert no_route(HTTP, "").body == b'{"message":"Not Found"}'
    assert (no_route(REST, "").status, no_route(REST, "").body) == (403, b'{"message":"Missing Authentication Token"}')
    assert function_failed(HTTP, "").body == b'{"message":"Internal Server Error"}'
    assert [function_failed(api, "").status for api in (HTTP, REST, URL)] == [500, 502, 502]
    assert [function_failed(api, "", throttled=True).status for api in (HTTP, REST, URL)] == [503, 500, 429]
    assert [too_slow(api, 1.0).status for api in (HTTP, REST, URL)] == [503, 504, 503]
    assert message(403, "x", "why", key="Message").body == b'{"Message":"x"}'
