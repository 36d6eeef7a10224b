"""``/metrics``: the gateway's metrics in Prometheus' text format, or OpenMetrics for those who ask for it.

Nothing is kept here: each request makes families of what the core has counted, in a registry of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from longwire.core.api import Api
from longwire.core.connection import State
from longwire.core.gateway import Gateway
from longwire.core.http.metrics import HttpMetrics
from longwire.core.metrics import CLOUDWATCH, FunctionMetrics, Histogram, Metrics
from longwire.inspector.guard import SECURITY
from longwire.server.http_message import HttpResponse

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["StageMetrics", "exposition"]

QUANTILES = (0.5, 0.9, 0.95, 0.99)
Counts = Iterable[tuple[tuple[str, ...], int]]


@dataclass(frozen=True, slots=True)
class StageMetrics:
    """What is counted of one deployed Stage; ``active`` is how many connections are open."""

    api: Api
    metrics: Metrics
    active: int

    @classmethod
    def of(cls, gateway: Gateway) -> "StageMetrics":
        active = sum(connection.state is State.OPEN for connection in gateway.connections.values())
        return cls(gateway.api, gateway.deployment.monitor.metrics, active)


def exposition(
    stages: Sequence[StageMetrics], functions: FunctionMetrics, accept: str, http: HttpMetrics | None = None
) -> HttpResponse:
    """``accept`` is the request's Accept header, or empty."""
    # Imported with the first scrape: it takes longer than anything else that the port could wait for.
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector(stages, functions, http or HttpMetrics()))
    encode, content_type = choose_encoder(accept)
    headers = (*SECURITY, ("content-type", content_type), ("cache-control", "no-store"))
    return HttpResponse(200, headers, encode(registry))


