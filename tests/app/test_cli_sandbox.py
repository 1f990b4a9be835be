"""Steering a running sandbox from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from app.cli.failures import report
from app.cli.main import cli
from core.errors import BadInput, Transient
from tests.support import free_port, start_sandbox

Steer = Callable[..., Result]


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    process, url = start_sandbox("--now", "2026-11-20T12:00:00+00:00")
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture
def steer(running: str) -> Steer:
    def invoke(*arguments: str, url: str = running) -> Result:
        return CliRunner().invoke(cli, ["sandbox", *arguments, "--url", url])

    return invoke


def test_faults_are_set_shown_and_cleared(steer: Steer) -> None:
    changed = json.loads(steer("faults", "rate_limited=0.1", "outage=true").stdout)
    assert (changed["rate_limited"], changed["outage"]) == (0.1, True)
    assert json.loads(steer("faults").stdout) == changed
    cleared = json.loads(steer("faults", "--clear", "reset=0.5").stdout)
    assert (cleared["rate_limited"], cleared["outage"], cleared["reset"]) == (0.0, False, 0.5)


def test_the_clock_is_moved(steer: Steer) -> None:
    assert json.loads(steer("clock").stdout)["now"] == "2026-11-20T12:00:00+00:00"
    moved = json.loads(steer("clock", "--advance-days", "2").stdout)
    assert moved["now"] == "2026-11-22T12:00:00+00:00"
    set_to = json.loads(steer("clock", "2026-11-20T12:00:00+00:00").stdout)
    assert set_to["now"] == "2026-11-20T12:00:00+00:00"


@pytest.mark.parametrize("change", ["outage", "rate_limted=0.1", "rate_limited=often", "outage=2"])
def test_what_cannot_be_set_is_said(
    steer: Steer, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = steer("faults", change)
    assert isinstance(failed.exception, BadInput)
    assert report(failed.exception) == 2
    told = capsys.readouterr().err
    assert change.partition("=")[0] in told
    assert "mend:" in told


def test_where_no_sandbox_answers_it_says_how_to_start_one(steer: Steer) -> None:
    failed = steer("faults", url=f"http://127.0.0.1:{free_port()}")
    assert isinstance(failed.exception, Transient)
    assert failed.exception.mend == "start one: liftos sandbox, or liftos demo"
