"""The rules, by what they look at. Importing the package lists them all."""

from longwire_infra.check.rules import (
    endpoint,
    functions,
    handlers,
    handshake,
    monitoring,
    permissions,
    routes,
    sending,
    stage,
    state,
    statements,
)

__all__ = [
    "endpoint",
    "functions",
    "handlers",
    "handshake",
    "monitoring",
    "permissions",
    "routes",
    "sending",
    "stage",
    "state",
    "statements",
]