class Collector:
    """One scrape's view of the metrics.

    Labels are CloudWatch's dimensions Stage and Route; where there are several APIs ``api_id`` stands before them. A
    function has a ``stage`` only where there is no other.
    """

    def __init__(self, stages: Sequence[StageMetrics], functions: FunctionMetrics, http: HttpMetrics) -> None:
        self.http = http
        self.stages = stages
        self.functions = functions
        self.several = len({stage.api.api_id for stage in stages}) > 1
        self.stage_labels = ("api_id", "stage") if self.several else ("stage",)
        self.route_labels = (*self.stage_labels, "route")
        self.function_labels = ("stage", "function") if len(stages) == 1 else ("function",)
        self.function_stage = (stages[0].api.stage.name,) if len(stages) == 1 else ()

    def collect(self) -> Iterator["Metric"]:
        yield from self.cloudwatch()
        yield from self.beyond()
        yield from self.invocations()
        yield from self.entry_points()

    def labels(self, stage: StageMetrics) -> tuple[str, ...]:
        name = stage.api.stage.name
        return (stage.api.api_id, name) if self.several else (name,)

    def cloudwatch(self) -> Iterator["Metric"]:
        """The six that API Gateway reports, under their names in Prometheus' spelling."""
        counters: dict[str, Callable[[Metrics], Mapping[str, int]]] = {
            "ConnectCount": lambda metrics: metrics.connect_count,
            "MessageCount": lambda metrics: metrics.message_count,
            "IntegrationError": lambda metrics: metrics.integration_error,
            "ClientError": lambda metrics: metrics.client_error,
            "ExecutionError": lambda metrics: metrics.execution_error,
        }
        for name, counted in counters.items():
            found = [pair for stage in self.stages for pair in self.by_route(stage, name, counted(stage.metrics))]
            yield self.counter(snake(name), aws(name), self.route_labels, found)
        name = "IntegrationLatency"
        yield self.histogram(
            f"{snake(name)}_seconds", aws(name), self.route_labels, self.of_routes("integration_latency")
        )

    def by_route(self, stage: StageMetrics, name: str, counted: Mapping[str, int]) -> Counts:
        """A rate needs a start: what a route can have is 0, not absent, until it happens."""
        routes = stage.api.routes.keys()
        zeros = dict.fromkeys(routes & {"$connect"} if name == "ConnectCount" else routes, 0)
        return [((*self.labels(stage), key), count) for key, count in {**zeros, **counted}.items()]

    def of_routes(self, name: str) -> dict[tuple[str, ...], Histogram]:
        """The histograms of one attribute of Metrics, by all their labels."""
        return {
            (*self.labels(stage), key): histogram
            for stage in self.stages
            for key, histogram in getattr(stage.metrics, name).items()
        }

    def beyond(self) -> Iterator["Metric"]:
        """What CloudWatch has no metric for."""
        from prometheus_client.core import GaugeMetricFamily

        active = GaugeMetricFamily("longwire_active_connections", "Open connections.", labels=list(self.stage_labels))
        for stage in self.stages:
            active.add_metric(list(self.labels(stage)), stage.active)
        yield active
        closes = [
            ((*self.labels(stage), str(code)), count)
            for stage in self.stages
            for code, count in stage.metrics.closes.items()
        ]
        yield self.counter("closes", "Connections that ended, by close code.", (*self.stage_labels, "code"), closes)
        responses = self.of_routes("response_latency")
        meaning = "Time from a message to its route response."
        yield self.histogram("response_latency_seconds", meaning, self.route_labels, responses)
        latencies = self.of_routes("integration_latency")
        yield self.quantiles("integration_latency_quantile_seconds", self.route_labels, latencies)
        yield self.quantiles("response_latency_quantile_seconds", self.route_labels, responses)

    def invocations(self) -> Iterator["Metric"]:
        found, labels, where = self.functions, self.function_labels, self.function_stage
        durations = {(*where, name): histogram for name, histogram in found.duration.items()}
        meaning = "Duration of invocations, without init."
        yield self.histogram("invocation_duration_seconds", meaning, labels, durations)
        errors = [((*where, *key), count) for key, count in found.errors.items()]
        yield self.counter("invocation_errors", "Invocations that failed.", (*labels, "error"), errors)
        cold = [((*where, name), count) for name, count in found.cold_starts.items()]
        yield self.counter("cold_starts", "Invocations in a new execution environment.", labels, cold)
        yield self.quantiles("invocation_duration_quantile_seconds", labels, durations)

    def entry_points(self) -> Iterator["Metric"]:
        """Requests to HTTP APIs, REST APIs and function URLs; a request that no Route took has an empty one."""
        labels = ("api", "stage", "route")
        counted = self.http.requests.items()
        yield self.counter(
            "http_requests", "HTTP requests, by the status of their answers.", (*labels, "status"), counted
        )
        meaning = "Time from an HTTP request to its answer."
        yield self.histogram("http_latency_seconds", meaning, labels, self.http.latency)

    def counter(self, name: str, meaning: str, labels: Iterable[str], counts: Counts) -> "Metric":
        from prometheus_client.core import CounterMetricFamily

        family = CounterMetricFamily(f"longwire_{name}", meaning, labels=list(labels))
        for values, count in counts:
            family.add_metric(list(values), count)
        return family

    def histogram(
        self, name: str, meaning: str, labels: Iterable[str], histograms: Mapping[tuple[str, ...], Histogram]
    ) -> "Metric":
        from prometheus_client.core import HistogramMetricFamily

        family = HistogramMetricFamily(f"longwire_{name}", meaning, labels=list(labels))
        for values, histogram in histograms.items():
            buckets = [(str(bound).replace("inf", "+Inf"), count) for bound, count in histogram.cumulative()]
            family.add_metric(list(values), buckets, histogram.total)
        return family

    def quantiles(self, name: str, labels: Iterable[str], histograms: Mapping[tuple[str, ...], Histogram]) -> "Metric":
        from prometheus_client.core import GaugeMetricFamily

        meaning = "Quantiles of the newest 1,024 observations."
        family = GaugeMetricFamily(f"longwire_{name}", meaning, labels=[*labels, "quantile"])
        for values, histogram in histograms.items():
            for share, seconds in histogram.quantiles(QUANTILES):
                family.add_metric([*values, f"{share:g}"], seconds)
        return family


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]


def aws(name: str) -> str:
    return f"CloudWatch's {name}: {CLOUDWATCH[name]}"
