"""Signature Version 4: who signed a request.

"Create a signed AWS API request" and "Troubleshoot signed requests" in the IAM user guide; the words of refusals are
the guide's, or those that API Gateway was seen to use. A request carries its signature in the Authorization header,
or in its query string when it is presigned.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote, unquote

from longwire.core.iam import AccessKey

__all__ = ["NotSigned", "Request", "Scope", "signer"]

ALGORITHM = "AWS4-HMAC-SHA256"
PRESIGNED = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature")
STAMP = "%Y%m%dT%H%M%SZ"
SKEW = 300  # seconds; observed: "is now earlier than ... (... - 5 min.)"
WEEK = 604_800  # seconds; the guide: X-Amz-Expires is at most seven days
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details.\n\n"
    "The Canonical String for this request should have been\n'{}'\n\n"
    "The String-to-Sign should have been\n'{}'\n"
)
Pairs = tuple[tuple[str, str], ...]


class NotSigned(Exception):
    """403. ``kind`` is the error type that SDKs know, ``message`` AWS's text, ``why`` a short one without secrets."""

    def __init__(self, kind: str, message: str, why: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.why = why or message


@dataclass(frozen=True, slots=True)
class Request:
    """As the client sent it: ``target`` still percent-encoded, Host among the headers."""

    method: str
    target: str
    headers: Pairs
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0] or "/"

    @property
    def query(self) -> Pairs:
        """Decoded; ``+`` is itself, as SigV4 knows no form encoding."""
        pairs = [item.partition("=") for item in self.target.partition("?")[2].split("&") if item]
        return tuple((unquote(name), unquote(value)) for name, _, value in pairs)

    def header(self, name: str) -> str | None:
        """All values of that name, in lower case, with commas between them, spaces folded; None when it is absent."""
        values = [" ".join(value.split()) for key, value in self.headers if key.lower() == name]
        return ",".join(values) if values else None


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose signatures count: those for this service in this region."""

    region: str
    service: str = "execute-api"


@dataclass(frozen=True, slots=True)
class Signature:
    """What a request says of its own signature. ``lifetime`` is in seconds, None when the request sets none."""

    credential: str
    stamp: str
    signed_headers: str
    signature: str
    token: str | None
    lifetime: int | None = None

    @property
    def parts(self) -> list[str]:
        return self.credential.split("/")

    @property
    def scope(self) -> str:
        return "/".join(self.parts[1:])


def signer(request: Request, keys: Mapping[str, AccessKey], scope: Scope, now: float, ahead: float = 0.0) -> AccessKey:
    """The access key that signed the request, at epoch second ``now``; raises NotSigned.

    Functions sign at ``now``, others may do so by a clock that ``now`` is ``ahead`` of.
    """
    given = presented(request)
    check_scope(given, scope)
    check_dates(given, now, ahead)
    key = keys.get(given.parts[0])
    # A token may be left out where one belongs, so that the key alone can be written into a client.
    if key is None or given.token not in (None, key.session_token):
        message = "The security token included in the request is invalid."
        raise NotSigned("UnrecognizedClientException", message, "the access key or its session token is unknown")
    canonical = canonical_request(request, given)
    to_sign = "\n".join((ALGORITHM, given.stamp, given.scope, sha256(canonical.encode()).hexdigest()))
    if not hmac.compare_digest(signature(key.secret, given.parts[1:], to_sign), given.signature):
        raise invalid(MISMATCH.format(canonical, to_sign), "the signature does not match")
    return key


def invalid(message: str, why: str = "") -> NotSigned:
    return NotSigned("InvalidSignatureException", message, why)


# --- what the request says


def presented(request: Request) -> Signature:
    query = dict(request.query)
    if "X-Amz-Signature" in query or "X-Amz-Credential" in query:
        return from_query(query)
    authorization = request.header("authorization")
    if authorization is None:
        raise NotSigned("MissingAuthenticationTokenException", "Missing Authentication Token")
    return from_header(authorization, request)


def from_query(query: Mapping[str, str]) -> Signature:
    for name in PRESIGNED:
        if not query.get(name):
            message = f"AWS query-string parameters must include '{name}'. Re-examine the query-string parameters."
            raise NotSigned("IncompleteSignatureException", message)
    lifetime = query.get("X-Amz-Expires")
    # Unknown: without it, a presigned request is taken as one that is signed in its headers.
    if lifetime is not None and not (lifetime.isdecimal() and 0 < int(lifetime) <= WEEK):
        raise invalid(f"X-Amz-Expires must be a number of seconds from 1 to {WEEK}")
    return Signature(
        credential=query["X-Amz-Credential"],
        stamp=query["X-Amz-Date"],
        signed_headers=query["X-Amz-SignedHeaders"],
        signature=query["X-Amz-Signature"],
        token=query.get("X-Amz-Security-Token"),
        lifetime=None if lifetime is None else int(lifetime),
    )


def from_header(authorization: str, request: Request) -> Signature:
    pairs = [item.strip().partition("=") for item in authorization.removeprefix(f"{ALGORITHM} ").split(",")]
    given = {name: value for name, _, value in pairs}
    stamp = timestamp(request)
    missing = [name for name in ("Credential", "Signature", "SignedHeaders") if not given.get(name)]
    if missing or stamp is None:
        raise incomplete(missing, authorization, dated=stamp is not None)
    token = request.header("x-amz-security-token")
    return Signature(given["Credential"], stamp, given["SignedHeaders"], given["Signature"], token)


def timestamp(request: Request) -> str | None:
    """X-Amz-Date, else Date in the same form."""
    stamp = request.header("x-amz-date")
    if stamp is not None:
        return stamp
    from email.utils import parsedate_to_datetime  # milliseconds, for what hardly any client sends

    try:
        return parsedate_to_datetime(request.header("date") or "").astimezone(UTC).strftime(STAMP)
    except ValueError:
        return None


def incomplete(missing: list[str], authorization: str, *, dated: bool) -> NotSigned:
    words = [f"Authorization header requires '{name}' parameter." for name in missing]
    if not dated:
        words.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    digest = b64encode(sha256(authorization.encode()).digest()).decode()
    words.append(f"(Hashed with SHA-256 and encoded with Base64) Authorization={digest}")
    return NotSigned("IncompleteSignatureException", " ".join(words), "the Authorization header is no AWS signature")


# --- what it has to say


def check_scope(given: Signature, scope: Scope) -> None:
    if len(given.parts) != 5 or given.parts[4] != "aws4_request":
        message = f"Credential must be keyid/date/region/service/aws4_request, got '{given.credential}'"
        raise NotSigned("IncompleteSignatureException", message, "the Credential is not in five parts")
    _, date, region, service, _ = given.parts
    if region != scope.region:
        raise invalid(f"Credential should be scoped to a valid Region, not '{region}'. ")
    if service != scope.service:
        raise invalid(f"Credential should be scoped to correct service: '{scope.service}'. ")
    if not given.stamp.startswith(date):
        differ = f"'{date}' != '{given.stamp[:8]}', from '{given.stamp}'"
        text = f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: {differ}."
        raise invalid(text)
    if "host" not in given.signed_headers.split(";"):
        raise invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.")


def check_dates(given: Signature, now: float, ahead: float) -> None:
    try:
        check_date(given, now)
    except NotSigned:
        if not ahead or not is_dated(given, now - ahead):
            raise


def is_dated(given: Signature, now: float) -> bool:
    with suppress(NotSigned):
        check_date(given, now)
        return True
    return False


def check_date(given: Signature, now: float) -> None:
    try:
        signed = datetime.strptime(given.stamp, STAMP).replace(tzinfo=UTC).timestamp()
    except ValueError:
        message = f"Date must be in ISO-8601 'basic format'. Got '{given.stamp}'."
        raise NotSigned("IncompleteSignatureException", message) from None
    lifetime = SKEW if given.lifetime is None else given.lifetime
    if now - signed > lifetime:
        text = f"{given.stamp} is now earlier than {stamped(now - lifetime)} ({stamped(now)} - {minutes(lifetime)})"
        raise invalid(f"Signature expired: {text}")
    if signed - now > SKEW:
        text = f"{given.stamp} is still later than {stamped(now + SKEW)} ({stamped(now)} + {minutes(SKEW)})"
        raise invalid(f"Signature not yet current: {text}")


def stamped(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).strftime(STAMP)


def minutes(seconds: int) -> str:
    return f"{seconds / 60:g} min."


# --- the signature that it should have


def canonical_request(request: Request, given: Signature) -> str:
    # Observed: execute-api encodes the path as it came: @ becomes %40, and the %3D that boto3 sends %253D.
    names = given.signed_headers.split(";")
    headers = "".join(f"{name}:{request.header(name) or ''}\n" for name in names)
    body = sha256(request.body).hexdigest()
    path = quote(request.path, safe="/-_.~")
    return "\n".join((request.method, path, canonical_query(request.query), headers, given.signed_headers, body))


def canonical_query(query: Pairs) -> str:
    encoded = [(encode(name), encode(value)) for name, value in query if name != "X-Amz-Signature"]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def encode(text: str) -> str:
    return quote(text, safe="-_.~")


def signature(secret: str, scope: list[str], to_sign: str) -> str:
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()
