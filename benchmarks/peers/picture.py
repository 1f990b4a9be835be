"""Figures as a picture: requests a second against PostGraphile's, a row for each question.

The scale is logarithmic, so that twice as fast is as far to the right as twice as slow is to the
left. Colours follow the reader's light or dark.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from benchmarks.peers.tables import (
    EARLIER,
    MANY,
    MIX,
    OURS,
    Cells,
    Told,
    cells_of,
    number,
    servers_of,
)

MEASURE = "PostGraphile 5"
WIDTH, LEFT, RIGHT, TOP, ROW = 860, 280, 90, 96, 40
LEAST, MOST = 1 / 64, 32
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.quiet { fill: #59636e; font-size: 12px }
.title { font-size: 16px; font-weight: 600 }
.value { font-weight: 600; fill: #0969da }
.grid { stroke: #d1d9e0 }
.even { stroke: #818b98; stroke-dasharray: 4 3 }
.s0 { fill: #0969da; stroke: #0969da } .s1 { fill: #818b98; stroke: #818b98 }
.s2 { fill: #bc4c00; stroke: #bc4c00 } .s3 { fill: #8250df; stroke: #8250df }
.s4 { fill: #1a7f37; stroke: #1a7f37 } .s5 { fill: none; stroke: #0969da; stroke-width: 2 }
.way { stroke: #0969da; stroke-width: 2; opacity: .35 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .quiet { fill: #9198a1 } .grid { stroke: #3d444d }
  .value { fill: #4493f8 }
  .s0 { fill: #4493f8; stroke: #4493f8 } .s2 { fill: #f0883e; stroke: #f0883e }
  .s3 { fill: #ab7df8; stroke: #ab7df8 } .s4 { fill: #3fb950; stroke: #3fb950 }
  .s5 { stroke: #4493f8 } .way { stroke: #4493f8 }
}
"""


def drawn(told: Told) -> str:
    """The SVG."""
    cells, servers = cells_of(told), servers_of(told)
    numbers = [each for each in told["questions"] if _rate(cells, each, MEASURE)]
    height = TOP + ROW * len(numbers) + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>Requests a second against those of {MEASURE}</title><style>{STYLE}</style>",
        f'<text x="16" y="26" class="title">Requests a second, {MEASURE} = 1</text>',
        f'<text x="{WIDTH - 12}" y="{TOP}" text-anchor="end" class="value">{OURS}</text>',
        *_legend(servers),
        *_grid(height),
    ]
    for place, each in enumerate(numbers):
        lines += _row(cells, servers, each, told["questions"][each], TOP + ROW * place + ROW // 2)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _legend(servers: Sequence[str]) -> Iterator[str]:
    x = 22
    for index, server in enumerate(servers):
        yield _mark(server, index, x, 52)
        yield f'<text x="{x + 10}" y="56">{escape(server)}</text>'
        x += 36 + 7 * len(server)


def _grid(height: int) -> Iterator[str]:
    for power in range(round(math.log2(LEAST)), round(math.log2(MOST)) + 1):
        ratio = 2.0**power
        name = f"{ratio:.0f} x" if power >= 0 else f"1/{1 / ratio:.0f}"
        kind = "even" if power == 0 else "grid"
        x = _x(ratio)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{height - 24}" class="{kind}"/>'
        yield (
            f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle" class="quiet">{name}</text>'
        )


def _row(cells: Cells, servers: Sequence[str], question: str, name: str, y: int) -> Iterator[str]:
    base = _rate(cells, question, MEASURE)
    yield f'<text x="16" y="{y + 4}">{escape(f"{question} {name}")}</text>'
    ratios = {each: _rate(cells, question, each) / base for each in servers}
    earlier = ratios.get(EARLIER)
    if earlier:
        yield (
            f'<line x1="{_x(earlier):.1f}" x2="{_x(ratios[OURS]):.1f}" y1="{y}" y2="{y}" '
            'class="way"/>'
        )
    for index, (server, ratio) in reversed(list(enumerate(ratios.items()))):
        if ratio:
            yield _mark(server, index, _x(ratio), y)
    yield (
        f'<text x="{WIDTH - 12}" y="{y + 4}" text-anchor="end" class="value">'
        f"{number(ratios[OURS])} x</text>"
    )


def _mark(server: str, index: int, x: float, y: float) -> str:
    size = 7 if server == OURS else 5
    return f'<circle cx="{x:.1f}" cy="{y}" r="{size}" class="s{index}"/>'


def _x(ratio: float) -> float:
    share = math.log(min(max(ratio, LEAST), MOST) / LEAST) / math.log(MOST / LEAST)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _rate(cells: Cells, question: str, server: str) -> float:
    found = (cells.get((question, server, each)) for each in (MANY, MIX))
    return next((each["per_second"] for each in found if each), 0.0)
