"""The events of Lambda proxy integrations and function URLs."""

import json
from typing import Any

from http_entry_points import entry, incoming, matched, route
from longwire.core.http.event import Granted, event, is_binary
from longwire.core.iam import AccessKey

KEY = AccessKey("AKIDEXAMPLE", "secret", "123456789012", "arn:aws:iam::123456789012:user/ann", "AIDAEXAMPLE")
POST = incoming(
    "POST", "/dev/pets/a%20b?p=1&p=2&q=%20", ("Cookie", "a=1; b=2"), ("X-A", "1"), ("x-a", "2"),
    ("Content-Type", "application/json"), body=b'{"x":1}',
)  # fmt: skip


FORMAT_2 = {
    "version": "2.0",
    "routeKey": "POST /pets/{id}",
    "rawPath": "/dev/pets/a b",
    "rawQueryString": "p=1&p=2&q=%20",
    "cookies": ["a=1", "b=2"],
    "headers": {
        "content-length": "7",
        "content-type": "application/json",
        "host": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
        "user-agent": "test/1",
        "x-a": "1,2",
        "x-amzn-trace-id": "Root=1-6553f100-0",
        "x-forwarded-for": "192.0.2.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    },
    "queryStringParameters": {"p": "1,2", "q": " "},
    "requestContext": {
        "accountId": "123456789012",
        "apiId": "abcdefghij",
        "domainName": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
        "domainPrefix": "abcdefghij",
        "http": {
            "method": "POST",
            "path": "/dev/pets/a b",
            "protocol": "HTTP/1.1",
            "sourceIp": "192.0.2.7",
            "userAgent": "test/1",
        },
        "requestId": "reqid=",
        "routeKey": "POST /pets/{id}",
        "stage": "dev",
        "time": "14/Nov/2023:22:13:20 +0000",
        "timeEpoch": 1700000000250,
    },
    "body": '{"x":1}',
    "pathParameters": {"id": "a b"},
    "isBase64Encoded": False,
    "stageVariables": {"colour": "blue"},
}


def made(api: Any, request: Any, granted: Granted | None = None, version: str = "2.0") -> Any:
    return json.loads(event(api, matched(api, request), request, granted or Granted(), version=version))


def test_format_2_has_its_fields_in_the_order_of_the_documentation() -> None:
    api = entry(route("POST /pets/{id}"), stage="dev", variables={"colour": "blue"})

    assert json.dumps(made(api, POST)) == json.dumps(FORMAT_2)


def test_format_2_leaves_out_what_is_empty() -> None:
    given = made(entry(), incoming("GET", "/x"))

    assert list(given) == [
        "version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext", "isBase64Encoded",
    ]  # fmt: skip
    assert (given["routeKey"], given["rawQueryString"]) == ("$default", "")


def test_format_1_has_single_and_multiple_values_and_null_for_what_is_empty() -> None:
    api = entry(route("POST /pets/{id}"), stage="dev")
    given = made(api, POST, version="1.0")

    assert list(given) == [
        "version", "resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters",
        "multiValueQueryStringParameters", "requestContext", "pathParameters", "stageVariables", "body",
        "isBase64Encoded",
    ]  # fmt: skip
    assert (given["version"], given["resource"], given["path"]) == ("1.0", "/pets/{id}", "/dev/pets/a b")
    assert given["queryStringParameters"] == {"p": "2", "q": " "}
    assert given["multiValueQueryStringParameters"] == {"p": ["1", "2"], "q": [" "]}
    assert (given["headers"]["x-a"], given["multiValueHeaders"]["x-a"]) == ("2", ["1", "2"])
    assert given["headers"]["cookie"] == "a=1; b=2"
    assert {"Content-Length", "Host", "User-Agent", "X-Forwarded-For", "content-type"} < given["headers"].keys()
    assert given["stageVariables"] is None
    assert list(given["requestContext"]) == [
        "accountId", "apiId", "domainName", "domainPrefix", "extendedRequestId", "httpMethod", "identity", "path",
        "protocol", "requestId", "requestTime", "requestTimeEpoch", "resourceId", "resourcePath", "stage",
    ]  # fmt: skip
    bare = made(entry(), incoming(), version="1.0")
    assert (bare["queryStringParameters"], bare["pathParameters"], bare["body"]) == (None, None, None)


def test_a_rest_api_has_no_version_the_clients_casing_and_a_path_without_the_stage() -> None:
    api = entry(route("POST /pets/{id}"), kind="rest", stage="dev")
    given = made(api, POST)

    assert "version" not in given
    assert given["path"] == "/pets/a%20b"
    assert given["requestContext"]["path"] == "/dev/pets/a%20b"
    assert given["pathParameters"] == {"id": "a b"}
    assert {"X-A", "x-a", "Content-Type"} < given["headers"].keys()
    assert given["requestContext"]["identity"]["sourceIp"] == "192.0.2.7"
    assert given["requestContext"]["identity"]["userArn"] is None
    assert list(given["requestContext"])[:2] == ["resourceId", "extendedRequestId"]


def test_a_rest_api_sends_base64_for_its_binary_media_types_alone() -> None:
    octets = incoming("POST", "/", ("Content-Type", "image/png"), body=b"\xff")

    assert made(entry(route("ANY /"), kind="rest"), octets)["body"] == "\ufffd"
    binary = made(entry(route("ANY /"), kind="rest", binary_types=("image/*",)), octets)
    assert (binary["body"], binary["isBase64Encoded"]) == ("/w==", True)
    assert is_binary(None, ("*/*",))
    assert not is_binary("image/png", ())


def test_a_function_url_has_an_anonymous_caller() -> None:
    given = made(entry(kind="url"), incoming("GET", "/a%20b"))

    assert (given["routeKey"], given["rawPath"]) == ("$default", "/a%20b")
    assert given["requestContext"]["accountId"] == "anonymous"
    assert given["requestContext"]["stage"] == "$default"
    assert made(entry(kind="url"), incoming(), Granted(key=KEY))["requestContext"]["accountId"] == "123456789012"


def test_an_authorizers_context_is_in_the_event() -> None:
    granted = Granted({"who": "ann", "tags": [1]}, "user", 7)

    assert made(entry(), incoming(), granted)["requestContext"]["authorizer"] == {"lambda": {"who": "ann", "tags": [1]}}
    old = made(entry(), incoming(), granted, version="1.0")["requestContext"]["authorizer"]
    assert old == {"who": "ann", "tags": [1], "principalId": "user", "integrationLatency": 7}
    assert "authorizer" not in made(entry(), incoming())["requestContext"]


def test_who_signed_is_in_the_event() -> None:
    iam = made(entry(), incoming(), Granted(key=KEY))["requestContext"]["authorizer"]["iam"]

    assert (iam["accessKey"], iam["userArn"], iam["callerId"]) == ("AKIDEXAMPLE", KEY.arn, "AIDAEXAMPLE")
    assert made(entry(), incoming(), Granted(key=KEY), "1.0")["requestContext"]["identity"]["userArn"] == KEY.arn
