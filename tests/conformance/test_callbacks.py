"""Section E: the ``@connections`` management API, through unmodified boto3 and byte by byte."""

import json
import re
from typing import Any

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from websockets.frames import Opcode

from deployed_stage import PATIENCE, DeployedStage, whoami
from longwire.testing import Client

STRANGER = "AAAAAAAAAAACAAA="  # well-formed, and nobody's
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@pytest.fixture
def client(api: DeployedStage) -> Client:
    return api.connect(headers={"User-Agent": "conformance/1"})


def id_of(client: Client) -> str:
    return str(whoami(client)["connectionId"])


def path_of(connection_id: str, at: str = "@connections") -> str:
    return f"/{at}/{connection_id.replace('=', '%3D')}"


def code_of(error: ClientError) -> tuple[int, str]:
    return error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"].get("Code", "")


# --- E1 to E3: what succeeds


@pytest.mark.parametrize("at", ["@connections", "%40connections"])
def test_a_post_is_a_text_message_to_the_client(api: DeployedStage, client: Client, at: str) -> None:
    """E1 DOCUMENTED [DG:apigateway-how-to-call-websocket-api-connections]: `@connections` and `%40connections`."""
    answer = api.call("POST", path_of(id_of(client), at), b"h\xc3\xa4llo")
    assert (answer.status, client.receive_text()) == (200, "hällo")


def test_boto3_posts(api: DeployedStage, client: Client) -> None:
    """E2 OBSERVED [RUN]: boto3's post_to_connection, bytes or text, without a Content-Type."""
    management = api.management()
    management.post_to_connection(ConnectionId=id_of(client), Data=b'{"a": 1}')
    assert client.receive_text() == '{"a": 1}'
    management.post_to_connection(ConnectionId=id_of(client), Data="text")
    assert client.receive_text() == "text"


def test_the_answer_to_a_post_is_empty_and_of_type_json(api: DeployedStage, client: Client) -> None:
    """E3 OBSERVED [BREF]: POST: 200, application/json, content-length 0, and the ids of the request."""
    answer = api.call("POST", path_of(id_of(client)), b"x")
    assert (answer.status, answer.body, answer.header("content-length")) == (200, b"", "0")
    assert answer.header("content-type") == "application/json"
    assert re.fullmatch(UUID, answer.header("x-amzn-requestid") or "")
    assert re.fullmatch(r"[A-Za-z0-9_-]{15}=", answer.header("x-amz-apigw-id") or "")


def test_the_answer_to_a_get_is_pretty_printed(api: DeployedStage, client: Client) -> None:
    """E3 OBSERVED [BREF]: GET: identity, connectedAt, lastActiveAt; ` : ` between key and value; ISO 8601, ms, Z."""
    answer = api.call("GET", path_of(id_of(client)))
    assert (answer.status, answer.header("content-type")) == (200, "application/json")
    when = r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"'
    expected = (
        r'\{\n  "identity" : \{\n    "sourceIp" : "[0-9a-f.:]+",\n    "userAgent" : "conformance/1"\n  \},\n'
        rf'  "connectedAt" : {when},\n  "lastActiveAt" : {when}\n\}}'
    )
    assert re.fullmatch(expected, answer.body.decode())


def test_the_answer_to_a_get_has_a_null_user_agent_for_a_client_without_one(api: DeployedStage) -> None:
    """E3 DOCUMENTED [DG:websocket-api-chat-app]: userAgent is null for a client that sent none."""
    raw, _ = api.upgraded()
    raw.send(Opcode.TEXT, b'{"action":"none"}')
    connection_id = json.loads(raw.text())["requestContext"]["connectionId"]
    assert json.loads(api.call("GET", path_of(connection_id)).body)["identity"]["userAgent"] is None


