"""The offline embedder: wordllama's table of word vectors, read from its wheel.

A text's vector is the mean of the vectors of its tokens, scaled to length 1: what wordllama's own
`embed(norm=True)` gives, to the last bit that matters (`tests/vectors` compares). Its package is
not imported for that: the import alone takes 50 MB, and sets up a handler of the root logger. The
weights stay in the file, mapped into memory, so that processes of one machine share them.
"""

from __future__ import annotations

import asyncio
import json
from array import array
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import BadInput, ConfigError
from core.scope import TenantScope

_PACKAGE = "wordllama"
_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENS = "tokenizers/l2_supercat_tokenizer_config.json"
_AT_ONCE = 256
"""Texts whose tokens are held in memory together."""


class WordsEmbedder:
    """Vectors of 256 numbers without a network; one thread works, and loads at the first text."""

    model = "wordllama-l2-supercat-256"
    dimension = 256

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or _folder()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedder")

    async def embed(self, scope: TenantScope, texts: Sequence[str]) -> Sequence[array[float]]:
        """A vector for each text. BadInput for a text without a token, ConfigError without weights.

        The tenant makes no difference: nothing is kept, counted or sent.
        """
        del scope
        loop = asyncio.get_running_loop()
        vectors: list[array[float]] = []
        for start in range(0, len(texts), _AT_ONCE):
            some = list(texts[start : start + _AT_ONCE])
            vectors += await loop.run_in_executor(self._thread, self._embed, some)
        return vectors

    async def aclose(self) -> None:
        """Let go of the thread, once it has done what it was given."""
        self._thread.shutdown(wait=False)

    def _embed(self, texts: list[str]) -> list[array[float]]:
        return [self._table.vector(each.ids) for each in self._tokenizer.encode_batch(
            texts, add_special_tokens=False
        )]  # fmt: skip

    @cached_property
    def _table(self) -> _Table:
        return _Table(self._file(_WEIGHTS))

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer  # noqa: PLC0415 - loaded by processes that embed

        tokenizer = Tokenizer.from_file(str(self._file(_TOKENS)))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def _file(self, name: str) -> Path:
        if self._folder is None or not (self._folder / name).is_file():
            raise ConfigError(
                "the offline embedder is not installed: wordllama has no wheel for this platform",
                field="LIFTOS_EMBEDDER",
                mend="set LIFTOS_EMBEDDER=openai with LIFTOS_EMBEDDER_URL and LIFTOS_EMBEDDER_KEY "
                "of any endpoint that speaks OpenAI's protocol, or run on x86-64 Linux or macOS; "
                "the other modes of search work without",
            )
        return self._folder / name


class _Table:
    """Word vectors in a safetensors file of one tensor.

    The format: the header's length (8 bytes, little-endian), the header in JSON, the data.
    https://github.com/huggingface/safetensors#format
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            (tensor,) = (
                value for name, value in json.loads(file.read(size)).items()
                if name != "__metadata__"
            )  # fmt: skip
        self._rows: npt.NDArray[np.float16] = np.memmap(
            path,
            dtype=np.float16,
            mode="r",
            offset=8 + size + tensor["data_offsets"][0],
            shape=tuple(tensor["shape"]),
        )

    def vector(self, tokens: Sequence[int]) -> array[float]:
        if not tokens:
            raise BadInput("there is nothing in the text", field="text", mend="give it words")
        total = self._rows[tokens].astype(np.float32).sum(axis=0)
        total /= (total @ total) ** 0.5
        return array("f", total.tobytes())


def _folder() -> Path | None:
    spec = find_spec(_PACKAGE)
    return Path(next(iter(spec.submodule_search_locations or ()))) if spec else None
