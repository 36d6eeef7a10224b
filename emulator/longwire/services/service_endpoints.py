"""``--endpoint SERVICE=URL``: services of AWS that are not moto's here, but another program's on this machine."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from longwire.errors import UsageError
from longwire.server.hosts import is_loopback
from longwire.template.places import did_you_mean

__all__ = ["ServiceEndpoint", "service_endpoints"]

OURS = {
    "apigatewaymanagementapi": "@connections is the gateway's own",
    "lambda": "functions run here; --function runs one by another program",
}


@dataclass(frozen=True, slots=True)
class ServiceEndpoint:
    """``service`` as SDKs name it; ``variable`` is the environment variable that says its endpoint to SDKs."""

    service: str
    signing_name: str
    variable: str
    url: str


def service_endpoints(given: Iterable[str]) -> tuple[ServiceEndpoint, ...]:
    """``SERVICE=URL`` texts; UsageError for what is none."""
    found = [endpoint(text) for text in given]
    names = [one.service for one in found]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--endpoint names {name} {names.count(name)} times")
    return tuple(found)


def endpoint(text: str) -> ServiceEndpoint:
    service, equals, url = text.partition("=")
    if not equals or not service:
        raise UsageError(f"--endpoint {text}: write SERVICE=URL, such as dynamodb=http://127.0.0.1:8000")
    if service in OURS:
        raise UsageError(f"--endpoint {text}: {OURS[service]}")
    check_url(text, url)
    metadata = model(service)
    if metadata is None:
        near = did_you_mean(service, loader().list_available_services("service-2"))
        raise UsageError(f"--endpoint {text}: AWS has no service {service}{f'; {near}' if near else ''}")
    # SDK reference guide, "Service-specific endpoints": the service id, upper case, with _ for what is no letter.
    variable = "AWS_ENDPOINT_URL_" + re.sub(r"\W", "_", metadata["serviceId"]).upper()
    signing_name = metadata.get("signingName", metadata["endpointPrefix"])
    return ServiceEndpoint(service, signing_name, variable, url.rstrip("/"))


def check_url(text: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise UsageError(f"--endpoint {text}: {exc}") from exc
    if parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise UsageError(f"--endpoint {text}: takes http://HOST:PORT, without a path")
    if port == 0 or not is_loopback(parts.hostname):
        raise UsageError(f"--endpoint {text}: {parts.hostname} is not this machine, and nothing leaves it")


@cache
def loader() -> Any:
    from botocore.loaders import create_loader

    return create_loader()


def model(service: str) -> dict[str, str] | None:
    from botocore.exceptions import UnknownServiceError

    try:
        found: dict[str, str] = loader().load_service_model(service, "service-2")["metadata"]
    except UnknownServiceError:
        return None
    return found
