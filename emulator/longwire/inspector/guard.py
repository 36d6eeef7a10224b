"""Whom the inspector answers, and the headers of every answer.

The Host must be loopback or the bound one (else a name of the internet could be pointed at this machine: DNS
rebinding), another site's page is refused, and no CORS header is ever sent. The page may load nothing from elsewhere,
run nothing that is not a file of ours, and be framed by nobody.

Each run has a token. A browser needs it for everything that changes something, and gets it as a cookie with the page.
Programs need it only where other machines reach us: there everybody needs it for everything.
"""

import hmac
from collections.abc import Collection
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlsplit

from longwire.server.hosts import host_name, is_loopback, is_this_machine
from longwire.server.http_message import HttpRequest, HttpResponse

__all__ = ["JSON", "PAGE", "SECURITY", "Guard", "json_answer", "text"]

PAGE = "/_longwire/"
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
JSON = "application/json"
READS = ("GET", "HEAD")
BY_BROWSERS = ("Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode")
MISSING = "The address that longwire dev prints has the inspector's token: open that one, or send it as Bearer."


class Guard:
    """Of one run. ``bound_host`` is where the port listens; ``token`` has 256 bits unless it is given."""

    def __init__(self, bound_host: str, token: str = "") -> None:
        self.bound_host = bound_host
        self.token = token or token_urlsafe(32)
        self.only_here = is_loopback(bound_host.strip("[]").lower())

    def refusal(self, request: HttpRequest, methods: Collection[str] = READS) -> HttpResponse | None:
        """The answer to a request that is not to be served; None when it is. ``methods`` are those of its path."""
        host = request.header("Host") or ""
        if not is_this_machine(host_name(host), self.bound_host):
            return text(403, f"The inspector does not answer to the host {host!r}.")
        origin = (request.header("Origin") or "").lower()
        if origin and origin not in (f"http://{host.lower()}", f"https://{host.lower()}"):
            return text(403, f"The inspector does not answer to pages of {origin}.")
        # "none" is a person typing the address; a request without the header comes from no current browser.
        if request.header("Sec-Fetch-Site") not in (None, "same-origin", "none"):
            return text(403, "Another site sent you here. Open this address yourself: copy it into the address bar.")
        if request.method not in methods:
            return text(405, f"This path takes {', '.join(methods)}.", ("allow", ", ".join(methods)))
        return self.uninvited(request)

    def uninvited(self, request: HttpRequest) -> HttpResponse | None:
        changes = request.method not in READS
        by_browser = any(request.header(name) is not None for name in BY_BROWSERS)
        if (not self.only_here or (changes and by_browser)) and not self.invited(request):
            return text(401, MISSING, ("www-authenticate", "Bearer"))
        # What a form can send needs no preflight: text/plain and the two of forms.
        if changes and request.body and media_type(request) != JSON:
            return text(415, f"The body has to be {JSON}, by its Content-Type.")
        return None

    def invited(self, request: HttpRequest) -> bool:
        given = [cookie(request), (request.header("Authorization") or "").removeprefix("Bearer ")]
        if request.path == PAGE:
            given += parse_qs(request.target.partition("?")[2]).get("token", [])
        return any(hmac.compare_digest(each.encode("utf-8", "replace"), self.token.encode()) for each in given)

    def set_cookie(self, request: HttpRequest) -> tuple[str, str]:
        """For a request that is served: no script reads it, and no other site's page can have it sent."""
        return ("set-cookie", f"{cookie_name(request)}={self.token}; Path=/_longwire/; HttpOnly; SameSite=Strict")


def cookie_name(request: HttpRequest) -> str:
    """Browsers share cookies among the ports of a host, so that two emulators need two names."""
    try:
        port = urlsplit(f"//{request.header('Host')}").port
    except ValueError:
        port = None
    return f"longwire-{port or 80}"


def cookie(request: HttpRequest) -> str:
    """Ours among those of whatever else is served on this machine, which may be malformed."""
    pairs = (pair.strip().partition("=") for pair in (request.header("Cookie") or "").split(";"))
    return {name: value for name, _, value in pairs}.get(cookie_name(request), "")


def media_type(request: HttpRequest) -> str:
    return (request.header("Content-Type") or "").partition(";")[0].strip().lower()


def text(status: int, message: str, *more: tuple[str, str]) -> HttpResponse:
    headers = (*SECURITY, ("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store"), *more)
    return HttpResponse(status, headers, f"{message}\n".encode())


def json_answer(body: str) -> HttpResponse:
    headers = (*SECURITY, ("content-type", JSON), ("cache-control", "no-store"))
    return HttpResponse(200, headers, body.encode())
