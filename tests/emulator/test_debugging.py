"""A debugger attached to one function of a running emulator, and what imports cost."""

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from debug_client import DebugClient
from longwire.core.api import Function, Stack
from longwire.core.quotas import Quotas
from longwire.debugging import debugged_function, launch_json, with_debugger, with_profiles
from longwire.emulator import Options
from longwire.errors import UsageError
from longwire.harness import Longwire, LongwireServer
from longwire.template.load import load
from node import required_node

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
        slow: {FunctionArn: !GetAtt Slow.Arn, RouteResponseSelectionExpression: $default}
        $default: {FunctionArn: !GetAtt Other.Arn, RouteResponseSelectionExpression: $default}
  SlowAnswer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Ws, RouteId: !Ref WsSlowRoute, RouteResponseKey: $default}
  OtherAnswer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Ws, RouteId: !Ref WsDefaultRoute, RouteResponseKey: $default}
  Slow:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.slow, Runtime: python3.13, Timeout: 1}
  Other:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.other, Runtime: python3.13}
"""
HANDLERS = """
def slow(event, context):
    answer = "looked at"
    return {"statusCode": 200, "body": answer}

def other(event, context):
    return {"statusCode": 200, "body": "at once"}
"""
BREAKPOINT = 4  # the line of slow's return


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "app.py").write_text(HANDLERS)
    return load(tmp_path / "template.yaml", cache=tmp_path / "cache")


@pytest.fixture
def debugged(stack: Stack, unused_tcp_port: int) -> Iterator[tuple[Longwire, DebugClient]]:
    quotas = Quotas(integration_timeout=0.3)
    server = LongwireServer(with_debugger(stack, "Slow", unused_tcp_port), Options(port=0, quotas=quotas))
    client = DebugClient(unused_tcp_port)
    made = Longwire(server)
    yield made, client
    client.close()
    made.close()
    server.close()


def test_a_breakpoint_stops_one_invocation_and_its_time(debugged: tuple[Longwire, DebugClient], tmp_path: Path) -> None:
    longwire, debugger = debugged
    debugger.ask("initialize", adapterID="test", pathFormat="path")
    debugger.send("attach", justMyCode=True)
    debugger.event("initialized")
    source = {"path": str(tmp_path / "app.py")}
    found = debugger.ask("setBreakpoints", source=source, breakpoints=[{"line": BREAKPOINT}])
    assert found["breakpoints"][0]["line"] == BREAKPOINT
    debugger.ask("configurationDone")
    with longwire.connect() as slow, longwire.connect() as other:
        slow.send_json({"action": "slow"})
        stopped = debugger.event("stopped")
        assert stopped["reason"] == "breakpoint"
        other.send("anything")
        assert other.receive(timeout=20) == "at once"
        with pytest.raises(TimeoutError):  # longer than its Timeout of 1 s and the integration's of 0.3 s
            slow.receive(timeout=1.5)
        frames = debugger.ask("stackTrace", threadId=stopped["threadId"])["stackFrames"]
        assert (frames[0]["name"], frames[0]["line"]) == ("slow", BREAKPOINT)
        debugger.ask("continue", threadId=stopped["threadId"])
        assert slow.receive(timeout=20) == "looked at"


def test_a_profile_is_told_at_each_cold_start(stack: Stack) -> None:
    server = LongwireServer(with_profiles(stack), Options(port=0))
    longwire = Longwire(server)
    with longwire.connect() as client:
        client.send("anything")
        assert client.receive(timeout=20) == "at once"
    (entry,) = [each for each in longwire.timeline if each["event"] == "log" and each["stream"] == "stderr"]
    assert entry["function"] == "Other"
    assert entry["line"].startswith("cold start: ")
    assert entry["line"].splitlines()[1].split() == ["alone", "with", "module"]
    longwire.close()
    server.close()


@pytest.mark.node
def test_node_waits_for_its_inspector(stack: Stack, tmp_path: Path, unused_tcp_port: int) -> None:
    required_node()
    (tmp_path / "app.js").write_text("exports.other = async () => ({statusCode: 200, body: 'at once'})")
    other = replace(stack.functions["Other"], runtime="nodejs20.x")
    server = LongwireServer(with_debugger(replace(stack, functions={**stack.functions, "Other": other}), "Other",
                                          unused_tcp_port), Options(port=0))  # fmt: skip
    listed = listing(f"http://127.0.0.1:{unused_tcp_port}/json/list")
    assert listed[0]["type"] == "node"
    server.close()


def listing(url: str) -> list[dict[str, str]]:
    end = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - http
                found: list[dict[str, str]] = json.load(answer)
                return found
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def functions(*names: str, runtime: str = "python3.13", command: tuple[str, ...] = ()) -> dict[str, Function]:
    return {name: Function(name, f"stack-{name}", "app.handler", runtime, "/code", command=command) for name in names}


def test_a_function_is_found_by_either_name_and_a_single_one_by_none() -> None:
    assert debugged_function(functions("A", "B"), "stack-B").logical_id == "B"
    assert debugged_function(functions("A"), None).logical_id == "A"


@pytest.mark.parametrize(
    ("known", "name", "told"),
    [
        (functions("Alice", "Bob"), None, "--debug-port needs --debug-function NAME: the template has Alice, Bob"),
        (functions("Alice", "Bob"), "Alise", "the template has no such function. Did you mean Alice?"),
        (functions("Alice"), "X", "It has Alice."),
    ],
)
def test_a_function_that_is_not_there_is_told(known: dict[str, Function], name: str | None, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        debugged_function(known, name)
    assert told in str(caught.value)


def test_a_program_of_its_own_is_debugged_by_its_own_means(stack: Stack) -> None:
    (other,) = functions("Other", command=("java",)).values()
    with pytest.raises(UsageError, match="runs a program of its own: start the debugger in it"):
        with_debugger(replace(stack, functions={"Other": other}), "Other", 5678)


def test_an_editor_is_told_where_to_attach() -> None:
    (python,) = functions("A").values()
    (node,) = functions("A", runtime="nodejs22.x").values()
    assert json.loads(launch_json(replace(python, debug_port=1)))["connect"] == {"host": "127.0.0.1", "port": 1}
    assert json.loads(launch_json(replace(node, debug_port=1)))["type"] == "node"
