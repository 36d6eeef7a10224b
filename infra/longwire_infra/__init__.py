"""What it takes to run a WebSocket API on AWS: usage, prices, readiness."""
