"""The production-readiness checklist: rules over a template, its handlers, and a live endpoint."""
