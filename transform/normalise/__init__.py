"""Raw pages into one shape: each source has its normaliser, and all answer the same columns."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.errors import BadInput
from core.records.connections import Source
from transform.frames import NormalisedPage
from transform.normalise.context import Normaliser, PageContext
from transform.normalise.file import normalise_file
from transform.normalise.google_ads import normalise_google_ads
from transform.normalise.klaviyo import normalise_klaviyo
from transform.normalise.meta import normalise_meta

NORMALISERS: Mapping[Source, Normaliser] = MappingProxyType(
    {
        Source.META_ADS: normalise_meta,
        Source.GOOGLE_ADS: normalise_google_ads,
        Source.KLAVIYO: normalise_klaviyo,
        Source.FILE: normalise_file,
    }
)


def normalise_page(
    source: Source, stream: str, media_type: str, body: bytes, context: PageContext
) -> NormalisedPage:
    """`body` as the source sent it, in the columns that all sources share.

    `fetched` records = Σ `records` of entries + rejections. Raises BadInput when the page as a
    whole cannot be read or the source has no normaliser.
    """
    normalise = NORMALISERS.get(source)
    if normalise is None:
        raise BadInput(f"pages of {source} cannot be normalised", field="source")
    return normalise(stream, media_type, body, context)
