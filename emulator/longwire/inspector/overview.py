"""The emulator's state as the inspector and ``--json`` show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from longwire import __version__
from longwire.core.api import Api, ApiKey, Route, Stack
from longwire.core.backends import backend_of
from longwire.core.connection import Connection, State
from longwire.core.gateway import Gateway
from longwire.core.http.api import HttpApi, HttpRoute, LambdaProxy
from longwire.redaction import redacted_query
from longwire.server.hosts import is_every_address
from longwire.tls import Tls

__all__ = ["Urls", "overview"]


@dataclass(frozen=True, slots=True)
class Urls:
    """Where people and programs reach the emulator; ``path`` is that of its first Stage, ``/dev``.

    ``token`` is the inspector's, where its address has to have it.
    """

    host: str
    port: int
    path: str
    token: str = ""
    tls: Tls | None = None

    @property
    def authority(self) -> str:
        host = self.host
        if is_every_address(host):  # where we listen, not where anybody connects to
            host = "[::1]" if ":" in host else "127.0.0.1"
        return (
            f"[{host}]:{self.port}" if ":" in host.strip("[]") and not host.startswith("[") else f"{host}:{self.port}"
        )

    @property
    def secure(self) -> str:
        """What the schemes end with."""
        return "" if self.tls is None else "s"

    def named(self) -> dict[str, str]:
        """The addresses of the ready line, and ``ca_file`` where there is one to trust."""
        endpoint, query = f"http{self.secure}://{self.authority}", f"?token={self.token}" if self.token else ""
        return {
            **self.of(self.path),
            "endpoint_url": endpoint,
            "inspector_url": f"{endpoint}/_longwire/{query}",
            **({"ca_file": self.tls.ca_file} if self.tls is not None and self.tls.ca_file else {}),
        }

    def of(self, path: str) -> dict[str, str]:
        """The addresses of the Stage at ``path``."""
        return {
            "websocket_url": f"ws{self.secure}://{self.authority}{path}",
            "management_url": f"http{self.secure}://{self.authority}{path}/@connections",
        }

    def apis(self, stack: Stack) -> list[dict[str, Any]]:
        """Each deployed Stage with its addresses."""
        return [
            {
                "logical_id": api.logical_id,
                "api_id": api.api_id,
                "name": api.name,
                "stage": api.stage.name,
                **self.of(api.path),
                "custom_domains": [
                    {"domain_name": domain.name, "mapping_key": domain.mapping_key, **self.of(domain.local_path)}
                    for domain in api.custom_domains
                ],
            }
            for api in stack.apis
        ]

    def http_apis(self, stack: Stack) -> list[dict[str, str]]:
        """HTTP APIs and REST APIs, each Stage with its address here and on AWS."""
        return [self.entry(api) for api in stack.http_apis if api.kind != "url"]

    def function_urls(self, stack: Stack) -> list[dict[str, str]]:
        return [self.entry(api) for api in stack.http_apis if api.kind == "url"]

    def entry(self, api: HttpApi) -> dict[str, str]:
        aws_url = f"https://{api.domain_name}{api.base or '/'}"
        names = {"logical_id": api.logical_id, "api_id": api.api_id, "name": api.name, "stage": api.stage}
        return {**names, "url": f"http{self.secure}://{self.authority}{api.local_path}", "aws_url": aws_url}


def overview(stack: Stack, gateways: Sequence[Gateway], urls: Urls, clock: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inspector's ``state``, in JSON's types; ``clock`` is what clock.api tells.

    ``gateways`` are those of the stack's Stages, in their order.
    """
    api, quotas = stack.api, gateways[0].deployment.quotas
    return {
        "version": __version__,
        "now": clock["now"],
        "clock": clock,
        **urls.named(),
        "stack": {
            "name": stack.name,
            "region": stack.region,
            **api_facts(stack, api),
        },
        "apis": [
            {**addresses, **api_facts(stack, api)} for addresses, api in zip(urls.apis(stack), stack.apis, strict=True)
        ],
        "http_apis": [
            {**urls.entry(api), "kind": api.kind, "routes": [http_route_facts(stack, route) for route in api.routes]}
            for api in stack.http_apis
        ],
        "quotas": {
            "idle_timeout": quotas.idle_timeout,
            "max_duration": quotas.max_duration,
            "frame_size": quotas.frame_size,
            "message_size": quotas.message_size,
        },
        "connections": [
            {**connection_facts(connection), "api_id": gateway.api.api_id, "stage": gateway.api.stage.name}
            for gateway in gateways
            for connection in gateway.connections.values()
            if connection.state is State.OPEN
        ],
    }


def api_facts(stack: Stack, api: Api) -> dict[str, Any]:
    return {
        "api_id": api.api_id,
        "stage": api.stage.name,
        "route_selection_expression": api.route_selection_expression,
        "routes": [route_facts(stack, route) for route in api.routes.values()],
        "api_keys": [api_key_facts(api, key) for key in api.api_keys],
    }


def route_facts(stack: Stack, route: Route) -> dict[str, Any]:
    integration = route.integration
    function = stack.functions.get(integration.function or "") if integration is not None else None
    called = backend_of(integration) if integration is not None else None
    return {
        "key": route.key,
        "integration": integration.type if integration is not None else None,
        "function": function.logical_id if function is not None else None,
        "handler": function.handler if function is not None else called,
        "timeout": function.timeout if function is not None and not function.debug_port else None,
        "authorizer": route.authorizer.name if route.authorizer is not None else None,
        "two_way": route.two_way,
        "api_key_required": route.api_key_required,
    }


def http_route_facts(stack: Stack, route: HttpRoute) -> dict[str, Any]:
    integration = route.integration
    function = stack.functions[integration.function] if isinstance(integration, LambdaProxy) else None
    return {
        "key": route.key,
        "function": function.logical_id if function is not None else None,
        "handler": function.handler if function is not None else None,
        "timeout": function.timeout if function is not None else None,
        "authorizer": route.authorizer.name if route.authorizer is not None else "AWS_IAM" if route.iam else None,
    }


def api_key_facts(api: Api, key: ApiKey) -> dict[str, Any]:
    """``value`` is that of a key which is generated here; the others are in the template, and are its secret."""
    return {
        "logical_id": key.logical_id,
        "name": key.name,
        "id": key.key_id,
        "enabled": key.enabled,
        "usage_plan": next((plan.name for plan in api.usage_plans if key in plan.api_keys), None),
        "value": key.value if key.generated else None,
    }


def connection_facts(connection: Connection) -> dict[str, Any]:
    caller = connection.caller
    return {
        "connection_id": connection.connection_id,
        "connected_at": connection.connected_at,
        "last_active_at": connection.last_active_at,
        "source_ip": caller.source_ip,
        "user_agent": caller.user_agent,
        "subprotocol": connection.subprotocol,
        "principal_id": caller.principal_id,
        "authorizer": dict(redacted_query((name, str(value)) for name, value in caller.context.items())),
        "messages_in": connection.messages_in,
        "messages_out": connection.messages_out,
        "bytes_in": connection.bytes_in,
        "bytes_out": connection.bytes_out,
    }
