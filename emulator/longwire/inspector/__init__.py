"""The page at ``/_longwire/`` and the timeline behind it."""
