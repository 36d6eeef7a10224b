import http.server
import json
import os
import select
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from longwire.core.api import Function
from longwire.runtime.lambda_environment import Endpoints, variables
from longwire.runtime.launch import Launch, spawn

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:chat"
STREAMS = {b"O": "stdout", b"E": "stderr", b"N": "platform"}


@dataclass
class Child:
    """A process that runs the bootstrap, and our end of its channel, read frame by frame."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    native: int
    lines: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    def send(self, event: Any) -> str:
        self.count += 1
        request_id = f"00000000-0000-4000-8000-{self.count:012d}"
        meta = json.dumps([request_id, int(time.time() * 1000) + 5000, f"Root=1-5-{self.count};Sampled=0"])
        text = event if isinstance(event, bytes) else json.dumps(event).encode()
        body = meta.encode() + b"\n" + text
        self.channel.sendall(len(body).to_bytes(4, "big") + b"I" + body)
        return request_id

    def receive(self) -> tuple[bytes, bytes]:
        """The next frame that is no line of output."""
        while True:
            head = self.exactly(5)
            body = self.exactly(int.from_bytes(head[:4], "big"))
            if head[4:] not in STREAMS:
                return head[4:], body
            self.lines.append((STREAMS[head[4:]], body.decode()))

    def exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            chunk = self.channel.recv(size - len(found))
            if not chunk:
                raise EOFError
            found += chunk
        return found

    def ready(self) -> "Child":
        kind, body = self.receive()
        assert kind == b"S", body
        return self

    def call(self, event: Any = None) -> Any:
        self.send(event)
        kind, body = self.receive()
        assert kind == b"A", body
        return json.loads(body.partition(b"\n")[2])

    def fail(self, event: Any = None) -> Any:
        self.send(event)
        kind, body = self.receive()
        assert kind == b"X", body
        return json.loads(body.partition(b"\n")[2])

    def of(self, stream: str) -> list[str]:
        return [line for kind, line in self.lines if kind == stream]

    def close(self) -> None:
        self.channel.close()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        os.close(self.native)


Start = Callable[..., Child]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """``start(source, endpoints=..., bytecode=..., **function)``: the source is ``app.py`` in the code folder."""
    children: list[Child] = []

    def run(source: str, *, endpoints: Endpoints | None = None, bytecode: str = "", **settings: Any) -> Child:
        code = tmp_path / "task"
        code.mkdir(exist_ok=True)
        (code / "app.py").write_text(textwrap.dedent(source))
        common = {"handler": "app.handler", "runtime": f"python3.{sys.version_info.minor}", "code": str(code)}
        function = Function("Chat", "chat", **{**common, **settings})
        environ = variables(
            function,
            region="eu-west-1",
            account_id="123456789012",
            stage="dev",
            endpoints=endpoints or Endpoints(9, 9),
        )
        environ["AWS_LAMBDA_LOG_STREAM_NAME"] = "2026/11/24/[$LATEST]0123"
        ours, theirs = socket.socketpair()
        native, printed = os.pipe()
        process = spawn(Launch(sys.executable, ARN, str(code), environ, bytecode), theirs.fileno(), printed)
        theirs.close()
        os.close(printed)
        ours.settimeout(20)
        children.append(Child(process, ours, native))
        return children[-1]

    yield run
    for child in children:
        child.close()


# --- what the handler sees


def test_the_context_is_lambdas(start: Start) -> None:
    child = start(
        """
        NAMES = ("aws_request_id", "function_name", "function_version", "invoked_function_arn", "memory_limit_in_mb",
                 "log_group_name", "log_stream_name", "client_context")
        def handler(event, context):
            identity = context.identity.cognito_identity_id
            return {name: getattr(context, name) for name in NAMES} | {"identity": identity}
        """,
        memory_mb=512,
    ).ready()
    assert child.call() == {
        "aws_request_id": "00000000-0000-4000-8000-000000000001",
        "function_name": "chat",
        "function_version": "$LATEST",
        "invoked_function_arn": ARN,
        "memory_limit_in_mb": "512",
        "log_group_name": "/aws/lambda/chat",
        "log_stream_name": "2026/11/24/[$LATEST]0123",
        "client_context": None,
        "identity": None,
    }


def test_the_time_that_is_left_runs_down_and_never_below_zero(start: Start) -> None:
    child = start(
        """
        import time
        def handler(event, context):
            before = context.get_remaining_time_in_millis()
            time.sleep(0.02)
            context._deadline_ms -= 100_000
            return before, context.get_remaining_time_in_millis()
        """
    ).ready()
    before, after = child.call()
    assert 4000 < before <= 5000
    assert after == 0


def test_the_environment_holds_nothing_of_the_shell_and_nothing_of_ours(start: Start) -> None:
    os.environ["LEAKED_FROM_THE_SHELL"] = "1"
    try:
        child = start("import os\ndef handler(event, context): return dict(os.environ)").ready()
    finally:
        del os.environ["LEAKED_FROM_THE_SHELL"]
    seen = child.call()
    assert not [name for name in seen if "LONGWIRE" in name or name.startswith(("PYTHON", "LC_", "LEAKED"))]
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "chat"


def test_each_invocation_has_its_trace_id(start: Start) -> None:
    child = start("import os\ndef handler(event, context): return os.environ['_X_AMZN_TRACE_ID']").ready()
    assert [child.call(), child.call()] == ["Root=1-5-1;Sampled=0", "Root=1-5-2;Sampled=0"]


def test_the_code_folder_is_the_first_on_the_path_and_the_working_directory(start: Start, tmp_path: Path) -> None:
    child = start("import os, sys\ndef handler(event, context): return sys.path, os.getcwd(), sys.argv").ready()
    path, folder, argv = child.call()
    assert path[0] == folder == str(tmp_path / "task")
    assert "" not in path
    assert argv == ["/var/runtime/bootstrap.py", "app.handler"]


def test_our_package_is_not_what_a_handler_gets_when_it_has_one_of_that_name(start: Start, tmp_path: Path) -> None:
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "longwire.py").write_text("WHOSE = 'theirs'")
    child = start("import longwire\ndef handler(event, context): return longwire.WHOSE").ready()
    assert child.call() == "theirs"


def test_a_module_of_the_handler_may_have_a_name_of_the_standard_librarys(start: Start, tmp_path: Path) -> None:
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "secrets.py").write_text("TOKEN = 1")
    child = start("import secrets\ndef handler(event, context): return secrets.TOKEN").ready()
    assert child.call() == 1


@pytest.mark.parametrize("spec", ["pkg.deep.mod.handle", "pkg/deep/mod.handle"])
def test_a_handler_may_stand_in_a_package(start: Start, tmp_path: Path, spec: str) -> None:
    folder = tmp_path / "task" / "pkg" / "deep"
    folder.mkdir(parents=True)
    (folder / "mod.py").write_text("def handle(event, context): return __name__")
    assert start("", handler=spec).ready().call() == "pkg.deep.mod"


def test_an_event_that_is_no_json_is_an_unmarshal_error(start: Start) -> None:
    child = start("def handler(event, context): return 1").ready()
    assert child.fail(b"{nope")["errorType"] == "Runtime.UnmarshalError"


@pytest.mark.parametrize(("runtime", "payload"), [("python3.11", rb'"\u00fc"'), ("python3.12", '"ü"'.encode())])
def test_answers_are_escaped_up_to_python_3_11(start: Start, runtime: str, payload: bytes) -> None:
    child = start("def handler(event, context): return 'ü'", runtime=runtime).ready()
    child.send(None)
    assert child.receive()[1].partition(b"\n")[2] == payload


def test_bytes_are_answered_as_they_are(start: Start) -> None:
    assert start("def handler(event, context): return b'[1, 2]'").ready().call() == [1, 2]


def test_the_result_says_how_long_it_took_and_how_much_memory_there_was(start: Start) -> None:
    child = start("import time\ndef handler(event, context): time.sleep(0.05)").ready()
    child.send(None)
    duration, memory = child.receive()[1].partition(b"\n")[0].split()
    assert 50 <= float(duration) < 1000
    assert 5 <= int(memory) < 50


# --- output


def test_lines_arrive_in_order_and_before_the_result(start: Start) -> None:
    child = start(
        """
        import sys
        def handler(event, context):
            print("one")
            print("two", file=sys.stderr)
            print("three\\nfour")
            sys.stdout.buffer.write(b"five\\n")
            print("no end", end="")
        """
    ).ready()
    child.call()
    assert child.lines == [
        ("stdout", "one"),
        ("stderr", "two"),
        ("stdout", "three"),
        ("stdout", "four"),
        ("stdout", "five"),
        ("stdout", "no end"),
    ]


def test_a_line_is_seen_while_the_handler_still_runs(start: Start) -> None:
    child = start("import sys\ndef handler(event, context):\n    print('now')\n    while True: pass").ready()
    child.send(None)
    assert child.exactly(5 + 3)[5:] == b"now"


def test_a_flood_is_cut_and_counted(start: Start) -> None:
    child = start(
        """
        def handler(event, context):
            for _ in range(event):
                print("x" * 99)
        """
    ).ready()
    child.call(20_000)
    assert sum(len(line) + 1 for line in child.of("stdout")) == 1_000_000
    assert child.of("platform") == ["990,000 bytes more were printed; 1,000,000 are kept of one invocation"]
    child.lines.clear()
    child.call(1)
    assert child.lines == [("stdout", "x" * 99)]


def test_what_subprocesses_print_comes_through_the_pipe(start: Start) -> None:
    child = start(
        """
        import subprocess, sys
        def handler(event, context):
            subprocess.run(["echo", "from a subprocess"], check=True)
            subprocess.run(["echo", "through sys.stdout"], check=True, stdout=sys.stdout)
        """
    ).ready()
    child.call()
    assert os.read(child.native, 1000) == b"from a subprocess\nthrough sys.stdout\n"


def test_a_forked_process_leaves_the_channel_alone(start: Start) -> None:
    child = start(
        """
        import os
        def handler(event, context):
            pid = os.fork()
            if pid == 0:
                print("from the fork")
                os._exit(0)
            os.waitpid(pid, 0)
            return "parent"
        """
    ).ready()
    assert child.call() == "parent"
    assert child.lines == []
    assert os.read(child.native, 1000) == b"from the fork\n"


def test_multiprocessing_works_as_it_does_on_lambda(start: Start) -> None:
    child = start(
        """
        from multiprocessing import Pipe, Process
        def square(end, n):
            end.send(n * n)
        def handler(event, context):
            ours, theirs = Pipe()
            process = Process(target=square, args=(theirs, event))
            process.start()
            answer = ours.recv()
            process.join()
            return answer
        """
    ).ready()
    assert child.call(7) == 49


def test_subprocesses_do_not_hold_the_channel(start: Start) -> None:
    child = start("import os, subprocess\nsubprocess.Popen(['sleep', '300'])\ndef handler(e, c): os._exit(1)").ready()
    child.send(None)
    with pytest.raises(EOFError):
        child.receive()


# --- logging


def test_the_root_logger_writes_as_lambdas_does(start: Start) -> None:
    child = start(
        """
        import logging
        def handler(event, context):
            logging.getLogger("chat").warning("careful: %s", event)
            logging.info("not at this level")
        """
    ).ready()
    child.call("x")
    (line,) = child.of("stdout")
    level, when, request_id, message = line.split("\t")
    assert (level, request_id, message) == ("[WARNING]", "00000000-0000-4000-8000-000000000001", "careful: x")
    assert len(when) == len("2026-11-24T08:13:00.123Z")


def test_basic_config_changes_nothing_as_on_lambda(start: Start) -> None:
    child = start(
        """
        import logging
        logging.basicConfig(level=logging.DEBUG, format="mine %(message)s")
        logging.getLogger().setLevel(logging.INFO)
        def handler(event, context):
            logging.info("hello")
        """
    ).ready()
    child.call()
    assert child.of("stdout")[0].startswith("[INFO]\t")


def test_a_log_record_with_a_traceback_is_one_entry(start: Start) -> None:
    child = start(
        """
        import logging
        def handler(event, context):
            try:
                1 / 0
            except ZeroDivisionError:
                logging.exception("failed")
        """
    ).ready()
    child.call()
    (entry,) = child.of("stdout")
    assert entry.startswith("[ERROR]\t")
    assert entry.endswith("ZeroDivisionError: division by zero")


def test_the_json_format_writes_objects_at_info(start: Start) -> None:
    child = start(
        """
        import logging
        def handler(event, context):
            logging.getLogger("chat").info("hello", extra={"room": "r1"})
            logging.debug("not at this level")
        """,
        log_format="JSON",
    ).ready()
    child.call()
    (entry,) = [json.loads(line) for line in child.of("stdout")]
    assert entry.pop("timestamp").endswith("Z")
    assert entry == {
        "level": "INFO",
        "message": "hello",
        "logger": "chat",
        "requestId": "00000000-0000-4000-8000-000000000001",
        "room": "r1",
    }


# --- AWS


class Recorder(http.server.ThreadingHTTPServer):
    """Answers every request, and remembers it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.seen: list[tuple[str, str, str, bytes]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = b"{}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Recorder

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.headers["Host"], self.path, body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_GET = do_DELETE = do_PUT = do_POST  # noqa: N815 - http.server's naming

    def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 - http.server's naming


@dataclass
class Ports:
    gateway: Recorder
    services: Recorder

    @property
    def endpoints(self) -> Endpoints:
        return Endpoints(self.gateway.port, self.services.port)


@pytest.fixture
def ports() -> Iterator[Ports]:
    both = Ports(Recorder(), Recorder())
    yield both
    both.gateway.stop()
    both.services.stop()


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


# --- the machine


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


def test_bytecode_of_the_code_folder_is_kept_elsewhere(start: Start, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    start("def handler(event, context): return 1", bytecode=str(cache)).ready()
    assert list(cache.rglob("app.*.pyc"))
    assert [entry.name for entry in (tmp_path / "task").iterdir()] == ["app.py"]


def test_without_a_place_for_it_no_bytecode_is_written(start: Start, tmp_path: Path) -> None:
    start("def handler(event, context): return 1").ready()
    assert [entry.name for entry in (tmp_path / "task").iterdir()] == ["app.py"]


def test_a_file_that_is_saved_twice_within_a_second_is_compiled_twice(start: Start, tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    assert start("def handler(event, context): return 1", bytecode=cache).ready().call() == 1
    assert start("def handler(event, context): return 2", bytecode=cache).ready().call() == 2


def test_an_environment_ends_with_its_channel_and_takes_its_subprocesses_along(start: Start) -> None:
    child = start(
        "import subprocess\ndef handler(event, context): return subprocess.Popen(['sleep', '300']).pid"
    ).ready()
    pid = child.call()
    watched = os.pidfd_open(pid)
    child.channel.close()
    assert child.process.wait(10) == -signal.SIGKILL
    assert select.select([watched], [], [], 10)[0]
    os.close(watched)


def test_an_init_error_is_told_and_the_process_waits_to_be_killed(start: Start) -> None:
    child = start("import nowhere")
    kind, body = child.receive()
    assert kind == b"F"
    assert json.loads(body)["errorType"] == "Runtime.ImportModuleError"
    assert child.process.poll() is None


@pytest.mark.parametrize(
    ("spec", "error_type"),
    [("handler", "Runtime.MalformedHandlerName"), ("sys.exit", "Runtime.BuiltInModuleConflict")],
)
def test_handlers_that_cannot_be_are_named(start: Start, spec: str, error_type: str) -> None:
    assert json.loads(start("", handler=spec).receive()[1])["errorType"] == error_type
