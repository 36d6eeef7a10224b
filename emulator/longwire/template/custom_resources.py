"""Custom resources that change nothing here, and the functions that only CloudFormation would call for them."""

from collections.abc import Mapping
from typing import Any

from longwire.template.intrinsics import function_of

__all__ = ["HARMLESS", "providers"]

# CDK adds them by itself: how long logs are kept, what happens to objects when the stack is deleted, replicas of tables
# in other regions, rules of a network.
HARMLESS = frozenset(
    f"Custom::{name}"
    for name in (
        "CloudwatchLogResourcePolicy", "DynamoDBReplica", "ECRAutoDeleteImages", "LogRetention", "S3AutoDeleteObjects",
        "VpcRestrictDefaultSG",
    )
)  # fmt: skip


def providers(resources: Mapping[str, Any]) -> set[str]:
    """Logical ids of the functions that harmless custom resources, and no others, name as their ServiceToken."""
    named: dict[str, set[str]] = {}
    for resource in resources.values():
        token = (resource.get("Properties") or {}).get("ServiceToken")
        function = provider(token)
        if function is not None:
            named.setdefault(function, set()).add(resource["Type"])
    return {function for function, kinds in named.items() if kinds <= HARMLESS}


def provider(token: Any) -> str | None:
    """Of ``Fn::GetAtt: [Function, Arn]``."""
    arguments = token.get("Fn::GetAtt") if function_of(token) == "Fn::GetAtt" else None
    if isinstance(arguments, str):
        return arguments.partition(".")[0]
    return arguments[0] if isinstance(arguments, list) and arguments and isinstance(arguments[0], str) else None
