"""`python -m graph.export`: write schema.graphql and the manifest of registered operations."""

from __future__ import annotations

import json
from pathlib import Path

from graph.persisted import MANIFEST_FILE, manifest
from graph.schema import sdl

SCHEMA_FILE = Path(__file__).resolve().parent.parent / "schema.graphql"


def main() -> None:
    """Write the files."""
    SCHEMA_FILE.write_text(sdl(), encoding="utf-8")
    MANIFEST_FILE.write_text(manifest_text(), encoding="utf-8")


def manifest_text() -> str:
    """The manifest as it lies beside the documents."""
    return json.dumps(manifest(), indent=2) + "\n"


if __name__ == "__main__":
    main()
