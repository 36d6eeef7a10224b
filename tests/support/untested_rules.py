"""The rules of AWS's behaviour that no conformance test shows, and what becomes of them here."""

from dataclasses import dataclass

__all__ = ["UNTESTED", "Untested"]

REFUSED = "refused by name when the template is loaded"
NOT_EMULATED = "not emulated"


@dataclass(frozen=True)
class Untested:
    """``here`` says what Longwire does instead."""

    number: str
    tag: str
    source: str
    behaviour: str
    here: str


UNTESTED = (
    Untested(
        "A2.6", "INFERRED", "GH:terraform-aws-modules/terraform-aws-apigateway-v2#8",
        "`$connect` without permission to invoke its function: 500",
        f"{NOT_EMULATED}: permissions of functions mean nothing here; a URI that names no function is refused",
    ),
    Untested("A2.18", "DOCUMENTED", "WAF_FILTERED", "A web ACL that blocks: 403", REFUSED),
    Untested(
        "B3.4", "OBSERVED", "public captures", "Behind CloudFront userAgent and sourceIp are CloudFront's",
        f"{NOT_EMULATED}: nothing stands in front",
    ),
    Untested(
        "C3.3", "OBSERVED", "GH:aws/aws-cdk#18208",
        "An integration that cannot be invoked (permission, wrong URI): `Internal server error`",
        f"{NOT_EMULATED}: see A2.6",
    ),
    Untested(
        "D.9", "DOCUMENTED", "DG:limits", "There is no quota of concurrent connections", "no limit but this machine's"
    ),
    Untested(
        "D.12", "DOCUMENTED", "DG-now:quotas", "300 routes and integrations, 10 authorizers and stages of an API",
        f"{NOT_EMULATED}: not counted",
    ),
    Untested(
        "E10", "UNKNOWN", "SLSO19", "A POST to a client whose TCP is dying: 200 until that is known",
        "200 until the socket fails or its buffer is full",
    ),
    Untested(
        "E13", "OBSERVED", "RUN", "moto's apigatewaymanagementapi invents connections",
        "not used: `@connections` is the gateway's own",
    ),
    Untested(
        "F7", "DOCUMENTED", "DG:apigateway-websocket-api-lambda-auth",
        "An authorizer that is changed does not affect open connections",
        "so it is when `longwire dev` takes over an edit of the template; a test of the gateway's",
    ),
    Untested(
        "G2", "DOCUMENTED", "PRICE", "1,000 users, 18 M messages, 21.6 M minutes: $23.40 a month",
        "a test of the cost calculator, not of the emulator",
    ),
    Untested(
        "H5", "OBSERVED", "public capture", "Execution logs and their prefixes", f"{NOT_EMULATED}; see the timeline"
    ),
)  # fmt: skip
