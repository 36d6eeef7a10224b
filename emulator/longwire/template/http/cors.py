"""CORS as the template leaves it to the gateway: CorsConfiguration, a document's extension, a function URL's Cors."""

from dataclasses import dataclass

from longwire.core.http.api import Cors
from longwire.template.http.part import Part

__all__ = ["DOCUMENT", "RESOURCE", "cors"]

METHODS = ("*", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Names:
    origins: str = "AllowOrigins"
    methods: str = "AllowMethods"
    headers: str = "AllowHeaders"
    expose: str = "ExposeHeaders"
    credentials: str = "AllowCredentials"
    max_age: str = "MaxAge"

    def all(self) -> tuple[str, ...]:
        return (self.origins, self.methods, self.headers, self.expose, self.credentials, self.max_age)


RESOURCE = Names()
DOCUMENT = Names("allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "allowCredentials", "maxAge")


def cors(part: Part, name: str, names: Names) -> Cors | None:
    """None where there is none. Raises TemplateError."""
    if name not in part.values:
        return None
    found = part.part(name)
    found.names(name, names.all())
    origins, credentials = found.listed(names.origins), found.flag(names.credentials)
    if credentials and "*" in origins:
        # API Gateway: "allow-credentials is not supported when allow-origin is *".
        raise found.error(names.credentials, f"cannot be true while {names.origins} is *")
    methods = found.listed(names.methods)
    for method in methods:
        if method.upper() not in METHODS:
            raise found.error(names.methods, f"{method!r} is no HTTP method", f"One of: {', '.join(METHODS)}")
    return Cors(
        allow_origins=origins,
        allow_methods=methods,
        allow_headers=found.listed(names.headers),
        expose_headers=found.listed(names.expose),
        allow_credentials=credentials,
        max_age=found.number(names.max_age, 0, -1, 86_400) if names.max_age in found.values else None,
    )
