"""What the services' process is told of a stack: the first line of its stdin."""

import random
from collections.abc import Iterable
from typing import Any

from longwire.core.api import EventSource, Resource, Stack, StreamSource
from longwire.runtime.lambda_environment import function_arn
from longwire.services.event_sources import Mapping as SourceMapping
from longwire.services.secret_strings import with_secret_strings
from longwire.services.service_endpoints import ServiceEndpoint
from longwire.services.stream_batches import Policy
from longwire.services.stream_sources import StreamMapping

__all__ = ["stack_setup"]

DEFAULT_VISIBILITY_TIMEOUT = 30  # seconds; SQS's
DEFAULT_RETENTION_HOURS = 24  # of a stream, DynamoDB's and Kinesis's


def stack_setup(
    stack: Stack, invoke_url: str, rng: random.Random, endpoints: Iterable[ServiceEndpoint] = ()
) -> dict[str, Any]:
    """Raises TemplateError for a secret that cannot be drawn by ``rng``."""
    sources = stack.event_sources
    return {
        "region": stack.region,
        "account_id": stack.account_id,
        "invoke_url": invoke_url,
        "elsewhere": {endpoint.signing_name: endpoint.url for endpoint in endpoints},
        "resources": [created(resource) for resource in with_secret_strings(stack.resources.values(), rng)],
        "mappings": [mapped(stack, found).to_json() for found in sources if isinstance(found, EventSource)],
        "streams": [streamed(stack, found).to_json() for found in sources if isinstance(found, StreamSource)],
    }


def created(resource: Resource) -> dict[str, Any]:
    names = ("logical_id", "type", "properties", "physical_id")
    return {name: getattr(resource, name) for name in names}


def mapped(stack: Stack, source: EventSource) -> SourceMapping:
    queue = stack.resources[source.queue]
    return SourceMapping(
        function=stack.functions[source.function].name,
        queue=queue.physical_id.rpartition("/")[2],
        batch_size=source.batch_size,
        batching_window=source.batching_window,
        report_batch_item_failures=source.report_batch_item_failures,
        maximum_concurrency=source.maximum_concurrency,
        visibility_timeout=float(queue.properties.get("VisibilityTimeout", DEFAULT_VISIBILITY_TIMEOUT)),
        filters=tuple(dict(pattern) for pattern in source.filters),
    )


def streamed(stack: Stack, source: StreamSource) -> StreamMapping:
    function = stack.functions[source.function].name
    hours = stack.resources[source.source].properties.get("RetentionPeriodHours", DEFAULT_RETENTION_HOURS)
    policy = Policy(
        source.maximum_retry_attempts, source.maximum_record_age, bisect=source.bisect, retention=float(hours) * 3600
    )
    return StreamMapping(
        function=function,
        function_arn=function_arn(function, stack.region, stack.account_id),
        stream_arn=source.stream_arn,
        batch_size=source.batch_size,
        batching_window=source.batching_window,
        start=source.start,
        report_batch_item_failures=source.report_batch_item_failures,
        filters=source.filters,
        on_failure=source.on_failure,
        policy=policy,
    )
