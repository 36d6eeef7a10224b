"""Sections A2.12, A2.13 and F6: signed handshakes and API keys."""

import json
from typing import Any

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from deployed_stage import DeployedStage, whoami
from emulated_stages import Emulated

OPEN_KEY, SLOW_KEY, SMALL_KEY = "conformanceopenkey0000", "conformanceslowkey0000", "conformancesmallkey000"


# --- AWS_IAM


def signed_headers(stage: DeployedStage, credentials: Any = None) -> dict[str, str]:
    request = AWSRequest("GET", stage.management_url)
    SigV4Auth(credentials or stage.signer(), "execute-api", stage.region).add_auth(request)
    return {name: str(value) for name, value in request.headers.items()}


def signed_url(stage: DeployedStage, credentials: Any = None) -> str:
    request = AWSRequest("GET", stage.management_url)
    SigV4QueryAuth(credentials or stage.signer(), "execute-api", stage.region, 60).add_auth(request)
    return stage.url.partition(":")[0] + ":" + str(request.url).partition(":")[2]


def test_a_signature_in_the_query_string_lets_in(signed: DeployedStage) -> None:
    """F6 DOCUMENTED [DG:apigateway-websocket-control-access-iam]: SigV4 in the query string."""
    assert whoami(signed.connect(url=signed_url(signed)))


def test_a_signature_in_the_headers_lets_in(signed: DeployedStage) -> None:
    """F6 DOCUMENTED [DG:apigateway-websocket-control-access-iam]: SigV4 in the headers."""
    assert whoami(signed.connect(headers=signed_headers(signed)))


@pytest.mark.parametrize(
    "credentials", [None, Credentials("AKIDCONFORMANCE", "wrong"), Credentials("AKIDNOBODYKNOWS", "x")]
)
def test_no_or_a_wrong_signature_is_403(signed: DeployedStage, credentials: Any) -> None:
    """A2.12 DOCUMENTED [DG:supported-gateway-response-types]: AWS_IAM without a valid signature: 403."""
    assert signed.refused(url=signed.url if credentials is None else signed_url(signed, credentials)).status == 403


def test_the_body_of_a_missing_signature(signed: DeployedStage) -> None:
    """A2.19 CLAIMED [MS]: the message for no signature is `Missing Authentication Token`."""
    assert json.loads(signed.refused().body)["message"] == "Missing Authentication Token"


@pytest.mark.emulator_only(reason="it needs a second identity, which may do nothing")
def test_a_signer_whose_policy_does_not_allow_invoke_is_403(signed: DeployedStage) -> None:
    """F6 DOCUMENTED [DG:apigateway-websocket-control-access-iam]: execute-api:Invoke on `.../$connect` is needed."""
    powerless = Credentials("AKIDPOWERLESS", "of somebody who may do nothing")
    assert signed.refused(url=signed_url(signed, powerless)).status == 403


def test_the_identity_of_a_signer_is_in_the_events(signed: DeployedStage) -> None:
    """B2.12 INFERRED [DG:websocket-api-logging's `$context`]: identity has the signer; null fields are left out."""
    identity = whoami(signed.connect(url=signed_url(signed)))["identity"]
    assert {"userArn", "accountId", "caller", "user", "accessKey", "sourceIp"} <= set(identity)
    assert None not in identity.values()


# --- API keys


@pytest.mark.parametrize(
    "key", [None, "", "nonsense", OPEN_KEY.upper(), "conformancedisabledkey", "conformanceloosekey000"]
)
def test_a_missing_or_invalid_api_key_is_403(keyed: DeployedStage, key: str | None) -> None:
    """A2.13 DOCUMENTED [DG:supported-gateway-response-types]: a key missing, unknown, disabled, in no plan: 403."""
    assert keyed.refused(headers={} if key is None else {"x-api-key": key}).status == 403


def test_an_api_key_in_the_header_lets_in(keyed: DeployedStage) -> None:
    """A2.13 DOCUMENTED [DG:apigateway-websocket-api-selection-expressions]: `$request.header.x-api-key`."""
    assert whoami(keyed.connect(headers={"X-API-Key": OPEN_KEY}))


def test_the_api_key_is_in_the_identity(keyed: DeployedStage) -> None:
    """B2.13 UNKNOWN [DG:websocket-api-logging's `$context`]: identity has apiKey and apiKeyId."""
    identity = whoami(keyed.connect(headers={"x-api-key": OPEN_KEY}))["identity"]
    assert identity["apiKey"] == OPEN_KEY
    assert identity["apiKeyId"]


@pytest.mark.emulator_only(reason="it needs a stack of its own with other parameters")
@pytest.mark.parametrize(("key", "status"), [("conformanceauthorizerkey", 101), ("nonsense", 403), ("", 403)])
def test_an_api_key_may_come_from_the_authorizer(emulated: Emulated, key: str, status: int) -> None:
    """A2.13 DOCUMENTED [DG:...selection-expressions]: or `$context.authorizer.usageIdentifierKey`."""
    stage = emulated("authorizer", parameters={"ApiKeyRequired": "true"}, authorizer_result_size=700)
    _, answer = stage.upgraded({"token": "t", "key": key}, ("X-Token", "t"))
    assert answer.status == status


def test_a_usage_plans_throttle_is_429(keyed: DeployedStage) -> None:
    """A2.14 DOCUMENTED [DG:supported-gateway-response-types]: a usage plan's rate: 429 for what is above its burst."""
    statuses = [keyed.upgraded(None, ("x-api-key", SLOW_KEY))[1].status for _ in range(3)]
    assert set(statuses) == {101, 429}


@pytest.mark.emulator_only(reason="it uses up a day's quota")
def test_a_usage_plans_quota_is_429(keyed: DeployedStage) -> None:
    """A2.14, C3.7 UNKNOWN [REST's QUOTA_EXCEEDED text]: a usage plan's quota: 429 `Limit Exceeded`."""
    answers = [keyed.upgraded(None, ("x-api-key", SMALL_KEY))[1] for _ in range(3)]
    assert [answer.status for answer in answers] == [101, 101, 429]
    assert json.loads(answers[-1].body)["message"] == "Limit Exceeded"
