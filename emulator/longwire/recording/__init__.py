"""Conversations in files: kept by ``longwire dev --record`` and ``longwire record``, played by ``longwire replay``."""
