"""Which embedder, as settings name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class WordsPlace:
    """The offline embedder of this machine."""


@dataclass(frozen=True, slots=True)
class OpenAIPlace:
    """An endpoint that speaks OpenAI's protocol of embeddings, and a model that it has.

    `url` is what `/embeddings` is added to. `asks_dimension`: the model is asked for vectors of
    this length, which not every endpoint allows. `tokens_a_month` of a tenant, by its tier.
    """

    url: str
    model: str
    dimension: int
    key: str | None = field(default=None, repr=False)
    requests_per_second: float = 50.0
    timeout_seconds: float = 30.0
    asks_dimension: bool = True
    tokens_a_month: Mapping[str, int] = field(default_factory=dict)


EmbedderPlace: TypeAlias = WordsPlace | OpenAIPlace
