"""The real models build themselves from exports: each number is that of the file.

They are heavy: each is installed into an environment of its own, and where it cannot be, the
test is skipped and says why.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.models.conftest import Bundles
from tests.models.environments import MERIDIAN, PYMC
from tests.models.files import EXAMPLE, NATIONAL, ROBYN, ModelFile

pytestmark = [pytest.mark.models, pytest.mark.timeout(900)]


@pytest.mark.parametrize("model", [ROBYN, EXAMPLE], ids=lambda model: model.path)
async def test_pymc_marketing_builds_its_model(model: ModelFile, bundles: Bundles) -> None:
    bundle = await bundles(model)
    PYMC.ready()
    told = json.loads(PYMC.read("read_pymc.py", bundle))
    columns = {column: header for header, column in model.columns.items()}
    assert told["y"] == model.numbers(columns["kpi"])
    assert told["channels"] == {
        name: model.numbers(columns[name]) for name in told["columns"]["channel_columns"]
    }
    assert told["in_the_model"] == [len(model.rows()), len(told["channels"])]


@pytest.mark.parametrize("model", [ROBYN, NATIONAL], ids=lambda model: model.path)
async def test_meridian_builds_its_input_and_model(model: ModelFile, bundles: Bundles) -> None:
    bundle = await bundles(model)
    MERIDIAN.ready()
    told = json.loads(MERIDIAN.read("read_meridian.py", bundle))
    columns = {column: header for header, column in model.columns.items()}
    assert told["kpi"] == [model.numbers(columns["kpi"])]
    spends = [f"{channel}_spend" for channel in told["channels"]]
    assert told["media_spend"] == [by_period(model, [columns[name] for name in spends])]
    exposures = [exposure(columns, channel) for channel in told["channels"]]
    assert told["media"] == [by_period(model, exposures)]
    assert told["times"] == [row[model.time] for row in model.rows()]
    assert told["media_channels"] == len(spends)


def by_period(model: ModelFile, headers: list[str]) -> list[list[float]]:
    return [list(row) for row in zip(*(model.numbers(each) for each in headers), strict=True)]


def exposure(columns: dict[str, str], channel: str) -> str:
    names: Any = (f"{channel}_{part}" for part in ("impressions", "clicks", "spend"))
    return columns[next(name for name in names if name in columns)]
