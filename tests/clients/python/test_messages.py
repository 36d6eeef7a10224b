from longwire_client.messages import Message, Resync, shown


def test_a_frame_of_a_group_and_one_of_the_server() -> None:
    group = {"from": "group", "group": "g", "dataType": "text", "data": "hi", "fromUserId": "al", "sequenceId": 4}
    assert shown(group) == Message("group", "hi", "text", "g", "al", 4)
    assert shown({"from": "server", "dataType": "json", "data": [1]}) == Message("server", [1], "json")


def test_only_the_server_can_ask_for_a_resync() -> None:
    data = {"$rt": "resync", "group": "g", "from": 2, "to": 3}
    assert shown({"from": "server", "dataType": "json", "data": data}) == Resync("g", 2, 3)
    assert shown({"from": "group", "group": "g", "dataType": "json", "data": data}) == Message(
        "group", data, "json", "g"
    )