def test_boto3_gets(api: DeployedStage, client: Client) -> None:
    """E3 OBSERVED [BREF]: boto3's get_connection; a client's message moves lastActiveAt, never connectedAt."""
    management, connection_id = api.management(), id_of(client)
    before = management.get_connection(ConnectionId=connection_id)
    assert before["Identity"]["UserAgent"] == "conformance/1"
    context = whoami(client)
    after = management.get_connection(ConnectionId=connection_id)
    assert after["ConnectedAt"] == before["ConnectedAt"] < before["LastActiveAt"] < after["LastActiveAt"]
    assert round(after["ConnectedAt"].timestamp() * 1000) == context["connectedAt"]


def test_a_post_moves_last_active_at(api: DeployedStage, client: Client) -> None:
    """E3 UNKNOWN [default]: a POST moves lastActiveAt as well."""
    management, connection_id = api.management(), id_of(client)
    before = management.get_connection(ConnectionId=connection_id)["LastActiveAt"]
    management.post_to_connection(ConnectionId=connection_id, Data=b"x")
    assert management.get_connection(ConnectionId=connection_id)["LastActiveAt"] > before


def test_the_answer_to_a_delete_is_204_without_a_type(api: DeployedStage, client: Client) -> None:
    """E3 OBSERVED [BREF]: DELETE: 204, empty, no content-type."""
    answer = api.call("DELETE", path_of(id_of(client)))
    assert (answer.status, answer.body, answer.header("content-type")) == (204, b"", None)


def test_a_deleted_client_sees_1000(api: DeployedStage, client: Client) -> None:
    """E11 INFERRED [what $disconnect shows]: a deleted client sees 1000 `Connection Closed Normally`."""
    api.management().delete_connection(ConnectionId=id_of(client))
    close = client.closed
    assert (close.code, close.reason) == (1000, "Connection Closed Normally")


# --- E4: what fails


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_410_has_the_error_type_in_a_header_and_no_body(api: DeployedStage, method: str) -> None:
    """E4 OBSERVED [BREF, GH:localstack/localstack#4694]: a well-formed unknown id: 410 GoneException, no body."""
    answer = api.call(method, path_of(STRANGER), b"x" if method == "POST" else b"")
    assert (answer.status, answer.body, answer.header("content-length")) == (410, b"", "0")
    assert answer.header("x-amzn-errortype") == "GoneException"
    assert answer.header("content-type") == "application/json"


@pytest.mark.parametrize("call", ["post", "get", "delete"])
def test_boto3_raises_gone_exception(api: DeployedStage, client: Client, call: str) -> None:
    """E4, E5, E12 OBSERVED [RUN, BREF, SLSO19]: after a close boto3 raises its modelled GoneException."""
    management, connection_id = api.management(), id_of(client)
    management.delete_connection(ConnectionId=connection_id)
    calls = {
        "post": lambda: management.post_to_connection(ConnectionId=connection_id, Data=b"x"),
        "get": lambda: management.get_connection(ConnectionId=connection_id),
        "delete": lambda: management.delete_connection(ConnectionId=connection_id),
    }
    with pytest.raises(management.exceptions.GoneException) as raised:
        calls[call]()
    assert code_of(raised.value) == (410, "GoneException")


def test_during_connect_the_connection_is_gone(api: DeployedStage) -> None:
    """E4 DOCUMENTED [RP]: until `$connect` has returned, a post to the connection is answered with 410."""
    observer = api.observer()
    observer.watched({"own": "post"})
    assert observer.received()["requestContext"]["eventType"] == "CONNECT"
    assert observer.received() == {"posting to itself": "GoneException"}


@pytest.mark.parametrize("bad", ["nonsense", "AAAAAAAAAAACAAA=test", "clh0x2x3k0000qz8v", "AAAAAAAAAAACAAAA"])
def test_a_malformed_id_is_a_bad_request(api: DeployedStage, bad: str) -> None:
    """E4, B2.19 OBSERVED [BREF, GH:dherault/serverless-offline#749]: 400 `{"message":"Invalid connectionId: <id>"}`."""
    answer = api.call("POST", path_of(bad), b"x")
    assert (answer.status, answer.header("x-amzn-errortype")) == (400, "BadRequestException")
    assert answer.body.decode() == f'{{"message":"Invalid connectionId: {bad}"}}'
    with pytest.raises(ClientError) as raised:
        api.management().post_to_connection(ConnectionId=bad, Data=b"x")
    assert code_of(raised.value) == (400, "BadRequestException")


