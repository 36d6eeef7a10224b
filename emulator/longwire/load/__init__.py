"""``longwire load``: many WebSocket clients against one URL, by a scenario, bounded in time."""
