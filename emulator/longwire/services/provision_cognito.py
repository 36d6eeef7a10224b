"""Cognito's user pools with clients, groups and users, as calls to their API.

A pool and a client have the ids that the template's Ref gives, which handlers and authorizers have been told; moto
would draw its own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from longwire.core.api import Resource
from longwire.services.moto_dispatch import Moto

__all__ = ["user_pool", "user_pool_client", "user_pool_group", "user_pool_user"]

TARGET = "AWSCognitoIdentityProviderService."
# CloudFormation's names of what the API has no parameter for at creation, or another name.
NOT_SENT = ("EnabledMfas", "UserPoolName", "WebAuthnFactorConfiguration", "WebAuthnRelyingPartyID")
NUMBERS = ("MinimumLength", "TemporaryPasswordValidityDays", "PasswordHistorySize", "Precedence", "Priority")


def user_pool(moto: Moto, resource: Resource) -> None:
    properties = typed({name: value for name, value in resource.properties.items() if name not in NOT_SENT})
    with given_id(resource.physical_id.partition("_")[2]):
        call(moto, "CreateUserPool", {"PoolName": resource.properties["UserPoolName"], **properties})


def user_pool_client(moto: Moto, resource: Resource) -> None:
    with given_id(resource.physical_id):
        call(moto, "CreateUserPoolClient", typed(resource.properties))


def user_pool_group(moto: Moto, resource: Resource) -> None:
    call(moto, "CreateGroup", typed(resource.properties))


def user_pool_user(moto: Moto, resource: Resource) -> None:
    call(moto, "AdminCreateUser", typed(resource.properties))


def call(moto: Moto, operation: str, body: Mapping[str, Any]) -> None:
    moto.json("cognito-idp", f"{TARGET}{operation}", body)


@contextmanager
def given_id(wanted: str) -> Iterator[None]:
    """What moto draws next as the id of a pool or a client."""
    from moto.cognitoidp import models

    draw = models.generate_id
    models.generate_id = lambda *_: wanted
    try:
        yield
    finally:
        models.generate_id = draw


def typed(value: Any, name: str = "") -> Any:
    """CloudFormation takes ``"8"`` for 8 and ``"true"`` for true; the API does not."""
    if isinstance(value, Mapping):
        return {key: typed(member, key) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [typed(member) for member in value]
    if value in ("true", "false") and name != "Value":
        return value == "true"
    if isinstance(value, str) and value.isdigit() and (name in NUMBERS or name.endswith("Validity")):
        return int(value)
    return value
