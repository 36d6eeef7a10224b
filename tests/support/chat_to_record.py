"""A small chat whose frames are full of ids, times and a credential, and the process that serves it."""

from contextlib import AbstractContextManager
from pathlib import Path

from longwire.harness import LongwireServer
from served_app import served_app

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


def chat_project(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text(handler())
    return folder


def served_chat(folder: Path, version: int = 1) -> AbstractContextManager[LongwireServer]:
    return served_app(folder, TEMPLATE, handler(version))


def handler(version: int = 1) -> str:
    """The code of a version, which answers with its number."""
    return HANDLER.replace("GREETING", str(version))
