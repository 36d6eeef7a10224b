"""The inside of an execution environment: imports the handler once, then calls it for one invocation after the other.

Started by the runtime as ``python -c COMMAND channel-fd calls-fd parent-pid function-arn bytecode-folder``. It plays
the part of Lambda's Python runtime (awslambdaric): the same context, the same names for what can go wrong, the same
order of things. Standard library only, and little of it: see channel.
"""

import json
import os
import signal
import sys
import time
from _thread import get_ident
from collections.abc import Callable
from functools import partial
from typing import Any

from longwire.bootstrap.channel import (
    ANSWER,
    ERROR,
    INIT_ERROR,
    READY,
    STDERR,
    STDOUT,
    WAITS,
    Channel,
    Lines,
    Output,
    end,
    text_stream,
)
from longwire.bootstrap.context import LambdaContext
from longwire.bootstrap.handler import Fault, Handler, describe, find_handler
from longwire.bootstrap.imports import AfterImport, Bundled, code_folder, hide, later
from longwire.bootstrap.network import keep_inside, owner_of
from longwire.bootstrap.signals import spare

__all__ = ["COMMAND", "linux_peak_mb", "main"]

# The folder that holds our package is on the path for this one import; ``-P`` has kept the working directory off it.
COMMAND = "import sys; sys.path.append({!r}); from longwire.bootstrap.main import main; sys.path.pop(); main()"

MAX_PAYLOAD = 6_291_556  # bytes; documented quota of 6 MB, and the number in Lambda's own message
PR_SET_PDEATHSIG = 1
MEMORY_READ_EVERY = 0.25  # seconds; reading it takes as long as a whole short invocation
UNESCAPED = ("AWS_Lambda_python3.9", "AWS_Lambda_python3.10", "AWS_Lambda_python3.11")
COERCED = ("C.UTF-8", "C.utf8", "UTF-8")


class Environment:
    """The state that outlives an invocation."""

    def __init__(self, channel: Channel, output: Output) -> None:
        self.channel = channel
        self.output = output
        self.request_id = ""
        self.memory_mb = 0
        self.memory_read = -MEMORY_READ_EVERY
        ascii_only = os.environ.get("AWS_EXECUTION_ENV", "") in UNESCAPED
        self.waits: Any = None  # clock.Waits, where there is a clock to follow
        self.encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=ascii_only, default=number).encode

    def init(self, spec: str) -> Handler:
        """Import the handler; a failure is told to the runtime, which then ends this process."""
        try:
            handler = find_handler(spec)
        except Exception as error:  # noqa: BLE001 - whatever a module raises at import is the init's error
            self.output.finish()
            self.channel.send(INIT_ERROR, json.dumps(describe(error)).encode())
            self.channel.receive()
            end()
        self.output.finish()
        self.channel.send(READY, b"")
        return handler

    def serve(self, handler: Handler) -> None:
        while True:
            meta, _, text = self.channel.receive().partition(b"\n")
            self.request_id, deadline_ms, trace_id, *asked = meta.decode().split(" ")
            os.environ["_X_AMZN_TRACE_ID"] = trace_id
            self.output.start()
            started, began = time.perf_counter(), time.monotonic()
            context = LambdaContext(self.request_id, int(deadline_ms))
            if asked:
                context.asked_for(*asked)
            if self.waits is not None:
                self.waits.following = True
            kind, body = self.invoke(handler, text, context)
            if self.waits is not None:
                self.waits.following = False
            ended = time.perf_counter()
            # Where the clock was moved meanwhile, that is time which the function took.
            took = max(ended - started, time.monotonic() - began)
            self.output.finish()
            head = f"{took * 1000:.3f} {self.memory(ended)}\n".encode()
            self.channel.send(kind, head + body)

    def invoke(self, handler: Handler, text: bytes, context: LambdaContext) -> tuple[bytes, bytes]:
        try:
            return ANSWER, self.encoded(handler(decoded(text), context))
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is its answer
            return ERROR, json.dumps(describe(error)).encode()

    def encoded(self, answer: object) -> bytes:
        if isinstance(answer, bytes):
            return answer
        try:
            body = self.encode(answer).encode()
        except Exception as error:
            raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
        if len(body) > MAX_PAYLOAD:
            text = f"Response payload size exceeded maximum allowed payload size ({MAX_PAYLOAD} bytes)."
            raise Fault("Function.ResponseSizeTooLarge", text)
        return body

    def memory(self, now: float) -> int:
        """The most memory that this process has had resident, in MB."""
        if now - self.memory_read >= MEMORY_READ_EVERY:
            self.memory_read = now
            self.memory_mb = peak_memory_mb()
        return self.memory_mb


def peak_memory_mb() -> int:
    try:
        return linux_peak_mb("self")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024)


def linux_peak_mb(process: int | str) -> int:
    """VmHWM; ``ru_maxrss`` starts with the size of the process that this one was forked from. Raises OSError."""
    with open(f"/proc/{process}/status", "rb") as status:  # noqa: PTH123 - pathlib takes 5 ms to import
        # A zombie's status has no such line.
        line = next((line for line in status if line.startswith(b"VmHWM")), b"VmHWM: 0 kB")
    return int(line.split()[1]) // 1024


def decoded(text: bytes) -> Any:
    try:
        return json.loads(text.decode())
    except ValueError as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error


