"""Which Host and Origin headers our port answers to.

A page on the internet can make a browser send requests to 127.0.0.1, under its own name after DNS rebinding. It
cannot choose a Host that is loopback or an AWS name; so these alone are served.
"""

import ipaddress
import re
from collections.abc import Collection, Container
from urllib.parse import urlsplit

from longwire.server.http_message import HttpRequest

__all__ = [
    "ORIGIN",
    "host_name",
    "is_aws",
    "is_every_address",
    "is_foreign_page",
    "is_local_host",
    "is_loopback",
    "is_this_machine",
]


def is_local_host(host: str | None, bound: str, custom: Container[str] = ()) -> bool:
    """``host`` is a Host header: loopback, the name that we are bound to, or an AWS endpoint (redirected to us).

    Or one of the template's ``custom`` domain names, which are its owner's.
    """
    name = host_name(host or "")
    return name in custom or is_this_machine(name, bound) or is_aws(name)


def is_this_machine(name: str, bound: str) -> bool:
    """Loopback, or where we are bound to; bound to every address, any address: rebinding needs a name.

    The port is not compared: behind a tunnel (``ssh -L``, ``docker -p``) it is another, and no name can choose it.
    """
    if name != "" and name in (bound.lower(), host_name(bound)):
        return True
    return is_loopback(name) or (is_every_address(bound) and is_address(name))


def is_every_address(bound: str) -> bool:
    address = bound.strip("[]")
    return is_address(address) and ipaddress.ip_address(address).is_unspecified


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_aws(name: str) -> bool:
    """Names that AWS alone can give out; ``{url id}.lambda-url.{region}.on.aws`` among them."""
    return name.endswith(".amazonaws.com") or (name.endswith(".on.aws") and ".lambda-url." in name)


def host_name(host: str) -> str:
    """Without port and brackets, in lower case."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    return is_address(name) and ipaddress.ip_address(name).is_loopback


# As browsers send it (RFC 6454, 6.2): scheme, host, and a port that is not the scheme's own. Nothing else.
ORIGIN = re.compile(r"https?://[a-z0-9.\[\]:_-]+", re.ASCII)


def is_foreign_browser(request: HttpRequest, allowed: Collection[str]) -> bool:
    """Whether a browser shows a page of another site that is not ``allowed``, and asks for a WebSocket from it.

    API Gateway looks at no Origin, so the check is for browsers alone: a test client that sends one is let through to
    the API's own check. Nothing that a page can set hides that it is in a browser.
    """
    browser = "mozilla/" in (request.header("User-Agent") or "").lower() or any(
        request.header(name) is not None for name in ("Sec-Fetch-Site", "Sec-Fetch-Mode")
    )
    origins = [value for name, value in request.headers if name.lower() == "origin"]
    return browser and not all(origin in allowed or is_local_page(origin) for origin in origins)


def is_local_page(origin: str) -> bool:
    return ORIGIN.fullmatch(origin) is not None and not is_foreign_page(origin, None)


def is_foreign_page(origin: str | None, fetch_site: str | None) -> bool:
    """Whether a browser says that a page of another site sent this; SDKs and command lines send neither header."""
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return True
    if origin is None:
        return False
    try:
        parts = urlsplit(origin)
    except ValueError:  # no browser sends such a one
        return True
    return parts.scheme not in ("http", "https") or not is_loopback((parts.hostname or "").lower())
