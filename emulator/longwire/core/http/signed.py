"""AWS_IAM: who signed a request to an HTTP entry point, and whether the owner's policy lets it through."""

from collections.abc import Mapping

from longwire.core.http.api import HttpApi
from longwire.core.http.request import Incoming
from longwire.core.http.response import Answer, message
from longwire.core.iam import AccessKey
from longwire.core.policy import judge
from longwire.core.sigv4 import NotSigned, Request, Scope, signer

__all__ = ["signed_by"]

INVOKE_URL = "lambda:InvokeFunctionUrl"
INVOKE_API = "execute-api:Invoke"


def signed_by(
    api: HttpApi, incoming: Incoming, keys: Mapping[str, AccessKey], arn: str, now: float
) -> AccessKey | Answer:
    """The key, or the refusal. ``arn`` is what the policy has to allow; for a function URL it is the function's."""
    scope = Scope(api.region, "lambda" if api.kind == "url" else "execute-api")
    request = Request(incoming.method, incoming.signed_target or incoming.target, incoming.headers, incoming.body)
    try:
        key = signer(request, keys, scope, now, incoming.clock_ahead)
    except NotSigned as exc:
        return refusal(api, exc.why)
    action = INVOKE_URL if api.kind == "url" else INVOKE_API
    if key.policy is not None and judge(key.policy, arn, action) != "allow":
        return refusal(api, f"the policy of {key.arn} does not allow {action} on {arn}")
    return key


def refusal(api: HttpApi, why: str) -> Answer:
    """Observed of HTTP APIs: one word for everything; function URLs write Message with a capital."""
    return message(403, "Forbidden", why, key="Message" if api.kind == "url" else "message")
