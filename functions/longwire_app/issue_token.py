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
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from longwire_app.session import JOIN, SEND, Identity
from longwire_app.tokens import Rules, issue

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

__all__ = ["main", "token_from"]

EMULATOR = "http://127.0.0.1:8765"
"""Where `longwire dev` listens unless told otherwise."""

LOOPBACK = {"127.0.0.1", "localhost", "::1"}

SECRET_NAME = "TokenSecret"  # noqa: S105 (template.yaml's name for it)
"""How the name of the stack's secret ends in an emulator."""

EXAMPLE = """examples:
  python -m longwire_app.issue_token --user alice                   for `longwire dev`, while it runs
  python -m longwire_app.issue_token --user alice --secret-id ARN   for a deployed stack
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 1 with one line on stderr when there is no secret to be read."""
    options = _parser(os.environ).parse_args(arguments)
    if not options.secret_id:
        options.endpoint_url = options.endpoint_url or EMULATOR
        if not _is_local(options.endpoint_url):
            return _failed("give --secret-id, or set TOKEN_SECRET_ARN: the stack's output TokenSecretArn")
    try:
        return _print_token(_client(options), options)
    except EndpointConnectionError:
        return _failed(f"nothing answers at {options.endpoint_url}: start the emulator, or give its --endpoint-url")
    except (ClientError, BotoCoreError) as exc:
        return _failed(f"the secret {options.secret_id or ''} cannot be read: {exc}")


def _print_token(client: "SecretsManagerClient", options: argparse.Namespace) -> int:
    options.secret_id = options.secret_id or _emulated_secret(client)
    if options.secret_id is None:
        return _failed(f"{options.endpoint_url} has not exactly one secret named {SECRET_NAME}: give --secret-id")
    sys.stdout.write(token_from(client, options, now=int(time.time())) + "\n")
    return 0


def _emulated_secret(client: "SecretsManagerClient") -> str | None:
    """The one that template.yaml makes, None when there is none or more than one."""
    names = [secret["Name"] for secret in client.list_secrets()["SecretList"]]
    found = [name for name in names if name.endswith(SECRET_NAME)]
    return found[0] if len(found) == 1 else None


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
        "--secret-id",
        default=env.get("TOKEN_SECRET_ARN"),
        help="ARN or name; default: TOKEN_SECRET_ARN, or else the one secret of the emulator",
    )
    parser.add_argument("--endpoint-url", help=f"of Secrets Manager; without a secret: {EMULATOR}")
    parser.add_argument(
        "--region", default=env.get("AWS_REGION") or "us-east-1", help="the emulator's; default: AWS_REGION, us-east-1"
    )
    return parser


def _client(options: argparse.Namespace) -> "SecretsManagerClient":
    extra: dict[str, Any] = {}
    arn = (options.secret_id or "").split(":")
    if len(arn) > 3:
        extra["region_name"] = arn[3]
    if _is_local(options.endpoint_url):
        # An emulator: it takes any credentials, and real ones should not be sent to it, nor anything to a proxy.
        extra |= {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        extra["config"] = Config(proxies={}, retries={"total_max_attempts": 1})
        extra.setdefault("region_name", options.region)
    return boto3.client("secretsmanager", endpoint_url=options.endpoint_url, **extra)


def _is_local(endpoint_url: str | None) -> bool:
    return urlsplit(endpoint_url or "").hostname in LOOPBACK


def _failed(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
