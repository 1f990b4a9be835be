"""Accounts, campaigns, ad sets and ads as Graph API objects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sandbox.meta import ids
from sandbox.meta.call import Call
from sandbox.meta.errors import invalid_parameter
from sandbox.world.plan import Plan
from sandbox.world.records import Account, Campaign, Level

EDGES: Final = {"campaigns": Level.CAMPAIGN, "adsets": Level.ADSET, "ads": Level.AD}
_ACTIVE: Final = 1


@dataclass(frozen=True, slots=True)
class Thing:
    """A campaign, ad set or ad on a date in its account's calendar."""

    plan: Plan
    level: Level
    position: int
    today: date

    @property
    def campaign_position(self) -> int:
        """Where its campaign stands."""
        return self.plan.campaign_of(self.level, self.position)

    @property
    def campaign(self) -> Campaign:
        """The campaign that it is or belongs to."""
        return self.plan.campaigns[self.campaign_position]

    @property
    def is_on(self) -> bool:
        """Whether it delivers today."""
        return self.campaign.is_on(self.today)


def account_object(account: Account, call: Call, moment: datetime) -> dict[str, object]:
    """An ad account with the fields asked for; `id` is always there."""
    values: dict[str, object] = {
        "id": f"act_{account.number}",
        "account_id": str(account.number),
        "name": account.name,
        "account_status": _ACTIVE,
        "currency": account.currency,
        "timezone_name": account.zone,
        "timezone_offset_hours_utc": _offset_hours(account, moment),
        "business_name": account.business,
        "business_country_code": account.market.upper().replace("UK", "GB"),
        "created_time": "2019-01-02T09:00:00+0000",
    }
    return _selected(call, values, ("account_id", "id"), "AdAccount")


def thing_object(thing: Thing, call: Call) -> dict[str, object]:
    """A campaign, ad set or ad with the fields asked for; `id` is always there."""
    fields = _FIELDS_AT[thing.level]
    wanted = call.listed("fields")
    _refuse_unknown(wanted, fields, thing.level.value.capitalize())
    values = {name: fields[name](thing) for name in (*wanted, "id")}
    return {name: value for name, value in values.items() if value is not None}


def visible(plan: Plan, level: Level, today: date, within: ids.Node) -> list[int]:
    """Positions of what exists by today at a level, inside an account or campaign."""
    created = (
        position
        for position in range(len(plan.entities(level)))
        if plan.campaigns[plan.campaign_of(level, position)].start <= today
    )
    if within.level is Level.ACCOUNT:
        return list(created)
    return [at for at in created if plan.campaign_of(level, at) == within.position]


def _offset_hours(account: Account, moment: datetime) -> float:
    offset = moment.astimezone(account.timezone).utcoffset()
    return offset.total_seconds() / 3_600 if offset else 0.0


def _selected(
    call: Call,
    values: Mapping[str, object],
    default: tuple[str, ...],
    node_type: str,
) -> dict[str, object]:
    wanted = call.listed("fields")
    _refuse_unknown(wanted, values, node_type)
    return {name: values[name] for name in ((*wanted, "id") if wanted else default)}


def _refuse_unknown(wanted: list[str], known: Mapping[str, object], node_type: str) -> None:
    for name in wanted:
        if name not in known:
            raise invalid_parameter(
                f"Tried accessing nonexisting field ({name}) on node type ({node_type})",
            )


def _midnight(thing: Thing, day: date | None) -> str | None:
    if day is None:
        return None
    local = datetime.combine(day, time.min, thing.plan.account.timezone)
    return local.strftime("%Y-%m-%dT%H:%M:%S%z")


def _status(thing: Thing) -> str:
    return "ACTIVE" if thing.is_on else "PAUSED"


_COMMON: Final[Mapping[str, Callable[[Thing], object]]] = {
    "id": lambda thing: ids.id_at(thing.plan, thing.level, thing.position),
    "account_id": lambda thing: str(thing.plan.account.number),
    "name": lambda thing: thing.plan.entities(thing.level)[thing.position].name,
    "status": _status,
    "effective_status": _status,
    "created_time": lambda thing: _midnight(thing, thing.campaign.start),
    "updated_time": lambda thing: _midnight(thing, thing.campaign.start),
}
_CAMPAIGN: Final[Mapping[str, Callable[[Thing], object]]] = {
    "objective": lambda thing: thing.campaign.objective.value,
    "buying_type": lambda _: "AUCTION",
    "daily_budget": lambda thing: str(thing.campaign.daily_budget_minor),
    "start_time": lambda thing: _midnight(thing, thing.campaign.start),
    "stop_time": lambda thing: _midnight(thing, thing.campaign.stop),
}
_PARENT: Final[Mapping[str, Callable[[Thing], object]]] = {
    "campaign_id": lambda thing: ids.id_at(thing.plan, Level.CAMPAIGN, thing.campaign_position),
}
_FIELDS_AT: Final = {
    Level.CAMPAIGN: {**_COMMON, **_CAMPAIGN},
    Level.ADSET: {**_COMMON, **_PARENT},
    Level.AD: {
        **_COMMON,
        **_PARENT,
        "adset_id": lambda thing: ids.id_at(
            thing.plan,
            Level.ADSET,
            int(thing.plan.adset_at[thing.position]),
        ),
    },
}
