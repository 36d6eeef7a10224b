"""What an HTTP or AWS integration calls: a URL that may be called, or an action of a service that is here."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from longwire.core.api import ServiceAction
from longwire.server.hosts import is_loopback
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties

__all__ = ["ACTIONS", "METHODS", "http_url", "service_action"]

METHODS = ("POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
# arn:aws:apigateway:REGION:SERVICE:action/ACTION and ...:SERVICE:path/PATH; a subdomain may stand before the service.
URI = re.compile(r"arn:[\w-]+:apigateway:([a-z0-9-]+):(?:[\w-]+\.)?([a-z0-9]+):(action|path)/(.*)", re.DOTALL)
# What a message has business with. The rest of a service is for administrators, and not every bit of it is in moto.
ACTIONS: Mapping[str, tuple[str, ...]] = {
    service: tuple(actions.split())
    for service, actions in {
        "dynamodb": "BatchExecuteStatement BatchGetItem BatchWriteItem DeleteItem DescribeTable ExecuteStatement "
        "ExecuteTransaction GetItem PutItem Query Scan TransactGetItems TransactWriteItems UpdateItem",
        "events": "PutEvents",
        "kinesis": "DescribeStreamSummary GetRecords GetShardIterator ListShards PutRecord PutRecords",
        "sns": "Publish PublishBatch",
        "sqs": "ChangeMessageVisibility DeleteMessage GetQueueAttributes GetQueueUrl PurgeQueue ReceiveMessage "
        "SendMessage SendMessageBatch",
        "states": "DescribeExecution ListExecutions SendTaskFailure SendTaskHeartbeat SendTaskSuccess StartExecution "
        "StartSyncExecution StopExecution",
    }.items()
}


def service_action(properties: Properties, uri: str) -> ServiceAction:
    """Raises TemplateError for a service or an action that is not here."""
    found = URI.fullmatch(uri)
    if found is None:
        hint = "arn:aws:apigateway:REGION:SERVICE:action/ACTION, ...:SERVICE:path/PATH, or a Lambda function's"
        raise properties.error("IntegrationUri", f"{uri} names no action of an AWS service", hint)
    region, service, kind, rest = found.groups()
    if service not in ACTIONS:
        hint = did_you_mean(service, ACTIONS) or f"These are: {', '.join(ACTIONS)}, and lambda."
        raise properties.error("IntegrationUri", f"integrations with {service} are not emulated", hint)
    if kind == "path":
        return ServiceAction(service, region, path=rest.lstrip("/"))
    # ``action/SendMessage&QueueUrl=...`` is REST's way to add to the query string.
    action = rest.partition("&")[0]
    if action not in ACTIONS[service]:
        hint = did_you_mean(action, ACTIONS[service]) or f"These are: {', '.join(ACTIONS[service])}."
        raise properties.error("IntegrationUri", f"the action {action!r} of {service} is not emulated", hint)
    return ServiceAction(service, region, action)


def http_url(properties: Properties, url: str) -> str:
    """Raises TemplateError for what is no URL, and for a host that nobody allowed."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as exc:
        raise properties.error("IntegrationUri", f"{url} is no URL: {exc}") from exc
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s{}]", parts.netloc):
        raise properties.error("IntegrationUri", f"{url} is no URL", "http://HOST/PATH or https://HOST/PATH")
    if parts.username is not None:
        raise properties.error("IntegrationUri", "a user name in the URL is not sent", "RequestParameters set headers.")
    if not is_loopback(host.lower()) and host.lower() not in properties.places.allow_hosts:
        message = f"{host} is not this machine, and nothing leaves it unless you allow it"
        hint = f"longwire dev --allow-host {host}, or a stage variable that names a server on 127.0.0.1."
        properties.places.unsupported((*properties.path, "IntegrationUri"), message, hint)
    return url
