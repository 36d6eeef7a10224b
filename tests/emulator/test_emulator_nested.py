"""Nested stacks as a handler meets them."""

from pathlib import Path

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from sample_templates import sample


def test_a_handler_uses_the_table_and_the_queue_of_nested_stacks(tmp_path: Path) -> None:
    server = LongwireServer(sample("nested", tmp_path).load(), Options(port=0))
    try:
        longwire = Longwire(server)
        ws = longwire.connect()
        ws.send("hello")
        assert ws.receive_json(timeout=15)["table"] == "red-chat-connections"
        items = longwire.client("dynamodb").scan(TableName="red-chat-connections")["Items"]
        assert [item["id"]["S"] for item in items] == [longwire.connection_id(ws)]
        longwire.wait_for("invocation_finished", timeout=15, function="AuditLog", error="")
        ws.close()
    finally:
        server.close()
