"""``python -m longwire_app.issue_token --user alice``: prints a token, for development and for tests by hand.

Your own backend issues the real ones, with any JWT library: HS256, the claims in README.md, and the text of the
stack's secret.
"""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from longwire_app.session import JOIN, SEND, Identity
from longwire_app.tokens import Rules, issue

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

__all__ = ["main", "token_from"]

EXAMPLE = """example, against `longwire dev`:
  python -m longwire_app.issue_token --user alice --role webpubsub.sendToGroup \\
      --secret-id SECRET --endpoint-url http://127.0.0.1:8765
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 1 with one line on stderr when the secret cannot be read."""
    options = _parser(os.environ).parse_args(arguments)
    if not options.secret_id:
        return _failed("give --secret-id, or set TOKEN_SECRET_ARN: the stack's output TokenSecretArn")
    try:
        token = token_from(_client(options), options, now=int(time.time()))
    except (ClientError, BotoCoreError) as exc:
        return _failed(f"the secret {options.secret_id} cannot be read: {exc}")
    sys.stdout.write(token + "\n")
    return 0


def token_from(client: "SecretsManagerClient", options: argparse.Namespace, *, now: int) -> str:
    """A token signed with the secret's current value, whose version id is the ``kid``."""
    secret = client.get_secret_value(SecretId=options.secret_id)
    roles = frozenset((JOIN, SEND) if options.role is None else options.role)
    identity = Identity(options.user, options.tenant, roles, tuple(options.group))
    return issue(
        identity,
        secret["SecretString"].encode(),
        now=now,
        lifetime=options.lifetime,
        rules=Rules(options.audience, options.issuer),
        kid=secret["VersionId"],
    )


def _parser(env: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m longwire_app.issue_token",
        description="Print a JSON Web Token that the backend's authorizer accepts.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--user", required=True, help="the user's id: claim sub")
    parser.add_argument("--tenant", default="", help="claim tenant")
    parser.add_argument("--role", action="append", help="repeatable; default: join and send to every group")
    parser.add_argument("--group", action="append", default=[], help="group to join on connect; repeatable")
    parser.add_argument("--lifetime", type=int, default=3600, metavar="SECONDS", help="default: 3600")
    parser.add_argument("--audience", default=env.get("TOKEN_AUDIENCE") or None, help="claim aud")
    parser.add_argument("--issuer", default=env.get("TOKEN_ISSUER") or None, help="claim iss")
    parser.add_argument(
        "--secret-id", default=env.get("TOKEN_SECRET_ARN"), help="ARN or name; default: TOKEN_SECRET_ARN"
    )
    parser.add_argument("--endpoint-url", help="of Secrets Manager; the address that `longwire dev` prints")
    return parser


def _client(options: argparse.Namespace) -> "SecretsManagerClient":
    extra: dict[str, Any] = {}
    arn = options.secret_id.split(":")
    if len(arn) > 3:
        extra["region_name"] = arn[3]
    host = urlsplit(options.endpoint_url or "").hostname
    if host in {"127.0.0.1", "localhost", "::1"}:
        # An emulator: it takes any credentials, and real ones should not be sent to it.
        extra |= {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        extra.setdefault("region_name", "us-east-1")
    return boto3.client("secretsmanager", endpoint_url=options.endpoint_url, **extra)


def _failed(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
