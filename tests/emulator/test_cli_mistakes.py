"""What the ``longwire`` command says to mistakes: one message, an exit code, and no traceback."""

import socket
from pathlib import Path

import pytest

from longwire_command import TEMPLATE, Dev, run


def test_a_busy_explicit_port_is_an_error_and_a_busy_default_moves_on(
    project: Path, env: dict[str, str], dev: Dev
) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        refused = run(project, env, "dev", "--port", str(port))
        assert refused.returncode == 1
        assert f"127.0.0.1:{port} is in use" in refused.stderr
        assert "Traceback" not in refused.stderr
    with dev() as first, dev() as second:
        assert first.ready["endpoint_url"] != second.ready["endpoint_url"]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["dev", "--nonsense"], 2, "No such option"),
        (["dev", "--port", "99999"], 2, "--port"),
        (["dev", "--debug-port", "5678"], 1, "--debug-port needs --debug-function NAME: the template has Echo, Bye"),
        (["dev", "--debug-port", "5678", "--debug-function", "Ecko"], 1, "Did you mean Echo?"),
        (["dev", "--debug-function", "Echo"], 2, "--debug-function needs --debug-port"),
        (["dev", "--layer", "arn:aws:lambda:x"], 1, "is not ARN=FOLDER"),
        (
            ["dev", "--allow-origin", "app.example.com"],
            2,
            "an origin is a scheme and a host, as https://app.example.com",
        ),
        (["dev", "--allow-origin", "https://a.example/path"], 2, "--allow-origin https://a.example/path"),
        (["nonsense"], 2, "No such command"),
        (["dev", "stray"], 2, "unexpected extra argument"),
        (["dev", "--parameter-overrides", "nonsense"], 2, "nonsense"),
        (["dev", "-t", "absent.yaml"], 1, "absent.yaml"),
        (["dev", "--env-vars", "absent.json"], 1, "absent.json"),
        (["dev", "--endpoint", "dynamo=http://127.0.0.1:1"], 1, "AWS has no service dynamo"),
        (["dev", "--allow-host", "https://api.example.com/"], 1, "is no host name: write it as in the URL"),
        (["dev", "--allow-host", "*"], 1, "--allow-host '*' is no host name"),
        (["dev", "--access-keys", "absent.json", "--port", "0"], 1, "--access-keys absent.json"),
        (["dev", "--host", "192.0.2.1", "--port", "0"], 1, "192.0.2.1"),
        (["dev", "--parameter-overrides", "Unknown=1"], 1, "Unknown"),
    ],
)
def test_a_mistake_is_one_message_and_the_right_exit_code(
    project: Path, env: dict[str, str], arguments: list[str], code: int, complaint: str
) -> None:
    shown = run(project, env, *arguments)
    assert shown.returncode == code, shown.stderr
    assert complaint in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("a: [", "template.yaml:"),
        ("Resources:\n  Table:\n    Type: AWS::SQS::Queue\n", "WebSocket"),
        (TEMPLATE.replace("app.echo", "missing.echo"), "missing"),
        (TEMPLATE.replace("python3.13", "cobol85", 1), "cobol85"),
        (TEMPLATE.replace("!GetAtt Echo.Arn", "!GetAtt Ecko.Arn"), "Ecko"),
        (TEMPLATE + "  Odd: {Type: AWS::Neptune::DBCluster}\n", "AWS::Neptune::DBCluster"),
    ],
)
def test_a_wrong_template_is_one_message_with_file_and_line(
    project: Path, env: dict[str, str], template: str, complaint: str
) -> None:
    (project / "template.yaml").write_text(template)
    shown = run(project, env, "dev", "--port", "0")
    assert shown.returncode == 1
    assert complaint in shown.stderr
    assert "template.yaml" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_no_template_at_all_says_where_it_looked(tmp_path: Path, env: dict[str, str]) -> None:
    shown = run(tmp_path, env, "dev")
    assert shown.returncode == 1
    assert f"no template.yaml, template.yml, template.json or cdk.out in {tmp_path}" in shown.stderr


def test_a_table_that_cannot_be_is_said_with_its_line(project: Path, env: dict[str, str]) -> None:
    key = "KeySchema: [{AttributeName: a, KeyType: HASH}], AttributeDefinitions: []"
    table = f"  Bad: {{Type: AWS::DynamoDB::Table, Properties: {{BillingMode: PAY_PER_REQUEST, {key}}}}}\n"
    (project / "template.yaml").write_text(TEMPLATE + table)
    shown = run(project, env, "dev", "--port", "0")
    assert shown.returncode == 1
    assert "Bad" in shown.stderr
    assert "Traceback" not in shown.stderr


HTTP_ROUTE = """
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Ws, RouteKey: there, Target: !Sub "integrations/${There}" }
  There:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Ws
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: https://api.example.com/
"""


def test_a_host_beside_this_machine_is_called_when_it_is_allowed(project: Path, env: dict[str, str], dev: Dev) -> None:
    before, resources, after = TEMPLATE.partition("\nResources:\n")
    (project / "template.yaml").write_text(f"{before}{resources}{HTTP_ROUTE}{after}")
    refused = run(project, env, "dev", "--port", "0")
    assert refused.returncode == 1
    assert "There.IntegrationUri: api.example.com is not this machine" in refused.stderr
    assert "longwire dev --allow-host api.example.com" in refused.stderr
    with dev("--allow-host", "api.example.com") as running:
        assert running.ready["event"] == "ready"
