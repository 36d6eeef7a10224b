"""All HTTP entry points of a template."""

from longwire.core.http.api import HttpApi
from longwire.template.http.function_urls import function_urls
from longwire.template.http.http_api import http_apis
from longwire.template.http.rest_api import rest_apis
from longwire.template.properties import Resources

__all__ = ["http_entries"]


def http_entries(resources: Resources) -> tuple[HttpApi, ...]:
    """HTTP APIs, then REST APIs, then function URLs; raises TemplateError."""
    return (*http_apis(resources), *rest_apis(resources), *function_urls(resources))
