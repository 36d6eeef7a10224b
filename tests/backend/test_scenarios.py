"""The scenarios that the backend is held to, each with its tests: at least one, and each that is named is there."""

from named_tests import absent

SCENARIOS: dict[str, list[str]] = {
    "1 a cut before the commit, between commit and bell, after the bell and before the ack": [
        "backend/test_at_each_call.py::test_a_publish_that_dies_at_any_call_is_repeated_and_arrives_once",
        "test_official_clients.py::test_the_python_client_gets_every_message_once_over_cuts",
    ],
    "2 the same ackId twice, at once and after a reconnect": [
        "backend/test_at_each_call.py::test_an_ack_id_counts_once_at_whatever_call_it_is_repeated",
        "backend/test_at_each_call.py::test_an_ack_id_counts_once_over_a_reconnect",
        "functions/test_topic_log.py::test_the_same_ack_id_is_committed_once",
        "functions/test_store.py::test_one_of_many_simultaneous_claims_wins",
        "functions/test_pump_runner.py::test_a_repeated_publish_is_a_duplicate_and_rings_again",
    ],
    "3 a resume with none, one, some, a window, and more than a window missed": [
        "backend/test_recovery.py::test_same_position_no_pubs_expected",
        "backend/test_recovery.py::test_from_position",
        "backend/test_recovery.py::test_from_position_limited",
    ],
    "4 a resume after the messages' retention, and after the session's": [
        "functions/test_pump_runner.py::test_messages_that_expired_before_they_were_sent_are_told",
        "backend/test_recovery.py::test_from_position_that_already_gone",
        "functions/test_session_store.py::test_a_session_that_waited_too_long_is_gone",
        "test_official_clients.py::test_a_session_that_is_gone_becomes_a_new_one",
    ],
    "5 two devices with one session, and a stolen token": [
        "backend/test_at_each_call.py::test_of_two_handshakes_for_one_session_one_wins_and_no_slot_is_lost",
        "functions/test_session_store.py::test_of_two_devices_the_last_has_the_session_and_the_other_is_closed",
        "functions/test_session_store.py::test_a_token_is_good_once_the_next_was_acknowledged",
        "functions/test_session_store.py::test_another_user_cannot_resume_with_a_stolen_token",
    ],
    "6 twenty publishers at once: one order, no hole, for everybody": [
        "backend/test_at_each_call.py::test_twenty_publishers_at_once_make_one_order_for_everybody",
        "functions/test_topic_log.py::test_many_publishers_make_one_dense_log",
    ],
    "7 posts, bells and invocations late, repeated and out of order": [
        "backend/test_machine.py::test_whatever_happens_every_promise_is_kept",
        "functions/test_pump.py::test_each_topic_arrives_whole_and_in_order",
        "functions/test_pump_runner.py::test_bells_that_ring_twice_change_nothing",
        "functions/test_connect.py::test_a_repeated_invocation_changes_nothing",
    ],
    "8 a slow consumer: 429 for ever, no ack, a late ack; the others are not disturbed": [
        "functions/test_pump_runner.py::test_a_slow_client_disturbs_nobody_and_gets_all_in_the_end",
        "functions/test_pump_runner.py::test_a_full_window_waits_for_the_ack_and_loses_nothing",
    ],
    "9 a pump that dies at each step, and two at once": [
        "functions/test_pump.py::test_each_topic_arrives_whole_and_in_order",
        "backend/test_at_each_call.py::test_a_pump_that_dies_at_any_call_loses_and_repeats_nothing",
        "backend/test_at_each_call.py::test_two_pumps_at_once_post_in_order",
    ],
    "10 poison: too large, no text, no bell": [
        "functions/test_pump_runner.py::test_a_message_that_cannot_be_posted_does_not_hold_up_the_next",
        "functions/test_pump_runner.py::test_the_largest_message_has_room_for_its_id",
        "functions/test_message.py::test_bytes_that_are_no_text_fail_quietly",
        "functions/test_worker.py::test_what_is_no_bell_is_dropped_and_disturbs_nobody",
    ],
    "11 $disconnect never comes, comes after the resume, comes twice": [
        "functions/test_pump_runner.py::test_what_was_missed_comes_after_the_resume",
        "functions/test_disconnect.py::test_a_late_one_does_not_end_a_session_that_moved_on",
        "functions/test_disconnect.py::test_twice_is_harmless_and_so_is_one_without_a_session",
        "test_end_to_end.py::test_a_client_that_vanishes_leaves_nothing_behind",
    ],
    "12 a join and a leave that race a publish": [
        "backend/test_at_each_call.py::test_what_is_published_at_any_call_of_a_join_arrives_if_it_came_after",
        "backend/test_at_each_call.py::test_what_is_published_at_any_call_of_a_leave_harms_nothing",
    ],
    "13 closed for idleness, after two hours, by the administration; no error frame of the gateway": [
        "backend/test_closed_connections.py::test_ten_idle_minutes_are_survived",
        "backend/test_closed_connections.py::test_the_end_after_two_hours_is_survived",
        "functions/test_administration.py::test_a_closed_connection_is_told_why_and_cannot_be_resumed",
        "test_end_to_end.py::test_no_frame_without_a_type_ever_reaches_a_client",
    ],
    "14 a token that expires in session": [
        "functions/test_session_store.py::test_frames_after_the_token_expired_end_the_connection",
        "test_end_to_end.py::test_an_expired_token_is_refused",
    ],
    "15 the limit of a user's connections, with $disconnects lost": [
        "backend/test_at_each_call.py::test_lost_disconnects_free_their_slots_in_the_end",
        "functions/test_slots.py::test_a_user_gets_exactly_as_many_slots_as_the_limit_says",
        "functions/test_slots.py::test_a_slot_is_free_again_when_its_session_ends_or_expires",
    ],
    "16 a storm for one offset, conflicts, throttling, partial batches": [
        "backend/test_faults.py::test_each_call_of_a_route_fails_in_every_way",
        "backend/test_faults.py::test_a_crowd_survives_each_kind_of_fault",
        "backend/test_faults.py::test_a_crowd_survives_all_kinds_together",
    ],
    "17 items that have expired and are still there": [
        "functions/test_store.py::test_expired_subscriptions_that_dynamodb_has_not_removed_yet_are_not_seen",
        "functions/test_topic_log.py::test_what_is_over_is_not_read_though_it_is_still_there",
        "functions/test_session_store.py::test_a_session_that_waited_too_long_is_gone",
    ],
    "18 clocks that are five minutes off": [
        "backend/test_at_each_call.py::test_functions_whose_clocks_differ_keep_every_promise",
    ],
    "19 everybody comes back at once, against AWS's quota": [
        "clients/python/test_backoff.py::test_a_herd_gets_back_through_awss_quota_and_with_half_a_second_of_jitter_alone_it_does_not",
    ],
    "20 a broadcast to very many": ["functions/test_broadcast.py::test_many_of_whom_nine_in_ten_are_gone"],
    "21 no frame without a type": [
        "test_end_to_end.py::test_no_frame_without_a_type_ever_reaches_a_client",
        "functions/test_asyncapi.py::test_frames_on_the_wire_fit_the_schema",
    ],
    "22 unknown and wrong types, huge numbers, names of every kind": [
        "backend/test_hostile_input.py::test_sixty_bodies_that_are_no_frames_get_their_answers",
        "backend/test_hostile_input.py::test_names_that_attack_keys_are_names_and_no_two_are_one",
        "backend/test_hostile_input.py::test_numbers_come_back_as_they_went",
    ],
}


def test_every_scenario_has_tests_and_each_of_them_is_there() -> None:
    assert [int(name.split()[0]) for name in SCENARIOS] == list(range(1, 23))
    assert [name for name, tests in SCENARIOS.items() if not tests] == []
    assert absent(test for tests in SCENARIOS.values() for test in tests) == []
