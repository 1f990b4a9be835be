"""A campaign planner: a subgraph of its own that adds budgets to campaigns.

Behind one gateway with LiftOS Core Data, a plan leads to its campaign with all its numbers, and
a campaign to its plans. Campaigns and days are only named here, by one of their keys; whatever
else they have stays where it is. Run it with::

    LIFTOS_GATEWAY_SECRET=… uvicorn docs.federation.planner:app --port 8100

Who is asking is believed only under the gateway's signature, as LiftOS Core Data does it. Plans
are kept in memory: a real planner would have a database here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import time
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

import strawberry
from graphql import GraphQLError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

WINDOW_SECONDS = 60


@dataclass
class Context:
    """Whose plans are asked for; None when nobody vouches for the caller."""

    organisation: str | None


Info = strawberry.Info[Context, None]


@strawberry.federation.type(keys=["date"], description="A day of LiftOS Core Data's calendar.")
class CalendarDimension:
    """Named by its date: no id has to be known for that."""

    date: dt.date = strawberry.field(description="The day.")

    @classmethod
    def resolve_reference(cls, date: str) -> CalendarDimension:
        """The day that a gateway means."""
        return cls(date=dt.date.fromisoformat(date))

    @strawberry.field(description="Plans that begin on this day.")
    def plans(self, info: Info) -> list[Plan]:
        """Of the asking organisation."""
        return [plan for plan in _plans(info) if plan.first_day.date == self.date]


@strawberry.federation.type(keys=["id"], description="A campaign of LiftOS Core Data.")
class Campaign:
    """Named by its id, as LiftOS answered it."""

    id: strawberry.ID = strawberry.field(description="Its id in LiftOS Core Data.")

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Campaign:  # noqa: A002 - the key's name
        """The campaign that a gateway means."""
        return cls(id=id)

    @strawberry.field(description="What is planned to be spent; null when nothing is planned.")
    def planned_budget(self, info: Info) -> Decimal | None:
        """The sum of its plans."""
        budgets = [plan.budget for plan in self._plans(info)]
        return sum(budgets, Decimal()) if budgets else None

    @strawberry.field(description="Its plans, oldest first.")
    def plans(self, info: Info) -> list[Plan]:
        """Of the asking organisation."""
        return self._plans(info)

    def _plans(self, info: Info) -> list[Plan]:
        return [plan for plan in _plans(info) if plan.campaign and plan.campaign.id == self.id]


@strawberry.federation.type(keys=["id"], description="What a campaign may spend.")
class Plan:
    """One line of the media plan."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    budget: Decimal = strawberry.field(description="In the currency of the campaign's account.")
    campaign: Campaign | None = strawberry.field(
        description="What is planned. Null when you have no such campaign."
    )
    first_day: CalendarDimension = strawberry.field(description="When it begins.")


PLANS: defaultdict[str, list[Plan]] = defaultdict(list)


def _plans(info: Info) -> list[Plan]:
    if info.context.organisation is None:
        raise GraphQLError(
            "the gateway's signature does not hold", extensions={"code": "UNAUTHENTICATED"}
        )
    return PLANS[info.context.organisation]


@strawberry.type
class Query:
    """What can be read."""

    @strawberry.field(description="Your plans, oldest first.")
    def plans(self, info: Info) -> list[Plan]:
        """Of the asking organisation."""
        return _plans(info)


@strawberry.type
class Mutation:
    """What can be changed."""

    @strawberry.mutation(description="Plan what a campaign may spend.")
    def plan_campaign(
        self, info: Info, campaign: strawberry.ID, first_day: dt.date, budget: Decimal
    ) -> Plan:
        """Whether there is such a campaign is for LiftOS to say, when somebody asks."""
        plan = Plan(
            id=strawberry.ID(uuid4().hex),
            budget=budget,
            campaign=Campaign(id=campaign),
            first_day=CalendarDimension(date=first_day),
        )
        _plans(info).append(plan)
        return plan


schema = strawberry.federation.Schema(Query, Mutation, federation_version="2.9")


class Planner(GraphQL[Context, None]):
    """The endpoint; it is for the gateway alone."""

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        """The organisation that the gateway signed for."""
        del response
        if isinstance(request, Request) and _is_signed(request, await request.body()):
            return Context(request.headers["x-org-id"])
        return Context(None)


def _is_signed(request: Request, body: bytes) -> bool:
    sent = request.headers
    names = ("x-org-id", "x-user-id", "x-user-roles", "x-gateway-timestamp")
    if any(len(sent.getlist(name)) != 1 for name in names):
        return False
    organisation, user, roles, timestamp = (sent[name] for name in names)
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > WINDOW_SECONDS:
        return False
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    digest = hashlib.sha256(body).hexdigest()
    lines = ("liftos-gateway-v1", request.method, target, timestamp, digest)
    text = "\n".join((*lines, organisation, user, roles, *_last_lines(sent)))
    secret = os.environ["LIFTOS_GATEWAY_SECRET"]
    expected = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, sent.get("x-gateway-signature", ""))


def _last_lines(sent: Headers) -> list[str]:
    client, nonce = sent.getlist("x-gateway-client"), sent.getlist("x-gateway-nonce")
    return [*(client or [""]), *nonce] if nonce else client


app = Planner(schema, graphql_ide=None)
