"""HTTP entry points of a template: HTTP APIs, REST APIs as far as Lambda proxies go, function URLs."""
