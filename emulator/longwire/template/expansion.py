"""A SAM template as plain CloudFormation, by aws-sam-translator: offline, and only when the cache has no answer."""

import importlib.util
import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from longwire import __version__
from longwire.errors import TemplateError
from longwire.template.cache import TemplateCache, content_key
from longwire.template.parameters import Value
from longwire.template.places import KeyPath, Places, did_you_mean
from longwire.template.source import Source
from longwire.template.structure import SAM_TRANSFORM, transforms

__all__ = ["expanded"]

LOCAL = ("CodeUri", "ContentUri", "DefinitionUri")
UNKNOWN_PROPERTY = re.compile(r"property (\w+) not defined for resource of type (AWS::Serverless::\w+)")
GLOBALS = re.compile(r"'(\w+)' is not (?:a supported property of '(\w+)'|supported)\. Must be one of .* - \[(.*)\]")
CAUSE = re.compile(r"(?:Resource|Event) with id \[(\w+)\] is invalid\. ")


def expanded(
    source: Source, places: Places, parameters: Mapping[str, Value], region: str, cache: TemplateCache
) -> dict[str, Any]:
    """The template without ``AWS::Serverless`` types; raises TemplateError."""
    template: dict[str, Any] = source.data
    if SAM_TRANSFORM not in transforms(template):
        return template
    key = content_key((source.text, parameters, region, translator_version(), __version__))
    found = cache.get(key)
    if found is None:
        found = translate(deepcopy(template), places, parameters, region)
        cache.put(key, found)
    return found


def translator_version() -> str:
    """The text that holds the version; finding a module does not import it."""
    spec = importlib.util.find_spec("samtranslator")
    return "" if spec is None or spec.origin is None else Path(spec.origin).read_text(encoding="utf-8")


def translate(template: dict[str, Any], places: Places, parameters: Mapping[str, Value], region: str) -> dict[str, Any]:
    """Translate ``template``, which is the caller's to lose: the translator changes what it is given."""
    # Importing it takes longer than everything else together (it imports boto3).
    import logging

    from samtranslator.model.exceptions import ExceptionWithMessage, InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    # It logs what it also raises.
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL)
    hide_local_code(template)
    name_images(template)
    translator = Translator(None, Parser(), boto_session=SimpleNamespace(region_name=region))
    try:
        found: dict[str, Any] = translator.translate(template, dict(parameters))
    except InvalidDocumentException as exc:
        raise invalid(places, [cause.message for cause in exc.causes]) from exc
    except ExceptionWithMessage as exc:
        raise invalid(places, [exc.message]) from exc
    except Exception as exc:  # a slip of the library on odd input must not end in a traceback
        raise places.source_error((), f"SAM cannot translate this template: {exc}") from exc
    return found


def hide_local_code(template: dict[str, Any]) -> None:
    """The translator takes no local CodeUri: "not a valid S3 Uri". The real one is read from the source later."""
    shared = (template.get("Globals") or {}).values()
    resources = (item for item in template["Resources"].values() if item["Type"].startswith("AWS::Serverless::"))
    for number, properties in enumerate((*shared, *(item.get("Properties") for item in resources))):
        for name in LOCAL:
            if isinstance(properties, dict) and name in properties:
                properties[name] = f"s3://longwire/{number}"


def name_images(template: dict[str, Any]) -> None:
    """`sam build` adds the ImageUri of an image that it makes by a Dockerfile; the translator wants one before."""
    functions = (item for item in template["Resources"].values() if item["Type"] == "AWS::Serverless::Function")
    for item in functions:
        properties, metadata = item.get("Properties"), item.get("Metadata")
        built = isinstance(metadata, dict) and "Dockerfile" in metadata
        if built and isinstance(properties, dict) and properties.get("PackageType") == "Image":
            properties.setdefault("ImageUri", "longwire:image")


def invalid(places: Places, messages: list[str]) -> TemplateError:
    """The first cause with its place; the others after it."""
    errors = [cause_error(places, message) for message in messages]
    if len(errors) > 1:
        errors[0].hint = "\n  ".join(filter(None, (errors[0].hint, *map(str, errors[1:]))))
    return errors[0]


def cause_error(places: Places, message: str) -> TemplateError:
    shared = GLOBALS.search(message)
    if shared is not None:
        return globals_error(places, shared)
    found = CAUSE.match(message)
    if found is None:
        return places.source_error((), message.removeprefix("Structure of the SAM template is invalid. "))
    # The id may be one that SAM makes of a resource and an event.
    base = places.origin(("Resources", found[1]))
    return places.source_error(
        narrowed(places, base, message[found.end() :]), message[found.end() :], suggestion(message)
    )


def globals_error(places: Places, found: re.Match[str]) -> TemplateError:
    name, section, known = found.groups()
    path: KeyPath = ("Globals", section, name) if section else ("Globals", name)
    what = "property" if section else "section"
    return places.source_error(path, f"Globals has no such {what}", did_you_mean(name, re.findall(r"\w+", known)))


def narrowed(places: Places, base: KeyPath, message: str) -> KeyPath:
    """The property below ``base`` that the message speaks of.

    What it quotes is the surest, then the property that it does not know, then any word of it that is a key.
    """
    below = [path for path in places.source.marks if path[: len(base)] == base and len(path) > len(base)]
    for pattern, choose in ((r"'([^']+)'", max), (r"property (\w+) not", max), (r"\$?\w+", min)):
        words = set(re.findall(pattern, message))
        found = [path for path in below if path[-1] in words and path[-1] not in ("Properties", "Type")]
        if found:
            return choose(found, key=len)
    return base


def suggestion(message: str) -> str | None:
    """A near name for an unknown property, from the translator's own model."""
    found = UNKNOWN_PROPERTY.search(message)
    if found is None:
        return None
    from samtranslator.model import ResourceTypeResolver, sam_resources

    model = ResourceTypeResolver(sam_resources).resolve_resource_type({"Type": found[2]})
    return did_you_mean(found[1], model.property_types)
