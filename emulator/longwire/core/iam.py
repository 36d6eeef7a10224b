"""Access keys that may sign requests, whose they are, and what their owner's policy allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from longwire.core.api import Api
from longwire.core.policy import judge

__all__ = ["INVOKE", "MANAGE", "AccessKey", "denial", "route_arn"]

INVOKE = "execute-api:Invoke"
MANAGE = "execute-api:ManageConnections"
EXPLICIT = "with an explicit deny in an identity-based policy"
IMPLICIT = "because no identity-based policy allows the {} action"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """``arn`` and ``user_id`` are the principal's: a user's, or an assumed role's with its session.

    ``session_token`` is the one that belongs to temporary credentials; None for a user's key, which has none.
    ``policy`` None: the principal may do everything.
    """

    key_id: str
    secret: str
    account_id: str
    arn: str
    user_id: str
    session_token: str | None = None
    policy: Mapping[str, Any] | None = None

    def identity(self) -> dict[str, str]:
        """What ``requestContext.identity`` has beside sourceIp and userAgent ($context.identity in the documentation).

        Cognito's fields and principalOrgId are null for such a principal, and null ones are left out (observed).
        """
        return {
            "userArn": self.arn,
            "accountId": self.account_id,
            "caller": self.user_id,
            "accessKey": self.key_id,
            "user": self.user_id,
        }


def route_arn(api: Api, route_key: str) -> str:
    """What a policy has to allow: ``arn:aws:execute-api:{region}:{account}:{api}/{stage}/{route key}``."""
    return f"arn:aws:execute-api:{api.region}:{api.account_id}:{api.api_id}/{api.stage.name}/{route_key}"


def denial(key: AccessKey, action: str, arn: str, shown: str | None = None) -> str | None:
    """AWS's words for what the owner's policy does not allow; None when it does. ``shown`` is the ARN in them.

    Observed for ManageConnections, documented for Invoke (knowledge center): the account is masked.
    """
    if key.policy is None:
        return None
    verdict = judge(key.policy, arn, action)
    if verdict == "allow":
        return None
    words = f"User: {key.arn} is not authorized to perform: {action} on resource: {masked(shown or arn)}"
    reason = EXPLICIT if verdict == "explicit_deny" else IMPLICIT.format(action)
    return f"{words} {reason}" if action == INVOKE else words


def masked(arn: str) -> str:
    """``arn:aws:execute-api:us-east-1:********9012:...``"""
    parts = arn.split(":")
    parts[4] = "*" * 8 + parts[4][8:]
    return ":".join(parts)
