"""The offline embedder."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors import BadInput, ConfigError
from stores.embedders.words import WordsEmbedder
from tests.support import Tenant
from tests.vectors.corpus import cosine


@pytest.fixture
async def words() -> AsyncIterator[WordsEmbedder]:
    embedder = WordsEmbedder()
    yield embedder
    await embedder.aclose()


TEXTS = [
    "paid social",
    "the cheapest conversions of the quarter",
    "новая кампания",
    "🚀🎉",
    "a\x00b",
]

WORDLLAMA = """
import sys, json
from pathlib import Path
import wordllama
model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
print(json.dumps(model.embed(json.load(sys.stdin), norm=True).tolist()))
"""


def of_wordllama(texts: list[str]) -> list[list[float]]:
    # In a process of its own: importing it sets up the root logger.
    asked = subprocess.run(
        [sys.executable, "-c", WORDLLAMA], input=json.dumps(texts), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    vectors: list[list[float]] = json.loads(asked.stdout)
    return vectors


async def test_vectors_are_those_of_wordllama(words: WordsEmbedder, tenant: Tenant) -> None:
    vectors = await words.embed(tenant.scope, TEXTS)
    assert [list(each) for each in vectors] == [
        pytest.approx(each, abs=1e-6) for each in of_wordllama(TEXTS)
    ]
    assert [cosine(each, each) for each in vectors] == pytest.approx([1.0] * len(TEXTS))
    assert {len(each) for each in vectors} == {words.dimension} == {256}


async def test_a_text_has_the_same_vector_alone_and_among_others(
    words: WordsEmbedder, tenant: Tenant
) -> None:
    alone = [(await words.embed(tenant.scope, [text]))[0] for text in TEXTS]
    assert alone == await words.embed(tenant.scope, TEXTS)
    many = await words.embed(tenant.scope, TEXTS * 120)
    assert many == alone * 120


async def test_what_means_the_same_is_near(words: WordsEmbedder, tenant: Tenant) -> None:
    ad, paraphrase, other = await words.embed(
        tenant.scope, ["cheap shoes on sale", "discount footwear offer", "quarterly tax filing"]
    )
    assert cosine(ad, paraphrase) > cosine(ad, other)


async def test_nothing_has_no_vector(words: WordsEmbedder, tenant: Tenant) -> None:
    assert await words.embed(tenant.scope, []) == []
    with pytest.raises(BadInput) as refused:
        await words.embed(tenant.scope, ["words", ""])
    assert refused.value.field == "text"


async def test_without_its_wheel_it_says_what_to_do(tenant: Tenant, tmp_path: Path) -> None:
    embedder = WordsEmbedder(tmp_path)
    with pytest.raises(ConfigError, match="no wheel for this platform") as missing:
        await embedder.embed(tenant.scope, ["words"])
    assert missing.value.field == "LIFTOS_EMBEDDER"
    assert "LIFTOS_EMBEDDER=openai" in missing.value.next_step
    await embedder.aclose()


async def test_it_leaves_the_logs_alone(words: WordsEmbedder, tenant: Tenant) -> None:
    handlers = list(logging.getLogger().handlers)
    await words.embed(tenant.scope, ["words"])
    assert logging.getLogger().handlers == handlers


def test_nobody_pays_for_it_who_embeds_nothing() -> None:
    loads = "import sys, stores.wiring; sys.exit('tokenizers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0
