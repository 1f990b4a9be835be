"""`python -m graph.export`: write schema.graphql and the manifest of registered operations."""

from __future__ import annotations

from pathlib import Path

from graph.manifest import manifest_text
from graph.schema import build_schema, sdl
from persisted import MANIFEST_FILE

SCHEMA_FILE = Path(__file__).resolve().parent.parent / "schema.graphql"


def main() -> None:
    """Write the files."""
    SCHEMA_FILE.write_text(sdl(), encoding="utf-8")
    manifest = manifest_text(build_schema().graphql)
    MANIFEST_FILE.write_text(manifest, encoding="utf-8")


if __name__ == "__main__":
    main()
