"""Messages without a socket."""

from longwire.server.http_message import HttpRequest, HttpResponse


def test_a_header_is_found_whatever_its_case_and_the_last_one_counts() -> None:
    request = HttpRequest("GET", "/", (("X-Thing", "one"), ("x-thing", "two")))
    assert request.header("X-THING") == "two"
    assert request.header("missing") is None


def test_the_path_is_the_target_without_its_query() -> None:
    assert HttpRequest("GET", "/a%2Fb?c=d?e", ()).path == "/a%2Fb"


def test_a_response_says_how_long_its_body_is() -> None:
    assert HttpResponse(200, body=b"abc").head() == b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n"


def test_a_length_that_the_application_gave_is_kept() -> None:
    head = HttpResponse(200, (("Content-Length", "7"),)).head()
    assert head.lower().count(b"content-length") == 1


def test_a_response_without_content_has_no_length() -> None:
    assert b"content-length" not in HttpResponse(204).head()


def test_a_line_break_in_a_header_cannot_start_another_header() -> None:
    assert HttpResponse(204, (("a", "b\r\nset-cookie: c"),)).head().count(b"\r\n") == 3


def test_a_status_without_a_phrase_is_sent_all_the_same() -> None:
    assert HttpResponse(599).head().startswith(b"HTTP/1.1 599 Unknown\r\n")
