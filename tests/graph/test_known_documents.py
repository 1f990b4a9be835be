from __future__ import annotations

from graphql import build_schema, parse

from graph.executor.kept import EACH
from graph.known_documents import Known, KnownDocuments
from tests.graph.world import World

SCHEMA = build_schema("type Query { a: Int }")


def known(text: str) -> Known:
    return Known(SCHEMA, parse(text))


def test_texts_are_kept_up_to_their_budget_and_the_least_asked_for_go_first() -> None:
    documents = KnownDocuments(most_characters=10 * (10 + EACH))
    texts = [f"{{ a }} #{number:03}" for number in range(11)]
    for text in texts[:10]:
        documents.keep(text, known(text))
        documents.keep(text, known(text))
    assert documents.find(texts[0], SCHEMA) is not None
    documents.keep(texts[10], known(texts[10]))
    held = [text for text in texts if documents.find(text, SCHEMA)]
    assert held == [texts[0], *texts[2:]]


def test_a_long_text_does_not_take_the_place_of_many() -> None:
    documents = KnownDocuments(most_characters=1000)
    documents.keep("{ a } #0", known("{ a }"))
    long = "{ a } #".ljust(101, "4")
    documents.keep(long, known("{ a }"))
    assert documents.find(long, SCHEMA) is None
    assert documents.find("{ a } #0", SCHEMA) is not None


def test_what_another_schema_found_is_not_told() -> None:
    documents = KnownDocuments(most_characters=1000)
    documents.keep("{ a }", known("{ a }"))
    assert documents.find("{ a }", build_schema("type Query { a: Int }")) is None


async def test_what_was_found_is_found_again(world: World) -> None:
    first = await world.ask("{ nothing }", world.south)
    assert first["errors"][0]["message"].startswith("Cannot query field 'nothing'")
    assert await world.ask("{ nothing }", world.south) == first
