"""One AWS request in, moto's answer out, in this process.

moto's own way in (its botocore stub) finds the service, its URL patterns and the handler anew for every request,
and records it. Here the patterns are kept by host, and the request is handed to moto as a WSGI environ, which is
what moto builds of it anyway. One call at a time: moto's DynamoDB is not thread safe.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit
from xml.sax.saxutils import escape

from longwire.server.http_message import HttpRequest, HttpResponse
from longwire.services.aws_request import Destination, destination, operation, speaks_xml
from longwire.services.moto_repairs import repair

__all__ = ["CallFailed", "Moto"]

Handler = Callable[[Any, str, Any], tuple[int, Mapping[str, Any], str | bytes]]
Routes = list[tuple[re.Pattern[str], Handler]]

# What the gateway's own port serves, so that an answer from here would be a different one.
ELSEWHERE = {
    "execute-api": "the gateway's port serves @connections: AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI",
    "lambda": "the gateway's port serves Lambda's Invoke: AWS_ENDPOINT_URL_LAMBDA",
}
DROPPED = frozenset({"content-length", "transfer-encoding", "connection", "status"})


class CallFailed(Exception):
    """An AWS error that moto answered to one of our own calls."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class NotEmulated(Exception):
    """The service or the operation does not exist here."""


class Moto:
    """``region`` is the stack's: that of our own calls, and of requests that do not say theirs."""

    def __init__(self, region: str, account_id: str, log: Callable[[str], None]) -> None:
        self.region = region
        self.account_id = account_id
        self.log = log
        self.routes = lru_cache(maxsize=256)(self.load_routes)
        self.repairs: dict[str, Callable[[], None]] = {}  # of moto's services, by name, beside those of moto_repairs
        self.elsewhere: Mapping[str, str] = {}  # URLs by the signing name of services that are not moto's
        self.mended: set[str] = set()
        self.mend("core")

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Never raises: what goes wrong is an AWS error for the SDK, and a line in the log."""
        target = destination(request, self.region)
        if target is None:
            text = "neither the signature nor the Host header names an AWS service"
            return failure(request, "", 400, "UnknownService", text)
        try:
            return self.dispatch(request, target)
        except NotEmulated as exc:
            self.log(str(exc))
            return failure(request, target.service, 501, "NotEmulated", str(exc))
        except Exception as exc:  # noqa: BLE001 - whatever moto raises must become an answer: it is not our code
            text = f"{target.service} {operation(request)} failed inside moto: {type(exc).__name__}: {exc}"
            if first_attempt(request):
                self.log(text)
            # Not a 500: botocore would try that ten times, for longer than most functions may run.
            return failure(request, target.service, 501, "InternalFailure", text)

    def dispatch(self, request: HttpRequest, target: Destination) -> HttpResponse:
        from moto.core.request import Request
        from werkzeug.exceptions import HTTPException

        handler = self.handler(request, target)
        wsgi = Request(environ(request, target.host))
        try:
            status, headers, body = handler(wsgi, wsgi.raw_url, wsgi.headers)
        except HTTPException as exc:
            status, headers, body = exc.code or 500, dict(exc.get_headers()), exc.get_body()
        except NotImplementedError as exc:
            raise NotEmulated(f"{target.service} {operation(request)} is not emulated: {exc}") from exc
        return answer(request, status, headers, body)

    def handler(self, request: HttpRequest, target: Destination) -> Handler:
        if target.service in ELSEWHERE:
            raise NotEmulated(f"{target.service} is not emulated on this port: {ELSEWHERE[target.service]}")
        url = f"https://{target.host}{request.path}"
        known = self.routes(target.host)
        found = next((handler for pattern, handler in known if pattern.match(url)), None)
        if found is not None:
            return found
        what = f"{target.service} {operation(request)}" if known else target.service
        raise NotEmulated(f"{what} is not emulated: moto has no {'such operation' if known else 'such service'}")

    def load_routes(self, host: str) -> Routes:
        """Every URL pattern of every service whose host name this is; imports those not used before."""
        from moto.backend_index import backend_url_patterns

        found: Routes = []
        names = [name for name, pattern in backend_url_patterns if pattern.match(f"https://{host}")]
        for name in dict.fromkeys(names):
            self.mend(name)
            try:
                found += service_routes(name)
            except ImportError as exc:
                needs = f"moto's {name} needs the package {exc.name}, which is not installed; moto[{name}] brings it"
                raise NotEmulated(f"{name} is not emulated: {needs}") from exc
        return found

    def mend(self, name: str) -> None:
        """Once, whatever regions its hosts are in: a repair of a repair would wrap it."""
        if name not in self.mended:
            self.mended.add(name)
            repair(name, self.log, *([self.repairs[name]] if name in self.repairs else ()))

    # --- our own calls

    def json(self, service: str, target: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A JSON-protocol call, ``target`` as in X-Amz-Target; raises CallFailed."""
        headers = (("X-Amz-Target", target), ("Content-Type", "application/x-amz-json-1.1"))
        return self.parsed(self.call(service, "POST", "/", json.dumps(body).encode(), headers))

    def rest_json(self, service: str, method: str, target: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A rest-json call; raises CallFailed."""
        headers = (("Content-Type", "application/json"),)
        return self.parsed(self.call(service, method, target, json.dumps(body).encode(), headers))

    @staticmethod
    def parsed(response: HttpResponse) -> dict[str, Any]:
        found = json.loads(response.body or b"{}")
        if response.status >= 300:
            code = str(found.get("__type") or response.status).rpartition("#")[2]
            raise CallFailed(code, str(found.get("message") or found.get("Message") or ""))
        return dict(found)

    def query(self, service: str, action: str, parameters: Mapping[str, str]) -> str:
        """A query-protocol call; the answer's XML. Raises CallFailed."""
        body = urlencode({"Action": action, **parameters}).encode()
        headers = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)
        return self.xml(self.call(service, "POST", "/", body, headers))

    def rest(self, service: str, method: str, target: str, body: str = "") -> str:
        """A rest-xml call; the answer's XML. Raises CallFailed."""
        return self.xml(self.call(service, method, target, body.encode(), ()))

    def call(
        self, service: str, method: str, target: str, body: bytes, headers: tuple[tuple[str, str], ...]
    ) -> HttpResponse:
        scope = f"LONGWIRE/20000101/{self.region}/{service}/aws4_request"
        signed = ("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none")
        host = ("Host", f"{service}.{self.region}.amazonaws.com")
        request = HttpRequest(method, target, (*headers, signed, host), body)
        where = self.url_elsewhere(request)
        return self.respond(request) if where is None else answer_of(request, *where)

    def url_elsewhere(self, request: HttpRequest) -> tuple[str, int] | None:
        """Host and port of the program that has the request's service in moto's place; None when moto has it."""
        if not self.elsewhere:
            return None
        target = destination(request, self.region)
        url = None if target is None else self.elsewhere.get(target.service)
        parts = None if url is None else urlsplit(url)
        return None if parts is None else (str(parts.hostname), parts.port or 80)

    @staticmethod
    def xml(response: HttpResponse) -> str:
        text = response.body.decode()
        if response.status >= 300:
            code, message = (re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("Code", "Message"))
            raise CallFailed(code[1] if code else str(response.status), message[1].strip() if message else "")
        return text

    @staticmethod
    def reset() -> None:
        """Empty every service that was used. The service's dictionaries stay: making them anew costs 50 ms."""
        from moto.core.base_backend import BackendDict

        for service in BackendDict._instances:  # noqa: SLF001 - moto's own list of services in use; no public one
            for account in service.values():
                account.reset()


