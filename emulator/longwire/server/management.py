"""HTTP requests for ``@connections``, turned into the core's inputs."""

import json
import re
from collections.abc import Container
from urllib.parse import unquote

from longwire.core.events import DeleteConnection, GetConnection, PostToConnection
from longwire.server.http1 import HttpRequest, HttpResponse

__all__ = ["Management", "connection_id_of", "forbidden", "is_management", "management_input", "stage_path", "unmapped"]

# boto3 sends ``@connections``, AWS's awscurl example and the JavaScript SDK ``%40connections``; the id arrives encoded.
PATH = re.compile(r"(?P<stage>(?:/[^/]+){0,2})/(?:@|%40)connections/(?P<id>[^/]+)/?")

Management = PostToConnection | GetConnection | DeleteConnection


def is_management(request: HttpRequest) -> bool:
    return PATH.fullmatch(request.path) is not None


def stage_path(request: HttpRequest) -> str:
    """What stands before ``/@connections``: ``/dev``."""
    found = PATH.fullmatch(request.path)
    return found["stage"] if found else ""


def management_input(
    request: HttpRequest, request_id: str, *, buffered: int, limit: int, invocation_id: str = ""
) -> Management | None:
    """The input, or None for a wrong method. ``buffered`` is what the client has not taken yet."""
    connection_id = connection_id_of(request)
    if request.method == "POST":
        full = buffered + len(request.body) > limit
        return PostToConnection(request_id, connection_id, request.body, full, invocation_id)
    if request.method == "GET":
        return GetConnection(request_id, connection_id, invocation_id)
    return DeleteConnection(request_id, connection_id, invocation_id) if request.method == "DELETE" else None


def connection_id_of(request: HttpRequest) -> str:
    found = PATH.fullmatch(request.path)
    return unquote(found["id"]) if found else ""


def unmapped(request: HttpRequest, domain_names: Container[str]) -> HttpResponse:
    """What a custom domain says of a path that no mapping has. The text is observed, the status, 404, inferred."""
    route = unquote(request.path).strip("/")
    if route.partition("/")[0] in domain_names:  # under a loopback name
        route = route.partition("/")[2]
    text = json.dumps({"message": f"No method found matching route {route} for http method {request.method}."})
    return HttpResponse(404, (("content-type", "application/json"),), text.encode())


def forbidden(body: str) -> HttpResponse:
    """403 ForbiddenException: a wrong stage or endpoint path (type observed, text unseen)."""
    headers = (("content-type", "application/json"), ("x-amzn-errortype", "ForbiddenException"))
    return HttpResponse(403, headers, body.encode())
