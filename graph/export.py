"""`python -m graph.export`: write schema.graphql at the root of the repository."""

from __future__ import annotations

from pathlib import Path

from graph.schema import sdl

SCHEMA_FILE = Path(__file__).resolve().parent.parent / "schema.graphql"


def main() -> None:
    """Write the file."""
    SCHEMA_FILE.write_text(sdl(), encoding="utf-8")


if __name__ == "__main__":
    main()