def number(value: object) -> int | float:
    """DynamoDB's numbers, which Lambda's encoder takes; it refuses everything else that JSON has no word for."""
    decimal = sys.modules.get("decimal")
    if decimal is None or not isinstance(value, decimal.Decimal):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    text = str(value)
    return int(text) if text.lstrip("-").isdigit() else float(text)


def die_with(parent: int) -> None:
    """On Linux the kernel kills this process when the runtime's is gone, even when it is frozen or busy.

    Elsewhere the end of the channel does, or, for a frozen one, SIGHUP: POSIX has it sent, with SIGCONT, to a process
    group that is orphaned and has stopped members.
    """
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # Woken by its next invocation, it does not push aside the process that sends it: with one switch less for
        # every message both get more done.
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    if os.getppid() != parent:
        end()


def own_variables() -> tuple[str, str, tuple[str, ...]]:
    """Take what is ours, and what Python added by itself, out of the environment that the handler sees."""
    if os.environ.get("LC_CTYPE") in COERCED:
        del os.environ["LC_CTYPE"]
    os.environ.pop("PYTHONUSERBASE", None)
    domain_names = own_list("_LONGWIRE_DOMAINS", ",")
    return os.environ.pop("_LONGWIRE_GATEWAY", ""), os.environ.pop("_LONGWIRE_SERVICES", ""), domain_names


def own_list(name: str, separator: str) -> tuple[str, ...]:
    return tuple(filter(None, os.environ.pop(name, "").split(separator)))


def capture(output: Output) -> None:
    sys.stdout = text_stream(Lines(output, STDOUT, 1), "strict")
    sys.stderr = text_stream(Lines(output, STDERR, 2), "backslashreplace")


def forked(channel: Channel, output: Output) -> None:
    """In processes that the handler forks: they die with it, and leave the channel alone."""
    parent, thread = os.getpid(), get_ident()

    def in_child() -> None:
        output.forked()
        channel.forked()
        # The kernel means the thread that forked, and another one may end long before the process.
        if get_ident() == thread:
            die_with(parent)

    os.register_at_fork(after_in_child=in_child)


def prepare_imports(
    environment: Environment,
    own: tuple[str, str, tuple[str, ...]],
    check: Callable[[object], None],
    inside: set[str],
) -> None:
    aws, logs, sockets = (later(f"longwire.bootstrap.{name}") for name in ("aws", "logging", "sockets"))
    owner = partial(owner_of, gateway=own[0], services=own[1], domain_names=own[2])
    log_format, level = os.environ.get("AWS_LAMBDA_LOG_FORMAT", ""), os.environ.get("AWS_LAMBDA_LOG_LEVEL", "")

    def configure(_: object) -> None:
        write = environment.output.line
        logs().configure(lambda entry: write(STDOUT, entry), lambda: environment.request_id, log_format, level)

    actions = {
        "botocore.httpsession": lambda module: aws().redirect(module, owner, own[1], check),
        "logging": configure,
        "socket": lambda module: sockets().redirect_sockets(module, owner, inside),
        "ssl": lambda module: sockets().plain_ssl(module, owner),
    }
    sys.meta_path.insert(0, AfterImport(actions | clock_actions(environment)))


def clock_actions(environment: Environment) -> dict[str, Callable[[Any], None]]:
    """Follow the emulator's clock, if it has one for us."""
    fd = int(os.environ.pop("_LONGWIRE_CLOCK", "-1"))
    if fd < 0:
        return {}
    from longwire.bootstrap.clock import Waits, follow_datetime, follow_time
    from longwire.bootstrap.clock_page import mapped

    page, channel = mapped(fd), environment.channel
    os.close(fd)

    def told(until: float | None) -> None:
        if channel.fd >= 0:  # not in a process that the handler has forked
            channel.send(WAITS, b"" if until is None else repr(until).encode())

    follow_time(page)
    environment.waits = waits = Waits(page, told)
    return {"datetime": lambda module: follow_datetime(module, page), "selectors": waits.follow_selectors}


def main() -> None:
    """Never returns; the process ends by a signal, or when the handler ends it."""
    _, fd, calls, parent, arn, bytecode = sys.argv
    die_with(int(parent))
    channel = Channel(int(fd), int(calls))
    channel.keep()
    output = Output(channel)
    own, layers, debug_port = own_variables(), own_list("_LONGWIRE_LAYERS", ":"), os.environ.pop("_LONGWIRE_DEBUG", "")
    environment = Environment(channel, output)
    inside = {*own_list("_LONGWIRE_HOSTS", ","), *(address.rpartition(":")[0].strip("[]") for address in own[:2])}
    prepare_imports(environment, own, keep_inside(inside), inside)
    debugger = later("longwire.bootstrap.debugger") if debug_port else None
    hide("longwire")
    capture(output)
    forked(channel, output)
    spare(int(parent))
    LambdaContext.prepare(arn)
    spec = os.environ["_HANDLER"]
    sys.argv = ["/var/runtime/bootstrap.py", spec]
    # Each goes before what is there, so that the code is first, then the layers, then what is installed.
    if bundled := os.environ.pop("_LONGWIRE_BUNDLED", ""):
        sys.meta_path.append(Bundled(bundled))
    for folder in reversed([os.environ["LAMBDA_TASK_ROOT"], *layers]):
        code_folder(folder, bytecode or None)
    if debugger is not None:
        debugger().wait_for_debugger(int(debug_port))
    environment.serve(environment.init(spec))
