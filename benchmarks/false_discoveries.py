"""What is told of accounts in which nothing happens: `python -m benchmarks.false_discoveries`.

Accounts of twenty campaigns, of natures that are hard to be quiet about. What a kind judges
together, a day of an account, is a family: where nothing happens, anything that is told is false,
and may be told of one family in twenty. Then campaigns to which something was
done, and how many of those are told.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import timedelta

from analysis.insights.judging import Settings, told
from benchmarks.machine import described
from tests.analysis.insights.nulls import CAMPAIGNS, DAYS, JUDGED, KINDS, NATURES, false_ones
from tests.analysis.insights.panels import SINCE, Nature, campaigns, panel_of

ONCE = {"ANOMALY": slice(-1, None), "CHANGE_POINT": slice(-28, None)}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=40)
    accounts = parser.parse_args().accounts
    print(described())
    print("| kind | nothing happens, | questions | families | false | share (95 % interval) |")
    print("|---|---|---:|---:|---:|---|")
    for nature in NATURES:
        for each in false_ones(accounts, nature):
            share, low, high = each.share
            print(
                f"| {each.kind} | {each.nature} | {each.tests:,} | {each.families} | "
                f"{each.false} | {share:.1%} ({low:.1%} to {high:.1%}) |",
                flush=True,
            )
    print("| kind | spend of a campaign times | told |")
    print("|---|---:|---:|")
    for kind, times, hits in found(accounts):
        print(f"| {kind} | {times:g} | {hits} of {accounts} |", flush=True)


def found(accounts: int) -> Iterator[tuple[str, float, int]]:
    """Of one campaign in each, whose spend is another on the newest day, or for four weeks."""
    settings = Settings(SINCE + timedelta(days=DAYS - JUDGED))
    for kind, days in ONCE.items():
        for times in (0.2, 0.5, 1.2, 1.5, 2.0):
            hits = 0
            for seed in range(accounts):
                figures = campaigns(5000 + seed, CAMPAIGNS, DAYS, Nature(noise=0.1, memory=0.5))
                figures["spend"][0, days] *= times
                said = told(KINDS[kind](panel_of(figures), settings), settings.false_share)
                hits += any(
                    each.subject.key == "campaign 0" and each.metric == "spend" for each in said
                )
            yield kind, times, hits


if __name__ == "__main__":
    main()
