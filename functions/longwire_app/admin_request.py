"""Who may administrate, and what is asked for, in the REST API of the protocol's service SDKs.

A service SDK signs each request with the access key of its connection string: a JWT, HS256, whose ``aud`` is the URL
of the request, percent-encoded as it was sent. API Gateway shows the path decoded, where ``a%2Fb`` and ``a/b`` are
one. So the operation is read from the signed URL, which must be that of this request.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from longwire_app.errors import BadRequest, HttpRefused, InvalidToken
from longwire_app.http_request import HttpRequest
from longwire_app.tokens import Claims, audiences
from longwire_app.topics import MAX_NAME

__all__ = ["AdminRequest", "admin_request"]

ROOT = "/api/hubs/"

SEND = frozenset({"messageTtlSeconds"})
FILTERED = SEND | {"filter"}
USER = frozenset({"tenant"})
CLOSE = frozenset({"reason"})
PAGE = frozenset({"maxpagesize", "top", "continuationToken"})
NONE: frozenset[str] = frozenset()

OPERATIONS: dict[tuple[str, str], tuple[str, frozenset[str]]] = {
    ("POST", ":send"): ("send_to_all", FILTERED | {"excluded"}),
    ("POST", ":closeConnections"): ("close_all_connections", CLOSE | {"excluded"}),
    ("HEAD", "connections/{connection}"): ("connection_exists", NONE),
    ("DELETE", "connections/{connection}"): ("close_connection", CLOSE),
    ("POST", "connections/{connection}/:send"): ("send_to_connection", SEND),
    ("DELETE", "connections/{connection}/groups"): ("remove_connection_from_all_groups", NONE),
    ("HEAD", "groups/{group}"): ("group_exists", NONE),
    ("POST", "groups/{group}/:send"): ("send_to_group", FILTERED | {"excluded"}),
    ("POST", "groups/{group}/:closeConnections"): ("close_group_connections", CLOSE | {"excluded"}),
    ("GET", "groups/{group}/connections"): ("list_connections", PAGE),
    ("PUT", "groups/{group}/connections/{connection}"): ("add_connection_to_group", NONE),
    ("DELETE", "groups/{group}/connections/{connection}"): ("remove_connection_from_group", NONE),
    ("HEAD", "users/{user}"): ("user_exists", USER),
    ("POST", "users/{user}/:send"): ("send_to_user", FILTERED | USER),
    ("POST", "users/{user}/:closeConnections"): ("close_user_connections", CLOSE | USER | {"excluded"}),
    ("DELETE", "users/{user}/groups"): ("remove_user_from_all_groups", USER),
    ("PUT", "users/{user}/groups/{group}"): ("add_user_to_group", USER),
    ("DELETE", "users/{user}/groups/{group}"): ("remove_user_from_group", USER),
}
"""Method and path to the name that the SDK has for it, and the parameters that it takes beside ``api-version``.

``tenant`` is ours: a user's, where tokens have that claim.
"""

PATTERNS = {
    template: re.compile("/".join("([^/]+)" if part.startswith("{") else re.escape(part) for part in parts))
    for template in {template for _, template in OPERATIONS}
    for parts in [template.split("/")]
}

API_VERSION = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}(-preview)?")


@dataclass(frozen=True, slots=True)
class AdminRequest:
    """``names`` are those of the path, by their place in it: ``group``, ``connection``, ``user``.

    ``url`` is the signed one, without its query.
    """

    operation: str
    names: Mapping[str, str]
    url: str
    http: HttpRequest


def admin_request(http: HttpRequest, claims: Claims, hub: str) -> AdminRequest:
    """Raises InvalidToken (``audience``) for a token of another request, HttpRefused or BadRequest for this one."""
    url, signed = _signed(http.path, claims)
    asked, rest = signed.split("/", 1)
    if unquote(asked) != hub:
        raise HttpRefused(404, "NotFound", f"this deployment has one hub, {hub!r}: its parameter Hub")
    operation, allowed, names = _operation(http.method, rest)
    unknown = sorted(set(http.query) - allowed - {"api-version"})
    if unknown:
        raise BadRequest(f"{unknown[0][:64]}: not a parameter of {operation}")
    if API_VERSION.fullmatch(http.text("api-version") or "") is None:
        raise BadRequest("api-version: a date such as 2024-12-01 is required")
    return AdminRequest(operation, names, url, http)


def _signed(path: str, claims: Claims) -> tuple[str, str]:
    """The URL that was signed, and what follows ``/api/hubs/`` in its path.

    A stage, a mapping of a custom domain or a proxy may stand before it, and a proxy has another host: neither is
    compared. The key is this deployment's own.
    """
    found = path.partition(ROOT)[2]
    for audience in audiences(claims):
        url = audience.partition("?")[0]
        signed = url.partition(ROOT)[2]
        # Observed: HTTP APIs decode the path, and lose what follows a decoded "?".
        if found and "/" in signed and found in {signed, unquote(signed).partition("?")[0]}:
            return url, signed
    raise InvalidToken("audience")


def _operation(method: str, path: str) -> tuple[str, frozenset[str], Mapping[str, str]]:
    fitting = {template: match for template, pattern in PATTERNS.items() if (match := pattern.fullmatch(path))}
    if not fitting:
        raise HttpRefused(404, "NotFound", "there is no such operation")
    for template, match in fitting.items():
        if (method, template) in OPERATIONS:
            return *OPERATIONS[method, template], _names(template, match.groups())
    allowed = sorted(known for known, template in OPERATIONS if template in fitting)
    raise HttpRefused(405, "MethodNotAllowed", f"takes {', '.join(allowed)}", {"allow": ", ".join(allowed)})


def _names(template: str, values: tuple[str, ...]) -> Mapping[str, str]:
    places = [part.strip("{}") for part in template.split("/") if part.startswith("{")]
    names = dict(zip(places, map(_name, values), strict=True))
    for place, name in names.items():
        if len(name) > MAX_NAME:
            raise BadRequest(f"{place}: has more than {MAX_NAME} characters")
    return names


def _name(part: str) -> str:
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise BadRequest("a name in the path is not UTF-8") from None
