"""What goes wrong at the command line is told in one line."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.failures import report
from core.errors import BadInput, Bug, ConfigError, Terminal, Transient
from tests.app.commands import Run, run

__all__ = ["run"]


def test_a_setting_out_of_bounds_is_named_without_its_value(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIFTOS_UPLOAD_MAX_BYTES", "-hunter2")
    result = run("tenant", "list")
    assert isinstance(result.exception, ConfigError)
    assert "LIFTOS_UPLOAD_MAX_BYTES" in str(result.exception)
    assert "hunter2" not in str(result.exception)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadInput("no", mend="do"), 2),
        (ConfigError("no"), 2),
        (Transient("no"), 1),
        (Terminal("no"), 1),
        (Bug("no"), 1),
        (RuntimeError("token=hunter2hunter2"), 1),
    ],
)
def test_errors_are_one_line_and_a_mend(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    assert report(error) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert "error: " in told.err
    assert "hunter2" not in told.err
    assert ("Traceback" in told.err or "this is a fault of ours" in told.err) is isinstance(
        error, Bug | RuntimeError
    )


def liftos(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_port_in_use_is_told_before_anything_starts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = liftos("--home", str(home), "up", "--port", str(port))
    assert result.returncode == 2
    assert (
        f"error: port {port} on 127.0.0.1 cannot be used: address already in use" in result.stderr
    )
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr
    assert not home.exists()


def test_help_loads_no_command() -> None:
    script = (
        "import sys\n"
        "from app.cli.main import cli\n"
        "try: cli(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'asyncpg', 'fastapi', 'strawberry', 'pandas', 'sqlalchemy', 'pydantic'}\n"
        "sys.stderr.write(repr(sorted(heavy & set(sys.modules))))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stderr == "[]"
    assert "demo" in result.stdout


@pytest.mark.parametrize(
    "address",
    [
        *("mysql://u:planted@h/d", "localhost", "postgres//u:planted@h", ""),
        *("postgresql://u:planted@h:port/d", "postgresql://u:planted@[h/d"),
    ],
)
def test_an_address_that_is_none_is_a_matter_of_settings(
    run: Run, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("LIFTOS_DATABASE_URL", address)
    refused = run("tenant", "list").exception
    assert isinstance(refused, ConfigError)
    assert refused.field == "LIFTOS_DATABASE_URL"
    assert "planted" not in f"{refused} {refused.mend}"
