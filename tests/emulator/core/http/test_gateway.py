"""One deployed HTTP entry point, in virtual time."""

import json
import sys

import pytest

from http_entry_points import Entry, entry, route
from longwire.core.api import Throttle
from longwire.core.events import InvocationFinished
from longwire.core.http.api import Cors, HttpAuthorizer, LambdaProxy, StaticAnswer

GUARD = HttpAuthorizer("Guard", "Auth", "2.0", simple=True, identity_sources=("$request.header.token",), ttl=60)
CORS = Cors(("https://a.example",), ("POST",))
PREFLIGHT = (("Origin", "https://a.example"), ("Access-Control-Request-Method", "POST"))


def test_a_request_invokes_the_routes_function_and_gets_its_answer() -> None:
    world = Entry(entry(route("POST /publish"))).ask("POST", "/publish", body=b"x")

    assert (world.invoked.function, world.invoked.route_key) == ("Publish", "POST /publish")
    assert json.loads(world.invoked.payload)["rawPath"] == "/publish"
    world.now += 0.5
    world.returns('{"statusCode":201,"body":"done"}')
    assert world.said == (201, "done")
    assert world.headers["apigw-requestid"] == "reqid="
    assert (world.answered.function, world.answered.seconds) == ("Publish", 0.5)


def test_a_path_that_no_route_takes_is_not_found() -> None:
    assert Entry(entry(route("POST /publish"))).ask("GET", "/publish").said == (404, '{"message":"Not Found"}')


@pytest.mark.parametrize(
    ("error", "status"),
    [("raised", 500), ("timed_out", 500), ("crashed", 500), ("init_failed", 500), ("throttled", 503)],
)
def test_a_function_that_fails_is_an_internal_server_error(error: str, status: int) -> None:
    world = Entry(entry()).ask().fails(error)

    assert world.answer.status == status
    assert "boom" in world.answer.why


def test_an_answer_that_makes_no_sense_is_an_internal_server_error_and_says_why_to_people() -> None:
    world = Entry(entry()).ask().returns('{"statusCode":200,"body":{}}')

    assert world.said == (500, '{"message":"Internal Server Error"}')
    assert "json.dumps" in world.answer.why


def test_a_function_has_as_long_as_its_integration_gives_it() -> None:
    world = Entry(entry(route("GET /", LambdaProxy("Publish", "2.0", 5.0)))).ask()
    invocation = world.invoked

    assert world.gateway.next_deadline() == world.now + 5
    assert world.wait(4.9).effects == []
    assert world.wait(0.2).said == (503, '{"message":"Service Unavailable"}')
    assert world.gateway.finished(InvocationFinished(invocation.invocation_id, "1"), world.now) == []
    assert world.gateway.next_deadline() is None


def test_a_rest_api_says_the_same_in_its_own_words() -> None:
    world = Entry(entry(route("GET /"), kind="rest"))

    assert world.ask("GET", "/no").said == (403, '{"message":"Missing Authentication Token"}')
    assert world.ask().wait(30).said == (504, '{"message":"Endpoint request timed out"}')
    assert world.ask().fails().said == (502, '{"message":"Internal server error"}')
    assert "x-amzn-requestid" in world.headers


def test_bodies_and_headers_have_limits() -> None:
    world = Entry(entry())

    assert world.ask("POST", "/", body=b"x" * (10 * 1024 * 1024 + 1)).answer.status == 413
    assert world.said[1] == '{"message":"Request Entity Too Large"}'
    assert world.ask("POST", "/", body=b"x" * (7 * 1024 * 1024)).answer.status == 413
    assert world.ask("GET", "/", ("X", "y" * 10_240)).answer.status == 431
    url = Entry(entry(kind="url"))
    assert url.ask("POST", "/", body=b"x" * (6 * 1024 * 1024 + 1)).answer.status == 413
    assert url.ask("GET", "/", ("X", "y" * 10_240)).invoked.function == "Publish"


def test_a_throttled_route_says_so_and_the_others_do_not() -> None:
    api = entry(route("GET /a"), route("GET /b"), route_throttles={"GET /a": Throttle(1, 1)})
    world = Entry(api)

    assert world.ask("GET", "/a").invoked.function == "Publish"
    assert world.ask("GET", "/a").said == (429, '{"message":"Too Many Requests"}')
    assert world.ask("GET", "/b").invoked.function == "Publish"
    world.now += 1
    assert world.ask("GET", "/a").invoked.function == "Publish"


# --- authorizers


def test_an_authorizer_is_asked_first_and_its_context_is_in_the_event() -> None:
    world = Entry(entry(route("GET /", authorizer=GUARD))).ask("GET", "/", ("token", "t"))

    assert world.invoked.function == "Auth"
    world.returns('{"isAuthorized":true,"context":{"who":"ann"}}')
    assert world.invoked.function == "Publish"
    assert json.loads(world.invoked.payload)["requestContext"]["authorizer"] == {"lambda": {"who": "ann"}}


