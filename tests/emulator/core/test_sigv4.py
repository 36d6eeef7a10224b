"""SigV4, checked against botocore's own signatures."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from longwire.core.iam import AccessKey
from longwire.core.sigv4 import NotSigned, Request, Scope, signer

ALICE = AccessKey("AKIDALICE", "alice-secret", "123456789012", "arn:aws:iam::123456789012:user/alice", "AIDAALICE")
ROLE = AccessKey("ASIAROLE", "role-secret", "123456789012", "arn:aws:sts::1:assumed-role/r/s", "AROA:s", "role-token")
KEYS = {key.key_id: key for key in (ALICE, ROLE)}
SCOPE = Scope("us-east-1")
URL = "https://abc.execute-api.us-east-1.amazonaws.com/dev"


def credentials(key: AccessKey = ALICE, secret: str | None = None) -> Credentials:
    return Credentials(key.key_id, secret or key.secret, key.session_token)


def as_sent(signed: AWSRequest) -> Request:
    """What reaches the gateway of a request that botocore signed; HTTP clients add Host themselves."""
    parts = urlsplit(str(signed.prepare().url))
    headers = [(name, str(value)) for name, value in signed.headers.items()]
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    body = signed.data if isinstance(signed.data, bytes) else b""
    return Request(str(signed.method), target, (("Host", parts.netloc), *headers), body)


def in_headers(url: str = URL, given: Credentials | None = None, *, region: str = "us-east-1", **more: Any) -> Request:
    service = more.pop("service", "execute-api")
    request = AWSRequest(more.pop("method", "GET"), url, **more)
    SigV4Auth(given or credentials(), service, region).add_auth(request)
    return as_sent(request)


def in_query(url: str = URL, given: Credentials | None = None, expires: int = 60) -> Request:
    request = AWSRequest("GET", url)
    SigV4QueryAuth(given or credentials(), "execute-api", "us-east-1", expires).add_auth(request)
    return as_sent(request)


def when() -> float:
    return datetime.now(UTC).timestamp()


def refused(request: Request, now: float | None = None) -> NotSigned:
    with pytest.raises(NotSigned) as caught:
        signer(request, KEYS, SCOPE, when() if now is None else now)
    return caught.value


def without(request: Request, *names: str) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in request.headers if pair[0] not in names)


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"{URL}/",
        f"{URL}?b=2&a=1&a=0&empty=&name=J%C3%BCrgen%20%2F",
        f"{URL}/@connections/L0SM9cOFvHcCIhw%3D",
        f"{URL}/%40connections/L0SM9cOFvHcCIhw%3D",
        "http://localhost:8765/dev",
    ],
)
@pytest.mark.parametrize("key", [ALICE, ROLE])
@pytest.mark.parametrize("sign", [in_headers, in_query])
def test_what_botocore_signs_is_its_keys(sign: Any, key: AccessKey, url: str) -> None:
    assert signer(sign(url, credentials(key)), KEYS, SCOPE, when()) is key


def test_a_body_and_other_headers_are_signed_too() -> None:
    request = in_headers(method="POST", data=b'{"a": 1}', headers={"X-Other": "  two   words "})
    assert signer(request, KEYS, SCOPE, when()) is ALICE
    changed = Request("POST", request.target, request.headers, b'{"a": 2}')
    assert refused(changed).kind == "InvalidSignatureException"
    others = (*without(request, "X-Other"), ("X-Other", "other words"))
    assert refused(Request("POST", request.target, others, request.body)).kind == "InvalidSignatureException"


def test_a_key_without_its_session_token_is_taken_and_with_another_it_is_not() -> None:
    assert signer(in_headers(given=Credentials("ASIAROLE", "role-secret")), KEYS, SCOPE, when()) is ROLE
    stale = refused(in_headers(given=Credentials("ASIAROLE", "role-secret", "stale")))
    assert stale.kind == "UnrecognizedClientException"
    assert refused(in_headers(given=Credentials("AKIDALICE", "alice-secret", "one"))).kind == stale.kind


def test_no_signature_is_a_missing_authentication_token() -> None:
    """DOCUMENTED: MISSING_AUTHENTICATION_TOKEN."""
    error = refused(Request("GET", "/dev?a=1", (("Host", "h"),)))
    assert (error.kind, error.message) == ("MissingAuthenticationTokenException", "Missing Authentication Token")


def test_an_unknown_key_is_an_invalid_security_token() -> None:
    """DOCUMENTED text (knowledge center, "signature mismatch errors")."""
    error = refused(in_query(given=Credentials("AKIDNOBODY", "x")))
    assert (error.kind, error.message) == (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


def test_a_wrong_secret_is_told_what_should_have_been_signed() -> None:
    """OBSERVED at @connections: text and spacing, with the path encoded once more."""
    request = in_headers(f"{URL}/@connections/atntqfjloAMCECg=", credentials(secret="wrong"), method="POST")
    error = refused(request)
    stamp = str(dict(request.headers)["X-Amz-Date"])
    empty = hashlib.sha256(b"").hexdigest()
    host = "abc.execute-api.us-east-1.amazonaws.com"
    canonical = (
        f"POST\n/dev/%40connections/atntqfjloAMCECg%3D\n\nhost:{host}\nx-amz-date:{stamp}\n\nhost;x-amz-date\n{empty}"
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{stamp[:8]}/us-east-1/execute-api/aws4_request\n{digest}"
    assert error.kind == "InvalidSignatureException"
    assert error.message == (
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.\n\n"
        f"The Canonical String for this request should have been\n'{canonical}'\n\n"
        f"The String-to-Sign should have been\n'{to_sign}'\n"
    )
    assert error.why == "the signature does not match"


def test_a_signature_counts_for_the_host_that_was_called() -> None:
    request = in_query()
    assert refused(Request("GET", request.target, (("Host", "localhost:8765"),))).kind == "InvalidSignatureException"


def test_a_presigned_url_ends_when_it_says() -> None:
    request = in_query(expires=60)
    signed = datetime.strptime(dict(request.query)["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    assert signer(request, KEYS, SCOPE, signed + 60) is ALICE
    error = refused(request, signed + 61)
    assert error.kind == "InvalidSignatureException"
    assert error.message.startswith("Signature expired: ")


def test_a_signed_header_is_good_for_five_minutes_both_ways() -> None:
    """OBSERVED text, from PostToConnection."""
    request = in_headers()
    stamp = str(dict(request.headers)["X-Amz-Date"])
    signed = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    at = signed.timestamp()
    for skew in (-300, 0, 300):
        assert signer(request, KEYS, SCOPE, at + skew) is ALICE

    def shown(seconds: int) -> str:
        return (signed + timedelta(seconds=seconds)).strftime("%Y%m%dT%H%M%SZ")

    late, early = refused(request, at + 301), refused(request, at - 301)
    assert late.message == f"Signature expired: {stamp} is now earlier than {shown(1)} ({shown(301)} - 5 min.)"
    assert early.message == (
        f"Signature not yet current: {stamp} is still later than {shown(-1)} ({shown(-301)} + 5 min.)"
    )


def test_a_presigned_url_without_a_lifetime_is_good_for_five_minutes() -> None:
    """UNKNOWN on AWS."""
    stamp = "20260102T030405Z"
    credential = "AKIDALICE/20260102/us-east-1/execute-api/aws4_request"
    target = (
        f"/dev?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={stamp}"
        "&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
    )
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()
    request = Request("GET", target, (("Host", "h"),))
    assert refused(request, at + 300).why == "the signature does not match"
    assert refused(request, at + 301).message.endswith("- 5 min.)")


@pytest.mark.parametrize(
    ("target", "kind", "message"),
    [
        ("/dev?X-Amz-Signature=00", "IncompleteSignatureException", "must include 'X-Amz-Algorithm'"),
        ("X-Amz-Expires=never", "InvalidSignatureException", "X-Amz-Expires must be a number of seconds"),
        ("X-Amz-Expires=604801", "InvalidSignatureException", "from 1 to 604800"),
        ("X-Amz-Expires=0", "InvalidSignatureException", "from 1 to 604800"),
        ("X-Amz-Date=yesterday", "InvalidSignatureException", "does not match YYYYMMDD"),
        ("X-Amz-Date=20260102T9", "IncompleteSignatureException", "ISO-8601 'basic format'"),
        ("X-Amz-Credential=AKIDALICE", "IncompleteSignatureException", "keyid/date/region/service"),
        ("X-Amz-SignedHeaders=date", "InvalidSignatureException", "'Host' must be a 'SignedHeader'"),
    ],
)
def test_a_presigned_url_that_is_no_whole_signature_is_told_so(target: str, kind: str, message: str) -> None:
    pairs = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "AKIDALICE/20260102/us-east-1/execute-api/aws4_request",
        "X-Amz-Date": "20260102T030405Z",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": "00",
    }
    if not target.startswith("/"):
        name, _, value = target.partition("=")
        target = "/dev?" + "&".join(f"{key}={text}" for key, text in {**pairs, name: value}.items())
    error = refused(Request("GET", target, (("Host", "h"),)))
    assert (error.kind, message in error.message) == (kind, True)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"region": "eu-west-1"}, "Credential should be scoped to a valid Region, not 'eu-west-1'."),
        ({"service": "lambda"}, "Credential should be scoped to correct service: 'execute-api'."),
    ],
)
def test_a_signature_counts_for_one_region_and_service(more: dict[str, Any], message: str) -> None:
    """DOCUMENTED in "Troubleshoot signed requests"."""
    error = refused(in_headers(**more))
    assert error.kind == "InvalidSignatureException"
    assert error.message.strip() == message


@pytest.mark.parametrize("authorization", ["Bearer abc", "AWS4-HMAC-SHA256 Credential=x", "", "AWS4-HMAC-SHA256 ,=,"])
def test_another_authorization_header_is_an_incomplete_signature_and_is_not_repeated(authorization: str) -> None:
    error = refused(Request("GET", "/dev", (("Authorization", authorization),)))
    digest = base64.b64encode(hashlib.sha256(authorization.encode()).digest()).decode()
    assert error.kind == "IncompleteSignatureException"
    assert "Authorization header requires 'Signature' parameter." in error.message
    assert "'X-Amz-Date' or a 'Date' header." in error.message
    assert error.message.endswith(f"Authorization={digest}")


def test_the_date_header_dates_a_signature_that_has_no_other() -> None:
    stamp = "20260102T030405Z"
    authorization = (
        "AWS4-HMAC-SHA256 Credential=AKIDALICE/20260102/us-east-1/execute-api/aws4_request, "
        "SignedHeaders=host, Signature=00"
    )
    headers = (("Host", "h"), ("Date", "Fri, 02 Jan 2026 03:04:05 GMT"), ("Authorization", authorization))
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()
    error = refused(Request("GET", "/dev", headers), at)
    assert f"AWS4-HMAC-SHA256\n{stamp}\n" in error.message


def test_who_signs_by_a_clock_that_ours_is_ahead_of_is_known_too() -> None:
    now, hours = datetime.now(UTC).timestamp(), 7200.0
    request = in_headers()
    assert signer(request, KEYS, SCOPE, now + hours, hours) == ALICE
    for ahead in (0.0, hours / 2):
        with pytest.raises(NotSigned, match="Signature expired"):
            signer(request, KEYS, SCOPE, now + hours, ahead)
