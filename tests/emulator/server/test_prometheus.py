"""What a Prometheus server reads."""

from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parsed_open_metrics
from prometheus_client.parser import text_string_to_metric_families

from longwire.core.events import PeerClosed
from longwire.core.metrics import FunctionMetrics, Metrics
from longwire.server.prometheus import StageMetrics, exposition

SIX = {
    "ConnectCount": "longwire_connect_count",
    "MessageCount": "longwire_message_count",
    "IntegrationError": "longwire_integration_error",
    "ClientError": "longwire_client_error",
    "ExecutionError": "longwire_execution_error",
    "IntegrationLatency": "longwire_integration_latency_seconds",
}
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


def scraped(
    metrics: Metrics, api: Any, active: int = 0, functions: FunctionMetrics | None = None
) -> dict[tuple[str, tuple[str, ...]], float]:
    """Values by sample name and label values, the labels in the order of their names."""
    text = exposition([StageMetrics(api, metrics, active)], functions or FunctionMetrics(), "").body.decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value for sample in samples
    }


def test_the_six_of_cloudwatch_have_its_names_and_words_in_their_help(routes: Any) -> None:
    text = exposition(
        [StageMetrics(routes.api(routes.aws_proxy("$connect")), Metrics(), 0)], FunctionMetrics(), ""
    ).body.decode()
    families = {family.name: family.documentation for family in text_string_to_metric_families(text)}

    for name, family in SIX.items():
        assert families[family].startswith(f"CloudWatch's {name}: ")


def test_what_a_route_can_have_is_0_until_it_happens(routes: Any) -> None:
    found = scraped(Metrics(), routes.api(routes.aws_proxy("$connect"), routes.aws_proxy("send")))

    zeros = {key for key, value in found.items() if value == 0 and key[0] != "longwire_active_connections"}
    assert zeros == {("longwire_connect_count_total", ("$connect", "dev"))} | {
        (f"{SIX[name]}_total", (route, "dev"))
        for name in ("MessageCount", "IntegrationError", "ClientError", "ExecutionError")
        for route in ("$connect", "send")
    }


def test_counters_have_cloudwatchs_dimensions_as_labels(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("send", two_way=True))
    connection_id = w.open()
    w.say(connection_id, {"action": "send"})
    w.answer(w.invoked()[0], '{"statusCode":500,"body":"x"}')
    w.receive(PeerClosed(connection_id, 4001, ""))
    monitor = w.gateway.deployment.monitor
    found = scraped(monitor.metrics, monitor.api, active=3)

    assert found["longwire_message_count_total", ("send", "dev")] == 2
    assert found["longwire_integration_error_total", ("send", "dev")] == 1
    assert found["longwire_active_connections", ("dev",)] == 3
    assert found["longwire_closes_total", ("4001", "dev")] == 1


def test_latencies_are_histograms_and_quantiles(routes: Any) -> None:
    metrics = Metrics()
    metrics.integrated("send", 0.02, 200)
    metrics.integrated("send", 60.0, 200)
    functions = FunctionMetrics()
    functions.invoked("Send", 0.02, "raised", cold=True)
    metrics.response_latency["send"].observe(0.5)
    found = scraped(metrics, routes.api(), functions=functions)

    bucket = "longwire_integration_latency_seconds_bucket"
    assert found[bucket, ("0.025", "send", "dev")] == 1
    assert found[bucket, ("1.0", "send", "dev")] == 1
    assert found[bucket, ("+Inf", "send", "dev")] == 2
    assert found["longwire_integration_latency_seconds_count", ("send", "dev")] == 2
    assert found["longwire_integration_latency_seconds_sum", ("send", "dev")] == 60.02
    assert found["longwire_integration_latency_quantile_seconds", ("0.99", "send", "dev")] == 60
    assert found["longwire_invocation_duration_seconds_count", ("Send", "dev")] == 1
    assert found["longwire_invocation_errors_total", ("raised", "Send", "dev")] == 1
    assert found["longwire_cold_starts_total", ("Send", "dev")] == 1
    assert found["longwire_response_latency_seconds_sum", ("send", "dev")] == 0.5


@pytest.mark.parametrize(
    ("accept", "content_type"), [("", "text/plain"), ("*/*", "text/plain"), (OPEN_METRICS, OPEN_METRICS)]
)
def test_whoever_asks_for_open_metrics_gets_it(routes: Any, accept: str, content_type: str) -> None:
    metrics = Metrics()
    metrics.integrated("send", 0.02, 500)
    response = exposition([StageMetrics(routes.api(), metrics, 0)], FunctionMetrics(), accept)

    assert response.status == 200
    assert dict(response.headers)["content-type"].startswith(content_type)
    if accept == OPEN_METRICS:
        parse: Any = parsed_open_metrics  # without types of its own
        assert list(parse(response.body.decode()))


def test_two_scrapes_share_nothing(routes: Any) -> None:
    metrics = Metrics()
    first, second = (exposition([StageMetrics(routes.api(), metrics, 0)], FunctionMetrics(), "") for _ in range(2))

    assert first.body == second.body


def test_a_route_key_with_quotes_is_escaped(routes: Any) -> None:
    metrics = Metrics()
    metrics.message_count['a"b\\c\n'] += 1

    assert scraped(metrics, routes.api())["longwire_message_count_total", ('a"b\\c\n', "dev")] == 1
