"""The ``longwire`` command as a process, in the folder of a small project."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Greeting:
    Type: String
    Default: hello
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes:
        $disconnect: {FunctionArn: !GetAtt Bye.Arn}
        $default: {FunctionArn: !GetAtt Echo.Arn, RouteResponseSelectionExpression: $default}
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Ws, RouteId: !Ref WsDefaultRoute, RouteResponseKey: $default}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.echo
      Runtime: python3.13
      Environment: {Variables: {GREETING: !Ref Greeting, FROM_FILE: ""}}
  Bye:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.bye, Runtime: python3.13}
"""
HANDLERS = """
import os
def echo(event, context):
    print("heard", event["body"])
    if event["body"] == "pid":
        return {"body": str(os.getpid())}
    if event["body"] == "env":
        return {"body": repr(sorted(os.environ.items()))}
    if event["body"] == "hang":
        import time
        time.sleep(60)
    if event["body"] == "boom":
        raise ValueError("boom")
    return {"body": os.environ["GREETING"] + " " + os.environ["FROM_FILE"] + event["body"]}
def bye(event, context):
    open(os.path.join(os.environ["LAMBDA_TASK_ROOT"], "bye.txt"), "a").write(
        str(event["requestContext"]["disconnectStatusCode"]) + "\\n")
"""


class Running:
    """A ``longwire dev --json`` process; ``events`` are read as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.ready = self.next()

    def next(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            pytest.fail(f"longwire ended: {self.process.communicate()[1]}")
        found = json.loads(line)
        assert isinstance(found, dict)
        return found

    def until(self, event: str) -> dict[str, Any]:
        return next(found for found in iter(self.next, None) if found["event"] == event)


Dev = Callable[..., Any]


@contextmanager
def running_dev(project: Path, env: dict[str, str], *options: str, ends_with: int = 0) -> Iterator[Running]:
    command = [sys.executable, "-m", "longwire", "dev", "--json", *options]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=project, env=env, stdout=pipe, stderr=pipe, text=True)
    try:
        yield Running(process)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == ends_with


def run(project: Path, env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "longwire", *arguments]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, timeout=30, check=False)
