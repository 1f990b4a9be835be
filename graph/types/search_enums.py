"""Enumerations of search, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.records.documents import DocumentKind
from core.records.llm_context import GapReason
from core.records.search import Concept, SearchMode, WhyUnknown
from core.search.concepts import MEASURED_BY
from graph.types.described import described

_UNMEASURED = "Nothing that sources report measures it, so nothing has a place in it."

SEARCH_ENUMS: tuple[type[Enum], ...] = (
    described(
        SearchMode,
        "By what documents are found.",
        {
            SearchMode.NEURAL: "By nearness of meaning: vectors of question and document.",
            SearchMode.LEXICAL: (
                "By words and their forms; rare ones, and those of titles, count more."
            ),
            SearchMode.CONCEPTUAL: (
                "By how far documents lie in the direction that words of the question name, in "
                "ten dimensions that are measured by their figures."
            ),
            SearchMode.KNOWLEDGE: (
                "By walks from what the question names (a source, account, campaign, channel, "
                "product, audience, event) to what belongs to it."
            ),
            SearchMode.HYBRID: "All of them, fused by the places that they give.",
        },
    ),
    described(
        DocumentKind,
        "What a document is about.",
        {
            DocumentKind.ACCOUNT: "An account in a month.",
            DocumentKind.CAMPAIGN: "A campaign in a month.",
            DocumentKind.AD_SET: "An ad set, or Google's ad group, in a month.",
            DocumentKind.AD: "An ad in a month.",
            DocumentKind.INSIGHT: "An insight.",
            DocumentKind.CALENDAR_EVENT: "An event of your own calendar.",
            DocumentKind.EXPORT: "An export.",
        },
    ),
    described(
        Concept,
        "A dimension of the marketing space.",
        {
            each: _UNMEASURED if measure is None else f"{measure[0].upper()}{measure[1:]}."
            for each, measure in MEASURED_BY.items()
        },
    ),
    described(
        WhyUnknown,
        "Why a document has no place in a dimension.",
        {
            WhyUnknown.NOT_MEASURED: "No source reports anything that could say it.",
            WhyUnknown.NOT_REPORTED: "Its source does not report what it is made of, or it is 0.",
            WhyUnknown.TOO_FEW_PEERS: "There are not enough documents like it to compare it with.",
        },
    ),
    described(
        GapReason,
        "What is missing for an answer, or speaks against leaning on it.",
        {
            GapReason.NO_DATA: "There are no marketing entries: nothing can be answered.",
            GapReason.NOTHING_FOUND: (
                "Nothing that is known is near the question: it cannot be answered."
            ),
            GapReason.NO_ROOM: "Not one fact fits into the budget: nothing can be answered.",
            GapReason.LEFT_OUT: "Some facts did not fit into the budget.",
            GapReason.NO_FIGURES: "Nothing that was found has figures.",
            GapReason.LOW_QUALITY: "The data behind some facts is of low quality.",
            GapReason.STALE: "The words of some facts are older than their figures.",
        },
    ),
)
