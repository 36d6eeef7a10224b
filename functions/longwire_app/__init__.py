"""The Longwire backend: handlers for API Gateway WebSocket routes."""
