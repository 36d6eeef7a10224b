"""Which route a message goes to, and why."""

from typing import Any

import pytest

from longwire.core.routing import Router


@pytest.mark.parametrize(
    ("payload", "key", "why"),
    [
        ('{"action":"send"}', "send", "$request.body.action is 'send'"),
        ('{"action":"other"}', "$default", "$request.body.action is 'other', which no route has"),
        ('{"hello":1}', "$default", "$request.body.action selects nothing"),
        ("hello", "$default", "the message is not JSON"),
        ("", "$default", "the message is not JSON"),
        ('{"action":NaN}', "$default", "the message is not JSON"),
        ("[" * 200_000, "$default", "the message is not JSON"),
        ('{"action":"Send"}', "$default", "$request.body.action is 'Send', which no route has"),
        ('{"action":"$connect"}', "$default", "$request.body.action is '$connect', which no route has"),
        ('{"action":"$disconnect"}', "$default", "$request.body.action is '$disconnect', which no route has"),
        ('{"action":"$default"}', "$default", "$request.body.action selects nothing"),
        ('{"action":1}', "1", "$request.body.action is '1'"),
        ('["send"]', "$default", "$request.body.action selects nothing"),
    ],
)
def test_a_message_goes_to_the_route_that_its_expression_selects(routes: Any, payload: str, key: str, why: str) -> None:
    keys = ("$connect", "$disconnect", "$default", "send", "1")
    route, reason, _ = Router(routes.api(*(routes.aws_proxy(key) for key in keys))).route(payload)
    assert route is not None
    assert (route.key, reason) == (key, why)


def test_without_a_default_route_nothing_is_found(routes: Any) -> None:
    router = Router(routes.api(routes.aws_proxy("send")))
    assert router.route("hello")[0] is None
    assert router.route('{"action":"x"}')[0] is None


def test_a_key_without_quotes_selects_a_route_only_when_json_is_read_leniently(routes: Any) -> None:
    """OBSERVED once: {"action":"sendMessage", body:"hello"} went to sendMessage."""
    api = routes.api(routes.aws_proxy("send"), routes.aws_proxy("$default"))
    message = '{"action":"send", body:"hello"}'
    route, why, _ = Router(api).route(message)
    assert route is not None
    assert route.key == "$default"
    assert why.startswith("the message is not JSON: a key has no quotes, which lenient_json=true takes")
    route, _, body = Router(api, lenient=True).route(message)
    assert route is not None
    assert (route.key, body) == ("send", {"action": "send", "body": "hello"})
    assert Router(api, lenient=True).route("hello")[1] == "the message is not JSON"


def test_a_constant_expression_needs_no_json(routes: Any) -> None:
    router = Router(routes.api(routes.aws_proxy("send"), expression="send"))
    route, _, _ = router.route("not json")
    assert route is not None
    assert route.key == "send"
