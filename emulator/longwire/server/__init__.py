"""The sockets: one port for WebSocket upgrades, ``@connections``, AWS's services and the inspector."""
