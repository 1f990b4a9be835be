"""The embedder of now, and those of former models whose indexes still answer."""

from __future__ import annotations

import re
from dataclasses import replace

from core.vectors import Embedder
from stores.embedders.openai import Meter, OpenAIEmbedder
from stores.embedders.places import EmbedderPlace, OpenAIPlace
from stores.embedders.words import WordsEmbedder

_OF_AN_ENDPOINT = re.compile(r"(?P<model>.+)-(?P<dimension>\d{1,4})")


class Embedders:
    """Every embedder that settings still reach; each is opened when it is first asked for."""

    def __init__(self, place: EmbedderPlace, former: EmbedderPlace, meter: Meter) -> None:
        places = (place, former)
        self._endpoint = next((each for each in places if isinstance(each, OpenAIPlace)), None)
        self._meter = meter
        self._open: dict[str, WordsEmbedder | OpenAIEmbedder] = {}
        self.current: Embedder = self._kept(
            OpenAIEmbedder(place, meter) if isinstance(place, OpenAIPlace) else WordsEmbedder()
        )

    def of(self, model: str) -> Embedder | None:
        """The embedder whose vectors those of `model` are; None where settings know none."""
        if model in self._open:
            return self._open[model]
        if model == WordsEmbedder.model:
            return self._kept(WordsEmbedder())
        named = _OF_AN_ENDPOINT.fullmatch(model)
        if self._endpoint is None or named is None:
            return None
        place = replace(self._endpoint, model=named["model"], dimension=int(named["dimension"]))
        return self._kept(OpenAIEmbedder(place, self._meter))

    async def aclose(self) -> None:
        """Let go of all that was opened."""
        for each in self._open.values():
            await each.aclose()

    def _kept(self, embedder: WordsEmbedder | OpenAIEmbedder) -> Embedder:
        self._open[embedder.model] = embedder
        return embedder
