"""Packing facts: never more than the budget, never half a fact, the first ones first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.context_packing import FactText, pack, tokens_of

TEXT = st.text(max_size=80)
FACTS = st.lists(st.builds(FactText, TEXT, st.text(max_size=20)), max_size=8)
SPEND = "Spend 1,234.50 EUR; 45,678 impressions; ROAS 1.90; 2026-10-01 to 2026-10-31"


def test_tokens_are_counted_by_a_rule_that_can_be_told() -> None:
    assert tokens_of("") == 0
    assert tokens_of("spend") == 3
    assert tokens_of("spend rose") == 5
    assert tokens_of("1,234.50") == 8
    assert tokens_of("in 2026") == 6
    assert tokens_of("Höhe") == 4
    assert tokens_of("日本") == 6
    assert tokens_of("a\nb") == 3
    assert tokens_of(SPEND) == 60


def test_the_first_facts_come_first_and_a_long_one_is_told_in_brief() -> None:
    facts = [FactText("a " * 10, "a"), FactText("b " * 100, "b b"), FactText("c", "c")]
    packed = pack("head", facts, 30)
    assert [(fact.index, fact.number, fact.is_brief) for fact in packed.facts] == [
        (0, 1, False),
        (1, 2, True),
        (2, 3, False),
    ]
    assert packed.text.splitlines()[0] == "head"
    assert packed.text.splitlines()[2] == "[2] b b"
    whole = pack("head", facts, 1000)
    assert [fact.is_brief for fact in whole.facts] == [False, False, False]


def test_without_room_for_a_fact_there_is_nothing() -> None:
    assert pack("head", [FactText("a fact", "fact")], 5).text == ""
    assert pack("head", [], 1000).facts == ()


@given(TEXT, FACTS, st.integers(0, 200))
def test_never_more_than_the_budget_and_never_half_a_fact(
    head: str, facts: list[FactText], budget: int
) -> None:
    packed = pack(head, facts, budget)
    assert packed.tokens <= budget
    assert tokens_of(packed.text) <= packed.tokens
    indexes = [fact.index for fact in packed.facts]
    assert indexes == sorted(set(indexes))
    for number, fact in enumerate(packed.facts, 1):
        given_ = facts[fact.index]
        told = given_.brief if fact.is_brief else given_.full
        assert fact.text == f"[{number}] {' '.join(told.split())}"
        assert fact.text in packed.text


@given(TEXT, FACTS, st.integers(0, 200))
def test_the_same_facts_give_the_same_text(head: str, facts: list[FactText], budget: int) -> None:
    assert pack(head, facts, budget) == pack(head, facts, budget)


@given(TEXT, TEXT)
def test_lines_add_up(one: str, other: str) -> None:
    assert tokens_of(f"{one}x\nx{other}") <= tokens_of(f"{one}x") + 1 + tokens_of(f"x{other}")
