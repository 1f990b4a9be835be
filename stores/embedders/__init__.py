"""Adapters of embedders: what turns texts into vectors."""

from stores.embedders.places import EmbedderPlace, OpenAIPlace, WordsPlace
from stores.embedders.wiring import open_embedders

__all__ = ["EmbedderPlace", "OpenAIPlace", "WordsPlace", "open_embedders"]
