"""Unmodified boto3 against moto in the services' process, whatever the protocol."""

import io
import json
import re
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def services(run_services: Any) -> Any:
    return run_services(region="eu-west-1")


def error(caught: pytest.ExceptionInfo[ClientError]) -> tuple[int, str, str]:
    found = caught.value.response
    return found["ResponseMetadata"]["HTTPStatusCode"], found["Error"]["Code"], found["Error"]["Message"]


def raw(services: Any, body: bytes, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """A request that no SDK would send."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = HTTPConnection("127.0.0.1", services.services.port, timeout=5)
    with closing(connection):
        connection.request("POST", "/", body, named)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()


def signature(service: str) -> str:
    scope = f"AKIAIOSFODNN7EXAMPLE/20261124/eu-west-1/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00"


def test_json_with_a_target_is_dynamodbs_protocol(services: Any) -> None:
    dynamodb = services.client("dynamodb")
    key = {"pk": {"S": "a"}}
    dynamodb.create_table(
        TableName="things",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="things", Item={**key, "n": {"N": "1"}})
    assert dynamodb.get_item(TableName="things", Key=key)["Item"] == {**key, "n": {"N": "1"}}
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(TableName="things", Item=key, ConditionExpression="attribute_not_exists(pk)")


def test_the_region_is_the_requests_own(services: Any) -> None:
    services.client("sqs", region="us-west-2").create_queue(QueueName="elsewhere")
    assert "QueueUrls" not in services.client("sqs", region="us-east-2").list_queues()
    urls = services.client("sqs", region="us-west-2").list_queues()["QueueUrls"]
    assert urls == ["https://sqs.us-west-2.amazonaws.com/123456789012/elsewhere"]


def test_a_form_is_the_query_protocol_of_sns_and_sts(services: Any) -> None:
    sns, sqs = services.client("sns"), services.client("sqs")
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = "arn:aws:sqs:eu-west-1:123456789012:inbox"
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    sns.publish(TopicArn=topic, Message="hello & <goodbye>")
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello & <goodbye>"
    assert services.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_paths_and_xml_are_s3s_protocol(services: Any) -> None:
    s3 = services.client("s3")
    place = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="pictures", CreateBucketConfiguration=place)
    s3.put_object(Bucket="pictures", Key="a/b c+ü.txt", Body=b"x" * 70_000, Metadata={"my_key": "v"})
    head = s3.head_object(Bucket="pictures", Key="a/b c+ü.txt")
    assert (head["ContentLength"], head["Metadata"]) == (70_000, {"my_key": "v"})
    assert s3.get_object(Bucket="pictures", Key="a/b c+ü.txt")["Body"].read() == b"x" * 70_000
    assert [found["Key"] for found in s3.list_objects_v2(Bucket="pictures")["Contents"]] == ["a/b c+ü.txt"]
    s3.upload_fileobj(io.BytesIO(b"y" * 9_000_000), "pictures", "large")
    assert s3.head_object(Bucket="pictures", Key="large")["ContentLength"] == 9_000_000
    with pytest.raises(ClientError) as caught:
        s3.head_object(Bucket="pictures", Key="missing")
    assert error(caught)[0] == 404


def test_a_presigned_url_works_without_an_sdk(services: Any) -> None:
    s3 = services.client("s3")
    s3.create_bucket(Bucket="shared", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="shared", Key="k", Body=b"for all")
    url = s3.generate_presigned_url("get_object", {"Bucket": "shared", "Key": "k"})
    connection = HTTPConnection("127.0.0.1", services.services.port, timeout=5)
    with closing(connection):
        connection.request("GET", url.removeprefix(services.services.endpoint_url))
        assert connection.getresponse().read() == b"for all"


def test_other_services_are_loaded_when_they_are_first_used(services: Any) -> None:
    services.client("secretsmanager").create_secret(Name="jwt", SecretString="s3cret")
    assert services.client("secretsmanager").get_secret_value(SecretId="jwt")["SecretString"] == "s3cret"
    services.client("ssm").put_parameter(Name="/a/b", Value="1", Type="String")
    assert services.client("ssm").get_parameter(Name="/a/b")["Parameter"]["Value"] == "1"
    sent = services.client("events").put_events(Entries=[{"Source": "a", "DetailType": "b", "Detail": "{}"}])
    assert sent["FailedEntryCount"] == 0
    key = services.client("kms").create_key()["KeyMetadata"]["KeyId"]
    sealed = services.client("kms").encrypt(KeyId=key, Plaintext=b"plain")["CiphertextBlob"]
    assert services.client("kms").decrypt(CiphertextBlob=sealed)["Plaintext"] == b"plain"


def test_a_streams_request_is_told_from_a_tables(services: Any) -> None:
    services.client("dynamodb").create_table(
        TableName="watched",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    streams = services.client("dynamodbstreams").list_streams()["Streams"]
    assert [stream["TableName"] for stream in streams] == ["watched"]


@pytest.mark.parametrize(
    ("service", "call", "arguments", "says"),
    [
        ("apigatewaymanagementapi", "delete_connection", {"ConnectionId": "a"}, "@connections"),
        ("lambda", "list_functions", {}, "AWS_ENDPOINT_URL_LAMBDA"),
        ("translate", "list_languages", {}, "translate is not emulated"),
        ("cloudformation", "list_stacks", {}, r"moto\[cloudformation\]"),
        ("cloudsearch", "list_domain_names", {}, "cloudsearch is not emulated"),
        ("dynamodb", "describe_table_replica_auto_scaling", {"TableName": "a"}, "AutoScaling is not emulated"),
    ],
)
def test_what_is_not_emulated_fails_at_once_and_by_name(
    services: Any, service: str, call: str, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(services.client(service), call)(**arguments)
    status, code, message = error(caught)
    assert (status, code) == (501, "NotEmulated")
    assert re.search(says, message), message
    assert services.says(says)


def test_an_error_inside_moto_is_an_internal_failure_with_its_message_and_a_line_in_the_log(services: Any) -> None:
    target = "DynamoDB_20120810.GetItem"
    status, headers, body = raw(services, b"{", X_Amz_Target=target, Authorization=signature("dynamodb"))
    assert (status, headers["x-amzn-errortype"]) == (501, "InternalFailure")
    assert "dynamodb GetItem failed inside moto" in json.loads(body)["message"]
    assert services.says("dynamodb GetItem failed inside moto")


def test_a_retry_is_not_logged_again(services: Any) -> None:
    headers = {"X_Amz_Target": "DynamoDB_20120810.UpdateItem", "Authorization": signature("dynamodb")}
    for attempt in ("attempt=1", "ttl=20261124T000000Z; attempt=2; max=3", "attempt=10"):
        assert raw(services, b"{", amz_sdk_request=attempt, **headers)[0] == 501
    with pytest.raises(ClientError):
        services.client("translate").list_languages()
    assert services.says("translate is not emulated: moto has no such service")
    assert sum("UpdateItem failed inside moto" in line for line in services.logged) == 1


def test_a_request_that_names_no_service_is_told_so(services: Any) -> None:
    status, headers, body = raw(services, b"{}", Content_Type="application/json")
    assert (status, headers["x-amzn-errortype"]) == (400, "UnknownService")
    assert b"names an AWS service" in body


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}]
)
def test_a_page_of_another_host_is_refused(services: Any, headers: dict[str, str]) -> None:
    assert raw(services, b"{}", Authorization=signature("dynamodb"), **headers)[0] == 403
