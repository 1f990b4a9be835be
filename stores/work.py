"""The stores of a worker, which bring Arrow with them; the API process does without."""

from __future__ import annotations

from dataclasses import dataclass

from stores.postgres.analysis_work import AnalysisWorkStore
from stores.postgres.document_work import DocumentWorkStore
from stores.postgres.embeddings import EmbeddingStore
from stores.postgres.export_work import ExportWorkStore
from stores.postgres.forgetting_work import ForgettingWorkStore
from stores.postgres.incident_work import IncidentWorkStore
from stores.postgres.page_work import PageWorkStore
from stores.postgres.readings import ReadingStore
from stores.postgres.replays import ReplayStore
from stores.postgres.run_work import RunWorkStore
from stores.postgres.total_work import TotalWorkStore
from stores.postgres.transformations import TransformationStore
from stores.wiring import Stores


@dataclass(frozen=True, slots=True)
class WorkStores:
    """Steps of runs and their pages, and the end of readings."""

    runs: RunWorkStore
    pages: PageWorkStore
    readings: ReadingStore
    replays: ReplayStore
    totals: TotalWorkStore
    transformations: TransformationStore
    exports: ExportWorkStore
    documents: DocumentWorkStore
    embeddings: EmbeddingStore
    analyses: AnalysisWorkStore
    forgetting: ForgettingWorkStore
    incidents: IncidentWorkStore


def work_stores(stores: Stores) -> WorkStores:
    """A worker's stores over the database that `stores` use."""
    return WorkStores(
        RunWorkStore(stores.database),
        PageWorkStore(stores.database),
        ReadingStore(stores.database),
        ReplayStore(stores.database),
        TotalWorkStore(stores.database),
        TransformationStore(stores.database),
        ExportWorkStore(stores.database),
        DocumentWorkStore(stores.database),
        EmbeddingStore(stores.database),
        stores.analyses,
        ForgettingWorkStore(stores.database),
        IncidentWorkStore(stores.database),
    )
