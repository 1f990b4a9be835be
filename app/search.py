"""What embeds and where vectors are kept, from settings."""

from __future__ import annotations

from core.errors import ConfigError
from core.settings import Settings
from stores.embedders import EmbedderPlace, OpenAIPlace, WordsPlace
from stores.vectors import PineconePlace, PostgresPlace, VectorPlace


def embedder_place(settings: Settings) -> EmbedderPlace:
    """The embedder that settings name."""
    if settings.embedder == "wordllama":
        return WordsPlace()
    return _endpoint(settings)


def former_place(settings: Settings) -> EmbedderPlace:
    """The other one, whose index may still answer: an endpoint whose key is still set."""
    is_other = settings.embedder == "wordllama" and settings.embedder_key is not None
    return _endpoint(settings) if is_other else WordsPlace()


def _endpoint(settings: Settings) -> OpenAIPlace:
    key = settings.embedder_key
    return OpenAIPlace(
        url=settings.embedder_url,
        model=settings.embedder_model,
        dimension=settings.embedder_dimension,
        key=key.get_secret_value() if key else None,
        requests_per_second=settings.embedder_requests_per_second,
        asks_dimension=settings.embedder_asks_dimension,
        tokens_a_month=settings.tier_embedded_tokens_a_month,
    )


def vector_place(settings: Settings) -> VectorPlace:
    """Pinecone where settings have its key, else Postgres."""
    if settings.pinecone_key is None:
        return PostgresPlace()
    if settings.pinecone_host is None:
        raise ConfigError(
            "it is not said which index of Pinecone keeps the vectors",
            field="LIFTOS_PINECONE_HOST",
            mend="set it to the host of the index, as Pinecone's console shows it",
        )
    return PineconePlace(
        key=settings.pinecone_key.get_secret_value(),
        host=settings.pinecone_host,
        hosts=settings.pinecone_hosts,
    )
