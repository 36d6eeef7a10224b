"""Counters and latencies."""

from typing import Any

import pytest

from longwire.core.events import PeerClosed, PostToConnection
from longwire.core.metrics import BOUNDS, FunctionMetrics, Histogram, Metrics


def metrics(w: Any) -> Metrics:
    found: Metrics = w.gateway.deployment.monitor.metrics
    return found


def test_connect_count_is_what_reaches_the_connect_integration(world: Any, routes: Any) -> None:
    """DOCUMENTED: "The number of messages sent to the $connect route integration"."""
    w, without = world(routes.aws_proxy("$connect")), world()
    w.open()
    w.shake("/nowhere")
    without.open()

    assert (metrics(w).connect_count, metrics(without).connect_count) == ({"$connect": 1}, {})


def test_message_count_is_both_ways_by_route(world: Any, routes: Any) -> None:
    """DOCUMENTED: "either from or to the client". The route of a post is ours to name."""
    w = world(routes.aws_proxy("send", two_way=True))
    connection_id = w.open()
    w.say(connection_id, {"action": "send"})
    w.answer(w.invoked()[0], '{"body":"x"}')
    w.say(connection_id, {"action": "other"})
    w.receive(PostToConnection("r", connection_id, b"y"))

    assert metrics(w).message_count == {"send": 2, "": 2, "@connections": 1}


def test_a_4xx_before_the_integration_is_a_client_error(world: Any, routes: Any) -> None:
    """DOCUMENTED."""
    w = world(routes.aws_proxy("send"))
    w.shake("/nowhere")
    w.say(w.open(), "not json")

    assert metrics(w).client_error == {"$connect": 1, "": 1}
    assert metrics(w).integration_error == {}


@pytest.mark.parametrize(
    ("returned", "errors"),
    [
        ('{"statusCode": 200}', 0),
        ('{"statusCode": 404}', 1),
        ('{"body": "x", "statusCode": "500"}', 1),
        ('{"body": "\\"statusCode\\""}', 0),
        ('"statusCode"', 0),
        ("null", 0),
    ],
)
def test_a_4xx_or_5xx_of_the_integration_is_an_integration_error(
    world: Any, routes: Any, returned: str, errors: int
) -> None:
    """DOCUMENTED, on one-way routes as well."""
    w = world(routes.aws_proxy("send"))
    w.say(w.open(), {"action": "send"})
    w.answer(w.invoked()[0], returned)

    assert metrics(w).integration_error["send"] == errors


@pytest.mark.parametrize(("kind", "counter"), [("raised", "integration_error"), ("throttled", "execution_error")])
def test_a_function_that_fails_is_an_integrations_and_one_that_cannot_be_called_an_execution_error(
    world: Any, routes: Any, kind: str, counter: str
) -> None:
    """Not verified: the developer guide has one sentence for each."""
    w = world(routes.aws_proxy("send"))
    w.say(w.open(), {"action": "send"})
    w.fail(w.invoked()[0], kind=kind)

    counted = {name: dict(getattr(metrics(w), name)) for name in ("integration_error", "execution_error")}
    assert counted == {"integration_error": {}, "execution_error": {}} | {counter: {"send": 1}}


def test_an_integration_timeout_is_an_execution_error_and_no_latency(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("send", timeout=1))
    w.say(w.open(), {"action": "send"})
    w.advance(1)

    assert metrics(w).execution_error == {"send": 1}
    assert "send" not in metrics(w).integration_latency


def test_integration_latency_is_from_asking_to_answering_and_not_of_mocks_and_posts(world: Any, routes: Any) -> None:
    """DOCUMENTED: "Suppressed for callbacks and mock integrations"."""
    pong = routes.mock("ping", '{"statusCode":200}', "pong")
    w = world(routes.aws_proxy("$connect"), routes.aws_proxy("send", two_way=True), pong)
    connection_id = w.open()
    w.say(connection_id, {"action": "ping"})
    w.receive(PostToConnection("r", connection_id, b"y"))
    w.say(connection_id, {"action": "send"})
    (invocation,) = w.invoked()
    w.advance(0.25)
    w.answer(invocation, '{"body":"x"}')

    latencies = metrics(w).integration_latency
    assert set(latencies) == {"$connect", "send"}
    assert latencies["send"].total == 0.25
    assert metrics(w).response_latency["send"].total == 0.25


def test_closes_are_counted_by_code(world: Any) -> None:
    w = world()
    w.receive(PeerClosed(w.open(), 4000, ""))
    w.open()
    w.advance(601)

    assert metrics(w).closes == {4000: 1, 1001: 1}


def test_a_histogram_counts_up_to_each_bound_and_above() -> None:
    histogram = Histogram()
    for seconds in (0.001, 0.0011, 30.0):
        histogram.observe(seconds)

    counts = dict(histogram.cumulative())
    assert (counts[0.001], counts[0.0025], counts[29.0], counts[float("inf")]) == (1, 2, 2, 3)
    assert len(counts) == len(BOUNDS) + 1


def test_quantiles_are_of_the_newest_observations() -> None:
    histogram = Histogram()
    assert histogram.quantiles([0.5]) == []
    for _ in range(2000):
        histogram.observe(100.0)
    for number in range(1, 1025):
        histogram.observe(float(number))

    assert histogram.quantiles([0.5, 0.99]) == [(0.5, 512.0), (0.99, 1014.0)]


def test_of_two_observations_the_median_is_the_smaller_one() -> None:
    histogram = Histogram()
    histogram.observe(2.0)
    histogram.observe(1.0)

    assert histogram.quantiles([0.5, 0.9]) == [(0.5, 1.0), (0.9, 2.0)]


def test_invocations_have_durations_errors_and_cold_starts() -> None:
    made = FunctionMetrics()
    made.invoked("Send", 0.5, "", cold=True)
    made.invoked("Send", 0.5, "raised", cold=False)

    assert made.duration["Send"].total == 1.0
    assert (made.errors, made.cold_starts) == ({("Send", "raised"): 1}, {"Send": 1})
