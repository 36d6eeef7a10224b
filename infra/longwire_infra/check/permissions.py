"""What the roles of a template allow, and to which functions."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from longwire_infra.check.document import Document, Path, Resource, known, listed, mapping, references
from longwire_infra.check.functions import Function

__all__ = ["Attached", "Statement", "allows", "attached", "by_holder", "roles_of", "statements", "statements_of"]

ROLE = "AWS::IAM::Role"
CDKS_OWN = re.compile(r"/(BucketNotificationsHandler|LogRetention|AWS679f|Custom::)")
POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")


@dataclass(frozen=True, slots=True)
class Statement:
    """One that allows. ``holders`` are the functions (SAM) or roles that it is given to."""

    actions: tuple[Any, ...]
    resources: tuple[Any, ...]
    path: Path
    resource: str
    holders: frozenset[str]


@dataclass(frozen=True, slots=True)
class Attached:
    """A managed policy, by its ARN or name."""

    policy: Any
    path: Path
    resource: str


def statements(document: Document) -> Iterator[Statement]:
    for function in document.of_type("AWS::Serverless::Function"):
        for index, policy in enumerate(listed(function.get("Policies"))):
            path = function.at("Policies", index) if isinstance(function.get("Policies"), list) else None
            yield from of_policy(mapping(policy), path or function.at("Policies"), function.name, {function.name})
    for role in own(document, ROLE):
        for index, policy in enumerate(listed(role.get("Policies"))):
            inner = mapping(mapping(policy).get("PolicyDocument"))
            yield from of_policy(inner, role.at("Policies", index, "PolicyDocument"), role.name, {role.name})
    attached_to = holders_of(document)
    for resource in own(document, *POLICIES):
        holders = set(references(resource.get("Roles"))) | attached_to.get(resource.name, set())
        yield from of_policy(
            mapping(resource.get("PolicyDocument")), resource.at("PolicyDocument"), resource.name, holders
        )


def own(document: Document, *types: str) -> Iterator[Resource]:
    """Without those of CDK's own functions, which nobody who uses CDK has written or could change."""
    for resource in document.of_type(*types):
        path = str(mapping(resource.attributes.get("Metadata")).get("aws:cdk:path"))
        if not CDKS_OWN.search(path):
            yield resource


def of_policy(policy: Any, path: Path, resource: str, holders: set[str]) -> Iterator[Statement]:
    written = policy.get("Statement")
    for index, item in enumerate(listed(written)):
        statement = mapping(item)
        if statement.get("Effect") == "Allow" and "Action" in statement:
            where = (*path, "Statement", index) if isinstance(written, list) else (*path, "Statement")
            actions, resources = listed(statement["Action"]), listed(statement.get("Resource"))
            yield Statement(tuple(actions), tuple(resources), where, resource, frozenset(holders))


def holders_of(document: Document) -> dict[str, set[str]]:
    """The roles, and SAM's functions, by the managed policies of this template that they name."""
    found: dict[str, set[str]] = {}
    for each in attached(document):
        for policy in references(each.policy):
            found.setdefault(policy, set()).add(each.resource)
    return found


def attached(document: Document) -> Iterator[Attached]:
    for kind, name in ((ROLE, "ManagedPolicyArns"), ("AWS::Serverless::Function", "Policies")):
        for holder in document.of_type(kind):
            for index, policy in enumerate(listed(holder.get(name))):
                if isinstance(policy, str):
                    whole = isinstance(holder.get(name), list)
                    yield Attached(policy, holder.at(name, index) if whole else holder.at(name), holder.name)


def roles_of(document: Document, function: Function) -> list[Resource] | None:
    """The role that is named; None when it is elsewhere. Of SAM's own roles the holder is the function."""
    role = function.resource.get("Role")
    if role is None and function.sam:
        return [function.resource]
    found = [document.resources[name] for name in references(role) if name in document.resources]
    return found or None


def statements_of(
    document: Document, function: Function, held: Mapping[str, list[Statement]]
) -> list[Statement] | None:
    """What it is allowed, of the statements by their holders; None when that is not all here."""
    roles = roles_of(document, function)
    if roles is None:
        return None
    names = {role.name for role in roles}
    policies = [each for role in roles for each in listed(role.get("ManagedPolicyArns") or role.get("Policies"))]
    for policy in policies:
        if not known(policy) or (isinstance(policy, str) and not is_aws(policy) and not any(references(policy))):
            return None
    return [statement for name in sorted(names) for statement in held.get(name, ())]


def by_holder(found: Iterable[Statement]) -> dict[str, list[Statement]]:
    held: dict[str, list[Statement]] = {}
    for statement in found:
        for holder in statement.holders:
            held.setdefault(holder, []).append(statement)
    return held


def is_aws(policy: str) -> bool:
    """AWS's own, but for the wide ones, which may allow execute-api:ManageConnections."""
    named = ":aws:policy/" in policy or (policy.startswith(("AWS", "Amazon", "CloudWatch")) and "/" not in policy)
    return named and not any(word in policy for word in ("FullAccess", "Administrator", "PowerUser"))


def allows(statement: Statement, action: str) -> bool:
    """Whether one of its actions, which may have wildcards, is ``action``. Unknown ones may be."""
    return any(
        not isinstance(each, str) or fnmatchcase(action.lower(), each.lower().replace("[", "[[]"))
        for each in statement.actions
    )
