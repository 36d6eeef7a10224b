"""AWS_IAM: requests to HTTP entry points signed by botocore."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from http_entry_points import START, entry
from longwire.core.http.request import Incoming
from longwire.core.http.response import Answer
from longwire.core.http.signed import signed_by
from longwire.core.iam import AccessKey

KEY = AccessKey("AKIDEXAMPLE", "secret", "123456789012", "arn:aws:iam::123456789012:user/ann", "AIDAEXAMPLE")
ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/$default/POST/publish"


def signed(service: str = "execute-api", key: str = KEY.secret) -> Incoming:
    request = AWSRequest("POST", "http://127.0.0.1:8765/Api/publish?a=1", {"Host": "127.0.0.1:8765"}, data=b"hi")
    signer = SigV4Auth(Credentials("AKIDEXAMPLE", key), service, "eu-west-1")
    signer.add_auth(request)
    headers = tuple((name, str(value)) for name, value in request.headers.items())
    return Incoming("r", "POST", "/publish?a=1", headers, b"hi", "127.0.0.1", START, signed_target="/Api/publish?a=1")


def asked(request: Incoming, key: AccessKey = KEY, **options: Any) -> AccessKey | Answer:
    now = datetime.now(UTC).timestamp()
    return signed_by(entry(**options), request, {key.key_id: key}, ARN, now)


def test_the_key_that_signed_is_found_whatever_path_the_local_address_has() -> None:
    assert asked(signed()) is KEY


def test_a_function_url_takes_signatures_for_lambda() -> None:
    assert asked(signed("lambda"), kind="url") is KEY
    refused = asked(signed("execute-api"), kind="url")
    assert isinstance(refused, Answer)
    assert (refused.status, refused.body) == (403, b'{"Message":"Forbidden"}')


UNSIGNED = Incoming("r", "GET", "/", (), b"", "", 0)


@pytest.mark.parametrize("request_", [signed(key="other"), signed("lambda"), UNSIGNED])
def test_whoever_did_not_sign_is_forbidden(request_: Incoming) -> None:
    refused = asked(request_)

    assert isinstance(refused, Answer)
    assert (refused.status, refused.body) == (403, b'{"message":"Forbidden"}')
    assert refused.why


@pytest.mark.parametrize(("resource", "allowed"), [(ARN, True), (ARN + "x", False)])
def test_the_owners_policy_has_to_allow_the_route(resource: str, allowed: bool) -> None:
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    key = AccessKey(KEY.key_id, KEY.secret, KEY.account_id, KEY.arn, KEY.user_id, policy={"Statement": [statement]})

    assert isinstance(asked(signed(), key), AccessKey) is allowed
