"""The backend's dashboards and alarms, all made from one list of metrics."""
