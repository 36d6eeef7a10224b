from longwire_infra.errors import LongwireInfraError, RecordError


def test_a_record_error_names_the_field_at_fault() -> None:
    error = RecordError("is not a number", field="lambda_requests")

    assert isinstance(error, LongwireInfraError)
    assert (str(error), error.field) == ("lambda_requests: is not a number", "lambda_requests")


def test_a_record_error_without_a_field_speaks_of_the_whole() -> None:
    assert str(RecordError("is not a JSON object")) == "is not a JSON object"
