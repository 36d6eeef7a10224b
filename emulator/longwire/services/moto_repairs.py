"""What moto does slowly, or otherwise than AWS, mended in the services' process as its services are loaded.

A repair that does not fit the installed moto is skipped and named: slower services are better than none.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from longwire.services.dynamodb_repairs import (
    copy_before_update,
    copy_tables_lightly,
    parse_updates_once,
    query_one_partition,
    write_items_fast,
)
from longwire.services.dynamodb_requests import copy_expressions_plainly, draw_strings_at_once, read_json_alone
from longwire.services.dynamodb_streams import write_stream_records
from longwire.services.sqs_repairs import replace_queues

__all__ = ["repair"]


def repair(module: str, log: Callable[[str], None], *others: Callable[[], None]) -> None:
    """Mend ``core``, or one of moto's services, before its first call; ``others`` are its further repairs."""
    for mend in (*REPAIRS.get(module, ()), *others):
        try:
            mend()
        except (ImportError, AttributeError) as exc:
            log(f"the installed moto is one that {mend.__name__} does not fit: {exc}")


def forget_models() -> None:
    """moto keeps every model that it ever made in a list, for a dashboard: each item written, each message sent.

    The models of S3 stay listed, because its reset closes their files.
    """
    from moto.core.common_models import BaseModel

    def new(cls: Any, *_args: Any, **_kwargs: Any) -> Any:
        instance = object.__new__(cls)
        if cls.__module__.startswith("moto.s3."):
            cls.instances_tracked.append(instance)
        return instance

    BaseModel.__new__ = staticmethod(new)


def remember_methods() -> None:
    """moto inspects a service's class for its operations at every call: a sixth of a PutItem."""
    import moto.core.responses

    moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)


def draw_no_pair_for_symmetric_keys() -> None:
    """moto draws an RSA pair, 50 ms and more, for the symmetric key that an encrypted table brings."""
    from moto.kms import models

    draw = models.generate_private_key
    models.generate_private_key = lambda spec: draw(spec) if spec.startswith(("RSA", "ECC")) else None


REPAIRS: dict[str, tuple[Callable[[], None], ...]] = {
    "core": (forget_models, remember_methods, draw_strings_at_once),
    "dynamodb": (
        write_items_fast,
        query_one_partition,
        copy_before_update,
        copy_tables_lightly,
        parse_updates_once,
        copy_expressions_plainly,
        read_json_alone,
        write_stream_records,
        draw_no_pair_for_symmetric_keys,
    ),
    "kms": (draw_no_pair_for_symmetric_keys,),
    "sqs": (replace_queues,),
}
