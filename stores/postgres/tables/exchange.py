"""Exchange rates, the same for every tenant."""

from __future__ import annotations

import datetime as dt

from stores.postgres.tables.columns import DAY, JSON, MOMENT, STRING, Table, column, key


class ExchangePublicationRow(Table, table=True):
    """One row per day on which rates were published; `rates`: units of a currency per euro."""

    __tablename__ = "exchange_publication"

    date: dt.date = key(DAY)
    source: str = column(STRING)
    rates: dict[str, str] = column(JSON)
    learned_at: dt.datetime = column(MOMENT)
