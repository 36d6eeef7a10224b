"""Which Host and Origin headers our port answers to.

A page on the internet can make a browser send requests to 127.0.0.1, under its own name after DNS rebinding. It
cannot choose a Host that is loopback or an AWS name; so these alone are served.
"""

import ipaddress
from collections.abc import Container
from urllib.parse import urlsplit

__all__ = ["host_name", "is_aws", "is_foreign_page", "is_local_host", "is_loopback"]


def is_local_host(host: str | None, bound: str, custom: Container[str] = ()) -> bool:
    """``host`` is a Host header: loopback, the name that we are bound to, or an AWS endpoint (redirected to us).

    Or one of the template's ``custom`` domain names, which are its owner's.
    """
    name = host_name(host or "")
    if name in (bound.lower(), host_name(bound)) or name in custom:
        return True
    return is_loopback(name) or is_aws(name)


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
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


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
