"""The outer shape of a template: sections, transforms, and the resources' attributes and types."""

from collections.abc import Mapping
from typing import Any

from longwire.template.conditions import Conditions
from longwire.template.intrinsics import function_of
from longwire.template.places import KeyPath, Places, did_you_mean
from longwire.template.resource_types import refusal

__all__ = ["SAM_TRANSFORM", "check_structure", "check_types", "transforms"]

SAM_TRANSFORM = "AWS::Serverless-2016-10-31"
TRANSFORMS = (SAM_TRANSFORM, "AWS::LanguageExtensions")
MAPPINGS = ("Conditions", "Globals", "Mappings", "Metadata", "Outputs", "Parameters", "Resources", "Rules")
SECTIONS = (*MAPPINGS, "AWSTemplateFormatVersion", "Description", "Hooks", "Transform")
ATTRIBUTES = (
    "Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdatePolicy",
    "UpdateReplacePolicy",
)  # fmt: skip
POLICIES = ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot")
CDK_RULE = "CheckBootstrapVersion"  # looks at a parameter of CDK's own, which says nothing of the stack
SAM_ATTRIBUTES = ("Connectors", "IgnoreGlobals")


def transforms(data: Mapping[str, Any]) -> list[Any]:
    declared = data.get("Transform")
    if declared is None:
        return []
    return declared if isinstance(declared, list) else [declared]


def check_structure(places: Places) -> None:
    """Raises TemplateError for the first thing that is out of shape."""
    data = places.source.data
    if not isinstance(data, dict):
        raise places.source_error((), "is no template: it has no sections", "A template has a section Resources.")
    for section, content in data.items():
        check_section(places, section, content)
    if not data.get("Resources"):
        raise places.source_error((), "has no resources", "A template has a section Resources.")
    for transform in transforms(data):
        if transform not in TRANSFORMS:
            hint = did_you_mean(str(transform), TRANSFORMS)
            raise places.source_error(("Transform",), f"the transform {transform} is not emulated", hint)
    for logical_id, resource in data["Resources"].items():
        check_resource(places, logical_id, resource)
    if (data.get("Rules") or {}).keys() - {CDK_RULE}:
        places.warn(("Rules",), "are not evaluated")


def check_section(places: Places, section: str, content: Any) -> None:
    if section not in SECTIONS:
        hint = did_you_mean(section, SECTIONS)
        raise places.source_error((section,), "a template has no such section", hint)
    if section in MAPPINGS and not isinstance(content, (dict, type(None))):
        raise places.source_error((section,), "takes a mapping")
    if section == "AWSTemplateFormatVersion" and content != "2010-09-09":
        raise places.source_error((section,), f"{content!r} does not exist", "The only version is '2010-09-09'.")


def check_resource(places: Places, logical_id: str, resource: Any) -> None:
    path = ("Resources", logical_id)
    if logical_id.startswith("Fn::"):
        raise places.source_error(path, f"{logical_id} is not emulated here: write the resources out")
    if not logical_id.isalnum():
        raise places.source_error(path, "a logical id has letters and digits only")
    if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
        raise places.source_error(path, "a resource is a mapping with a Type")
    serverless = resource["Type"].startswith("AWS::Serverless::")
    known = (*ATTRIBUTES, *SAM_ATTRIBUTES) if serverless else (*ATTRIBUTES, "Connectors")
    for name in resource:
        if name not in known:
            raise places.source_error((*path, name), "a resource has no such attribute", did_you_mean(name, known))
    properties = resource.get("Properties", {})
    if not isinstance(properties, dict) or function_of(properties) is not None:
        raise places.source_error((*path, "Properties"), "takes a mapping")
    check_policy(places, resource, path)
    if serverless and SAM_TRANSFORM not in transforms(places.source.data):
        hint = f"Transform: {SAM_TRANSFORM}"
        raise places.source_error((*path, "Type"), f"{resource['Type']} needs the SAM transform", hint)


def check_policy(places: Places, resource: Mapping[str, Any], path: KeyPath) -> None:
    for name in ("DeletionPolicy", "UpdateReplacePolicy"):
        if name in resource and resource[name] not in POLICIES and function_of(resource[name]) is None:
            hint = did_you_mean(str(resource[name]), POLICIES)
            raise places.source_error((*path, name), f"there is no {name} {resource[name]}", hint)


def check_types(places: Places, resources: Mapping[str, Any], conditions: Conditions) -> None:
    """Refuse the types that are not emulated, except where a Condition leaves the resource out."""
    for logical_id, resource in resources.items():
        path: KeyPath = ("Resources", logical_id)
        if conditions.leaves_out(resource, path):
            continue
        refused = refusal(resource["Type"])
        if refused is not None:
            places.unsupported((*path, "Type"), *refused)
