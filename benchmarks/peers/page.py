"""Puts figures into docs/benchmarks.md: `python -m benchmarks.peers.page FIGURES.json`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import orjson

from benchmarks.peers.picture import drawn
from benchmarks.peers.tables import printed

DOCS = Path(__file__).parents[2] / "docs"
PAGE, PICTURE = DOCS / "benchmarks.md", DOCS / "benchmarks.svg"


def main() -> None:
    """Put the tables between the marks of their name, and draw the picture."""
    told = orjson.loads(Path(sys.argv[1]).read_bytes())
    versions = ", ".join(f"{name} {version}" for name, version in told["versions"].items())
    put("peers", f"{told['about']}; {versions}.\n\n{printed(told)}")
    PICTURE.write_text(drawn(told), encoding="utf-8")


def put(name: str, text: str) -> None:
    """Replace what stands between the marks `name` of the page."""
    page = PAGE.read_text(encoding="utf-8")
    between = re.compile(rf"(<!-- figures: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    assert between.search(page), f"{PAGE.name} has no place for {name}"
    PAGE.write_text(
        between.sub(lambda found: f"{found[1]}\n{text}\n{found[2]}", page), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
