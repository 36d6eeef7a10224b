"""What runs inside an execution environment. Standard library only."""
