"""liftos tenant erase: a name is typed twice, and one that was mistyped erases nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from core.errors import BadInput, NotFound
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


def named(result: Result, slug: str) -> list[list[str]]:
    return [line.split() for line in result.stdout.splitlines() if line.startswith(f"{slug} ")]


def test_a_name_that_is_not_the_same_twice_erases_nothing(run: Run, slug: str) -> None:
    for refused in (
        run("erase", slug, given="shop\n"),
        run("erase", slug, "--confirm", slug.upper()),
    ):
        assert isinstance(refused.exception, BadInput)
        assert "nothing was erased" in str(refused.exception)
    assert len(named(run("list"), slug)) == 1
    assert named(run("erasures"), slug) == []


def test_a_name_that_is_typed_again_erases_and_leaves_a_receipt(run: Run, slug: str) -> None:
    done = run("erase", slug, given=f"{slug}\n")
    assert done.exit_code == 0
    assert f"erased {slug} (" in done.stdout
    assert named(run("list"), slug) == []
    (receipt,) = named(run("erasures"), slug)
    assert receipt[-1] in done.stdout
    assert isinstance(run("erase", slug, "--confirm", slug).exception, NotFound)
    assert run("create", slug).exit_code == 0  # the name is free again


def test_a_tenant_that_is_not_there_is_not_found(run: Run) -> None:
    assert isinstance(run("erase", "nobody-here", "--confirm", "nobody-here").exception, NotFound)
