"""The error tree.

LongwireInfraError
└── RecordError  a usage record that does not say what it should: the file's fault, or its producer's
"""

__all__ = ["LongwireInfraError", "RecordError"]


class LongwireInfraError(Exception):
    """Root of all errors that longwire_infra raises."""


class RecordError(LongwireInfraError):
    """``field`` is the key at fault, None when it is the record as a whole."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
