"""Answers of a newer server: members of unions that this client does not know."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from client.liftos_client import Refused, Unknown
from client.liftos_client.generated.entry_history import EntryHistory
from client.liftos_client.generated.start_ingestion import (
    StartIngestion,
    StartIngestionStartedInvalidInput,
)

REFUSAL: dict[str, Any] = {
    "code": "TOO_EARLY",
    "message": "the account is not read yet",
    "field": None,
    "mend": "ask again in an hour",
}


def started(**told: Any) -> BaseModel:
    return StartIngestion.model_validate({"started": told}).started


def test_an_error_that_is_new_is_a_refusal() -> None:
    found = started(__typename="TooEarlyError", **REFUSAL)
    assert type(found) is Refused
    assert (found.code, found.mend) == ("TOO_EARLY", "ask again in an hour")
    told = {"started": {"__typename": "TooEarlyError", **REFUSAL}}
    assert StartIngestion.model_validate(told).model_dump() == {"started": REFUSAL}
    known = started(__typename="InvalidInput", **REFUSAL)
    assert isinstance(known, StartIngestionStartedInvalidInput)


def test_anything_else_that_is_new_is_unknown_and_kept_as_it_came() -> None:
    found = started(__typename="Deferred")
    assert isinstance(found, Unknown)
    assert found.typename__ == "Deferred"
    told = {"entries": [None, {"__typename": "Forecast", "id": "Rm9yZWNhc3Q6MQ=="}]}
    history = EntryHistory.model_validate(told)
    assert isinstance(history.entries[1], Unknown)
    assert history.model_dump(by_alias=True) == told


def test_what_is_known_is_still_held_to_its_fields() -> None:
    with pytest.raises(ValidationError, match="run"):
        started(__typename="StartIngestionPayload")
