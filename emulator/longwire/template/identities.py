"""What Ref and Fn::GetAtt give for the resources of a template."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from longwire.template import physical_ids
from longwire.template.conditions import Conditions
from longwire.template.intrinsic_functions import as_text
from longwire.template.physical_ids import Identity
from longwire.template.places import KeyPath, Places, did_you_mean

__all__ = ["Identities"]

Resolve = Callable[[Any, KeyPath], Any]
# By the properties whose values are their names.
QUALIFIED = {
    "AWS::Lambda::Alias": ("FunctionName", "Name"),
    "AWS::Lambda::Url": ("TargetFunctionArn", "Qualifier"),
    "AWS::Lambda::Version": ("FunctionName", "Name"),
}
API = "AWS::ApiGatewayV2::Api"


class Identities:
    """``resources`` is the section of the expanded template; ``where`` is stack name and region."""

    def __init__(
        self,
        resources: Mapping[str, Any],
        resolve: Resolve,
        conditions: Conditions,
        places: Places,
        where: tuple[str, str],
    ) -> None:
        self.resources = resources
        self.resolve = resolve
        self.conditions = conditions
        self.places = places
        self.where = where
        self.busy: list[str] = []

    def ref(self, name: str, path: KeyPath) -> str:
        return physical_ids.ref(self.kind(name, path), self.identity(name, path))

    def attribute(self, name: str, attribute: str, path: KeyPath) -> Any:
        kind = self.kind(name, path)
        if attribute in physical_ids.passed(kind):
            properties = self.resources[name].get("Properties") or {}
            return self.resolve(properties.get(attribute), ("Resources", name, "Properties", attribute))
        found = physical_ids.attribute(kind, attribute, self.identity(name, path))
        if found is None:
            known = physical_ids.attributes(kind)
            hint = did_you_mean(attribute, known) or f"It has: {', '.join(known) or 'none'}"
            raise self.places.error(path, f"{name} is an {kind} and has no attribute {attribute}", hint)
        return found.replace("wss:", "https:") if kind == API and self.is_http(name) else found

    def is_http(self, name: str) -> bool:
        """Whether an AWS::ApiGatewayV2::Api is an HTTP API."""
        properties = self.resources[name].get("Properties") or {}
        return "Body" in properties or properties.get("ProtocolType") == "HTTP"

    def kind(self, name: str, path: KeyPath) -> str:
        """The type of a resource that exists; ``path`` is where it is referred to."""
        if name not in self.resources:
            raise self.places.error(path, f"there is no resource {name}", did_you_mean(name, self.resources))
        resource = self.resources[name]
        if self.conditions.leaves_out(resource, ("Resources", name)):
            raise self.places.error(path, f"names {name}, which its Condition {resource['Condition']} leaves out")
        return str(resource["Type"])

    def identity(self, name: str, path: KeyPath) -> Identity:
        with self.guarded(name, path):
            return Identity(name, self.physical_name(name, path), *self.where)

    def physical_name(self, logical_id: str, path: KeyPath) -> str:
        """The resource's own name property, else the name that is derived from stack and logical id."""
        kind = self.kind(logical_id, path)
        properties = self.resources[logical_id].get("Properties") or {}
        below = ("Resources", logical_id, "Properties")
        if kind in QUALIFIED:
            function, qualifier = (self.text(properties, key, below) or "" for key in QUALIFIED[kind])
            name = function.rsplit(":function:", 1)[-1]
            if kind == "AWS::Lambda::Version":
                qualifier = "1"
            return f"{name}:{qualifier}" if qualifier else name
        given = self.text(properties, physical_ids.name_property(kind), below)
        if given is not None:
            return given
        fifo = {key: self.text(properties, key, below) for key in physical_ids.FIFO.values()}
        return physical_ids.default_name(kind, self.where[0], logical_id, fifo)

    def text(self, properties: Mapping[str, Any], name: str | None, below: KeyPath) -> str | None:
        if name is None or name not in properties:
            return None
        # Resolved inside a mapping, so that AWS::NoValue leaves the property out.
        found = self.resolve({name: properties[name]}, below)

        def fail(message: str) -> Exception:
            return self.places.error((*below, name), message)

        return as_text(found[name], fail) if name in found else None

    @contextmanager
    def guarded(self, name: str, path: KeyPath) -> Iterator[None]:
        if name in self.busy:
            raise self.places.error(path, f"names go in a circle: {' -> '.join((*self.busy, name))}")
        self.busy.append(name)
        try:
            yield
        finally:
            self.busy.pop()
