"""Lambda's Invoke API, as scripted, over a real socket."""

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

Answer = tuple[int, dict[str, str], Any]
SUCCESS: Answer = (200, {}, None)
FAILURE: Answer = (200, {"X-Amz-Function-Error": "Unhandled"}, {"errorMessage": "boom"})


@dataclass(frozen=True)
class Invocation:
    function: str
    event: dict[str, Any]
    type: str
    at: float

    @property
    def bodies(self) -> list[str]:
        return [record["body"] for record in self.event["Records"]]


@dataclass
class Lambda:
    """The Invoke API: records what it is asked, and answers as scripted for the function, or with success."""

    invocations: "queue.Queue[Invocation]" = field(default_factory=queue.Queue)
    scripts: dict[str, Callable[[Invocation], Answer]] = field(default_factory=dict)
    url: str = ""

    def next(self, function: str) -> Invocation:
        found = self.invocations.get(timeout=10)
        assert found.function == function
        return found

    def answer(self, invocation: Invocation) -> Answer:
        self.invocations.put(invocation)
        script = self.scripts.get(invocation.function)
        return SUCCESS if script is None else script(invocation)


@contextmanager
def scripted_lambda() -> Iterator[Lambda]:
    found = Lambda()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            *_, name, last = self.path.split("/")
            assert (self.path.startswith("/2015-03-31/functions/"), last) == (True, "invocations")
            # As SDKs send it: a name, or an ARN that is percent-encoded.
            function = unquote(name).rpartition(":")[2]
            invocation = Invocation(function, event, self.headers["X-Amz-Invocation-Type"], time.time())
            status, headers, body = found.answer(invocation)
            payload = json.dumps(body).encode()
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(payload))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()
