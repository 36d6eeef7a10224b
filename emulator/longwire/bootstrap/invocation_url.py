"""Carries invocations from the Lambda Runtime API to a container that runs the function.

Started by the runtime as ``python -I invocation_url.py URL``. A container made for Lambda takes an invocation as
``POST /2015-03-31/functions/function/invocations`` and answers with what the handler returned, or with an object that
has ``errorType`` and ``errorMessage`` (Lambda's Runtime Interface Emulator). Standard library only, nothing of ours.
"""

import http.client
import json
import os
import sys
from urllib.parse import urlsplit

__all__ = ["PATH", "main", "result_of"]

VERSION = "/2018-06-01/runtime"
PATH = "/2015-03-31/functions/function/invocations"


def result_of(status: int, body: bytes) -> tuple[str, bytes]:
    """``response`` or ``error``, and what to post there."""
    try:
        said = json.loads(body or b"null")
    except ValueError:
        said = body.decode("utf-8", "replace")
    if status != 200:
        return "error", error("Runtime.ContainerFailed", f"the container answered {status}: {said}")
    if isinstance(said, dict) and "errorType" in said and "errorMessage" in said:
        return "error", body
    return "response", body or b"null"


def error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


def invoked(url: str, payload: bytes) -> tuple[str, bytes]:
    parts = urlsplit(url)
    container = http.client.HTTPConnection(parts.hostname or "", parts.port or 80)
    path = parts.path if parts.path.strip("/") else PATH
    try:
        container.request("POST", path, payload, {"Content-Type": "application/json"})
        answer = container.getresponse()
        return result_of(answer.status, answer.read())
    except OSError as exc:
        return "error", error("Runtime.ContainerUnreachable", f"{url} cannot be reached: {exc}")
    finally:
        container.close()


def main(url: str) -> None:
    runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        runtime.request("GET", f"{VERSION}/invocation/next")
        answer = runtime.getresponse()
        request_id, payload = answer.headers["Lambda-Runtime-Aws-Request-Id"], answer.read()
        what, body = invoked(url, payload)
        if what == "error":
            sys.stderr.write(body.decode("utf-8", "replace") + "\n")
            sys.stderr.flush()
        runtime.request("POST", f"{VERSION}/invocation/{request_id}/{what}", body)
        runtime.getresponse().read()


if __name__ == "__main__":
    main(sys.argv[1])
