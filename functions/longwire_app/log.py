"""What every invocation shares: the logger, the counters' way out, and the net that catches everything.

Log lines are JSON on stdout, with the connection id as ``correlation_id``. They never hold a token, a payload or
a user's id: the session record knows the user. Counters become CloudWatch metrics in the embedded metric format.
"""

import functools
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from longwire_app.time_limit import time_limit
from longwire_app.turn import Turn

__all__ = ["Answer", "Event", "Handler", "guarded", "logger", "publish"]

Event = dict[str, Any]
Answer = Mapping[str, Any]
Handler = Callable[[Event, LambdaContext], Answer]

CONNECTION = "requestContext.connectionId"

# ASCII alone: U+2028 ends a line for some readers, and half a surrogate pair, which JSON can spell, cannot be written.
ascii_json = functools.partial(json.dumps, default=str, separators=(",", ":"))

# The traceback is in each error line once already.
logger = Logger(serialize_stacktrace=False, json_serializer=ascii_json)


def guarded(failed: Answer | None) -> Callable[[Callable[[Event, Turn], Answer]], Handler]:
    """Makes a Lambda handler of a function that takes the event and a Turn.

    Whatever it raises is logged and counted, and ``failed`` is answered: after a handler's error API Gateway
    sends the client a frame without a ``type``. None raises on, for event sources that retry.
    """

    def wrap(handle: Callable[[Event, Turn], Answer]) -> Handler:
        @functools.wraps(handle)
        def guard(event: Event, context: LambdaContext) -> Answer:
            turn = Turn.starting(context.get_remaining_time_in_millis(), wall=time.time(), steady=time.monotonic())
            try:
                with time_limit.until(turn.deadline):
                    return handle(event, turn)
            except Exception:
                logger.exception("the handler failed")
                turn.counts["HandlerErrors"] += 1
                if failed is None:
                    raise
                return failed
            finally:
                turn.counts.update(["Retries"] * len(time_limit.retries))
                publish(turn.counts, turn.latencies)

        handler: Handler = logger.inject_lambda_context(guard, correlation_id_path=CONNECTION, clear_state=True)
        return handler

    return wrap


def publish(counts: Counter[str], latencies: Sequence[int] = ()) -> None:
    """Writes all counters to the log, for CloudWatch or with METRICS=datadog for Datadog; nothing when there are none.

    CloudWatch takes 100 values of a metric in a line: of more latencies the first stand for all.
    """
    if not counts:
        return
    if os.environ.get("METRICS") == "datadog":
        to_datadog(counts, latencies[:99])
        return
    metrics = Metrics()
    for latency in latencies[:99]:
        metrics.add_metric(name="DeliveryLatency", unit=MetricUnit.Milliseconds, value=latency)
    for name, value in counts.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    metrics.flush_metrics()


def to_datadog(counts: Counter[str], latencies: Sequence[int]) -> None:
    """Lines that Datadog's forwarder or extension takes out of the log."""
    # Imported here, because nobody else has to wait for it.
    from aws_lambda_powertools.metrics.provider.datadog import DatadogMetrics

    metrics, service = DatadogMetrics(flush_to_log=True), os.environ["POWERTOOLS_SERVICE_NAME"]
    for name, value in [*(("DeliveryLatency", latency) for latency in latencies), *counts.items()]:
        metrics.add_metric(name=name, value=value, service=service)
    metrics.flush_metrics()
