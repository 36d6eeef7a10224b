"""Which access keys may sign requests: the dummies that handlers get, and those of a file.

The file is JSON, one user a key::

    {"AKIDALICE": {"secret": "alice's", "user": "alice", "policy": {"Statement": [...]}}}

``user`` is the name in the ARN, by default the key id. Without a ``policy`` the user may do everything. These are
keys for this machine alone: they open nothing at AWS, and real ones do not belong here.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from longwire.core.iam import INVOKE, MANAGE, AccessKey
from longwire.core.policy import PolicyError, judge
from longwire.errors import UsageError
from longwire.runtime.lambda_environment import DUMMY_KEY_ID, DUMMY_SECRET
from longwire.template.places import did_you_mean

__all__ = ["known_keys", "read_keys"]

FIELDS = ("policy", "secret", "user")
SESSION = "longwire"  # the role, and its session, that handlers are taken for


def known_keys(account_id: str, given: Iterable[AccessKey]) -> dict[str, AccessKey]:
    """By key id. Handlers are one assumed role, which may do everything: their own roles are not told apart."""
    handlers = AccessKey(
        key_id=DUMMY_KEY_ID,
        secret=DUMMY_SECRET,
        account_id=account_id,
        arn=f"arn:aws:sts::{account_id}:assumed-role/{SESSION}/{SESSION}",
        user_id=f"AROALONGWIRELOCAL0000:{SESSION}",
        session_token=DUMMY_SECRET,
    )
    return {key.key_id: key for key in (handlers, *given)}


def read_keys(path: Path, account_id: str) -> tuple[AccessKey, ...]:
    """Raises UsageError for a file that is not as above."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise UsageError(f"--access-keys {path}: {exc.strerror}") from exc
    except ValueError as exc:
        raise UsageError(f"{path} is not JSON: {exc}") from exc
    if not isinstance(document, dict):
        raise UsageError(f"{path}: write one mapping, of access key ids to users")
    return tuple(access_key(path, key_id, facts, account_id) for key_id, facts in document.items())


def access_key(path: Path, key_id: str, facts: Any, account_id: str) -> AccessKey:
    if not key_id.isalnum() or key_id == DUMMY_KEY_ID:
        raise UsageError(f"{path}: {key_id!r} cannot be an access key id: letters and digits, and not the handlers'")
    if not isinstance(facts, dict) or not isinstance(facts.get("secret"), str) or not facts["secret"]:
        raise UsageError(f"{path}: {key_id} needs a secret, as text")
    for name in facts:
        if name not in FIELDS:
            hint = did_you_mean(name, FIELDS) or f"It has {', '.join(FIELDS)}."
            raise UsageError(f"{path}: {key_id} has a {name}, which nothing reads. {hint}")
    user = facts.get("user", key_id)
    if not isinstance(user, str) or not user:
        raise UsageError(f"{path}: the user of {key_id} is not text")
    check_policy(path, key_id, facts.get("policy"))
    arn = f"arn:aws:iam::{account_id}:user/{user}"
    user_id = f"AIDA{key_id.upper():0>17.17}"
    return AccessKey(key_id, facts["secret"], account_id, arn, user_id, policy=facts.get("policy"))


def check_policy(path: Path, key_id: str, policy: Any) -> None:
    if policy is None:
        return
    try:
        for action in (INVOKE, MANAGE):
            judge(policy, "arn:aws:execute-api:us-east-1:123456789012:api/stage/route", action)
    except PolicyError as exc:
        raise UsageError(f"{path}: the policy of {key_id} is not usable: {exc}") from exc
