import subprocess
import sys
from collections.abc import Callable
from functools import partial

import pytest

from longwire.bootstrap.aws import redirected
from longwire.bootstrap.network import owner_of

GATEWAY, SERVICES = "127.0.0.1:8765", "127.0.0.1:4000"


def owner(*domain_names: str) -> Callable[[str], str | None]:
    return partial(owner_of, gateway=GATEWAY, services=SERVICES, domain_names=domain_names)


OWNER = owner()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://abcdefghij.execute-api.us-east-1.amazonaws.com/dev/%40connections/a%3D",
            "http://127.0.0.1:8765/dev/%40connections/a%3D",
        ),
        ("https://abcdefghij.execute-api.us-east-1.api.aws/dev", "http://127.0.0.1:8765/dev"),
        ("https://abcdefghij.execute-api.cn-north-1.amazonaws.com.cn/dev", "http://127.0.0.1:8765/dev"),
        ("https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/f/invocations", None),
        ("https://lambda.us-east-1.api.aws/", "http://127.0.0.1:8765/"),
        ("https://dynamodb.us-east-1.amazonaws.com/", "http://127.0.0.1:4000/"),
        ("http://sqs.us-east-1.amazonaws.com/?Action=x&y=1", "http://127.0.0.1:4000/?Action=x&y=1"),
        ("https://bucket.s3.amazonaws.com:443/key", "http://127.0.0.1:4000/key"),
        ("http://sync-127.0.0.1:4000/", "http://127.0.0.1:4000/"),
    ],
)
def test_calls_to_aws_end_here(url: str, expected: str | None) -> None:
    wanted = expected or url.replace("https://lambda.us-east-1.amazonaws.com", "http://127.0.0.1:8765")
    assert redirected(url, OWNER, SERVICES) == wanted


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:4000/", "https://example.com/", "https://amazonaws.com.example.com/", "https://amazonaws.com/"],
)
def test_other_hosts_are_not_redirected(url: str) -> None:
    assert redirected(url, OWNER, SERVICES) is None


def test_calls_to_a_custom_domain_of_the_template_end_at_the_gateway() -> None:
    url = "https://ws.example.com/chat/@connections/a%3D"
    assert redirected(url, owner("ws.example.com"), SERVICES) == "http://127.0.0.1:8765/chat/@connections/a%3D"
    assert redirected(url, owner("example.com"), SERVICES) is None


def test_every_request_that_botocore_sends_passes_the_redirect() -> None:
    # In a process of its own, because botocore is changed there.
    code = """
import botocore.httpsession
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from longwire.bootstrap.aws import redirect
checked = []
botocore.httpsession.URLLib3Session.send = lambda self, request: (request.url, dict(request.headers))
from longwire.bootstrap.network import owner_of
owner = lambda host: owner_of(host, "127.0.0.1:1", "127.0.0.1:2")
redirect(botocore.httpsession, owner, "127.0.0.1:2", checked.append)
session = botocore.httpsession.URLLib3Session()
for url in ("https://sqs.us-east-1.amazonaws.com/q?a=1", "http://localhost:3/x"):
    print(session.send(AWSPreparedRequest("GET", url, HeadersDict(), b"", False)))
print(checked)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.splitlines() == [
        "('http://127.0.0.1:2/q?a=1', {'Host': 'sqs.us-east-1.amazonaws.com'})",
        "('http://localhost:3/x', {})",
        "['localhost']",
    ]


def test_the_url_of_clients_is_no_endpoint_for_botocore_here_either() -> None:
    code = """
import botocore.httpsession
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from longwire.bootstrap.aws import redirect
redirect(botocore.httpsession, lambda host: "127.0.0.1:1", "127.0.0.1:2", print)
url = "wss://abcdefghij.execute-api.us-east-1.amazonaws.com/dev"
try:
    botocore.httpsession.URLLib3Session().send(AWSPreparedRequest("POST", url, HeadersDict(), b"", False))
except Exception as exc:
    print(exc)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert "Not supported URL scheme wss" in done.stdout
