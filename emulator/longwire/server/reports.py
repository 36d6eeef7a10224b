"""What the port tells of its own work, read only: ``/_longwire/usage`` and ``/metrics``."""

import json
from collections.abc import Callable, Sequence

from longwire.core.account import Account
from longwire.core.gateway import Gateway
from longwire.core.http.metrics import HttpMetrics
from longwire.inspector.guard import SECURITY
from longwire.server.http_message import HttpRequest, HttpResponse
from longwire_infra.usage import Usage

__all__ = ["METRICS", "USAGE", "Reports"]

USAGE, METRICS = "/_longwire/usage", "/metrics"


class Reports:
    """``gateways`` gives those of the deployed Stages, whose ``account`` it is.

    ``clock`` gives epoch seconds; counting starts when this is made.
    """

    def __init__(
        self,
        account: Account,
        gateways: Callable[[], Sequence[Gateway]],
        clock: Callable[[], float],
        http: HttpMetrics | None = None,
    ) -> None:
        self.account = account
        self.gateways = gateways
        self.clock = clock
        self.http = http or HttpMetrics()
        self.started = clock()
        self.answers: dict[str, Callable[[HttpRequest], HttpResponse]] = {USAGE: self.usage, METRICS: self.metrics}

    def record(self) -> Usage:
        """Up to now."""
        return self.account.meter.usage(self.started, self.clock())

    def usage(self, _request: HttpRequest) -> HttpResponse:
        """The record's own fields, and ``details``: what they were made of."""
        body = {**self.record().to_json(), "details": self.account.meter.details(self.clock())}
        headers = (*SECURITY, ("content-type", "application/json"), ("cache-control", "no-store"))
        return HttpResponse(200, headers, json.dumps(body, indent=2).encode() + b"\n")

    def metrics(self, request: HttpRequest) -> HttpResponse:
        from longwire.server.prometheus import StageMetrics, exposition

        stages = [StageMetrics.of(gateway) for gateway in self.gateways()]
        return exposition(stages, self.account.functions, request.header("Accept") or "", self.http)
