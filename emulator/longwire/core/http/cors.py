"""Cross-origin requests, where the template leaves them to the gateway.

Developer guide, "Configure CORS for HTTP APIs": the gateway "automatically sends a response to preflight OPTIONS
requests", adds its headers to an integration's response, and "ignores CORS headers returned from your backend
integration".
"""

from longwire.core.http.api import Cors

__all__ = ["added", "allows", "is_preflight", "preflight", "without_own"]

Pairs = tuple[tuple[str, str], ...]


def allows(cors: Cors, origin: str) -> bool:
    """``*``, ``https://*``, or the origin itself."""
    return any(
        allowed in ("*", origin) or (allowed.endswith("://*") and origin.startswith(allowed[:-1]))
        for allowed in cors.allow_origins
    )


def is_preflight(method: str, origin: str | None, requested: str | None) -> bool:
    """``requested`` is Access-Control-Request-Method (Fetch, "CORS-preflight request")."""
    return method == "OPTIONS" and origin is not None and requested is not None


def origin_headers(cors: Cors, origin: str) -> list[tuple[str, str]]:
    # Fetch: "*" is no answer to a request with credentials.
    shown = "*" if "*" in cors.allow_origins and not cors.allow_credentials else origin
    found = [("access-control-allow-origin", shown)]
    return [*found, ("access-control-allow-credentials", "true")] if cors.allow_credentials else found


def preflight(cors: Cors, origin: str) -> Pairs:
    """The headers of the 204; none for an origin that is not allowed."""
    if not allows(cors, origin):
        return ()
    found = origin_headers(cors, origin)
    for name, listed in (("methods", cors.allow_methods), ("headers", cors.allow_headers)):
        if listed:
            found.append((f"access-control-allow-{name}", ",".join(listed)))
    if cors.max_age is not None:
        found.append(("access-control-max-age", str(cors.max_age)))
    return tuple(found)


def added(cors: Cors, origin: str | None) -> Pairs:
    """The headers that any other answer gets."""
    if origin is None or not allows(cors, origin):
        return ()
    found = origin_headers(cors, origin)
    if cors.expose_headers:
        found.append(("access-control-expose-headers", ",".join(cors.expose_headers)))
    return tuple(found)


def without_own(headers: Pairs) -> Pairs:
    """What a function says of CORS is ignored."""
    return tuple(pair for pair in headers if not pair[0].lower().startswith("access-control-"))
