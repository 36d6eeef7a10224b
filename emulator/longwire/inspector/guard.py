"""Whom the inspector answers, and the headers of every answer.

The Host must be loopback or the bound one (else a name of the internet could be pointed at this machine: DNS
rebinding), another site's page is refused, nothing can be changed, and no CORS header is ever sent. The page may load
nothing from elsewhere, run nothing that is not a file of ours, and be framed by nobody.
"""

from longwire.server.hosts import host_name, is_loopback
from longwire.server.http_message import HttpRequest, HttpResponse

__all__ = ["SECURITY", "refusal", "text"]

POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'"
)
SECURITY = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
)


def refusal(request: HttpRequest, bound_host: str) -> HttpResponse | None:
    """The answer to a request that is not to be served; None when it is."""
    host = request.header("Host") or ""
    if not is_ours(host_name(host), bound_host):
        return text(403, f"The inspector does not answer to the host {host!r}.")
    origin = (request.header("Origin") or "").lower()
    if origin and origin not in (f"http://{host.lower()}", f"https://{host.lower()}"):
        return text(403, f"The inspector does not answer to pages of {origin}.")
    # "none" is a person typing the address; a request without the header comes from no current browser.
    if request.header("Sec-Fetch-Site") not in (None, "same-origin", "none"):
        return text(403, "Another site sent you here. Open this address yourself: copy it into the address bar.")
    if request.method not in ("GET", "HEAD"):
        return text(405, "The inspector is read only.", ("allow", "GET, HEAD"))
    return None


def is_ours(name: str, bound_host: str) -> bool:
    return name != "" and (name == host_name(bound_host) or is_loopback(name))


def text(status: int, message: str, *more: tuple[str, str]) -> HttpResponse:
    headers = (*SECURITY, ("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store"), *more)
    return HttpResponse(status, headers, f"{message}\n".encode())
