"""A running ``longwire dev`` for those who attack it, and what they send."""

import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import websockets.sync.client
from websockets.exceptions import InvalidStatus

from http_client import fetch
from longwire_command import Running

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Auth:
        AuthArn: !GetAtt Judge.Arn
        AuthType: CUSTOM
        IdentitySource: [route.request.querystring.access_token]
      Routes:
        $connect: {FunctionArn: !GetAtt App.Arn}
        env: {FunctionArn: !GetAtt App.Arn}
        $default: {FunctionArn: !GetAtt App.Arn}
  Judge:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.judge, Runtime: python3.13}
  App:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.app, Runtime: python3.13}
"""
HANDLERS = """
import json
import os

def judge(event, context):
    token = event["queryStringParameters"]["access_token"]
    if token == "crash":
        raise RuntimeError(token)
    if token in ("allow", "deny"):
        statement = {"Action": "execute-api:Invoke", "Effect": token.title(), "Resource": event["methodArn"]}
        return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    return {"shape": "wrong"}

def app(event, context):
    from urllib.request import Request, urlopen
    told = {"ip": event["requestContext"]["identity"]["sourceIp"], "env": dict(os.environ)}
    print(json.dumps({"ran": event["requestContext"]["eventType"]}))
    if event["requestContext"]["eventType"] == "MESSAGE":
        import boto3
        api = boto3.client("apigatewaymanagementapi")
        api.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=json.dumps(told))
    return {"statusCode": 200}
"""
CANARY = "canary-3f9c41"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}
JSON = {"content_type": "application/json"}


def project(folder: Path) -> Path:
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text(HANDLERS)
    return folder


def shell(cache: Path) -> dict[str, str]:
    """A developer's, with real credentials in it."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "GITHUB_TOKEN")
    return {**os.environ, **dict.fromkeys(names, CANARY), "XDG_CACHE_HOME": str(cache)}


def connected(dev: Running, who: str = "allow", **headers: str) -> websockets.sync.client.ClientConnection:
    target = f"{dev.ready['websocket_url']}?access_token={who}"
    return websockets.sync.client.connect(target, additional_headers=headers, open_timeout=30)


def refused(dev: Running, token: str, **options: Any) -> int:
    """The status of a handshake that is refused."""
    with pytest.raises(InvalidStatus) as caught:
        websockets.sync.client.connect(f"{dev.ready['websocket_url']}?access_token={token}", **options).close()
    return caught.value.response.status_code


def timeline(url: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = fetch(f"{url}/_longwire/api/timeline?since=0&limit=10000").json()["entries"]
    return entries


def raw(url: str, sent: bytes) -> bytes:
    """What is answered to these bytes, up to the end of the connection."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(sent)
        received = b""
        try:
            while data := connection.recv(65536):
                received += data
        except ConnectionResetError:
            pass
        return received
