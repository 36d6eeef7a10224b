"""Code that was built for another Python than ours, run by it; and boto3, which Lambda brings."""

import sys
from pathlib import Path

import pytest

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.template.interpreters import on_path, running
from longwire.template.load import load

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes:
        $default: {FunctionArn: !GetAtt Echo.Arn, RouteResponseSelectionExpression: $default}
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Ws, RouteId: !Ref WsDefaultRoute, RouteResponseKey: $default}
  Echo:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: built, Handler: app.handler, Runtime: RUNTIME, Timeout: 20}
"""
HANDLER = """
import sys
import boto3
def handler(event, context):
    try:
        import moto  # installed beside our boto3, and no part of Lambda
    except ImportError:
        moto = None
    names = boto3.client("dynamodb").list_tables()["TableNames"]
    return {"statusCode": 200, "body": f"{sys.version_info[1]} {names} {moto}"}
"""


def others() -> list[str]:
    """Other Pythons that PATH has."""
    names = (f"python3.{minor}" for minor in range(11, 15))
    return [name for name in names if name != running() and on_path(name)]


@pytest.mark.skipif(not others(), reason="PATH has no second Python from 3.11 on")
def test_it_runs_on_the_python_it_was_built_for(tmp_path: Path) -> None:
    runtime = others()[-1]
    (tmp_path / "built" / "x-1.dist-info").mkdir(parents=True)
    (tmp_path / "built" / "app.py").write_text(HANDLER)
    (tmp_path / "template.yaml").write_text(TEMPLATE.replace("RUNTIME", runtime))
    stack = load(tmp_path / "template.yaml", cache=tmp_path / "cache")
    assert stack.functions["Echo"].interpreter not in ("", sys.executable)
    assert not stack.warnings
    server = LongwireServer(stack, Options(port=0))
    longwire = Longwire(server)
    with longwire.connect() as client:
        client.send("hello")
        assert client.receive(timeout=30) == f"{runtime.removeprefix('python3.')} [] None"
    longwire.close()
    server.close()
