"""A Grafana dashboard over the emulator's ``/metrics``."""

from typing import Any

__all__ = ["grafana"]

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
RATE = "[$__rate_interval]"
# Title, unit, and for each line its expression and legend.
PANELS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("Open connections", "short", (("longwire_active_connections", "{{stage}}"),)),
    ("Handshakes", "reqps", ((f"sum(rate(longwire_connect_count_total{RATE}))", "let through to $connect"),)),
    ("Closes, by code", "reqps", ((f"sum by (code) (rate(longwire_closes_total{RATE}))", "{{code}}"),)),
    ("Messages", "reqps", ((f"sum by (route) (rate(longwire_message_count_total{RATE}))", "{{route}}"),)),
    ("Time to a route response", "s", (
        ("longwire_response_latency_quantile_seconds{quantile=\"0.5\"}", "{{route}} p50"),
        ("longwire_response_latency_quantile_seconds{quantile=\"0.99\"}", "{{route}} p99"),
    )),
    ("Time of integrations", "s", (
        ("longwire_integration_latency_quantile_seconds{quantile=\"0.5\"}", "{{route}} p50"),
        ("longwire_integration_latency_quantile_seconds{quantile=\"0.99\"}", "{{route}} p99"),
    )),
    ("Errors", "reqps", (
        (f"sum by (route) (rate(longwire_client_error_total{RATE}))", "{{route}} refused (4XX)"),
        (f"sum by (route) (rate(longwire_integration_error_total{RATE}))", "{{route}} integration"),
        (f"sum by (route) (rate(longwire_execution_error_total{RATE}))", "{{route}} execution"),
    )),
    ("Invocations that failed", "reqps", (
        (f"sum by (function, error) (rate(longwire_invocation_errors_total{RATE}))", "{{function}} {{error}}"),
    )),
    ("Duration of invocations", "s", (
        ("longwire_invocation_duration_quantile_seconds{quantile=\"0.5\"}", "{{function}} p50"),
        ("longwire_invocation_duration_quantile_seconds{quantile=\"0.99\"}", "{{function}} p99"),
    )),
    ("Cold starts", "reqps", ((f"sum by (function) (rate(longwire_cold_starts_total{RATE}))", "{{function}}"),)),
    ("HTTP requests", "reqps", (
        (f"sum by (api, status) (rate(longwire_http_requests_total{RATE}))", "{{api}} {{status}}"),
    )),
    ("Time of HTTP requests, p99", "s", (
        (f"histogram_quantile(0.99, sum by (le, api) (rate(longwire_http_latency_seconds_bucket{RATE})))", "{{api}}"),
    )),
)  # fmt: skip
WIDTH, HEIGHT, ACROSS = 8, 7, 3  # in Grafana's grid of 24 columns


def grafana() -> dict[str, Any]:
    """To be imported; it asks for the Prometheus that scrapes the emulator."""
    variable = {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    return {
        "title": "Longwire: an emulated WebSocket API",
        "uid": "longwire-emulator",
        "tags": ["longwire"],
        "schemaVersion": 39,
        "timezone": "browser",
        "refresh": "5s",
        "time": {"from": "now-15m", "to": "now"},
        "templating": {"list": [variable]},
        "panels": [panel(number, *each) for number, each in enumerate(PANELS)],
    }


def panel(number: int, title: str, unit: str, lines: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    row, column = divmod(number, ACROSS)
    targets = [
        {"refId": chr(ord("A") + each), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
        for each, (expression, legend) in enumerate(lines)
    ]
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": title,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": targets,
    }
