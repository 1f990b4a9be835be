"""What answering ahead would win on the day of benchmarks.caches: `python -m benchmarks.foreseen`.

Nothing is asked of a server: of the same day it is counted what would be found if, after each
request, what has mostly followed it were made too, and were there before it is asked for. So it
is the most that could be won.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.caches import arguments, day, holds

SHARES = (None, 0.5, 0.3, 0.15)
"""How often a request must have followed to be made ahead; None: none is."""
CHAIN, SEEN = 5, 3
"""How far ahead is looked, and how often a request must have been seen for that."""


@dataclass(slots=True, eq=False)
class Foreseen:
    """One tenant's day: what is kept, and what of it was made ahead and not asked for yet."""

    share: float | None
    asked: set[str] = field(default_factory=set)
    ahead: set[str] = field(default_factory=set)
    followed: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    last: str | None = None
    counted: Counter[str] = field(default_factory=Counter)

    def ask(self, body: str) -> None:
        """One request, and what is made ahead after it."""
        self.counted["asked"] += 1
        self.counted["found"] += body in self.asked
        self.counted["used"] += body in self.ahead
        self.ahead.discard(body)
        self.asked.add(body)
        if self.last is not None:
            self.followed[self.last][body] += 1
        self.last = body
        for each in self._likely(body):
            if each not in self.asked:
                self.counted["made ahead"] += 1
                self.asked.add(each)
                self.ahead.add(each)

    def land(self) -> None:
        """Facts have changed."""
        self.asked = {each for each in self.asked if holds(each)}
        self.ahead &= self.asked

    def _likely(self, body: str) -> Iterator[str]:
        for _ in range(CHAIN if self.share is not None else 0):
            after = self.followed[body]
            if after.total() < SEEN:
                return
            body, times = after.most_common(1)[0]
            if times < (self.share or 0) * after.total():
                return
            yield body


def main() -> None:
    """The day once for each share."""
    asked = arguments()
    for share in SHARES:
        tenants = [Foreseen(share) for _ in range(asked.tenants)]
        for tenant, body in day(tenants, asked):
            if body is None:
                tenant.land()
            else:
                tenant.ask(body.decode())
        counted = sum((each.counted for each in tenants), Counter[str]())
        print(
            f"made ahead from a share of {share}: {counted['found'] / counted['asked']:.1%} found, "
            f"{counted['made ahead']} made ahead of {counted['asked']}, {counted['used']} used"
        )


if __name__ == "__main__":
    main()
