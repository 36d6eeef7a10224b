"""Longwire: Amazon API Gateway WebSocket APIs on your own machine."""

__all__ = ["__version__"]

__version__ = "0.1.0"
