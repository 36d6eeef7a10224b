"""GenerateSecretString."""

import json
import string
from pathlib import Path
from random import Random
from typing import Any

import pytest

from longwire.core.api import Resource
from longwire.errors import Location, TemplateError
from longwire.services.secret_strings import secret_string, with_secret_strings

PUNCTUATION = frozenset(string.punctuation)


def secret(**properties: Any) -> Resource:
    return Resource("Jwt", "AWS::SecretsManager::Secret", properties, "jwt", Location(Path("template.yaml"), 7))


def test_a_password_has_32_characters_with_one_of_each_kind() -> None:
    for seed in range(50):
        text = secret_string({}, Random(seed))
        assert len(text) == 32
        assert all(set(text) & set(kind) for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits))
        assert set(text) & PUNCTUATION


def test_what_is_excluded_does_not_occur() -> None:
    asked = {"ExcludePunctuation": True, "ExcludeNumbers": "true", "ExcludeUppercase": True, "ExcludeCharacters": "abc"}
    text = secret_string({**asked, "PasswordLength": "400"}, Random(1))
    assert len(text) == 400
    assert set(text) == set(string.ascii_lowercase) - set("abc")


def test_a_space_occurs_when_it_is_asked_for() -> None:
    assert " " in secret_string({"IncludeSpace": True, "PasswordLength": 5}, Random(1))


def test_a_template_gets_the_password_under_its_key() -> None:
    asked = {"SecretStringTemplate": '{"user": "me"}', "GenerateStringKey": "password", "PasswordLength": 8}
    found = json.loads(secret_string(asked, Random(1)))
    assert found["user"] == "me"
    assert len(found["password"]) == 8


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"PasswordLength": 3}, "too short"),
        ({"SecretStringTemplate": "{}"}, "need each other"),
        ({"SecretStringTemplate": "[]", "GenerateStringKey": "a"}, "not the JSON text of an object"),
        ({"SecretStringTemplate": "{", "GenerateStringKey": "a"}, "Expecting property name"),
        ({f"Exclude{kind}": True for kind in ("Lowercase", "Uppercase", "Numbers", "Punctuation")}, "excluded"),
    ],
)
def test_what_cannot_be_drawn_is_the_templates_error(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(TemplateError, match=rf"^template.yaml:7:1: Jwt.GenerateSecretString: .*{says}"):
        with_secret_strings([secret(GenerateSecretString=asked)], Random(1))


def test_other_resources_and_given_secrets_are_left_as_they_are() -> None:
    given = [secret(SecretString="mine"), Resource("T", "AWS::DynamoDB::Table", {"GenerateSecretString": {}}, "t")]
    assert with_secret_strings(given, Random(1)) == given


def test_the_same_randomness_gives_the_same_secret() -> None:
    asked = [secret(Name="jwt", GenerateSecretString={})]
    one, two = (with_secret_strings(asked, Random(3))[0].properties for _ in range(2))
    assert one == two
    assert one.keys() == {"Name", "SecretString"}
