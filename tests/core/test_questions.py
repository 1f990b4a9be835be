from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.records.search import Concept
from core.search.questions import MAX_QUESTION, MAX_WORDS, understood


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("cheap campaigns", {Concept.COST_EFFICIENCY: 1.0}),
        ("expensive campaigns", {Concept.COST_EFFICIENCY: -1.0}),
        ("not expensive", {Concept.COST_EFFICIENCY: 1.0}),
        ("lowest cost", {Concept.COST_EFFICIENCY: 1.0}),
        ("highest cost", {Concept.COST_EFFICIENCY: -1.0}),
        ("no conversions at all", {Concept.CONVERSION_POTENTIAL: -1.0}),
        ("conversion was low", {Concept.CONVERSION_POTENTIAL: -1.0}),
        (
            "worst performers by clicks",
            {
                Concept.COST_EFFICIENCY: 0.0 - 0.5 - 0.5 + 0.0,
                Concept.CONVERSION_POTENTIAL: -1.0,
                Concept.ENGAGEMENT: -1.0,
            },
        ),
        (
            "wasted money without sales",
            {Concept.COST_EFFICIENCY: -1.0, Concept.CONVERSION_POTENTIAL: -1.0},
        ),
        ("viral but not engaging", {Concept.VIRAL_POTENTIAL: 1.0, Concept.ENGAGEMENT: -1.0}),
        ("cheap yet expensive", {}),
        ("bicycles in June", {}),
    ],
)
def test_a_direction_is_what_anchors_name_and_negation_turns(
    text: str, direction: dict[Concept, float]
) -> None:
    assert dict(understood(text).direction) == direction


def test_words_that_say_nothing_are_left_out_and_each_stands_once() -> None:
    asked = understood("  How are the BIKES doing in  the UK — bikes? ")
    assert asked.text == "How are the BIKES doing in the UK — bikes?"
    assert asked.words == ("bikes", "uk")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("'; DROP TABLE document; --", ("drop", "table", "document")),
        ("bikes & !(shoes) | <-> :*", ("bikes", "shoes")),
        ("Fahrräder für Männer", ("fahrräder", "für", "männer")),
        ("自転車 キャンペーン", ("自転車", "キャンペーン")),
        ("🚲🔥", ()),
        ("bikes\x1b[31m\u202eshoes\u200b", ("bikes", "31m", "shoes")),
        ("\uff42\uff49\uff4b\uff45\uff53", ("bikes",)),
    ],
)
def test_anything_may_be_asked(text: str, words: tuple[str, ...]) -> None:
    assert understood(text).words == words


@pytest.mark.parametrize(
    ("text", "message", "mend"),
    [
        ("", "text is empty", "say what you are looking for"),
        (" \t\n\x00\u200b", "text is empty", "say what you are looking for"),
        (
            "x" * 10_000,
            "text has 10000 characters, but may have 1000",
            "ask in fewer words; a passage is no question",
        ),
        ("bikes \ud800", "text holds characters that are no text", "send valid Unicode"),
    ],
)
def test_what_is_no_question_is_refused_with_its_mend(text: str, message: str, mend: str) -> None:
    with pytest.raises(BadInput) as refused:
        understood(text)
    assert (refused.value.message, refused.value.field, refused.value.mend) == (
        message,
        "text",
        mend,
    )


@given(st.text(min_size=1, max_size=MAX_QUESTION))
def test_no_text_is_too_strange(text: str) -> None:
    try:
        asked = understood(text)
    except BadInput:
        return
    assert len(asked.words) <= MAX_WORDS
    assert all(word and word == word.casefold() and " " not in word for word in asked.words)
    assert all(abs(weight) > 0 for weight in asked.direction.values())
