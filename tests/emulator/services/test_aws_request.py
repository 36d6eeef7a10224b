"""Which service a request is for."""

import pytest

from longwire.server.http_message import HttpRequest
from longwire.services.aws_request import Destination, destination, operation, speaks_xml

LOCAL = ("Host", "127.0.0.1:4567")


def signed(service: str, region: str = "eu-west-1") -> tuple[str, str]:
    scope = f"AKIAIOSFODNN7EXAMPLE/20261124/{region}/{service}/aws4_request"
    return ("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00")


def request(*headers: tuple[str, str], target: str = "/", body: bytes = b"") -> HttpRequest:
    return HttpRequest("POST", target, headers, body)


@pytest.mark.parametrize(
    ("service", "host"),
    [
        ("dynamodb", "dynamodb.eu-west-1.amazonaws.com"),
        ("ses", "email.eu-west-1.amazonaws.com"),
        ("ecr", "api.ecr.eu-west-1.amazonaws.com"),
        ("iotdata", "data.iot.eu-west-1.amazonaws.com"),
    ],
)
def test_a_signature_names_service_and_region(service: str, host: str) -> None:
    assert destination(request(LOCAL, signed(service)), "us-east-1") == Destination(host, service, "eu-west-1")


def test_dynamodb_streams_sign_as_dynamodb_and_are_told_by_their_target() -> None:
    streams = request(LOCAL, signed("dynamodb"), ("X-Amz-Target", "DynamoDBStreams_20120810.ListStreams"))
    assert destination(streams, "us-east-1") == Destination(
        "streams.dynamodb.eu-west-1.amazonaws.com", "dynamodb", "eu-west-1"
    )


def test_a_model_invoked_on_bedrock_is_bedrock_runtimes() -> None:
    found = destination(request(LOCAL, signed("bedrock"), target="/model/a/invoke"), "us-east-1")
    assert found is not None
    assert found.host == "bedrock-runtime.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("host", "service", "region"),
    [
        ("sqs.eu-central-1.amazonaws.com", "sqs", "eu-central-1"),
        ("abc123defg.execute-api.eu-west-1.amazonaws.com", "execute-api", "eu-west-1"),
        ("pictures.s3.us-gov-west-1.amazonaws.com:443", "s3", "us-gov-west-1"),
        ("iam.amazonaws.com", "iam", "us-east-1"),
        ("dynamodb.cn-north-1.amazonaws.com.cn", "dynamodb", "cn-north-1"),
    ],
)
def test_an_aws_host_names_service_and_region_without_a_signature(host: str, service: str, region: str) -> None:
    expected = Destination(host.removesuffix(":443"), service, region)
    assert destination(request(("Host", host)), "us-east-1") == expected


def test_a_presigned_url_carries_its_scope_in_the_query() -> None:
    query = "/b/k?X-Amz-Credential=AKIA%2F20261124%2Feu-west-3%2Fs3%2Faws4_request&X-Amz-Signature=0"
    assert destination(request(LOCAL, target=query), "us-east-1") == Destination(
        "s3.eu-west-3.amazonaws.com", "s3", "eu-west-3"
    )


def test_a_bucket_may_be_in_a_localhost_name() -> None:
    found = destination(request(("Host", "pictures.localhost:8765"), signed("s3")), "us-east-1")
    assert found is not None
    assert found.host == "pictures.s3.eu-west-1.amazonaws.com"


def test_nothing_is_guessed_for_a_request_that_names_no_service() -> None:
    assert destination(request(LOCAL), "us-east-1") is None
    assert destination(request(LOCAL, target="/?X-Amz-Credential=nonsense"), "us-east-1") is None


def test_an_operation_is_named_by_target_action_or_method_and_path() -> None:
    assert operation(request(("X-Amz-Target", "DynamoDB_20120810.GetItem"))) == "GetItem"
    form = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    assert operation(request(form, body=b"Version=1&Action=Publish&a=b")) == "Publish"
    assert operation(request(form, body=b"nothing=here")) == "POST /"
    assert operation(request(target="/a%20b?c")) == "POST /a b"


def test_xml_is_for_forms_and_for_services_that_speak_rest_xml() -> None:
    assert speaks_xml(request(("Content-Type", "application/x-www-form-urlencoded")), "sns")
    assert speaks_xml(request(), "s3")
    assert not speaks_xml(request(("Content-Type", "application/x-amz-json-1.0")), "dynamodb")


def test_an_old_signature_is_s3s() -> None:
    s3 = Destination("s3.us-east-1.amazonaws.com", "s3", "us-east-1")
    assert destination(request(LOCAL, target="/b/k?AWSAccessKeyId=AKIA&Signature=a&Expires=1"), "us-east-1") == s3
    assert destination(request(LOCAL, ("Authorization", "AWS AKIA:c2ln")), "us-east-1") == s3
