"""A source is one folder: nothing else in the house names it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.records.connections import Level
from core.sources import CONNECTORS, MANIFESTS, SourceKind, SourceManifest, read_manifests

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = {".py", ".toml", ".sql", ".md", ".yml", ".ts", ".tsx", ".html", ".graphql"}
OUTSIDE = {
    ".git",
    ".venv",
    ".venv-models",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "node_modules",
    "static",
}
TOLD_OF = {
    "CHANGELOG.md",
    "client/liftos_client/generated/enums.py",
    "released/schema.graphql",
    "schema.graphql",
    "tests/arch/test_sources.py",
}
"""What is written of a source by others: its line of history, and what is made of manifests."""

_MADE = re.compile(r"<!-- [\w-]+ -->\n.*?<!-- end -->\n", re.DOTALL)


def files() -> Iterator[Path]:
    for path in ROOT.rglob("*"):
        inner = path.relative_to(ROOT)
        if path.suffix in SUFFIXES and not OUTSIDE & set(inner.parts) and path.is_file():
            yield inner


def test_the_sixth_connector_is_named_in_its_own_folders_only() -> None:
    named = re.compile(r"tiktok_?ads", re.IGNORECASE)
    elsewhere = {
        str(path)
        for path in files()
        if not any(named.search(part) for part in path.parts)
        and named.search(_MADE.sub("", (ROOT / path).read_text(encoding="utf-8")))
    }
    assert elsewhere <= TOLD_OF


@pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=lambda each: each.name)
def test_a_manifest_says_what_the_house_understands(manifest: SourceManifest) -> None:
    assert set(manifest.levels) <= set(Level)
    assert len({part.name for part in manifest.credentials}) == len(manifest.credentials)
    settings = {setting.name for setting in manifest.settings}
    assert manifest.version_setting is None or manifest.version_setting in settings
    assert (manifest.kind is SourceKind.PULL) == bool(manifest.credentials)


@pytest.mark.parametrize(
    "manifest", [each for each in MANIFESTS.values() if each.kind is SourceKind.PULL],
    ids=lambda each: each.name,
)  # fmt: skip
def test_a_source_that_is_asked_has_a_connector_a_normaliser_and_a_stand_in(
    manifest: SourceManifest,
) -> None:
    folder = CONNECTORS / manifest.folder
    assert (folder / "connector.py").exists()
    assert (folder / "normalise.py").exists()
    assert (ROOT / "sandbox" / manifest.folder / "platform.py").exists()
    assert any(setting.stand_in is not None for setting in manifest.settings)
    assert manifest.version_setting is not None


def test_a_manifest_with_an_unknown_key_is_refused_with_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "source.toml").write_text('name = "SHOP"\ncolour = "red"\n')
    with pytest.raises(ConfigError, match=r"source\.toml(?s:.*)colour"):
        read_manifests(tmp_path)


def test_connectors_do_not_know_each_other() -> None:
    strangers = {
        (folder.name, other.name)
        for folder in CONNECTORS.iterdir()
        for path in folder.rglob("*.py")
        for other in CONNECTORS.iterdir()
        if other.is_dir() and other != folder and f"connectors.{other.name}." in path.read_text()
    }
    assert strangers == set()
