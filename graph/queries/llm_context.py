"""Context for language models."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.documents import DocumentFilter
from core.scope import Permission
from graph.bounds.sizes import Size, number
from graph.context import Info
from graph.fields import guarded
from graph.inputs.search import SearchFilter, document_filter
from graph.queries.search import WEIGHT
from graph.types.llm_context import LlmContext
from graph.types.search import SearchText
from resolvers import llm_context
from resolvers.llm_context import MAX_FACTS, ContextQuestion

FACTS = 10
TOKENS = 4000


@strawberry.type
class LlmContextQueries:
    """Root fields for language models."""

    @guarded(
        "What is known that answers a question, in at most so many tokens and with what it cites; "
        "or that there is not enough. Nothing is guessed, and nothing is asked of a model.",
        needs=Permission.MEMORY_READ,
        size=Size(FACTS, MAX_FACTS, {"limit": number}, ("facts",), is_default=True),
        weight=WEIGHT,
    )
    async def llm_context(
        self,
        info: Info,
        *,
        question: SearchText,
        limit: Annotated[int, strawberry.argument(description="How many facts; 1 to 50.")] = FACTS,
        token_budget: Annotated[
            int, strawberry.argument(description="How many tokens; 50 to 100,000.")
        ] = TOKENS,
        filter: Annotated[  # noqa: A002 - the argument's name in the schema
            SearchFilter | None,
            strawberry.argument(description="Of which documents. Left out: of all."),
        ] = None,
    ) -> LlmContext:
        """Packed facts, or what is missing."""
        where: DocumentFilter = document_filter(filter)
        asked = ContextQuestion(question, limit, token_budget, where)
        return LlmContext.from_record(await llm_context.llm_context(info.context.session, asked))
