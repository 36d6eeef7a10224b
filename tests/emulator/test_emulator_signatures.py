"""Signed handshakes, signed ``@connections`` requests and models, with all parts together."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from longwire.access_keys import read_keys
from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.template.load import load
from longwire.testing import Client, Refused, Target

TEMPLATE = r"""
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Auth: {AuthType: AWS_IAM}
      Routes:
        $connect: {FunctionArn: !GetAtt Chat.Arn}
        $default: {FunctionArn: !GetAtt Chat.Arn}
        say:
          FunctionArn: !GetAtt Chat.Arn
          ModelSelectionExpression: \$default
          RequestModels: {$default: Say}
  Say:
    Type: AWS::ApiGatewayV2::Model
    Properties:
      ApiId: !Ref Ws
      Name: Say
      Schema: {type: object, required: [text], properties: {text: {type: string}}}
  Chat:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.13, Timeout: 10}
"""
# Posts what it knows of the caller; presigns a URL for somebody else with its own credentials, as handlers do.
HANDLER = """
import json
import boto3
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest

session = boto3.Session()

def presigned(url):
    request = AWSRequest("GET", url)
    SigV4QueryAuth(session.get_credentials(), "execute-api", session.region_name, 60).add_auth(request)
    return request.url

def handler(event, context):
    request = event["requestContext"]
    if request["eventType"] == "MESSAGE":
        body = json.loads(event["body"])
        told = {"identity": request["identity"]}
        if "presign" in body:
            told = {"url": presigned(body["presign"])}
        endpoint = f"https://{request['domainName']}/{request['stage']}"
        client = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint)
        client.post_to_connection(ConnectionId=request["connectionId"], Data=json.dumps(told).encode())
    return {"statusCode": 200}
"""
NOTHING = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
KEYS = {"AKIDALICE": {"secret": "a", "user": "alice"}, "AKIDMALLORY": {"secret": "m", "policy": NOTHING}}
ALICE, MALLORY = Credentials("AKIDALICE", "a"), Credentials("AKIDMALLORY", "m")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    folder = tmp_path_factory.mktemp("signed")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text(HANDLER)
    (folder / "keys.json").write_text(json.dumps(KEYS))
    stack = load(folder / "template.yaml")
    keys = read_keys(folder / "keys.json", stack.account_id)
    made = LongwireServer(stack, Options(port=0, verify_sigv4=True, access_keys=keys))
    yield made
    made.close()


@pytest.fixture
def app(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    yield made
    made.close()


def over_http(url: str) -> str:
    return url.replace("ws://", "http://")


def presigned(url: str, credentials: Credentials = ALICE) -> str:
    request = AWSRequest("GET", over_http(url))
    SigV4QueryAuth(credentials, "execute-api", "us-east-1", 60).add_auth(request)
    return str(request.url).replace("http://", "ws://")


def opened(app: Longwire, url: str) -> Client:
    client = Client(Target(url), app.server.identify)
    app.clients.append(client)
    return client


def management(app: Longwire, credentials: Credentials) -> Any:
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=over_http(app.url),
        region_name="us-east-1",
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_a_presigned_url_connects_and_handlers_post_back_with_their_own_signature(app: Longwire) -> None:
    ws = opened(app, presigned(app.url))
    ws.send(action="who")
    identity = ws.receive(timeout=10)["identity"]
    assert (identity["userArn"], identity["accessKey"]) == ("arn:aws:iam::123456789012:user/alice", "AKIDALICE")


def test_after_the_clock_was_moved_functions_and_clients_sign_by_their_own(app: Longwire) -> None:
    """A function's time is the clock's, a test's is not; and what a function presigned is over when its time is."""
    app.clock.advance(hours=2)
    ws = opened(app, presigned(app.url))
    ws.send(action="who")
    assert ws.receive(timeout=10)["identity"]["accessKey"] == "AKIDALICE"
    management(app, ALICE).post_to_connection(ConnectionId=ws.connection_id, Data=b'"by alice"')
    assert ws.receive(timeout=10) == "by alice"

    ws.send(action="who", presign=over_http(app.url))
    url = ws.receive(timeout=10)["url"].replace("http://", "ws://")
    assert opened(app, url).subprotocol is None
    app.clock.advance(minutes=2)
    with pytest.raises(Refused, match="403"):
        opened(app, url)


