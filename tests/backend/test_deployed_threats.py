"""Threats to the backend once it is deployed, each with its tests: at least one, and each that is named is there."""

from pathlib import Path

from longwire_app.session import JOIN, SEND, Identity
from named_tests import absent

TEMPLATE = Path(__file__).parents[2] / "template.yaml"

THREATS: dict[str, list[str]] = {
    "a function that may do more than it does": [
        "functions/test_template.py::test_the_template_obeys_every_rule",
        "functions/test_template.py::test_each_rule_notices_when_it_is_broken",
        "functions/test_template_grants.py::test_connects_grants",
        "functions/test_template_grants.py::test_the_message_functions_grants",
        "functions/test_template_grants.py::test_the_workers_grants",
    ],
    "an authorizer that fails, and lets in": [
        "functions/test_authorizer.py::test_an_unreachable_secret_denies",
        "functions/test_authorizer.py::test_a_deployment_without_a_key_denies",
        "functions/test_authorizer.py::test_an_event_of_another_shape_denies",
        "functions/test_authorizer.py::test_claims_that_api_gateway_would_not_carry_are_denied",
        "backend/test_faults.py::test_a_crowd_survives_each_kind_of_fault",
    ],
    "a route that is reached without an authorizer": [
        "functions/test_connect.py::test_without_the_authorizers_context_nobody_gets_in",
        "functions/test_message.py::test_without_the_authorizers_context_nothing_happens",
    ],
    "forged, confused, stale and oversized tokens": [
        "functions/test_tokens.py::test_bad_tokens_are_refused_for_what_is_wrong",
        "backend/test_hostile_input.py::test_forty_bad_tokens_open_no_connection_and_are_not_repeated",
    ],
    "a rotation that locks users out, or strangers who make us hammer the issuer": [
        "functions/test_authorizer.py::test_a_rotated_secret_is_found_and_the_previous_one_stays_valid",
        "functions/test_authorizer.py::test_an_unknown_key_is_looked_for_at_most_every_30_seconds",
        "functions/test_keys.py::test_a_flood_of_unknown_keys_loads_at_most_every_thirty_seconds",
    ],
    "a secret in the template or in an environment": [
        "backend/test_deployed_threats.py::test_no_secret_is_in_the_template",
    ],
    "a reconnection token used again": [
        "functions/test_session_store.py::test_a_token_is_good_once_the_next_was_acknowledged",
        "functions/test_session_store.py::test_another_user_cannot_resume_with_a_stolen_token",
        "functions/test_resume.py::test_the_token_is_not_kept_but_its_hash",
    ],
    "a connection that outlives its token": [
        "functions/test_session_store.py::test_frames_after_the_token_expired_end_the_connection",
    ],
    "joining or publishing without the role, by a name that looks like another": [
        "functions/test_dispatch.py::test_without_the_role_it_is_forbidden_and_nothing_happens",
        "functions/test_session.py::test_a_group_with_dots_is_matched_whole",
        "backend/test_deployed_threats.py::test_a_role_covers_no_name_that_looks_like_its_group",
        "functions/test_topics.py::test_look_alikes_are_different_groups",
    ],
    "a name that reaches into another key": [
        "backend/test_hostile_input.py::test_names_that_attack_keys_are_names_and_no_two_are_one",
        "functions/test_items.py::test_different_topics_have_different_keys",
        "functions/test_items.py::test_different_tenants_and_users_have_different_slots",
        "functions/test_topic_log.py::test_a_name_cannot_reach_into_another_topic",
    ],
    "more connections of a user than are allowed": [
        "functions/test_slots.py::test_a_user_gets_exactly_as_many_slots_as_the_limit_says",
        "backend/test_at_each_call.py::test_lost_disconnects_free_their_slots_in_the_end",
    ],
    "logs that tell a token, or that a client writes": [
        "functions/test_log.py::test_text_of_a_client_cannot_begin_a_line_of_its_own",
        "functions/test_connect.py::test_neither_the_user_nor_the_token_is_logged",
        "functions/test_message.py::test_a_line_names_the_connection_and_shows_nothing_of_the_message",
        "test_end_to_end.py::test_no_token_is_in_the_timeline_or_a_log_line",
    ],
    "pages of other origins": [
        "functions/test_authorizer.py::test_a_page_of_another_origin_is_denied_before_its_token_is_looked_at",
        "functions/test_handshake.py::test_origins_that_may_not",
        "test_end_to_end.py::test_a_page_of_another_origin_is_refused",
    ],
    "AWS so slow that a function is ended": [
        "backend/test_faults.py::test_nobody_is_late_when_each_call_needs_all_its_tries",
        "functions/test_wiring.py::test_a_service_that_hangs_costs_less_than_api_gateway_waits",
        "functions/test_time_limit.py::test_a_call_begins_only_if_its_try_and_the_pause_after_it_fit",
    ],
    "bodies that break what reads them": [
        "backend/test_hostile_input.py::test_sixty_bodies_that_are_no_frames_get_their_answers",
        "functions/test_protocol.py::test_mutated_frames_are_frames_or_malformed_and_nothing_else",
    ],
}


def test_every_threat_has_tests_and_each_of_them_is_there() -> None:
    assert [threat for threat, tests in THREATS.items() if not tests] == []
    assert absent(test for tests in THREATS.values() for test in tests) == []


def test_no_secret_is_in_the_template() -> None:
    """It is generated where it is kept; a function is told its address alone."""
    text = TEMPLATE.read_text(encoding="utf-8")
    assert "GenerateSecretString" in text
    assert "SecretString:" not in text.replace("GenerateSecretString:", "")
    assert "resolve:secretsmanager" not in text
    assert "NoEcho" not in text


def test_a_role_covers_no_name_that_looks_like_its_group() -> None:
    identity = Identity("alice", roles=frozenset({f"{JOIN}.room", f"{SEND}.caf\u00e9"}))
    assert identity.may_join("room")
    assert not any(
        identity.may_join(name) for name in ("Room", "r\u043eom", "room\u200b", " room", "room.x", "roo", "")
    )
    assert not identity.may_send("cafe\u0301")
