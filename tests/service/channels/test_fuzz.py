"""Whatever is sent to any operation, the response is one that /openapi.json describes."""

from collections.abc import Callable
from pathlib import Path

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

NAMES = {"document": "xianan-2023", "locator": "7", "slug": "childcare-enrolment-subsidy"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
same_every_time = settings(
    max_examples=50, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def described(build_service: Callable[..., FastAPI], tmp_path: Path) -> BaseSchema:
    """Of an app of its own, as each test ends the app that it drives."""
    return schemathesis.openapi.from_asgi("/openapi.json", build_service(tmp_path))


def test_response_to_what_fits_the_description_is_described(described: BaseSchema, subtests: pytest.Subtests) -> None:
    for operation in operations(described):
        with subtests.test(operation.label):
            send(operation, GenerationMode.POSITIVE)


def test_response_to_what_does_not_fit_is_described_too(described: BaseSchema, subtests: pytest.Subtests) -> None:
    for operation in operations(described):
        if operation.body or operation.query:
            with subtests.test(operation.label):
                send(operation, GenerationMode.NEGATIVE)


def test_response_about_something_that_is_there_is_described(described: BaseSchema, subtests: pytest.Subtests) -> None:
    for operation in operations(described):
        wanted = {name: NAMES[name] for name in NAMES if f"{{{name}}}" in operation.path}
        if wanted:
            with subtests.test(operation.label):
                send(operation, GenerationMode.POSITIVE, wanted)


def test_description_knows_only_our_own_error_shape(app: FastAPI) -> None:
    assert {name for name in app.openapi()["components"]["schemas"] if "ValidationError" in name} == set()


def operations(described: BaseSchema) -> list[APIOperation]:
    return [found.ok() for found in described.get_all_operations()]


def send(operation: APIOperation, mode: GenerationMode, names: dict[str, str] | None = None) -> None:
    @same_every_time
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=names))
    def each(case: Case) -> None:
        case.call_and_validate(checks=CHECKS)

    each()
