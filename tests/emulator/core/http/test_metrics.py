"""What is counted of HTTP entry points."""

from longwire.core.http.metrics import HttpMetrics


def test_answers_are_counted_by_route_and_status_and_timed_by_route() -> None:
    metrics = HttpMetrics()
    for status, seconds in ((200, 0.1), (500, 0.3), (200, 0.2)):
        metrics.answered("Api", "$default", "GET /", status, seconds)

    assert metrics.requests == {("Api", "$default", "GET /", "200"): 2, ("Api", "$default", "GET /", "500"): 1}
    assert sum(metrics.latency["Api", "$default", "GET /"].counts) == 3
