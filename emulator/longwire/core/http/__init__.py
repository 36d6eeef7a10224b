"""HTTP entry points beside the WebSocket APIs: HTTP APIs, REST APIs' Lambda proxies, function URLs."""