def answer_of(request: HttpRequest, host: str, port: int) -> HttpResponse:
    """Of a program elsewhere, to one of our own calls; raises CallFailed when it does not answer."""
    connection = HTTPConnection(host, port, timeout=10)
    try:
        connection.request(request.method, request.target, request.body, dict(request.headers))
        found = connection.getresponse()
        return HttpResponse(found.status, tuple(found.getheaders()), found.read())
    except (OSError, HTTPException) as exc:
        raise CallFailed("Unreachable", f"http://{host}:{port} does not answer: {exc}") from exc
    finally:
        connection.close()


def service_routes(name: str) -> Routes:
    from moto.backends import get_backend
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.core.base_backend import BackendDict

    backends = get_backend(name)
    if isinstance(backends, BackendDict):
        account = backends[DEFAULT_ACCOUNT_ID]
        backend = account["us-east-1" if "us-east-1" in account else "aws"]
    else:
        backend = backends["global"]
    return [(re.compile(url), handler) for url, handler in backend.urls.items()]


def environ(request: HttpRequest, host: str) -> dict[str, Any]:
    """The request as WSGI (PEP 3333) has it, addressed to AWS's host name."""
    path, _, query = request.target.partition("?")
    found: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": request.target,
        "SERVER_NAME": host,
        "SERVER_PORT": "443",
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(request.body),
        "wsgi.input_terminated": True,
    }
    for name, value in request.headers:
        key = f"HTTP_{name.upper().replace('-', '_')}"
        found[key] = f"{found[key]},{value}" if key in found else value
    # moto reads the names of S3's user metadata back from here: WSGI takes an underscore for a dash.
    found["moto.preserved_header_names"] = {
        f"HTTP_{name.upper().replace('-', '_')}": name for name, _ in request.headers if "_" in name
    }
    found.pop("HTTP_TRANSFER_ENCODING", None)
    found["CONTENT_TYPE"] = found.pop("HTTP_CONTENT_TYPE", "")
    found["HTTP_HOST"] = host
    found["CONTENT_LENGTH"] = str(len(request.body))
    found.pop("HTTP_CONTENT_LENGTH", None)
    return found


def answer(request: HttpRequest, status: int, headers: Mapping[str, Any], body: str | bytes) -> HttpResponse:
    dropped = DROPPED - {"content-length"} if request.method == "HEAD" else DROPPED
    kept = tuple((name, str(value)) for name, value in headers.items() if name.lower() not in dropped)
    return HttpResponse(int(status), kept, body.encode() if isinstance(body, str) else bytes(body))


def failure(request: HttpRequest, service: str, status: int, code: str, message: str) -> HttpResponse:
    """An error that botocore turns into ``ClientError: An error occurred (code) ... message``."""
    if speaks_xml(request, service):
        error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        body = error if service == "s3" else f"<ErrorResponse>{error}</ErrorResponse>"
        return HttpResponse(status, (("content-type", "text/xml"), ("x-amzn-errortype", code)), body.encode())
    body = json.dumps({"__type": code, "message": message})
    return HttpResponse(status, (("content-type", "application/json"), ("x-amzn-errortype", code)), body.encode())


def first_attempt(request: HttpRequest) -> bool:
    """botocore counts its retries in a header; the first one is enough for the log."""
    sent = request.header("amz-sdk-request")
    return sent is None or re.search(r"attempt=1(?!\d)", sent) is not None
