"""What ``--endpoint`` takes."""

import pytest

from longwire.errors import UsageError
from longwire.services.service_endpoints import ServiceEndpoint, service_endpoints


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            "dynamodb=http://127.0.0.1:8000",
            ServiceEndpoint("dynamodb", "dynamodb", "AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000"),
        ),
        (
            "stepfunctions=http://localhost:8083/",
            ServiceEndpoint("stepfunctions", "states", "AWS_ENDPOINT_URL_SFN", "http://localhost:8083"),
        ),
        ("sqs=http://[::1]:9324", ServiceEndpoint("sqs", "sqs", "AWS_ENDPOINT_URL_SQS", "http://[::1]:9324")),
        (
            "secretsmanager=http://127.0.0.1:1",
            ServiceEndpoint(
                "secretsmanager", "secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:1"
            ),
        ),
    ],
)
def test_a_service_has_its_signing_name_and_variable(given: str, expected: ServiceEndpoint) -> None:
    assert service_endpoints([given]) == (expected,)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("dynamodb", "write SERVICE=URL"),
        ("=http://127.0.0.1:1", "write SERVICE=URL"),
        ("dynamodb=", "takes http://HOST:PORT"),
        ("dynamodb=127.0.0.1:8000", "takes http://HOST:PORT"),
        ("dynamodb=https://127.0.0.1:8000", "takes http://HOST:PORT"),
        ("dynamodb=http://127.0.0.1:8000/path", "takes http://HOST:PORT"),
        ("dynamodb=http://me@127.0.0.1:8000", "takes http://HOST:PORT"),
        ("dynamodb=http://127.0.0.1:99999", "Port out of range"),
        ("dynamodb=http://example.com:8000", "example.com is not this machine, and nothing leaves it"),
        ("dynamo=http://127.0.0.1:8000", "AWS has no service dynamo; Did you mean dynamodb"),
        ("xyzzyplugh=http://127.0.0.1:8000", "AWS has no service xyzzyplugh"),
        ("lambda=http://127.0.0.1:8000", "functions run here"),
        ("apigatewaymanagementapi=http://127.0.0.1:8000", "@connections is the gateway's own"),
    ],
)
def test_what_is_no_endpoint_is_refused(given: str, message: str) -> None:
    with pytest.raises(UsageError, match="--endpoint") as caught:
        service_endpoints([given])
    assert message in str(caught.value)


def test_a_service_has_one_endpoint() -> None:
    with pytest.raises(UsageError, match="--endpoint names sqs 2 times"):
        service_endpoints(["sqs=http://127.0.0.1:1", "sqs=http://127.0.0.1:2"])
