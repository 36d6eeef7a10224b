"""Records and dead letters of asynchronous invocations, sent by AWS's own calls to the services' port."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from longwire.server.forward import exchanged
from longwire.server.http_message import HttpRequest

__all__ = ["Undelivered", "event_call", "message_call", "send"]

Attributes = Mapping[str, tuple[str, str]]
JSON_TYPE = "application/x-amz-json-1.1"
FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


class Undelivered(Exception):
    """The text says why; nobody else hears of it, as on AWS."""


def message_call(arn: str, body: str, attributes: Attributes | None = None) -> HttpRequest:
    """To a queue or a topic. Raises Undelivered for another ARN."""
    parts = arn.split(":")
    service, region = parts[2:4] if len(parts) > 5 else ("", "")
    if service == "sqs":
        shown = {name: {"DataType": kind, "StringValue": value} for name, (kind, value) in (attributes or {}).items()}
        url = f"https://sqs.{region}.amazonaws.com/{parts[4]}/{parts[5]}"
        asked = {"QueueUrl": url, "MessageBody": body, **({"MessageAttributes": shown} if shown else {})}
        return call("sqs", region, JSON_TYPE, json.dumps(asked), "AmazonSQS.SendMessage")
    if service == "sns":
        return call("sns", region, FORM_TYPE, urlencode({"Action": "Publish", "TopicArn": arn, "Message": body,
                                                         **numbered(attributes or {})}))  # fmt: skip
    raise Undelivered(f"{arn} is neither a queue nor a topic")


def numbered(attributes: Attributes) -> dict[str, str]:
    """As SNS's query protocol has them."""
    found: dict[str, str] = {}
    for number, (name, (kind, value)) in enumerate(attributes.items(), 1):
        entry = f"MessageAttributes.entry.{number}"
        found |= {f"{entry}.Name": name, f"{entry}.Value.DataType": kind, f"{entry}.Value.StringValue": value}
    return found


def event_call(arn: str, record: Mapping[str, object], function_arn: str) -> HttpRequest:
    """To an event bus. Documented: source lambda, the record as detail, the two ARNs as resources."""
    region = arn.split(":")[3]
    context = record["requestContext"]
    assert isinstance(context, Mapping)
    verdict = "Success" if context["condition"] == "Success" else "Failure"
    entry = {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {verdict}",
        "Detail": json.dumps(record),
        "EventBusName": arn,
        "Resources": [function_arn, arn],
    }
    return call("events", region, JSON_TYPE, json.dumps({"Entries": [entry]}), "AWSEvents.PutEvents")


def call(service: str, region: str, kind: str, body: str, target: str = "") -> HttpRequest:
    scope = f"LONGWIRE/20000101/{region}/{service}/aws4_request"
    headers = [
        ("Host", f"{service}.{region}.amazonaws.com"),
        ("Content-Type", kind),
        ("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"),
    ]
    return HttpRequest("POST", "/", (*headers, *([("X-Amz-Target", target)] if target else [])), body.encode())


async def send(request: HttpRequest, port: int) -> None:
    """Raises Undelivered."""
    try:
        answer = await exchanged(request, "127.0.0.1", port)
    except OSError as exc:
        raise Undelivered(str(exc) or type(exc).__name__) from exc
    status = answer.split(b" ", 2)[1:2]
    if status != [b"200"] or b'"FailedEntryCount": 1' in answer:
        raise Undelivered(answer.partition(b"\r\n\r\n")[2].decode("utf-8", "replace")[:500])