def test_a_wrong_stage_is_forbidden(api: DeployedStage, client: Client) -> None:
    """E4 OBSERVED [GH:aws/aws-sdk-js-v3#1830]: a wrong stage: 403, and boto3's modelled ForbiddenException."""
    management = api.management(endpoint_url=api.management_url.replace(api.path, "/nosuchstage"))
    with pytest.raises(management.exceptions.ForbiddenException) as raised:
        management.post_to_connection(ConnectionId=id_of(client), Data=b"x")
    assert code_of(raised.value) == (403, "ForbiddenException")


def test_the_body_of_a_wrong_stage(api: DeployedStage) -> None:
    """E4 UNKNOWN [default]: the body of that 403 is `{"message":"Forbidden"}`."""
    answer = api.call("POST", path_of(STRANGER), b"x", stage="/nosuchstage")
    assert (answer.status, answer.body) == (403, b'{"message":"Forbidden"}')


@pytest.mark.emulator_only(reason="it needs a second identity, which may do nothing")
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_without_the_permission_access_is_denied(api: DeployedStage, client: Client, method: str) -> None:
    """E4 OBSERVED [public captures]: 403 AccessDeniedException: the account masked, `{connectionId}` literally."""
    context = whoami(client)
    powerless = Credentials("AKIDPOWERLESS", "of somebody who may do nothing")
    answer = api.call(method, path_of(context["connectionId"]), credentials=powerless)
    assert (answer.status, answer.header("x-amzn-errortype")) == (403, "AccessDeniedException")
    arn = f"arn:aws:execute-api:us-east-1:********9012:{context['apiId']}/conformance/{method}/@connections/"
    words = "is not authorized to perform: execute-api:ManageConnections on resource:"
    said = f"User: arn:aws:iam::123456789012:user/powerless {words} {arn}{{connectionId}}"
    assert json.loads(answer.body) == {"message": said}


def test_an_unsigned_request_is_refused(api: DeployedStage, client: Client) -> None:
    """E1 DOCUMENTED [DG:apigateway-how-to-call-websocket-api-connections]: requests are signed with SigV4, else 403."""
    assert api.raw().request("POST", api.path + path_of(id_of(client)), body=b"x").status == 403


@pytest.mark.emulator_only(reason="it has a key that only the emulator knows")
def test_a_wrong_signature_is_refused(api: DeployedStage, client: Client) -> None:
    """E1 DOCUMENTED [IAM user guide, SigV4]: a signature with another secret is refused with 403."""
    wrong = Credentials("AKIDCONFORMANCE", "another secret")
    answer = api.call("POST", path_of(id_of(client)), b"x", credentials=wrong)
    assert (answer.status, answer.header("x-amzn-errortype")) == (403, "InvalidSignatureException")


def test_131073_bytes_are_too_many(api: DeployedStage, client: Client) -> None:
    """E4 DOCUMENTED [MGMT, GH:gchq/sleeper#5755]: above 131,072 bytes: 413, boto3's PayloadTooLargeException."""
    management, connection_id = api.management(), id_of(client)
    management.post_to_connection(ConnectionId=connection_id, Data=b"x" * 131_072)
    assert client.receive_text(PATIENCE) == "x" * 131_072
    with pytest.raises(management.exceptions.PayloadTooLargeException) as raised:
        management.post_to_connection(ConnectionId=connection_id, Data=b"x" * 131_073)
    assert code_of(raised.value) == (413, "PayloadTooLargeException")


