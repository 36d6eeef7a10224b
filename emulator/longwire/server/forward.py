"""AWS calls that reach our port, handed on to the services' port as they are."""

import asyncio

from longwire.server.http1 import Exchange, HttpRequest, HttpResponse

__all__ = ["forward", "is_aws_call"]

TIMEOUT = 60.0  # seconds for the whole exchange; botocore's own read timeout
HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "expect"})


def is_aws_call(request: HttpRequest) -> bool:
    """Signed by an AWS SDK (in a header, or in the query when presigned), or addressed to an AWS host.

    A Stage's host, ``{id}.execute-api...``, is no service's, signed or not.
    """
    host = (request.header("Host") or "").partition(":")[0].lower()
    if ".execute-api." in host:
        return False
    if "X-Amz-Signature=" in request.target:
        return True
    signed = (request.header("Authorization") or "").startswith(("AWS4-HMAC-SHA256", "AWS4-ECDSA"))
    return signed or request.header("X-Amz-Target") is not None or host.endswith(".amazonaws.com")


async def forward(request: HttpRequest, exchange: Exchange, host: str, port: int) -> None:
    """Answer with whatever the services answer; 503 when they do not."""
    try:
        async with asyncio.timeout(TIMEOUT):
            head, _, body = (await exchanged(request, host, port)).partition(b"\r\n\r\n")
            exchange.respond(parsed(head, body, keep_length=request.method == "HEAD"))
    except (OSError, TimeoutError, ValueError) as exc:
        text = f"the local AWS services do not answer: {str(exc) or type(exc).__name__}".encode()
        exchange.respond(HttpResponse(503, (("content-type", "text/plain"),), text))


async def exchanged(request: HttpRequest, host: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        kept = [f"{name}: {value}" for name, value in request.headers if name.lower() not in HOP]
        lines = [f"{request.method} {request.target} HTTP/1.1", *kept, f"Content-Length: {len(request.body)}"]
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")
        writer.write(head + request.body)
        return await reader.read()
    finally:
        writer.close()


def parsed(head: bytes, body: bytes, *, keep_length: bool) -> HttpResponse:
    """An answer to HEAD has the length of the body that it leaves out (RFC 9110, 9.3.2)."""
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.partition(":") for line in lines]
    dropped = HOP - {"content-length"} if keep_length else HOP
    headers = [(name, value.strip()) for name, _, value in pairs if name.lower() not in dropped]
    return HttpResponse(int(first.split(" ")[1]), tuple(headers), body)
