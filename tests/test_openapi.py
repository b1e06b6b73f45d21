"""Whatever the documented parameters hold, the API answers without failing."""

import json

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from maillage.config.api import api

SCHEMA = json.loads(json.dumps(api.get_openapi_schema(), default=str))
READS = [path for path, methods in SCHEMA["paths"].items() if "get" in methods]


@pytest.mark.django_db
@pytest.mark.parametrize("path", READS)
def test_no_documented_call_fails(path):
    operation = schemathesis.openapi.from_dict(SCHEMA)[path]["GET"]
    responses = SCHEMA["paths"][path]["get"]["responses"]
    client = Client(raise_request_exception=False)
    answered = set()

    @given(case=operation.as_strategy() | operation.as_strategy(schemathesis.GenerationMode.NEGATIVE))
    @settings(
        max_examples=20,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    def call(case):
        answer = client.get(case.formatted_path, case.query)
        answered.add(answer.status_code)
        assert answer.status_code < 500, (case.formatted_path, case.query)
        documented = responses.get(str(answer.status_code), {}).get("content", {})
        assert answer["Content-Type"].split(";")[0] in documented, (
            answer.status_code,
            case.formatted_path,
            case.query,
        )

    call()
    assert answered


def test_the_reads_of_the_map_are_documented():
    assert {"/api/v1/initiatives", "/api/v1/initiatives/withdrawn", "/api/v1/initiatives/{key}"} <= set(READS)
