"""Who may call ``@connections``, for ``--verify-sigv4``."""

import json
from collections.abc import Mapping

from longwire.core.api import Api
from longwire.core.iam import MANAGE, AccessKey, denial, route_arn
from longwire.core.sigv4 import NotSigned, Request, Scope, signer
from longwire.server.http_message import HttpRequest, HttpResponse

__all__ = ["unsigned"]


def unsigned(
    request: HttpRequest, api: Api, keys: Mapping[str, AccessKey], now: float, ahead: float = 0.0
) -> HttpResponse | None:
    """The 403 for a request that nobody known has signed, or whose signer's policy does not allow it; else None.

    ``ahead``: see ``sigv4.signer``.
    """
    try:
        signed = Request(request.method, request.target, request.headers, request.body)
        key = signer(signed, keys, Scope(api.region), now, ahead)
    except NotSigned as exc:
        return refusal(exc.kind, exc.message)
    # Documented: execute-api:ManageConnections on .../{stage}/POST/@connections/{id}.
    below = f"{request.method}/@connections/"
    arn = route_arn(api, below + request.path.rstrip("/").rpartition("/")[2])
    denied = denial(key, MANAGE, arn, shown=route_arn(api, below + "{connectionId}"))
    return None if denied is None else refusal("AccessDeniedException", denied)


def refusal(kind: str, message: str) -> HttpResponse:
    """botocore finds the error's code in the ``x-amzn-errortype`` header (seen in its parser), not in the body."""
    headers = (("content-type", "application/json"), ("x-amzn-errortype", kind))
    return HttpResponse(403, headers, json.dumps({"message": message}, separators=(",", ":")).encode())