def test_a_missing_identity_source_is_unauthorized_without_a_call() -> None:
    world = Entry(entry(route("GET /", authorizer=GUARD))).ask()

    assert world.said == (401, '{"message":"Unauthorized"}')


def test_a_refusal_is_the_answer() -> None:
    world = Entry(entry(route("GET /", authorizer=GUARD))).ask("GET", "/", ("token", "t"))

    assert world.returns('{"isAuthorized":false}').said == (403, '{"message":"Forbidden"}')


def test_an_answer_is_kept_for_its_time() -> None:
    world = Entry(entry(route("GET /", authorizer=GUARD))).ask("GET", "/", ("token", "t"))
    world.returns('{"isAuthorized":true}')

    assert world.ask("GET", "/", ("token", "t")).invoked.function == "Publish"
    assert world.ask("GET", "/", ("token", "other")).invoked.function == "Auth"
    world.now += 61
    assert world.ask("GET", "/", ("token", "t")).invoked.function == "Auth"


def test_an_authorizer_that_fails_or_hangs_lets_nobody_in() -> None:
    world = Entry(entry(route("GET /", authorizer=GUARD)))

    assert world.ask("GET", "/", ("token", "t")).fails().answer.status == 500
    assert world.ask("GET", "/", ("token", "t")).wait(30).said == (500, '{"message":"Internal Server Error"}')


def test_a_signed_route_refuses_who_did_not_sign() -> None:
    assert Entry(entry(route("GET /", iam=True))).ask().said == (403, '{"message":"Forbidden"}')


def test_a_context_that_is_nested_too_deep_lets_nobody_wait() -> None:
    world = Entry(entry(route("GET /", authorizer=GUARD)))
    seen = set()
    for depth in range(sys.getrecursionlimit() - 400, sys.getrecursionlimit() + 10, 3):
        deep = "[" * depth + "]" * depth
        world.ask("GET", "/", ("token", str(depth))).returns(f'{{"isAuthorized":true,"context":{{"a":{deep}}}}}')
        seen.add(type(world.effects[0]).__name__)

    assert seen <= {"Answered", "Invoke"}  # at which depth is the interpreter's to say


# --- CORS


def test_a_preflight_is_answered_by_the_gateway_whatever_route_takes_options() -> None:
    for keys in (["POST /publish"], ["$default"], ["ANY /{proxy+}"]):
        world = Entry(entry(*map(route, keys), cors=CORS)).ask("OPTIONS", "/publish", *PREFLIGHT)
        assert world.answer.status == 204
        assert world.headers["access-control-allow-methods"] == "POST"


def test_a_route_that_takes_options_is_authorized_before_its_preflight() -> None:
    """DOCUMENTED: an authorizer of $default keeps preflight requests out."""
    world = Entry(entry(route("$default", authorizer=GUARD), cors=CORS)).ask("OPTIONS", "/publish", *PREFLIGHT)

    assert world.answer.status == 401


def test_without_cors_options_is_a_request_as_any_other() -> None:
    assert Entry(entry(route("$default"))).ask("OPTIONS", "/", *PREFLIGHT).invoked.function == "Publish"
    assert Entry(entry(route("GET /"))).ask("OPTIONS", "/", *PREFLIGHT).answer.status == 404


def test_the_gateways_cors_headers_replace_the_functions() -> None:
    world = Entry(entry(cors=CORS)).ask("POST", "/", ("Origin", "https://a.example"))
    world.returns('{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*","x":"y"}}')

    assert world.headers["access-control-allow-origin"] == "https://a.example"
    assert "Access-Control-Allow-Origin" not in world.headers
    assert world.headers["x"] == "y"


def test_errors_have_cors_headers_too() -> None:
    world = Entry(entry(cors=CORS)).ask("POST", "/", ("Origin", "https://a.example")).fails()

    assert world.headers["access-control-allow-origin"] == "https://a.example"


def test_a_function_url_answers_preflights_by_itself_even_when_it_is_signed() -> None:
    world = Entry(entry(route("$default", iam=True), kind="url", cors=CORS)).ask("OPTIONS", "/", *PREFLIGHT)

    assert (world.answer.status, world.headers["access-control-allow-origin"]) == (200, "https://a.example")


def test_a_mock_of_a_rest_api_answers_what_it_says() -> None:
    mock = StaticAnswer(200, (("Access-Control-Allow-Origin", "*"),))
    world = Entry(entry(route("OPTIONS /r", mock), kind="rest")).ask("OPTIONS", "/r", *PREFLIGHT)

    assert (world.answer.status, world.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert world.answered.function == ""
