"""`liftos demo`, twice over one home: it finds its data again, and its example is true."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.support import free_port

SECONDS = 120


def demo(home: Path, *options: str) -> subprocess.Popen[str]:
    ports = ("--port", "0", "--sandbox-port", str(free_port()))
    command = [sys.executable, "-m", "app.cli.main", "--home", str(home), "demo", *ports, *options]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ)
    )


def told_until(process: subprocess.Popen[str], last: str) -> str:
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if last in line:
            return "".join(lines)
    return pytest.fail("".join(lines))


def asked(text: str) -> Any:
    """What the printed command answers, run as it stands."""
    words = shlex.split(next(line for line in text.splitlines() if line.startswith("curl ")))
    if shutil.which("curl"):
        return json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    headers = [words[index + 1] for index, word in enumerate(words) if word == "-H"]
    request = urllib.request.Request(words[2], data=words[words.index("-d") + 1].encode())
    for header in headers:
        request.add_header(*header.split(": ", 1))
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def printed(text: str) -> Any:
    """The answer that the demo printed."""
    found, _ = json.JSONDecoder().raw_decode(text[text.index('{\n  "data"') :])
    return found


def test_the_demo_tells_the_truth_and_finds_its_data_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = demo(home)
    try:
        text = told_until(first, "Ctrl-C stops it")
        assert "Northwind Outfitters: first reading of" in text
        assert "Contoso Coffee: first reading of" in text
        # What it cost stands beside the answer, and changes with the clock.
        assert asked(text)["data"] == printed(text)["data"]
        assert "sandbox-token" not in text
        first.send_signal(signal.SIGINT)
        assert first.wait(SECONDS) == 0
    finally:
        first.kill()
        first.communicate()
    again = demo(home, "--exit")
    text, _ = again.communicate(timeout=SECONDS)
    assert again.returncode == 0, text
    assert text.count("read again of") == 2
    assert text.count("nothing changed") >= 2
    logs = "".join(path.read_text() for path in (home / "logs").glob("*.log"))
    assert "sandbox-token" not in logs
    assert "eyJ" not in logs
