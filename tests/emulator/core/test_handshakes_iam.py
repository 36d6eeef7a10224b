"""AuthorizationType AWS_IAM on $connect: who is let in, and what events then say of them."""

import json
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from longwire.core.api import Integration, Route
from longwire.core.events import AcceptHandshake, PeerClosed, RejectHandshake
from longwire.core.gateway import Gateway
from longwire.core.iam import AccessKey
from longwire.core.ids import Ids
from longwire.core.quotas import Quotas

POLICY = {
    "Statement": [
        {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:*:*:*/dev/*"},
        {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": "*/dev/secret"},
    ]
}
ACCOUNT = "123456789012"
ALICE = AccessKey("AKIDALICE", "s3cret", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAALICE", policy=POLICY)
DENYING = {"Statement": POLICY["Statement"][1]}
BOB = AccessKey("AKIDBOB", "s3cret", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/bob", "AIDABOB", policy=DENYING)
IDENTITY = {
    "userArn": ALICE.arn,
    "accountId": ACCOUNT,
    "caller": "AIDAALICE",
    "sourceIp": "192.0.2.7",
    "accessKey": "AKIDALICE",
    "user": "AIDAALICE",
}


def connect_route() -> Route:
    return Route("$connect", Integration("ConnectIntegration", "AWS_PROXY", "Connect"), iam=True)


@pytest.fixture
def iam_world(world: Any, routes: Any) -> Any:
    """A world whose $connect is AWS_IAM, at the time of botocore's signatures."""

    def make(**quotas: Any) -> Any:
        found = world()
        others = [routes.aws_proxy(key) for key in ("$disconnect", "$default", "secret")]
        api = routes.api(connect_route(), *others)
        keys = {key.key_id: key for key in (ALICE, BOB)}
        found.gateway = Gateway(api, Ids(Random(7).randbytes), Quotas(**quotas), keys)
        found.now = datetime.now(UTC).timestamp()
        return found

    return make


def presigned(key: AccessKey = ALICE, host: str = "localhost:8765") -> str:
    request = AWSRequest("GET", f"https://{host}/dev?room=1")
    SigV4QueryAuth(Credentials(key.key_id, key.secret), "execute-api", "us-east-1", 60).add_auth(request)
    return f"/dev?{urlsplit(str(request.url)).query}"


def signed_headers() -> list[tuple[str, str]]:
    request = AWSRequest("GET", "https://localhost:8765/dev")
    SigV4Auth(Credentials(ALICE.key_id, ALICE.secret), "execute-api", "us-east-1").add_auth(request)
    return [(name, str(value)) for name, value in request.headers.items()]


def refusal(w: Any) -> tuple[int, str]:
    (rejected,) = w.of(RejectHandshake)
    return rejected.status, json.loads(rejected.body)["message"]


def test_a_presigned_url_opens_and_every_event_says_who_signed_it(iam_world: Any) -> None:
    """DOCUMENTED as $context.identity; the events' order is that of older captures."""
    w = iam_world()
    connection_id = w.shake(presigned())
    seen = [w.event()["requestContext"]["identity"]]
    w.answer(w.invoked()[0], '{"statusCode":200}')
    assert len(w.of(AcceptHandshake)) == 1
    w.say(connection_id, {"hello": 1})
    seen.append(w.event()["requestContext"]["identity"])
    w.receive(PeerClosed(connection_id, 1000, ""))
    seen.append(w.event()["requestContext"]["identity"])
    assert seen == [IDENTITY] * 3
    assert list(seen[0]) == list(IDENTITY)


def test_signed_headers_do_as_well(iam_world: Any) -> None:
    w = iam_world()
    w.shake(headers=[*signed_headers(), ("User-Agent", "test")])
    identity = w.event()["requestContext"]["identity"]
    assert identity == {**IDENTITY, "userAgent": "test"}
    assert list(identity)[:3] == ["userArn", "userAgent", "accountId"]


def test_without_a_signature_it_is_403_missing_authentication_token(iam_world: Any) -> None:
    """DOCUMENTED: MISSING_AUTHENTICATION_TOKEN; the body is claimed."""
    w = iam_world()
    w.shake()
    assert refusal(w) == (403, "Missing Authentication Token")
    assert w.invoked() == []
    assert w.gateway.connections == {}


def test_a_wrong_signature_is_403_and_the_timeline_does_not_repeat_it(iam_world: Any) -> None:
    """DOCUMENTED: INVALID_SIGNATURE."""
    w = iam_world()
    w.shake(presigned(host="elsewhere.example"))
    status, message = refusal(w)
    assert status == 403
    assert message.startswith("The request signature we calculated does not match the signature you provided.")
    assert w.noted("connection_refused") == [{"status": 403, "reason": "the signature does not match"}]


def test_a_presigned_url_of_yesterday_is_403(iam_world: Any) -> None:
    w = iam_world()
    w.now += 86_400
    w.shake(presigned())
    status, message = refusal(w)
    assert (status, message.partition(":")[0]) == (403, "Signature expired")


def test_a_signer_whose_policy_does_not_allow_connect_is_403(iam_world: Any) -> None:
    """DOCUMENTED: ACCESS_DENIED; the action is execute-api:Invoke on .../$connect."""
    w = iam_world()
    w.shake(presigned(BOB))
    status, message = refusal(w)
    assert status == 403
    assert message == (
        f"User: {BOB.arn} is not authorized to perform: execute-api:Invoke on resource: "
        "arn:aws:execute-api:us-east-1:********9012:abcdefghij/dev/$connect "
        "because no identity-based policy allows the execute-api:Invoke action"
    )


@pytest.mark.parametrize(("asked", "frames"), [(False, 0), (True, 1)])
def test_later_routes_ask_the_policy_again_only_when_iam_later_routes_says_so(
    iam_world: Any, asked: bool, frames: int
) -> None:
    """UNKNOWN on AWS: its documentation has policies per route, and says that only $connect is authorized."""
    w = iam_world(iam_later_routes=asked)
    connection_id = w.open(presigned())
    w.say(connection_id, {"action": "secret"})
    assert [json.loads(frame)["message"] for frame in w.frames()] == ["Forbidden"] * frames
    assert len(w.invoked()) == 1 - frames
    w.say(connection_id, {"action": "other"})
    assert len(w.invoked()) == 1


def test_a_wrong_stage_is_told_before_any_signature_is_looked_at(iam_world: Any) -> None:
    w = iam_world()
    w.shake("/prod")
    assert refusal(w) == (403, "Forbidden")
