"""Who may invoke what, and what the functions may do."""

import re
from collections.abc import Iterator
from typing import Any

from longwire_infra.check.apis import targets
from longwire_infra.check.document import references
from longwire_infra.check.permissions import allows, attached, statements_of
from longwire_infra.check.rule import Evidence, Severity, rule
from longwire_infra.check.rules.sending import posts
from longwire_infra.check.stack import Stack

__all__: list[str] = []

IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"
ACCESS = "apigateway-websocket-control-access-iam.html"
INVOKE = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"
MANAGE = "execute-api:ManageConnections"
GATEWAY = "apigateway.amazonaws.com"
# Any API of the account: the fifth part of the ARN, or all that follows, is a star.
ANY_API = re.compile(r"\*|arn:[^:]*:execute-api:[^:]*:[^:]*:\*(/.*)?")
# Of these services every action on data can be held to one resource, but for sns:Publish to a telephone.
OWNED = re.compile(
    r"(dynamodb|sqs|sns|s3|secretsmanager|kms|lambda|kinesis|events|states|ssm):"
    r"(?!List|Describe|GetRandom|GenerateRandom|CreateEventSource|Publish$)\w*\*?",
    re.IGNORECASE,
)


@rule(
    "LW501",
    "warning",
    "May send to the connections of every API",
    "execute-api:ManageConnections on * lets the function write to, and close, the clients of every WebSocket API of "
    "the "
    "account.",
    "Resource: arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/${Stage}/POST/@connections/*",
    ACCESS,
)
def any_connection(stack: Stack) -> Iterator[Evidence]:
    for each in stack.statements:
        named = any(isinstance(action, str) and action.lower().startswith("execute-api:") for action in each.actions)
        if named and allows(each, MANAGE):
            for resource in each.resources:
                if isinstance(resource, str) and ANY_API.fullmatch(resource):
                    yield Evidence(f"It is allowed on {resource}", each.path, resource=each.resource)


@rule(
    "LW502",
    "error",
    "Sends to connections and is not allowed to",
    "Neither SAM's events nor its policy templates allow execute-api:ManageConnections. Without it every "
    "post_to_connection ends in AccessDenied.",
    "Allow execute-api:ManageConnections on .../POST/@connections/* in the function's policies.",
    ACCESS,
)
def not_allowed(stack: Stack) -> Iterator[Evidence]:
    for name, code in stack.codes.items():
        where = posts(code)
        allowed = statements_of(stack.document, stack.functions[name], stack.held) if where is not None else None
        if allowed is not None and not any(allows(each, MANAGE) for each in allowed):
            # Of a script it is only known that a module which it imports can send.
            severity: Severity | None = None if code.is_python else "warning"
            yield Evidence(f"{name} has no {MANAGE}", (), where, name, severity)


@rule(
    "LW503",
    "error",
    "May do anything",
    "Whoever gets into one handler has the account.",
    "Name the actions that the function calls, and the resources.",
    IAM,
)
def anything(stack: Stack) -> Iterator[Evidence]:
    for each in stack.statements:
        if "*" in each.actions:
            yield Evidence("Action is *", each.path, resource=each.resource)
    for given in attached(stack.document):
        if str(given.policy).endswith(("AdministratorAccess", "PowerUserAccess")):
            yield Evidence(f"It has {given.policy}", given.path, resource=given.resource)


@rule(
    "LW504",
    "warning",
    "May touch every resource of a service",
    "A table, queue or key of somebody else in the account is then as open as your own.",
    "Name the resource: !GetAtt Table.Arn.",
    IAM,
)
def every_resource(stack: Stack) -> Iterator[Evidence]:
    for each in stack.statements:
        wide = [action for action in each.actions if isinstance(action, str) and OWNED.fullmatch(action)]
        if wide and "*" in each.resources and "*" not in each.actions:
            yield Evidence(f"{', '.join(wide[:3])} on *", each.path, resource=each.resource)


@rule(
    "LW505",
    "warning",
    "A whole service by a managed policy",
    "AmazonDynamoDBFullAccess and its like allow everything on every resource, deleting tables among it.",
    "Write the statements, or use SAM's policy templates: DynamoDBCrudPolicy: {TableName: !Ref Table}",
    IAM,
)
def full_access(stack: Stack) -> Iterator[Evidence]:
    for each in attached(stack.document):
        if str(each.policy).endswith("FullAccess"):
            yield Evidence(f"It has {each.policy}", each.path, resource=each.resource)


@rule(
    "LW506",
    "note",
    "One role for several functions",
    "Each can then do what any of them needs: the function that answers strangers may write what the worker writes.",
    "A role for each function; SAM makes them when there is no Role.",
    IAM,
)
def shared_role(stack: Stack) -> Iterator[Evidence]:
    holders: dict[str, list[str]] = {}
    for name, function in stack.functions.items():
        for role in references(function.resource.get("Role")):
            holders.setdefault(role, []).append(name)
    for role, names in holders.items():
        if len(names) > 1 and role in stack.document.resources:
            yield Evidence(f"It is the role of {', '.join(names)}", stack.document.resources[role].path, resource=role)


def gateway_permissions(stack: Stack) -> Iterator[Any]:
    for each in stack.document.of_type("AWS::Lambda::Permission"):
        if each.get("Principal") == GATEWAY:
            yield each


@rule(
    "LW507",
    "warning",
    "Any API may invoke the function",
    "Without SourceArn the permission holds for every API of every account that knows the function's name.",
    "SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*",
    INVOKE,
)
def any_caller(stack: Stack) -> Iterator[Evidence]:
    for each in gateway_permissions(stack):
        if each.get("SourceArn") is None:
            yield Evidence("The permission has no SourceArn", each.path, resource=each.name)


@rule(
    "LW508",
    "error",
    "Function that API Gateway may not invoke",
    "Without a permission for apigateway.amazonaws.com the route answers Internal server error, and the authorizer "
    "500.",
    "Add AWS::Lambda::Permission with the function, the principal and the API's SourceArn.",
    INVOKE,
)
def not_invocable(stack: Stack) -> Iterator[Evidence]:
    permissions = list(gateway_permissions(stack))
    allowed = {name for each in permissions for name in targets(stack.document, each.get("FunctionName"))}
    unclear = any(not any(targets(stack.document, each.get("FunctionName"))) for each in permissions)
    for api in stack.apis:
        for route in api.routes:
            found = route.integration
            if found is None or found.resource is None or found.function is None or unclear:
                continue
            if found.resource.get("CredentialsArn") is None and found.function not in allowed:
                yield Evidence(f"Nothing lets {route.key} invoke {found.function}", found.path, resource=route.resource)
        for authorizer in api.authorizers:
            role = authorizer.sam or authorizer.properties.get("AuthorizerCredentialsArn") is not None
            if not role and not unclear and authorizer.function is not None and authorizer.function not in allowed:
                message = f"Nothing lets it invoke {authorizer.function}"
                yield Evidence(message, authorizer.path, resource=authorizer.resource)
