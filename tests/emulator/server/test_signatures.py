"""``--verify-sigv4``: what unsigned and wrongly signed ``@connections`` requests are answered."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from longwire.core.iam import AccessKey
from longwire.server.http_message import HttpRequest, HttpResponse
from longwire.server.signatures import unsigned

URL = "http://127.0.0.1:8765/dev/@connections/L0SM9cOFvHcCIhw%3D"
ONLY_POST = {
    "Statement": {
        "Effect": "Allow",
        "Action": "execute-api:ManageConnections",
        "Resource": "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/POST/@connections/*",
    }
}
ALICE = AccessKey("AKIDALICE", "s", "123456789012", "arn:aws:iam::123456789012:user/alice", "AIDA", policy=ONLY_POST)


def request(method: str = "POST", body: bytes = b"hello", secret: str = ALICE.secret) -> HttpRequest:
    signed = AWSRequest(method, URL, data=body)
    SigV4Auth(Credentials("AKIDALICE", secret), "execute-api", "us-east-1").add_auth(signed)
    headers = [("Host", urlsplit(URL).netloc), *((name, str(value)) for name, value in signed.headers.items())]
    return HttpRequest(method, urlsplit(URL).path, tuple(headers), body)


def answer(routes: Any, given: HttpRequest) -> HttpResponse | None:
    return unsigned(given, routes.api(), {ALICE.key_id: ALICE}, datetime.now(UTC).timestamp())


def error(routes: Any, given: HttpRequest) -> tuple[int, str, str]:
    found = answer(routes, given)
    assert found is not None
    headers = dict(found.headers)
    assert headers["content-type"] == "application/json"
    return found.status, headers["x-amzn-errortype"], json.loads(found.body)["message"]


def test_what_is_signed_and_allowed_goes_on(routes: Any) -> None:
    assert answer(routes, request()) is None


def test_what_is_not_signed_is_a_missing_authentication_token(routes: Any) -> None:
    """DOCUMENTED: MISSING_AUTHENTICATION_TOKEN."""
    unsigned_request = HttpRequest("POST", urlsplit(URL).path, (("Host", "127.0.0.1:8765"),))
    kind = "MissingAuthenticationTokenException"
    assert error(routes, unsigned_request) == (403, kind, "Missing Authentication Token")


def test_a_wrong_secret_and_a_changed_body_are_invalid_signatures(routes: Any) -> None:
    """OBSERVED: InvalidSignatureException."""
    changed = HttpRequest("POST", request().target, request().headers, b"hullo")
    for given in (request(secret="wrong"), changed):
        status, kind, message = error(routes, given)
        assert (status, kind) == (403, "InvalidSignatureException")
        assert message.startswith("The request signature we calculated does not match the signature you provided.")


def test_what_the_signers_policy_does_not_allow_is_access_denied(routes: Any) -> None:
    """OBSERVED: the account masked, the connection id not filled in."""
    status, kind, message = error(routes, request("DELETE", b""))
    assert (status, kind) == (403, "AccessDeniedException")
    assert message == (
        "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: execute-api:ManageConnections "
        "on resource: arn:aws:execute-api:us-east-1:********9012:abcdefghij/dev/DELETE/@connections/{connectionId}"
    )
