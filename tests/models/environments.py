"""Environments of the models' own: they are heavy, and bring other versions of what we use."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / ".venv" / "bin" / "uv"
INSTALL_SECONDS = 420
READ_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Environment:
    """A model's own environment; `pythons` are the versions that it runs on, best first."""

    name: str
    pythons: tuple[str, ...]

    @property
    def python(self) -> Path:
        return ROOT / ".venv-models" / self.name / "bin" / "python"

    def ready(self) -> None:
        """Install it, or skip the test and say why it could not be done."""
        wanted = (Path(__file__).parent / f"{self.name}.txt").read_text()
        mark = self.python.parent / "installed.txt"
        if mark.exists() and mark.read_text() == wanted:
            return
        found = next(filter(_runs, _places(self.pythons)), None)
        if found is None:
            pytest.skip(f"{self.name} needs one of {', '.join(self.pythons)}, and none is here")
        try:
            self._install(found)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"{self.name} could not be installed in time: {error}")
        mark.write_text(wanted)

    def read(self, script: str, *arguments: str | Path) -> str:
        """What a script of this folder says of an export, read by the model itself."""
        done = subprocess.run(
            [self.python, Path(__file__).parent / script, *arguments],
            env={"PYTHONPATH": str(ROOT / "client"), "PATH": "/usr/bin:/bin", "HOME": "/tmp"},  # noqa: S108
            capture_output=True,
            text=True,
            timeout=READ_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _install(self, python: Path) -> None:
        folder, listed = self.python.parents[1], Path(__file__).parent / f"{self.name}.txt"
        made = ("venv", "--quiet", "--clear", "--python", python, folder)
        filled = ("pip", "install", "--quiet", "--python", self.python, "--requirement", listed)
        for command in (made, filled):
            subprocess.run([UV, *command], check=True, timeout=INSTALL_SECONDS)


def _places(pythons: Sequence[str]) -> Iterator[Path]:
    """Where those Pythons may be: on the path, or among the versions that pyenv keeps."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for name in pythons:
        on_path = shutil.which(name)
        yield from [Path(on_path)] if on_path else []
        yield from sorted(kept.glob(f"*/bin/{name}"), reverse=True)


def _runs(python: Path) -> bool:
    return subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0


PYMC = Environment("pymc", ("python3.12", "python3.13"))
MERIDIAN = Environment("meridian", ("python3.11", "python3.12", "python3.13"))