def test_signed_headers_connect_too(app: Longwire) -> None:
    request = AWSRequest("GET", over_http(app.url))
    SigV4Auth(ALICE, "execute-api", "us-east-1").add_auth(request)
    ws = app.connect(headers={name: str(value) for name, value in request.headers.items()})
    ws.send(action="who")
    assert ws.receive(timeout=10)["identity"]["accessKey"] == "AKIDALICE"


def test_a_url_that_a_handler_presigned_connects_as_its_role(app: Longwire) -> None:
    ws = opened(app, presigned(app.url))
    ws.send(action="who", presign=over_http(app.url))
    url = ws.receive(timeout=10)["url"]
    other = opened(app, url.replace("http://", "ws://"))
    other.send(action="who")
    identity = other.receive(timeout=10)["identity"]
    assert identity["userArn"] == "arn:aws:sts::123456789012:assumed-role/longwire/longwire"


@pytest.mark.parametrize(
    ("credentials", "message"),
    [
        (None, "Missing Authentication Token"),
        (Credentials("AKIDALICE", "wrong"), "The request signature we calculated does not match"),
        (Credentials("AKIDNOBODY", "x"), "The security token included in the request is invalid."),
        (MALLORY, "is not authorized to perform: execute-api:Invoke on resource"),
    ],
)
def test_everybody_else_is_refused_with_403(app: Longwire, credentials: Credentials | None, message: str) -> None:
    with pytest.raises(Refused) as caught:
        opened(app, app.url if credentials is None else presigned(app.url, credentials))
    assert caught.value.status == 403
    assert message in json.loads(caught.value.body)["message"]


def test_boto3_posts_with_a_known_key_and_with_the_fixtures_client(app: Longwire) -> None:
    ws = opened(app, presigned(app.url))
    with closing(management(app, ALICE)) as alice, closing(app.client("apigatewaymanagementapi")) as dummy:
        for client in (alice, dummy):
            client.post_to_connection(ConnectionId=app.connection_id(ws), Data=b"hello")
            assert ws.receive(timeout=10) == "hello"
        with pytest.raises(alice.exceptions.GoneException):
            alice.get_connection(ConnectionId="L0SM9cOFvHcCIhw=")


@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        (Credentials("AKIDALICE", "wrong"), "InvalidSignatureException"),
        (Credentials("AKIDNOBODY", "x"), "UnrecognizedClientException"),
        (MALLORY, "AccessDeniedException"),
    ],
)
def test_boto3_raises_a_client_error_with_awss_code(app: Longwire, credentials: Credentials, code: str) -> None:
    ws = opened(app, presigned(app.url))
    with closing(management(app, credentials)) as client, pytest.raises(ClientError) as caught:
        client.post_to_connection(ConnectionId=app.connection_id(ws), Data=b"no")
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_an_unsigned_post_is_403(app: Longwire) -> None:
    import http.client

    ws = opened(app, presigned(app.url))
    connection = http.client.HTTPConnection(urlsplit(app.url).netloc, timeout=5)
    connection.request("POST", f"/dev/@connections/{app.connection_id(ws).replace('=', '%3D')}", b"no")
    answer = connection.getresponse()
    kind, body = answer.getheader("x-amzn-errortype"), answer.read()
    connection.close()
    assert (answer.status, kind) == (403, "MissingAuthenticationTokenException")
    assert body == b'{"message":"Missing Authentication Token"}'


def test_a_message_that_does_not_fit_its_model_never_reaches_the_handler(app: Longwire) -> None:
    ws = opened(app, presigned(app.url))
    ws.send(action="say", text=1)
    frame = ws.receive_text(timeout=10)
    message_id = json.loads(frame)["messageId"]
    told = f'"connectionId": "{app.connection_id(ws)}", "messageId": "{message_id}"'
    assert frame == f'{{"message" : "Bad request body", {told}}}'
    ws.send(action="say", text="hello")
    assert "identity" in ws.receive(timeout=10)
    assert app.wait_for("message_received")["why"].endswith("$.text: 1 is not of type 'string'")
