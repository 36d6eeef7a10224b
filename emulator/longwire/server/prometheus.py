"""``/metrics``: the gateway's metrics in Prometheus' text format, or OpenMetrics for those who ask for it.

Nothing is kept here: each request makes families of what the core has counted, in a registry of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from longwire.core.api import Api
from longwire.core.metrics import CLOUDWATCH, Histogram, Metrics
from longwire.inspector.guard import SECURITY
from longwire.server.http_message import HttpResponse

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["exposition"]

QUANTILES = (0.5, 0.9, 0.95, 0.99)
ROUTE = ("stage", "route")  # CloudWatch's dimensions Stage and Route
FUNCTION = ("stage", "function")
Counts = Iterable[tuple[tuple[str, ...], int]]


def exposition(metrics: Metrics, api: Api, active: int, accept: str) -> HttpResponse:
    """``active`` is how many connections are open; ``accept`` the request's Accept header, or empty."""
    # Imported with the first scrape: it takes longer than anything else that the port could wait for.
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector(metrics, api, active))
    encode, content_type = choose_encoder(accept)
    headers = (*SECURITY, ("content-type", content_type), ("cache-control", "no-store"))
    return HttpResponse(200, headers, encode(registry))


class Collector:
    """One scrape's view of the metrics."""

    def __init__(self, metrics: Metrics, api: Api, active: int) -> None:
        self.metrics = metrics
        self.routes = api.routes.keys()
        self.stage = api.stage.name
        self.active = active

    def collect(self) -> Iterator["Metric"]:
        yield from self.cloudwatch()
        yield from self.beyond()

    def cloudwatch(self) -> Iterator["Metric"]:
        """The six that API Gateway reports, under their names in Prometheus' spelling."""
        found = self.metrics
        # A rate needs a start: what a route can have is 0, not absent, until it happens.
        connect, every = dict.fromkeys(self.routes & {"$connect"}, 0), dict.fromkeys(self.routes, 0)
        counters = {
            "ConnectCount": connect | found.connect_count,
            "MessageCount": every | found.message_count,
            "IntegrationError": every | found.integration_error,
            "ClientError": every | found.client_error,
            "ExecutionError": every | found.execution_error,
        }
        for name, by_route in counters.items():
            yield self.counter(snake(name), aws(name), ROUTE, single(by_route))
        name = "IntegrationLatency"
        yield self.histogram(f"{snake(name)}_seconds", aws(name), ROUTE, found.integration_latency)

    def beyond(self) -> Iterator["Metric"]:
        """What CloudWatch has no metric for."""
        from prometheus_client.core import GaugeMetricFamily

        found = self.metrics
        active = GaugeMetricFamily("longwire_active_connections", "Open connections.", labels=["stage"])
        active.add_metric([self.stage], self.active)
        yield active
        meaning = "Connections that ended, by close code."
        yield self.counter("closes", meaning, ("stage", "code"), single(found.closes))
        duration = "Duration of invocations, without init."
        yield self.histogram("invocation_duration_seconds", duration, FUNCTION, found.invocation_duration)
        errors = found.invocation_errors.items()
        yield self.counter("invocation_errors", "Invocations that failed.", (*FUNCTION, "error"), errors)
        meaning = "Invocations in a new execution environment."
        yield self.counter("cold_starts", meaning, FUNCTION, single(found.cold_starts))
        response = "Time from a message to its route response."
        yield self.histogram("response_latency_seconds", response, ROUTE, found.response_latency)
        yield from self.quantiles("integration_latency_quantile_seconds", ROUTE, found.integration_latency)
        yield from self.quantiles("invocation_duration_quantile_seconds", FUNCTION, found.invocation_duration)
        yield from self.quantiles("response_latency_quantile_seconds", ROUTE, found.response_latency)

    def counter(self, name: str, meaning: str, labels: Iterable[str], counts: Counts) -> "Metric":
        from prometheus_client.core import CounterMetricFamily

        family = CounterMetricFamily(f"longwire_{name}", meaning, labels=list(labels))
        for key, count in counts:
            family.add_metric([self.stage, *key], count)
        return family

    def histogram(
        self, name: str, meaning: str, labels: Iterable[str], histograms: Mapping[str, Histogram]
    ) -> "Metric":
        from prometheus_client.core import HistogramMetricFamily

        family = HistogramMetricFamily(f"longwire_{name}", meaning, labels=list(labels))
        for key, histogram in histograms.items():
            buckets = [(str(bound).replace("inf", "+Inf"), count) for bound, count in histogram.cumulative()]
            family.add_metric([self.stage, key], buckets, histogram.total)
        return family

    def quantiles(self, name: str, labels: Iterable[str], histograms: Mapping[str, Histogram]) -> Iterator["Metric"]:
        from prometheus_client.core import GaugeMetricFamily

        meaning = "Quantiles of the newest 1,024 observations."
        family = GaugeMetricFamily(f"longwire_{name}", meaning, labels=[*labels, "quantile"])
        for key, histogram in histograms.items():
            for share, seconds in histogram.quantiles(QUANTILES):
                family.add_metric([self.stage, key, f"{share:g}"], seconds)
        yield family


def single(counts: Mapping[Any, int]) -> Counts:
    """With one label."""
    return [((str(key),), count) for key, count in counts.items()]


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]


def aws(name: str) -> str:
    return f"CloudWatch's {name}: {CLOUDWATCH[name]}"
