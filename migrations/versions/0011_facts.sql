-- Breakdowns and series of entries.

-- Device is part of what an entry is, so its versions need not repeat it. So are country and geo,
-- but for an order, whose id alone tells it apart: where it goes may be told otherwise later, as
-- may what a series is and how many days its numbers cover.
ALTER TABLE marketing_entry
    ADD COLUMN country text,
    ADD COLUMN geo text,
    ADD COLUMN device text,
    ADD COLUMN series_role text,
    ADD COLUMN covers_days bigint,
    ADD COLUMN value numeric;
ALTER TABLE marketing_entry_vintage
    ADD COLUMN country text,
    ADD COLUMN geo text,
    ADD COLUMN series_role text,
    ADD COLUMN covers_days bigint,
    ADD COLUMN value numeric;

-- What the rows of a connection are broken down by; all of them alike, so that none counts twice.
ALTER TABLE connection ADD COLUMN breakdown text;
