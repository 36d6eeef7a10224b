"""A small chat whose frames are full of ids, times and a credential, and the process that serves it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longwire.emulator import Options
from longwire.harness import LongwireServer
from longwire.template.load import load

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes:
        $connect: {FunctionArn: !GetAtt Chat.Arn}
        $default: {FunctionArn: !GetAtt Chat.Arn}
  Chat:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.13}
"""
HANDLER = """
import json, time, uuid
import boto3

def handler(event, context):
    asked = event["requestContext"]
    if asked["routeKey"] == "$connect":
        token = (event.get("queryStringParameters") or {}).get("token", "")
        offered = event["headers"].get("Sec-WebSocket-Protocol")
        chosen = {"Sec-WebSocket-Protocol": offered.split(",")[0]} if offered else {}
        return {"statusCode": 200 if token.startswith("good") else 403, "headers": chosen}
    url = f"https://{asked['domainName']}/{asked['stage']}"
    post = boto3.client("apigatewaymanagementapi", endpoint_url=url).post_to_connection
    message = json.loads(event["body"])
    me = asked["connectionId"]
    if message["action"] == "hello":
        answer = {"you": me, "at": time.time(), "id": str(uuid.uuid4()), "ticket": "ticket-" + me}
    elif message["action"] == "redeem":
        answer = {"redeemed": message["ticket"] == "ticket-" + me, "version": GREETING}
    elif message["action"] == "leave":
        boto3.client("apigatewaymanagementapi", endpoint_url=url).delete_connection(ConnectionId=me)
        return {"statusCode": 200}
    else:
        me, answer = message["to"], {"text": message["text"], "at": int(time.time() * 1000)}
    post(ConnectionId=me, Data=json.dumps(answer))
    return {"statusCode": 200}
"""


def chat_project(folder: Path, version: int = 1) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text(HANDLER.replace("GREETING", str(version)))
    return folder


@contextmanager
def served(folder: Path) -> Iterator[LongwireServer]:
    server = LongwireServer(load(folder / "template.yaml"), Options(port=0))
    try:
        yield server
    finally:
        server.close()
