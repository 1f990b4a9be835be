"""Finds the platforms: a folder of this package with a `platform.py` is one.

`platform.py` offers a Platform under the name PLATFORM; accounts of its own stand under the name
ACCOUNTS in an `accounts.py` beside it.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

from sandbox.platform import Platform, Sandbox
from sandbox.world.accounts import DEMO_ACCOUNTS
from sandbox.world.records import Account

_HERE = Path(__file__).resolve().parent


def platforms() -> Mapping[str, Callable[[Sandbox], Platform]]:
    """How each platform is built, by name."""
    return {module.PLATFORM.name: module.PLATFORM for module in _modules("platform")}


def accounts() -> tuple[Account, ...]:
    """The demo companies' accounts on every platform."""
    own = (account for module in _modules("accounts") for account in module.ACCOUNTS)
    return (*DEMO_ACCOUNTS, *own)


def _modules(name: str) -> Iterator[ModuleType]:
    folders = sorted(path.parent.name for path in _HERE.glob("*/platform.py"))
    for folder in folders:
        if (_HERE / folder / f"{name}.py").exists():
            yield import_module(f"sandbox.{folder}.{name}")
