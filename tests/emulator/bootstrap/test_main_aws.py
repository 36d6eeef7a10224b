"""Where a handler's requests end: at the gateway, at the services, or nowhere."""

from pathlib import Path

import boto3
import pytest

from bootstrap_process import Start
from longwire.runtime.lambda_environment import Endpoints
from recording_server import Ports

POST_BACK = """
import boto3
def handler(event, context):
    client = boto3.client("apigatewaymanagementapi"{endpoint})
    try:
        client.post_to_connection(ConnectionId="L0SM9cOFvHcCIhw=", Data=b"hi")
    except client.exceptions.GoneException as error:
        return {{"gone": error.response["ResponseMetadata"]["HTTPStatusCode"]}}
    return "posted"
"""
EVENT = {"requestContext": {"domainName": "abcdefghij.execute-api.eu-west-1.amazonaws.com", "stage": "dev"}}
SPELLINGS = {
    "from the event": ", endpoint_url='https://{domainName}/{stage}'.format(**event['requestContext'])",
    "spelled out": ", endpoint_url='https://abcdefghij.execute-api.eu-west-1.amazonaws.com/dev'",
    "with a slash": ", endpoint_url='https://abcdefghij.execute-api.eu-west-1.amazonaws.com/dev/'",
    "in china": ", endpoint_url='https://abcdefghij.execute-api.cn-north-1.amazonaws.com.cn/dev'",
    "without an endpoint": "",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_posting_to_a_connection_ends_at_the_gateway_however_it_is_spelled(
    start: Start, ports: Ports, spelling: str
) -> None:
    child = start(POST_BACK.format(endpoint=SPELLINGS[spelling]), endpoints=ports.endpoints, timeout=20.0).ready()
    assert child.call(EVENT) == "posted"
    ((method, host, path, body),) = ports.gateway.seen
    assert (method, path, body) == ("POST", "/dev/@connections/L0SM9cOFvHcCIhw%3D", b"hi")
    if spelling == "without an endpoint":
        assert host == f"127.0.0.1:{ports.gateway.port}"
    else:
        assert host.startswith("abcdefghij.execute-api.")
    assert ports.services.seen == []


def test_botocore_parses_gone_as_it_does_on_aws(start: Start, ports: Ports) -> None:
    ports.gateway.status = 410
    ports.gateway.headers = {"x-amzn-ErrorType": "GoneException"}
    endpoint = SPELLINGS["spelled out"]
    child = start(POST_BACK.format(endpoint=endpoint), endpoints=ports.endpoints).ready()
    assert child.call(EVENT) == {"gone": 410}
    assert len(ports.gateway.seen) == 1


def test_botocore_itself_refuses_an_endpoint_without_scheme(start: Start, ports: Ports) -> None:
    endpoint = ", endpoint_url='abcdefghij.execute-api.eu-west-1.amazonaws.com/dev'"
    child = start(POST_BACK.format(endpoint=endpoint), endpoints=ports.endpoints).ready()
    assert child.fail(EVENT)["errorMessage"].startswith("Invalid endpoint")


def test_other_services_end_at_the_services_port_with_their_host(start: Start, ports: Ports) -> None:
    child = start(
        """
        import boto3
        def handler(event, context):
            boto3.client("dynamodb").list_tables()
            boto3.client("dynamodb", endpoint_url="https://dynamodb.eu-west-1.amazonaws.com").list_tables()
            boto3.client("sqs", endpoint_url="https://sqs.eu-west-1.api.aws").list_queues()
        """,
        endpoints=ports.endpoints,
    ).ready()
    child.call()
    assert [host for _, host, _, _ in ports.services.seen] == [
        f"127.0.0.1:{ports.services.port}",
        "dynamodb.eu-west-1.amazonaws.com",
        "sqs.eu-west-1.api.aws",
    ]
    assert ports.gateway.seen == []


def test_lambda_invoke_ends_at_the_gateway(start: Start, ports: Ports) -> None:
    child = start(
        """
        import boto3
        def handler(event, context):
            boto3.client("lambda").invoke(FunctionName="other")
            boto3.client("lambda", endpoint_url="https://lambda.eu-west-1.amazonaws.com").invoke(FunctionName="other")
        """,
        endpoints=ports.endpoints,
    ).ready()
    child.call()
    assert [path for _, _, path, _ in ports.gateway.seen] == ["/2015-03-31/functions/other/invocations"] * 2


def test_a_boto3_in_the_code_folder_is_redirected_as_well(start: Start, ports: Ports, tmp_path: Path) -> None:
    task = tmp_path / "task"
    task.mkdir()
    site = Path(boto3.__file__).parent.parent
    for package in ("boto3", "botocore"):
        (task / package).symlink_to(site / package)
    source = POST_BACK.format(endpoint=SPELLINGS["from the event"])
    child = start(source + "\nprint(boto3.__file__)", endpoints=ports.endpoints).ready()
    assert child.of("stdout") == [str(task / "boto3" / "__init__.py")]
    assert child.call(EVENT) == "posted"
    assert len(ports.gateway.seen) == 1


def test_the_users_own_aws_files_are_never_read(start: Start) -> None:
    child = start(
        """
        import boto3
        def handler(event, context):
            session = boto3.Session()
            return session.available_profiles, session.region_name, session.get_credentials().access_key
        """
    ).ready()
    assert child.call() == [[], "eu-west-1", "LONGWIRELOCALDUMMY00"]


def test_a_service_outside_aws_is_refused_at_once_by_name(start: Start) -> None:
    child = start(
        """
        import boto3
        def handler(event, context):
            boto3.client("s3", endpoint_url="https://objects.example.com").list_buckets()
        """
    ).ready()
    error = child.fail()
    assert error["errorType"] == "Refused"
    assert "objects.example.com is not emulated" in error["errorMessage"]


def test_nothing_leaves_the_machine(start: Start) -> None:
    child = start(
        """
        import urllib.request
        def handler(event, context):
            urllib.request.urlopen("https://example.com/")
        """
    ).ready()
    assert "example.com is not emulated" in child.fail()["errorMessage"]


def test_loopback_can_be_reached(start: Start, ports: Ports) -> None:
    child = start(
        """
        import urllib.request
        def handler(event, context):
            return urllib.request.urlopen(f"http://localhost:{event}/").status
        """
    ).ready()
    assert child.call(ports.services.port) == 200


def test_a_host_that_is_allowed_is_not_refused(start: Start) -> None:
    child = start(
        """
        import os, socket
        def handler(event, context):
            try:
                socket.create_connection((event, 9), timeout=0.05)
            except OSError as error:
                return [type(error).__name__, "_LONGWIRE_HOSTS" in os.environ]
        """,
        endpoints=Endpoints(9, 9, allow_hosts=("192.0.2.1",)),
    ).ready()
    kind, leaked = child.call("192.0.2.1")
    assert kind != "Refused"
    assert not leaked
    assert child.call("192.0.2.2")[0] == "Refused"
