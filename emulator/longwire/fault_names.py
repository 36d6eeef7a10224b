"""Whether what a fault names is there: connections, routes, functions, services and their operations."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from longwire.core.api import Stack
from longwire.core.connection import State
from longwire.core.fault import Fault
from longwire.core.ids import is_connection_id
from longwire.errors import FaultInvalid
from longwire.server.carrier import Carrier

__all__ = ["check_names", "operation_name", "signing_name"]

# @connections may be asked for a connection that is gone: that is what 410 is for.
MAY_BE_GONE = ("post_to_connection", "get_connection", "delete_connection")
OURS = {
    "lambda": 'functions are invoked here: use the kind "invoke", with function',
    "apigatewaymanagementapi": 'use the kinds "post_to_connection", "get_connection" and "delete_connection"',
}


def check_names(fault: Fault, stack: Stack, carriers: Sequence[Carrier]) -> None:
    """Raises FaultInvalid for the first name that nothing has."""
    for name in fault.filters.get("connection", ()):
        check_connection(fault.kind, name, carriers)
    for name in fault.filters.get("function", ()):
        check(name, stack.functions, "function")
    for name in fault.filters.get("route", ()):
        check(name, [key for api in stack.apis for key in api.routes], "route")
    for service in fault.filters.get("service", ()):
        check_service(service)
    if operations := fault.filters.get("operation", ()):
        check_operations(operations, fault.filters.get("service", ()))


def check(name: str, known: Iterable[str], what: str) -> None:
    names = list(dict.fromkeys(known))
    if name not in names:
        near = difflib.get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names) or 'none'}"
        raise FaultInvalid(f"the template has no {what} {name}; {hint}", what)


def check_connection(kind: str, connection_id: str, carriers: Sequence[Carrier]) -> None:
    if not is_connection_id(connection_id):
        raise FaultInvalid(f"{connection_id} cannot be a connection id, as L0SM9cOFvHcCIhw= is one", "connection")
    found = (carrier.gateway.connections.get(connection_id) for carrier in carriers)
    if kind not in MAY_BE_GONE and not any(each is not None and each.state is State.OPEN for each in found):
        raise FaultInvalid(f"there is no open connection {connection_id}", "connection")


# --- AWS's services


@cache
def loader() -> Any:
    from botocore.loaders import create_loader

    return create_loader()


@dataclass(frozen=True, slots=True)
class Names:
    """``signing`` is by what a signature names the service; ``operations`` is empty where requests do not name them."""

    signing: str
    operations: tuple[str, ...]


@cache
def names_of(service: str) -> Names:
    """Of a service as SDKs name it, which is known to be one."""
    model = loader().load_service_model(service, "service-2")
    metadata = model["metadata"]
    named = metadata["protocol"] in ("json", "query", "ec2")
    signing = metadata.get("signingName", metadata["endpointPrefix"])
    return Names(signing, tuple(model["operations"]) if named else ())


def signing_name(service: str) -> str:
    return names_of(service).signing


def check_service(service: str) -> None:
    if service in OURS:
        raise FaultInvalid(f"{service} is no service of moto's here: {OURS[service]}", "service")
    known = loader().list_available_services("service-2")
    if service not in known:
        near = difflib.get_close_matches(service, known, 1)
        hint = f"; did you mean {near[0]}?" if near else ", as boto3 names them"
        raise FaultInvalid(f"AWS has no service {service}{hint}", "service")


def check_operations(operations: Sequence[str], services: Sequence[str]) -> None:
    if not services:
        raise FaultInvalid("an operation needs its service beside it", "operation")
    for operation in operations:
        operation_name(operation, services)


def operation_name(operation: str, services: Sequence[str]) -> str:
    """As requests have it: ``PutItem``, also for boto3's ``put_item``. Raises FaultInvalid."""
    for service in services:
        if not names_of(service).operations:
            told = f"{service} has operations that are told by method and path alone: leave it out"
            raise FaultInvalid(told, "operation")
    known = {plain(name): name for service in services for name in names_of(service).operations}
    if plain(operation) not in known:
        near = difflib.get_close_matches(plain(operation), known, 1)
        hint = f"; did you mean {known[near[0]]}?" if near else ""
        raise FaultInvalid(f"{' and '.join(services)} has no operation {operation}{hint}", "operation")
    return known[plain(operation)]


def plain(operation: str) -> str:
    return operation.replace("_", "").lower()
