"""Meta's ids: `act_1001` for accounts, 18 digits for campaigns, ad sets and ads."""

from dataclasses import dataclass
from typing import Final

from sandbox.world.plan import Plan
from sandbox.world.records import Level
from sandbox.world.world import World

_PREFIX: Final = "1202"
_DIGITS: Final = 14
_ACCOUNT_SCALE: Final = 10**8
_SCALES: Final = {Level.CAMPAIGN: 10**4, Level.ADSET: 10**2, Level.AD: 1}


@dataclass(frozen=True, slots=True)
class Node:
    """An object of an account: the account itself, or something at a position in its plan."""

    account: int
    level: Level
    position: int


def object_id(level: Level, number: int) -> str:
    """The id of a campaign, ad set or ad."""
    return f"{_PREFIX}{number * _SCALES[level]:0{_DIGITS}d}"


def id_at(plan: Plan, level: Level, position: int) -> str:
    """The id of what stands at a position of a plan; an account's has no prefix in reports."""
    if level is Level.ACCOUNT:
        return str(plan.account.number)
    return object_id(level, plan.entities(level)[position].number)


def account_number(external_id: str) -> int | None:
    """The number in `act_1001`, or None if that is not what it looks like."""
    digits = external_id.removeprefix("act_")
    return int(digits) if digits.isascii() and digits.isdecimal() else None


def find(world: World, external_id: str) -> Node | None:
    """The node with an id, or None if there is none."""
    if external_id.startswith("act_"):
        number = account_number(external_id)
        return (
            Node(number, Level.ACCOUNT, 0)
            if number in world.accounts_on("meta") and number
            else None
        )
    digits = external_id.removeprefix(_PREFIX)
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdecimal()):
        return None
    return _find_object(world, int(digits))


def _find_object(world: World, scaled: int) -> Node | None:
    account = scaled // _ACCOUNT_SCALE
    if account not in world.accounts_on("meta"):
        return None
    level = next(level for level, scale in _SCALES.items() if scaled % scale == 0)
    position = world.plan(account).position(level, scaled // _SCALES[level])
    return None if position is None else Node(account, level, position)
