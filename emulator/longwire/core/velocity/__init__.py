"""The Velocity template language as API Gateway uses it for mapping templates."""
