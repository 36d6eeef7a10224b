"""What SAM generates is told in the words of the user's own file."""

import pytest

from longwire.errors import TemplateError
from longwire.template.places import KeyPath, Places, did_you_mean
from sample_templates import places_of

SAM = """\
Globals:
  Function:
    Timeout: 5
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      Auth:
        AuthArn: x
      Routes:
        $connect: {FunctionArn: a}
        sendMessage: {FunctionArn: a}
  ChatWorker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: arn
            BatchSize: 5
"""


@pytest.fixture
def places() -> Places:
    return places_of(SAM)


@pytest.mark.parametrize(
    ("path", "line", "shown"),
    [
        (("Chat", "Properties", "Auth", "AuthArn"), 9, "Chat.Auth.AuthArn"),
        (("ChatConnectRoute", "Properties", "RouteKey"), 11, "Chat.Routes.$connect"),
        (("ChatSendmessageIntegration", "Properties", "IntegrationUri"), 12, "Chat.Routes.sendMessage.FunctionArn"),
        (("ChatConnectAuthorizer", "Properties", "AuthorizerUri"), 9, "Chat.Auth.AuthArn"),
        (("ChatWorker", "Properties", "Code"), 16, "ChatWorker.CodeUri"),
        (("ChatWorker", "Properties", "Timeout"), 3, "Globals.Function.Timeout"),
        (("ChatWorker", "Properties", "MemorySize"), 15, "ChatWorker"),
        (("ChatWorkerQueue", "Properties", "EventSourceArn"), 21, "ChatWorker.Events.Queue.Queue"),
        (("ChatWorkerQueue", "Properties", "BatchSize"), 22, "ChatWorker.Events.Queue.BatchSize"),
        (("ChatWorkerRole", "Properties", "Policies"), 15, "ChatWorker"),
        (("Unheard", "Properties", "Name"), 4, "Unheard.Name"),
    ],
)
def test_a_generated_property_leads_to_what_it_was_made_of(
    places: Places, path: KeyPath, line: int, shown: str
) -> None:
    error = places.error(("Resources", *path), "is wrong")

    assert str(error) == f"template.yaml:{line}:{error.location and error.location.column}: {shown}: is wrong"


def test_functions_are_left_out_of_a_property_path_and_items_are_numbered(places: Places) -> None:
    error = places.source_error(("Resources", "A", "Properties", "List", 2, "Fn::Sub", 1, "Name"), "is wrong")

    assert error.property_path == "List[2][1].Name"


def test_what_is_not_emulated_is_an_error_unless_it_is_allowed(places: Places) -> None:
    with pytest.raises(TemplateError, match="--allow-unsupported"):
        places.unsupported(("Resources", "Chat"), "is not emulated")

    allowing = places_of(SAM, allow_unsupported=True)
    allowing.unsupported(("Resources", "Chat"), "is not emulated")
    allowing.unsupported(("Resources", "Chat"), "is not emulated")
    assert allowing.warnings == ["template.yaml:5:3: Chat: ignored: is not emulated"]


@pytest.mark.parametrize(
    ("word", "hint"),
    [("timeot", "Did you mean Timeout?"), ("TIMEOUT", "Did you mean Timeout?"), ("Colour", None), ("", None)],
)
def test_the_nearest_name_is_suggested_whatever_its_case(word: str, hint: str | None) -> None:
    assert did_you_mean(word, ["Timeout", "Handler"]) == hint
