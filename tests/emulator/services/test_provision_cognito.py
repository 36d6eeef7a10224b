"""User pools under the ids that the template's Ref gives, and people who sign in to them."""

import base64
import json
from typing import Any

import pytest

from longwire.core.api import Resource
from longwire.server.http_message import HttpRequest
from moto_in_virtual_time import World

POOL, CLIENT = "eu-west-1_abcdefghi", "abcdefghijklmnopqrstuvwxyz"
STACK = (
    Resource(
        "Client",
        "AWS::Cognito::UserPoolClient",
        {
            "UserPoolId": POOL,
            "ClientName": "web",
            "GenerateSecret": "false",
            "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "IdTokenValidity": "1",
        },
        CLIENT,
    ),
    Resource("Admins", "AWS::Cognito::UserPoolGroup", {"UserPoolId": POOL, "GroupName": "admins"}, "admins"),
    Resource("Alice", "AWS::Cognito::UserPoolUser", {"UserPoolId": POOL, "Username": "alice"}, "alice"),
    Resource(
        "Pool",
        "AWS::Cognito::UserPool",
        {
            "UserPoolName": "people",
            "EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
            "Policies": {"PasswordPolicy": {"MinimumLength": "12", "RequireSymbols": "false"}},
            "Schema": [{"Name": "team", "AttributeDataType": "String", "Mutable": "true"}],
        },
        POOL,
    ),
)


@pytest.fixture
def people(world: World) -> World:
    world.create(*STACK)
    return world


def idp(world: World, operation: str, **body: Any) -> Any:
    return world.moto.json("cognito-idp", f"AWSCognitoIdentityProviderService.{operation}", body)


def test_a_pool_and_its_client_have_the_ids_that_the_template_says(people: World) -> None:
    pool = idp(people, "DescribeUserPool", UserPoolId=POOL)["UserPool"]
    assert (pool["Id"], pool["Name"]) == (POOL, "people")
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    client = idp(people, "DescribeUserPoolClient", UserPoolId=POOL, ClientId=CLIENT)["UserPoolClient"]
    assert (client["ClientName"], client["IdTokenValidity"]) == ("web", 1)
    assert "ClientSecret" not in client


def test_who_signs_in_gets_a_token_whose_key_is_published(people: World) -> None:
    named = {"UserPoolId": POOL, "Username": "alice"}
    idp(people, "AdminSetUserPassword", **named, Password="a Long-er 1 word", Permanent=True)
    idp(people, "AdminAddUserToGroup", **named, GroupName="admins")
    tokens = idp(
        people,
        "AdminInitiateAuth",
        UserPoolId=POOL,
        ClientId=CLIENT,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": "a Long-er 1 word"},
    )["AuthenticationResult"]
    head, claims = (part(tokens["IdToken"], n) for n in (0, 1))
    assert claims["iss"] == f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}"
    assert (claims["aud"], claims["cognito:groups"]) == (CLIENT, ["admins"])
    where = (("Host", "cognito-idp.eu-west-1.amazonaws.com"),)
    published = people.moto.respond(HttpRequest("GET", f"/{POOL}/.well-known/jwks.json", where))
    assert head["kid"] in [key["kid"] for key in json.loads(published.body)["keys"]]


def part(token: str, number: int) -> Any:
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_another_pool_gets_an_id_of_its_own(people: World) -> None:
    found = idp(people, "CreateUserPool", PoolName="others")["UserPool"]["Id"]
    assert found.startswith("eu-west-1_")
    assert found != POOL
