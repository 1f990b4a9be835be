"""Having data analysed."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.types.errors import Refused
from graph.types.runs import Run
from resolvers import analysing


@strawberry.type(description="A run looks for what is worth telling.")
class StartAnalysisPayload:
    """What startAnalysis leaves behind."""

    run: Run = strawberry.field(description="The run: follow it, or cancel it.")


StartAnalysisResult: TypeAlias = Annotated[
    StartAnalysisPayload | Refused,
    strawberry.union("StartAnalysisResult", description="The run, or what stood in its way."),
]


@strawberry.type
class AnalysingMutations:
    """Root fields that have data analysed."""

    @mutation(
        "Have your data analysed now. That happens by itself, some seconds after something was "
        "learned and once a day. A run that is waiting already answers for this one too.",
        needs=Permission.MEMORY_WRITE,
    )
    async def start_analysis(self, info: Info) -> StartAnalysisResult:
        """Asked for."""
        run = await analysing.start(info.context.session)
        return StartAnalysisPayload(run=Run.from_record(run))
