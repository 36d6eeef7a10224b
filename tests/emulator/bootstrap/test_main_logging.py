"""What a handler logs."""

import json

from bootstrap_process import Start


def test_the_root_logger_writes_as_lambdas_does(start: Start) -> None:
    child = start(
        """
        import logging
        def handler(event, context):
            logging.getLogger("chat").warning("careful: %s", event)
            logging.info("not at this level")
        """
    ).ready()
    child.call("x")
    (line,) = child.of("stdout")
    level, when, request_id, message = line.split("\t")
    assert (level, request_id, message) == ("[WARNING]", "00000000-0000-4000-8000-000000000001", "careful: x")
    assert len(when) == len("2026-11-24T08:13:00.123Z")


def test_basic_config_changes_nothing_as_on_lambda(start: Start) -> None:
    child = start(
        """
        import logging
        logging.basicConfig(level=logging.DEBUG, format="mine %(message)s")
        logging.getLogger().setLevel(logging.INFO)
        def handler(event, context):
            logging.info("hello")
        """
    ).ready()
    child.call()
    assert child.of("stdout")[0].startswith("[INFO]\t")


def test_a_log_record_with_a_traceback_is_one_entry(start: Start) -> None:
    child = start(
        """
        import logging
        def handler(event, context):
            try:
                1 / 0
            except ZeroDivisionError:
                logging.exception("failed")
        """
    ).ready()
    child.call()
    (entry,) = child.of("stdout")
    assert entry.startswith("[ERROR]\t")
    assert entry.endswith("ZeroDivisionError: division by zero")


def test_the_json_format_writes_objects_at_info(start: Start) -> None:
    child = start(
        """
        import logging
        def handler(event, context):
            logging.getLogger("chat").info("hello", extra={"room": "r1"})
            logging.debug("not at this level")
        """,
        log_format="JSON",
    ).ready()
    child.call()
    (entry,) = [json.loads(line) for line in child.of("stdout")]
    assert entry.pop("timestamp").endswith("Z")
    assert entry == {
        "level": "INFO",
        "message": "hello",
        "logger": "chat",
        "requestId": "00000000-0000-4000-8000-000000000001",
        "room": "r1",
    }
