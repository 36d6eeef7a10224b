"""Which AWS service and region a request is meant for.

SDKs say it twice: in the Host header, unless they were given an endpoint, and in the credential scope of their
signature, ``AKIA.../20261124/eu-west-1/dynamodb/aws4_request``, in a header or (presigned) in the query.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from longwire.server.hosts import host_name
from longwire.server.http_message import HttpRequest

__all__ = ["Destination", "destination", "operation", "speaks_xml"]

SCOPE = re.compile(r"Credential=[^/\s,]+/\d{8}/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request")
AWS_HOST = re.compile(r"(?P<labels>.+)\.(amazonaws\.com(\.cn)?|api\.aws)")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
FORM = "application/x-www-form-urlencoded"

# Signing names that are not the first label of the service's host name.
HOST_LABELS = {
    "ecr": "api.ecr",
    "eventbridge": "events",
    "iotdata": "data.iot",
    "mobiletargeting": "pinpoint",
    "sagemaker": "api.sagemaker",
    "ses": "email",
}
REST_XML = frozenset({"s3", "route53", "cloudfront"})


@dataclass(frozen=True, slots=True)
class Destination:
    """``host`` is the name that AWS gives the endpoint; ``service`` its signing name, or its first label."""

    host: str
    service: str
    region: str


def destination(request: HttpRequest, default_region: str) -> Destination | None:
    """None when the request is neither signed nor addressed to an AWS host."""
    scope = SCOPE.search(request.header("Authorization") or "") or SCOPE.search(presigned(request))
    host = host_name(request.header("Host") or "")
    if found := AWS_HOST.fullmatch(host):
        labels = found["labels"].split(".")
        region = next((label for label in reversed(labels) if REGION.fullmatch(label)), None)
        service = scope["service"] if scope else service_label(labels, region)
        return Destination(host, service, region or (scope["region"] if scope else default_region))
    if scope is None:
        return addressed("s3", default_region, host, request) if is_signed_as_before(request) else None
    return addressed(scope["service"], scope["region"], host, request)


def addressed(service: str, region: str, host: str, request: HttpRequest) -> Destination:
    label = first_label(request, service)
    if service == "s3" and host.endswith(".localhost"):
        label = f"{host.removesuffix('.localhost')}.s3"  # virtual-hosted style: the bucket is in the host
    return Destination(f"{label}.{region}.amazonaws.com", service, region)


def is_signed_as_before(request: HttpRequest) -> bool:
    """Signature version 2, which names no service: S3's alone by now. boto3 presigns with it unless told otherwise."""
    query = parse_qs(request.target.partition("?")[2])
    return ("AWSAccessKeyId" in query and "Signature" in query) or (
        (request.header("Authorization") or "").startswith("AWS ")
    )


def presigned(request: HttpRequest) -> str:
    query = request.target.partition("?")[2]
    if "X-Amz-Credential" not in query:
        return ""
    return f"Credential={parse_qs(query).get('X-Amz-Credential', [''])[0]}"


def service_label(labels: list[str], region: str | None) -> str:
    named = [label for label in labels if label != region]
    return named[-1] if named else labels[-1]


def first_label(request: HttpRequest, service: str) -> str:
    if service == "dynamodb" and (request.header("X-Amz-Target") or "").startswith("DynamoDBStreams"):
        return "streams.dynamodb"
    if service == "bedrock" and request.path.startswith("/model/"):
        return "bedrock-runtime"
    return HOST_LABELS.get(service, service)


def operation(request: HttpRequest) -> str:
    """``GetItem``, from the target header or the ``Action`` of a form; method and path where neither is sent."""
    if target := request.header("X-Amz-Target"):
        return target.rpartition(".")[2]
    if (request.header("Content-Type") or "").startswith(FORM):
        action = re.search(rb"(?:^|&)Action=(\w+)", request.body)
        if action:
            return action[1].decode()
    return f"{request.method} {unquote(request.path)}"


def speaks_xml(request: HttpRequest, service: str) -> bool:
    """Whether the SDK expects XML: the query, ec2 and rest-xml protocols."""
    return service in REST_XML or (request.header("Content-Type") or "").startswith(FORM)
