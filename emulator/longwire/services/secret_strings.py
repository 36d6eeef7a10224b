"""``GenerateSecretString`` of AWS::SecretsManager::Secret, drawn once so that a reset does not change it.

A handler that kept the secret in a warm environment would otherwise disagree with the store after every reset.
"""

import json
import string
from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from longwire.core.api import Resource
from longwire.errors import TemplateError

__all__ = ["TYPE", "with_secret_strings"]

TYPE = "AWS::SecretsManager::Secret"
DEFAULT_LENGTH = 32  # characters; documented
KINDS = (
    ("ExcludeLowercase", string.ascii_lowercase),
    ("ExcludeUppercase", string.ascii_uppercase),
    ("ExcludeNumbers", string.digits),
    ("ExcludePunctuation", string.punctuation),
)


def with_secret_strings(resources: Iterable[Resource], random: Random) -> list[Resource]:
    """The resources, each GenerateSecretString replaced by the SecretString that it makes; raises TemplateError."""
    return [drawn(resource, random) for resource in resources]


def drawn(resource: Resource, random: Random) -> Resource:
    asked = resource.properties.get("GenerateSecretString")
    if resource.type != TYPE or asked is None:
        return resource
    try:
        text = secret_string(asked, random)
    except ValueError as exc:
        raise TemplateError(
            str(exc),
            location=resource.location,
            resource=resource.logical_id,
            property_path="GenerateSecretString",
        ) from exc
    kept = {name: value for name, value in resource.properties.items() if name != "GenerateSecretString"}
    return replace(resource, properties={**kept, "SecretString": text})


def secret_string(asked: Mapping[str, Any], random: Random) -> str:
    """A password, or the template with the password under the key; raises ValueError."""
    text = password(asked, random)
    template, key = asked.get("SecretStringTemplate"), asked.get("GenerateStringKey")
    if template is None and key is None:
        return text
    if template is None or key is None:
        raise ValueError("SecretStringTemplate and GenerateStringKey need each other")
    found = json.loads(str(template))
    if isinstance(found, dict):
        return json.dumps({**found, str(key): text})
    raise ValueError("SecretStringTemplate is not the JSON text of an object")


def password(asked: Mapping[str, Any], random: Random) -> str:
    excluded = str(asked.get("ExcludeCharacters", ""))
    kinds = [letters for option, letters in KINDS if not is_true(asked.get(option))]
    kinds += [" "] if is_true(asked.get("IncludeSpace")) else []
    kinds = ["".join(letter for letter in letters if letter not in excluded) for letters in kinds]
    kinds = [letters for letters in kinds if letters]
    length = int(asked.get("PasswordLength", DEFAULT_LENGTH))
    if not kinds:
        raise ValueError("every character is excluded")
    required = kinds if is_true(asked.get("RequireEachIncludedType", True)) else []
    if length < max(1, len(required)):
        raise ValueError(f"PasswordLength {length} is too short for one of each of {len(required)} kinds of character")
    letters = [random.choice(letters) for letters in required]
    letters += random.choices("".join(kinds), k=length - len(letters))
    random.shuffle(letters)
    return "".join(letters)


def is_true(value: Any) -> bool:
    """CloudFormation takes ``true`` and ``"true"``."""
    return str(value).lower() == "true"