def test_a_client_that_does_not_read_gets_429(api: DeployedStage) -> None:
    """E4 DOCUMENTED [MGMT]: "or the WebSocket client side buffer is full": 429, boto3's LimitExceededException."""
    from botocore.config import Config

    management = api.management(config=Config(retries={"max_attempts": 0}))
    raw, _ = api.upgraded()
    raw.send(Opcode.TEXT, b'{"action":"none"}')
    connection_id = json.loads(raw.text())["requestContext"]["connectionId"]

    def post_on() -> None:
        for _ in range(200):
            management.post_to_connection(ConnectionId=connection_id, Data=b"x" * 131_072)

    with pytest.raises(management.exceptions.LimitExceededException) as raised:
        post_on()
    assert code_of(raised.value) == (429, "LimitExceededException")


# --- E7 to E9: what is posted


def test_a_post_above_32_kb_is_one_message_in_frames_of_32_kb(api: DeployedStage) -> None:
    """E7 INFERRED [DG-now:quotas]: a post of more than 32 KB is one message in frames of at most 32,768 bytes."""
    raw, _ = api.upgraded()
    raw.send(Opcode.TEXT, b'{"action":"none"}')
    connection_id = json.loads(raw.text())["requestContext"]["connectionId"]
    api.management().post_to_connection(ConnectionId=connection_id, Data=b"x" * 70_000)
    frames = [raw.frame() for _ in range(3)]
    assert [(first, len(payload)) for first, payload in frames] == [(0x01, 32_768), (0x00, 32_768), (0x80, 4_464)]


@pytest.mark.parametrize(("data", "text"), [(b"\x00\x01", "\x00\x01"), (b"caf\xe9", "caf\ufffd")])
def test_a_binary_post_is_a_text_frame(api: DeployedStage, client: Client, data: bytes, text: str) -> None:
    """E8 INFERRED [no binary frames]: any post is a text frame; what is no UTF-8 is replaced (CLAIMED, MS)."""
    api.management().post_to_connection(ConnectionId=id_of(client), Data=data)
    assert client.receive_text() == text


def test_an_empty_post_is_an_empty_message(api: DeployedStage, client: Client) -> None:
    """E9 UNKNOWN [default]: an empty post: 200 and an empty text message."""
    assert api.call("POST", path_of(id_of(client)), b"").status == 200
    assert client.receive_text() == ""


def test_posts_arrive_in_the_order_in_which_they_were_answered(api: DeployedStage, client: Client) -> None:
    """E14 INFERRED [one connection, one stream]: posts made one after the other arrive in that order."""
    management, connection_id = api.management(), id_of(client)
    for number in range(20):
        management.post_to_connection(ConnectionId=connection_id, Data=str(number))
    assert [client.receive_text() for _ in range(20)] == [str(number) for number in range(20)]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD"])
def test_another_method_is_forbidden(api: DeployedStage, client: Client, method: str) -> None:
    """E15 INFERRED [E4's wrong path]: another method than POST, GET and DELETE: 403."""
    assert api.call(method, path_of(id_of(client))).status == 403


def test_the_id_has_to_be_url_encoded_by_whoever_builds_the_path(api: DeployedStage, client: Client) -> None:
    """B2.18 DOCUMENTED [DG:apigateway-how-to-call-websocket-api-connections]: the id stands in the path as `%3D`."""
    connection_id = id_of(client)
    assert connection_id.endswith("=")
    assert api.call("POST", path_of(connection_id), b"x").status == 200


def test_boto3_retries_429_alone(api: DeployedStage) -> None:
    """E6 OBSERVED [RUN]: boto3 by default sends a 410 once."""
    management = api.management()
    sent: list[Any] = []
    management.meta.events.register("before-send.apigatewaymanagementapi", lambda **seen: sent.append(seen["request"]))
    with pytest.raises(management.exceptions.GoneException):
        management.post_to_connection(ConnectionId=STRANGER, Data=b"x")
    assert len(sent) == 1
