"""Routes of HTTP APIs: their keys, and the Lambda proxies that they invoke."""

import re

from longwire.core.http.api import DEFAULT, LambdaProxy
from longwire.core.http.routes import variable
from longwire.template.http.part import Part
from longwire.template.http.targets import Targets, function_target
from longwire.template.places import did_you_mean

__all__ = ["check_path", "checked_key", "proxy"]

METHODS = ("ANY", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
VARIABLE = re.compile(r"[\w.:-]+\+?")


def checked_key(part: Part, name: str) -> tuple[str, str]:
    """Method and path of a RouteKey: ``GET /pets/{id}``, or $default."""
    key = part.text(name)
    if key == DEFAULT:
        return "ANY", DEFAULT
    method, _, path = key.partition(" ")
    if method not in METHODS:
        hint = did_you_mean(method, METHODS) or f"A method and a path, or {DEFAULT}: GET /pets/{{id}}"
        raise part.error(name, f"{key!r} has no HTTP method", hint)
    check_path(part, name, path)
    return method, path


def check_path(part: Part, name: str, path: str) -> None:
    """API Gateway: a variable is a whole segment, has its name once, and a greedy one is the last."""
    if not path.startswith("/"):
        raise part.error(name, f"the path {path!r} does not start with /")
    segments = path[1:].split("/")
    names = [found for segment in segments if (found := variable(segment)) is not None]
    for segment in segments:
        if ("{" in segment or "}" in segment) and VARIABLE.fullmatch(variable(segment) or "") is None:
            raise part.error(name, f"{segment!r} in {path} is no path variable: {{name}} is a segment of its own")
    if any(found.endswith("+") for found in names[:-1]) or (
        names and names[-1].endswith("+") and variable(segments[-1]) is None
    ):
        raise part.error(name, f"a greedy variable is the last segment, not in the middle of {path}")
    if len(set(names)) < len(names):
        raise part.error(name, f"a path variable is twice in {path}")


def proxy(part: Part, targets: Targets, *, upper: bool) -> LambdaProxy:
    """``upper``: names as a resource writes them, IntegrationType; else as a document does, ``type``."""

    def called(name: str, resource_name: str) -> str:
        return resource_name if upper else name

    kind = called("type", "IntegrationType")
    if part.text(kind).upper() != "AWS_PROXY":
        hint = did_you_mean(part.text(kind), ["AWS_PROXY"]) or "AWS_PROXY with a Lambda function is."
        part.leave_out(kind, f"{part.text(kind)} integrations of HTTP APIs are not emulated", hint)
    for name in ("IntegrationSubtype", "RequestParameters", "ResponseParameters", "TlsConfig"):
        written = called(name[0].lower() + name[1:], name)
        if written in part.values:
            part.leave_out(written, f"{written} of HTTP APIs is not emulated")
    if part.text(called("connectionType", "ConnectionType"), "INTERNET") != "INTERNET":
        part.leave_out(called("connectionType", "ConnectionType"), "private integrations are not emulated")
    version = part.one_of(called("payloadFormatVersion", "PayloadFormatVersion"), ("1.0", "2.0"), "1.0")
    # Quota of HTTP APIs, "Maximum integration timeout": 30 seconds
    milliseconds = part.number(called("timeoutInMillis", "TimeoutInMillis"), 30_000, 50, 30_000)
    function, qualifier = function_target(part, called("uri", "IntegrationUri"), targets)
    return LambdaProxy(function, "1.0" if version == "1.0" else "2.0", milliseconds / 1000, qualifier)
