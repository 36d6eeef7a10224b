"""A cloud assembly as it comes from CDK, run by naming its folder."""

from pathlib import Path

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.project import chosen
from longwire.template.load import load
from sample_templates import sample


def test_the_folder_runs_the_stack_that_has_the_api(tmp_path: Path) -> None:
    sample("cdk", tmp_path)
    found = chosen(tmp_path / "cdk", tmp_path)
    stack = load(found.file, stack_name=found.stack_name, cache=tmp_path / "cache")
    server = LongwireServer(stack, Options(port=0))
    try:
        longwire = Longwire(server)
        ws = longwire.connect()
        ws.send("hello")
        assert ws.receive_json(timeout=10) == {
            "heard": "hello",
            "callback": f"https://{stack.api.domain_name}/dev",
            "table": "team-chat-Connections0A1B2C3D",
        }
        ws.close()
    finally:
        server.close()
