from longwire_infra.errors import LongwireInfraError, RecordError, WorkloadError, nearest


def test_a_record_error_names_the_field_at_fault() -> None:
    error = RecordError("is not a number", field="lambda_requests")

    assert isinstance(error, LongwireInfraError)
    assert (str(error), error.field) == ("lambda_requests: is not a number", "lambda_requests")


def test_a_record_error_without_a_field_speaks_of_the_whole() -> None:
    assert str(RecordError("is not a JSON object")) == "is not a JSON object"


def test_a_workload_error_names_file_line_and_field_or_the_flag() -> None:
    assert str(WorkloadError("is wrong", field="days", place="w.yaml:3")) == "w.yaml:3: days: is wrong"
    assert str(WorkloadError("is wrong", field="days", place="--days")) == "--days: is wrong"


def test_an_unknown_name_gets_the_nearest_or_all() -> None:
    assert nearest("conections", ["connections", "days"]) == "did you mean connections?"
    assert nearest("x", ["connections", "days"]) == "there is connections, days"
