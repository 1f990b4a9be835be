"""liftos tenant retention, forget: what is told, what is set, and what names nobody."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from core.errors import BadInput
from graph.ids import RUN
from tests.support import MASTER_KEY, Services

Run = Callable[..., Result]


@pytest.fixture
def run(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LIFTOS_DATABASE_URL", services.logins.owner or "")
    monkeypatch.setenv("LIFTOS_REDIS_URL", services.redis_url)
    monkeypatch.setenv("LIFTOS_MASTER_KEY", base64.b64encode(MASTER_KEY).decode())
    monkeypatch.setenv("LIFTOS_JWT_SECRET", "a-development-secret-of-enough-length-0123456789")

    def run(*arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(cli, ["--home", str(tmp_path), "tenant", *arguments], input=given)

    return run


@pytest.fixture
def slug(run: Run) -> str:
    slug = f"shop-{uuid4().hex[:12]}"
    assert run("create", slug).exit_code == 0
    return slug


def kept(result: Result) -> list[str]:
    return [line.split("  ")[-1].strip() for line in result.stdout.splitlines()[1:4]]


def test_retention_is_told_set_and_taken_back(run: Run, slug: str) -> None:
    assert kept(run("retention", slug)) == ["ever"] * 3
    assert kept(run("retention", slug, "--verbatim-days", "90", "--preview")) == [
        "90 days",
        "ever",
        "ever",
    ]
    assert kept(run("retention", slug)) == ["ever"] * 3
    run("retention", slug, "--verbatim-days", "90")
    assert kept(run("retention", slug, "--version-days", "7")) == ["90 days", "7 days", "ever"]
    assert kept(run("retention", slug, "--log-days", "30")) == ["90 days", "7 days", "30 days"]
    assert kept(run("retention", slug, "--for-ever")) == ["ever"] * 3


def test_a_person_is_named_by_a_file_or_by_standard_input(
    run: Run, slug: str, tmp_path: Path
) -> None:
    nobody = run("forget", slug, "--person", "-", given="\n")
    assert isinstance(nobody.exception, BadInput)
    person = tmp_path / "person"
    person.write_text("jane@example.com\n\n  4711-0815 \n")
    for confirmed in ((), ("--confirm",)):
        told = run("forget", slug, "--person", str(person), *confirmed)
        assert (told.exit_code, told.stderr.split(";")[0]) == (0, "queued")
        assert RUN.decode(told.stdout.strip(), "run")
    few = run("forget", slug, "--person", "-", given="x")
    assert isinstance(few.exception, BadInput)
