"""Where in the user's file a value of the expanded template comes from, and errors that say so.

A path is the way from the root of a template: ``("Resources", "Chat", "Properties", "Routes", "send")``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from longwire.errors import Location, TemplateError
from longwire.template.event_places import event_place

__all__ = ["KeyPath", "Places", "did_you_mean"]

KeyPath = tuple[str | int, ...]
SECTIONS = {f"AWS::Serverless::{name}": name for name in ("Api", "Function", "HttpApi", "WebSocketApi")}
# What the SAM translator makes of one property has another name afterwards.
SAM_NAMES = {
    "Code": ("CodeUri", "InlineCode"),
    "IntegrationUri": ("FunctionArn",),
    "TimeoutInMillis": ("IntegrationTimeout",),
    "AuthorizerUri": ("AuthArn",),
    "AuthorizationType": ("AuthType",),
    "AuthorizerId": ("AuthArn",),
    "EventSourceArn": ("Queue", "Stream"),
    "TracingConfig": ("Tracing",),
    "BodyS3Location": ("DefinitionUri",),
    "DeadLetterConfig": ("DeadLetterQueue",),
    "TargetFunctionArn": ("FunctionUrlConfig",),
}


def did_you_mean(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """``Did you mean X?`` for the nearest known word, or None when none is as near as ``likeness``, 0 to 1."""
    # Only a message that is about to stop everything needs it.
    import difflib

    by_fold = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), by_fold, 1, likeness)
    return f"Did you mean {by_fold[found[0]]}?" if found else None


class Marked(Protocol):
    """What Places needs of a template_source.Source."""

    @property
    def data(self) -> Any: ...

    @property
    def marks(self) -> Mapping[KeyPath, tuple[int, int]]: ...

    def location(self, path: KeyPath) -> Location: ...


@dataclass(slots=True)
class Places:
    """Errors and warnings for paths of the expanded template, told in the words of the user's file.

    ``allow_unsupported`` turns ``unsupported`` from an error into a warning. ``allow_hosts``, in lower case, may be
    called by integrations although they are not this machine.
    """

    source: Marked
    allow_unsupported: bool = False
    allow_hosts: frozenset[str] = frozenset()
    warnings: list[str] = field(default_factory=list)

    def location(self, path: KeyPath) -> Location:
        return self.source.location(self.origin(path))

    def error(self, path: KeyPath, message: str, hint: str | None = None) -> TemplateError:
        return self.source_error(self.origin(path), message, hint)

    def source_error(self, origin: KeyPath, message: str, hint: str | None = None) -> TemplateError:
        """An error for a path of the user's own file."""
        resource, shown = named(origin)
        return TemplateError(
            message,
            location=self.source.location(origin),
            resource=resource,
            property_path=shown,
            hint=hint,
            origin=origin,
        )

    def warn(self, path: KeyPath, message: str, hint: str | None = None) -> None:
        warning = str(self.error(path, message, hint))
        if warning not in self.warnings:
            self.warnings.append(warning)

    def unsupported(self, path: KeyPath, message: str, hint: str | None = None) -> None:
        """Raise, or warn when the user allowed it."""
        if not self.allow_unsupported:
            raise self.error(path, message, hint or "--allow-unsupported ignores it with a warning.")
        self.warn(path, f"ignored: {message}", hint)

    def origin(self, path: KeyPath) -> KeyPath:
        """The path in the user's file; one that SAM made leads to the resource that it was made of."""
        event = event_place(self.source.data, path)
        if event is not None:
            return event
        if len(path) < 2 or path[0] != "Resources" or path[1] in self.source.data["Resources"]:
            return self.own(path)
        maker = self.maker(str(path[1]))
        if maker is None:
            return path
        below = self.made_of(maker, str(path[1])[len(maker) :])
        return self.renamed(("Resources", maker, "Properties", *below), path[3:])

    def own(self, path: KeyPath) -> KeyPath:
        """A property that is not at the resource itself may stand in Globals, or under SAM's name for it."""
        if len(path) < 4 or path[0] != "Resources" or path[:4] in self.source.marks:
            return path
        kind = self.source.data["Resources"].get(path[1], {}).get("Type")
        shared = ("Globals", SECTIONS.get(kind, ""), path[3])
        if shared in self.source.marks:
            return ("Globals", SECTIONS[kind], *path[3:])
        return self.renamed(path[:3], path[3:])

    def renamed(self, base: KeyPath, below: KeyPath) -> KeyPath:
        if not below:
            return base
        candidates = (below[0], *SAM_NAMES.get(str(below[0]), ()))
        found = [(*base, name, *below[1:]) for name in candidates if (*base, name) in self.source.marks]
        return found[0] if found else base

    def maker(self, logical_id: str) -> str | None:
        """The SAM resource whose logical id starts the generated one: the longest such."""
        made = [name for name in self.source.data["Resources"] if logical_id.startswith(name)]
        return max(made, key=len, default=None)

    def made_of(self, maker: str, suffix: str) -> KeyPath:
        """Which Route, Event or Auth of the maker a generated resource stands for, told by its suffix."""
        properties = self.source.data["Resources"][maker].get("Properties") or {}
        if "Authorizer" in suffix and "Auth" in properties:
            return ("Auth",)
        for key in keys(properties.get("Routes")):
            # translator: XSendmessageRoute, XSendmessageIntegration and XSendmessagePermission of sendMessage
            if suffix.removeprefix(str(key).lstrip("$").capitalize()) in ("Route", "Integration", "Permission"):
                return ("Routes", key)
        events = [key for key in keys(properties.get("Events")) if suffix.startswith(key)]
        return ("Events", max(events, key=len), "Properties") if events else ()


def named(path: KeyPath) -> tuple[str | None, str | None]:
    """The resource and the property of a path, for people: functions are left out, items are ``[0]``."""
    resource = str(path[1]) if path[:1] == ("Resources",) and len(path) > 1 else None
    rest = path[2:] if resource else path
    shown = ".".join(
        f"[{part}]" if isinstance(part, int) else part
        for part in rest
        if part != "Properties" and not is_function(part)
    )
    return resource, shown.replace(".[", "[") or None


def keys(value: Any) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def is_function(part: str | int) -> bool:
    return isinstance(part, str) and (part == "Ref" or part.startswith("Fn::"))
