"""The typed client of LiftOS Core Data.

>>> with Liftos("https://api.example.com", api_key="lok_…") as client:
...     for row in each(client.attribution_rows, dates=DateRangeInput(since=…, until=…)):
...         print(row.date, row.channel, row.spend)

Each operation of `operations.graphql` is a method of `Liftos` and, to be awaited, of
`AsyncLiftos`; `execute` takes any other document. Errors are LiftosError and its classes.
"""

from . import errors, tables, wide
from .errors import LiftosError
from .exchange import Cost, Retries
from .generated import enums, fragments, input_types
from .generated.async_operations import AsyncOperations as AsyncLiftos
from .generated.fragments import Refused
from .generated.input_types import DateRangeInput
from .generated.operations import Operations as Liftos
from .open_unions import Unknown
from .unified import AsyncUnifiedDataAPI, UnifiedDataAPI
from .walking import each, walk

__all__ = [
    "AsyncLiftos",
    "AsyncUnifiedDataAPI",
    "Cost",
    "DateRangeInput",
    "Liftos",
    "LiftosError",
    "Refused",
    "Retries",
    "UnifiedDataAPI",
    "Unknown",
    "each",
    "enums",
    "errors",
    "fragments",
    "input_types",
    "tables",
    "walk",
    "wide",
]
