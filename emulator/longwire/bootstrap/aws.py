"""Calls to AWS, as handlers write them, end at Longwire.

Most handlers name their endpoint: ``endpoint_url=f"https://{domainName}/{stage}"``, or a host spelled out in the
code, or one from the environment. Wrapping the one method through which botocore sends every request catches all of
them, in whichever copy of botocore the handler imports, and leaves signing, retries, timeouts and the parsing of
errors to botocore. Imported when the handler imports botocore; runs inside an execution environment: standard library
only, and nothing of ours.
"""

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

__all__ = ["redirect", "redirected"]


Owner = Callable[[str], "str | None"]


def redirect(httpsession: ModuleType, owner: Owner, services: str, check: Callable[[str], None]) -> None:
    """Wrap the ``botocore.httpsession`` just imported. ``owner(host)`` is the ``host:port`` of ours that answers for a
    host, None for others'; ``services`` is the services' own.

    ``check(host)`` raises for a host outside. Raised here, it reaches the handler as it is and at once; raised by
    the socket, botocore would take it for a bad connection, try again for seconds, and hide what it says.
    """
    session = httpsession.URLLib3Session
    original: Callable[[Any, Any], Any] = session.send

    @wraps(original)
    def send(self: Any, request: Any) -> Any:
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            return original(self, request)  # which knows no other, so the handler fails as on AWS
        url = redirected(request.url, owner, services)
        if url is None:
            check(parts.hostname or "")
        else:
            request.headers["Host"] = services if parts.netloc.endswith(services) else parts.netloc
            request.url = url
        return original(self, request)

    session.send = send


def redirected(url: str, owner: Owner, services: str) -> str | None:
    """None when the host is neither AWS's nor an API's own domain."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    # StartSyncExecution, for one, has a prefix, which botocore puts before any host: sync-127.0.0.1
    if parts.netloc.endswith(services) and parts.netloc != services:
        return urlunsplit(("http", services, parts.path, parts.query, ""))
    ours = owner(host)
    return None if ours is None else urlunsplit(("http", ours, parts.path, parts.query, ""))
