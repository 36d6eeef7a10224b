"""The parts of a request that events show."""

import pytest

from http_entry_points import entry, incoming
from longwire.core.http.request import forwarded, is_text, text_body


def test_the_query_is_decoded_in_order() -> None:
    request = incoming("GET", "/p?b=%20x&a=1&a=2&c&d=+")

    assert request.query == (("b", " x"), ("a", "1"), ("a", "2"), ("c", ""), ("d", " "))
    assert request.raw_query == "b=%20x&a=1&a=2&c&d=+"
    assert request.path == "/p"


def test_only_an_http_api_decodes_the_path_and_loses_what_follows_a_decoded_question_mark() -> None:
    """OBSERVED on AWS, in captures of all three."""
    request = incoming("GET", "/a%20b/c%3Fd?e")

    assert request.shown_path(entry()) == "/a b/c"
    assert request.shown_path(entry(kind="rest")) == "/a%20b/c%3Fd"
    assert request.shown_path(entry(kind="url")) == "/a%20b/c%3Fd"


def test_the_path_below_a_stage_has_the_stage_no_more() -> None:
    assert incoming("GET", "/dev/a").below(entry(stage="dev")) == "/a"
    assert incoming("GET", "/dev").below(entry(stage="dev")) == "/"


def test_a_function_sees_aws_host_and_what_the_load_balancer_adds() -> None:
    request = incoming("POST", "/", ("Connection", "close"), ("X-Forwarded-For", "10.0.0.1"), ("A", "b"), body=b"abc")

    assert forwarded(request, entry()) == (
        ("A", "b"),
        ("Content-Length", "3"),
        ("Host", "abcdefghij.execute-api.eu-west-1.amazonaws.com"),
        ("User-Agent", "test/1"),
        ("X-Amzn-Trace-Id", "Root=1-6553f100-0"),
        ("X-Forwarded-For", "10.0.0.1, 192.0.2.7"),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    )
    assert "Content-Length" not in dict(forwarded(request, entry(kind="rest")))


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/html; charset=utf-8", True),
        ("application/json", True),
        ("Application/JSON;x", True),
        ("application/xml", True),
        ("application/javascript", True),
        ("application/x-www-form-urlencoded", False),
        ("application/octet-stream", False),
        ("", False),
    ],
)
def test_bodies_of_a_few_types_are_text_and_all_others_base64(content_type: str, text: bool) -> None:
    """OBSERVED: a form's too, and one without a type."""
    assert is_text(incoming("POST", "/", ("Content-Type", content_type), body=b"a=b")) is text


def test_a_body_is_text_base64_or_none() -> None:
    assert text_body(incoming("POST", body=b"caf\xc3\xa9"), text=True) == ("café", False)
    assert text_body(incoming("POST", body=b"\xff"), text=True) == ("/w==", True)
    assert text_body(incoming("POST", body=b"a"), text=False) == ("YQ==", True)
    assert text_body(incoming(), text=True) == (None, False)
