"""Run the sandbox as a process of its own: `python -m sandbox --port 8900 --seed 1`."""

import argparse
import json
from collections.abc import Sequence

import uvicorn

from sandbox.app import create_app
from sandbox.control_input import changed_faults, moment
from sandbox.faults import FaultSettings
from sandbox.settings import SandboxSettings


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted. Requests are not logged: their URLs carry access tokens."""
    options = _parser().parse_args(arguments)
    settings = SandboxSettings(
        seed=options.seed,
        now=moment(options.now) if options.now else None,
        app_secret=options.app_secret,
        faults=changed_faults(FaultSettings(), json.loads(options.faults)),
    )
    uvicorn.run(
        create_app(settings),
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandbox", description="Stand-in ad platforms.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--seed", type=int, default=1, help="another seed is another world")
    parser.add_argument("--now", help="freeze the clock, e.g. 2026-11-22T12:00:00+00:00")
    parser.add_argument("--app-secret", help="check appsecret_proof with this secret")
    parser.add_argument("--faults", default="{}", help='e.g. {"rate_limited": 0.05}')
    return parser


if __name__ == "__main__":
    main()
