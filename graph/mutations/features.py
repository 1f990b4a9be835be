"""Making versions of feature views, and retiring them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.records.features import ViewKey
from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.inputs.features import FeatureViewInput
from graph.types.errors import Refused
from graph.types.features import FeatureView
from resolvers import features


@strawberry.type(description="The version as it now is.")
class FeatureViewPayload:
    """What a mutation of a feature view leaves behind."""

    view: FeatureView = strawberry.field(description="The version.")


FeatureViewResult: TypeAlias = Annotated[
    FeatureViewPayload | Refused,
    strawberry.union("FeatureViewResult", description="The version, or what stood in the way."),
]


@strawberry.type
class FeatureMutations:
    """Root fields that write feature views."""

    @mutation(
        "Make a version of a feature view: the first of its name, or the next. What says the same "
        "as the newest one is that one.",
        needs=Permission.MEMORY_WRITE,
    )
    async def create_feature_view(
        self,
        info: Info,
        *,
        view: Annotated[FeatureViewInput, strawberry.argument(description="What it is made of.")],
    ) -> FeatureViewResult:
        """Checked, then kept."""
        record = await features.create(info.context.session, view.to_view())
        return FeatureViewPayload(view=FeatureView.from_record(record))

    @mutation(
        "Offer a version of a feature view to nobody anew: it is listed no more, and not taken "
        "where none is named. A model that names it is still answered. Twice is the same as once.",
        needs=Permission.MEMORY_WRITE,
    )
    async def retire_feature_view(
        self,
        info: Info,
        *,
        name: Annotated[str, strawberry.argument(description="What the view is called.")],
        version: Annotated[int, strawberry.argument(description="Which version.")],
    ) -> FeatureViewResult:
        """Once or twice: the same."""
        record = await features.retire(info.context.session, ViewKey(name, version))
        return FeatureViewPayload(view=FeatureView.from_record(record))
