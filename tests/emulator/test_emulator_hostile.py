"""Handlers that do what no handler should: AWS's answer, the cause in the log, and nobody else notices."""

from collections.abc import Iterator

import pytest

from longwire.harness import Longwire, LongwireServer
from served_app import served_app

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
        $default: {FunctionArn: !GetAtt Hostile.Arn, RouteResponseSelectionExpression: $default}
        ask: {FunctionArn: !GetAtt Other.Arn, RouteResponseSelectionExpression: $default}
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Ws, RouteId: !Ref WsDefaultRoute, RouteResponseKey: $default}
  AnswerOfAsk:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Ws, RouteId: !Ref WsAskRoute, RouteResponseKey: $default}
  Hostile:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.hostile, Runtime: python3.13, Timeout: 2}
  Other:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.other, Runtime: python3.13, Timeout: 10}
"""
HANDLERS = """
import os, signal, sys, threading, time

started = time.time()

def other(event, context):
    return {"body": f"{started} {len(os.environ)}"}

def hostile(event, context):
    found = {"answer": "survived"}
    exec(event["body"], globals(), found)
    return {"body": found["answer"]}
"""
CHANNELS = "[fd for fd in range(3, 256) if os.path.exists(f'/proc/self/fd/{fd}')]"
FATAL = {
    "exits": ("os._exit(3)", "exit status 3"),
    "exits in a thread": ("threading.Thread(target=os._exit, args=[5]).start(); time.sleep(5)", "exit status 5"),
    "raises SystemExit": ("sys.exit('bye')", "exit status 1"),
    "raises KeyboardInterrupt": ("raise KeyboardInterrupt", "signal: interrupt"),
    "kills its group": ("os.killpg(0, 9)", "signal: killed"),
    "terminates its group": ("os.kill(0, signal.SIGTERM)", "signal: terminated"),
    "closes all descriptors": ("os.closerange(0, 1024)", "signal: killed"),
    "crashes": ("import ctypes; ctypes.string_at(0)", "signal: segmentation fault"),
}
HARMLESS = {
    "floods stdout": "[print('x' * 1000) for _ in range(20_000)]",
    "floods stdout without a line's end": "print('x' * 20_000_000, end='')",
    "floods descriptor 1": "[os.write(1, b'x' * 65_536) for _ in range(300)]",
    "closes what it prints to": "os.close(1); os.close(2); print('x')",
    "has no stdout": "sys.stdout.close(); sys.stdout = None",
    "empties its environment": "os.environ.clear(); os.chdir('/')",
    "forks, and both return": "os.fork() == 0 or time.sleep(0.3)",
    "forks many that stay": "[time.sleep(300) for _ in range(10) if os.fork() == 0]",
    "leaves threads": "[threading.Thread(target=time.sleep, args=[300]).start() for _ in range(50)]",
    "takes all descriptors": """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
try:
    while True: globals().setdefault('kept', []).append(os.open('/dev/null', 0))
except OSError: pass
""",
}
RAISING = {
    "recursion": ("f = lambda: f()\nglobals().update(f=f)\nf()", "RecursionError"),
    "returns 7 MB": ("answer = 'x' * 7_000_000", "Function.ResponseSizeTooLarge"),
    "kills its parent": ("os.kill(os.getppid(), 0)", "PermissionError"),
}
SLOW = {
    "hangs": "while True: pass",
    "stops itself": "os.kill(os.getpid(), signal.SIGSTOP)",
    "writes into its channel": f"""
for fd in {CHANNELS}:
    try: os.write(fd, b'\\xff' * 100)
    except OSError: pass
time.sleep(5)
""",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    with served_app(tmp_path_factory.mktemp("app"), TEMPLATE, HANDLERS) as made:
        yield made


@pytest.fixture
def app(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    yield made
    made.close()


def tell(app: Longwire, code: str) -> str:
    """What the client gets for it; and the other function, and the next call of this one, are as ever."""
    with app.connect() as client:
        client.send_json({"action": "ask"})
        other = client.receive(timeout=20)
        client.send(code)
        answer = client.receive(timeout=20)
        client.send_json({"action": "ask"})
        assert client.receive(timeout=20) == other
        client.send("pass")
        assert client.receive(timeout=20) == "survived"
        client.send("os._exit(0)")  # the next test gets an environment of its own
        client.receive(timeout=20)
    return answer if isinstance(answer, str) else answer["message"]


@pytest.mark.parametrize("what", FATAL)
def test_what_ends_the_process_is_an_internal_server_error(app: Longwire, what: str) -> None:
    code, status = FATAL[what]
    assert tell(app, code) == "Internal server error"
    finished = app.wait_for("invocation_finished", function="Hostile", error="crashed", error_type="Runtime.ExitError")
    assert finished["error_message"].endswith(f"Runtime exited with error: {status}")


@pytest.mark.parametrize("what", HARMLESS)
def test_what_lambda_lets_it_do_is_answered(app: Longwire, what: str) -> None:
    assert tell(app, HARMLESS[what]) == "survived"


@pytest.mark.parametrize("what", RAISING)
def test_what_raises_is_an_internal_server_error(app: Longwire, what: str) -> None:
    code, kind = RAISING[what]
    assert tell(app, code) == "Internal server error"
    app.wait_for("invocation_finished", function="Hostile", error="raised", error_type=kind)


@pytest.mark.parametrize("what", SLOW)
def test_what_does_not_end_is_ended_at_its_timeout(app: Longwire, what: str) -> None:
    assert tell(app, SLOW[what]) == "Internal server error"
    app.wait_for("invocation_finished", function="Hostile", error="timed_out", error_type="Sandbox.Timedout")


def test_much_memory_is_told_of(app: Longwire) -> None:
    assert tell(app, "x = b'x' * (300 << 20); time.sleep(0.3)") == "survived"
    (told,) = [entry["line"] for entry in app.timeline if entry["event"] == "log" and "MemorySize" in entry["line"]]
    assert told.endswith("MemorySize is 128: AWS would have killed it (Runtime.ExitError, signal: killed)")
