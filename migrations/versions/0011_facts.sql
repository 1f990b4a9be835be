-- Breakdowns and series of entries.

-- Country, geo and device are part of what an entry is, so its versions need not repeat them.
-- What a series is and how many days its numbers cover may be told otherwise later.
ALTER TABLE marketing_entry
    ADD COLUMN country text,
    ADD COLUMN geo text,
    ADD COLUMN device text,
    ADD COLUMN series_role text,
    ADD COLUMN covers_days bigint,
    ADD COLUMN value numeric;
ALTER TABLE marketing_entry_vintage
    ADD COLUMN series_role text,
    ADD COLUMN covers_days bigint,
    ADD COLUMN value numeric;

-- What the rows of a connection are broken down by; all of them alike, so that none counts twice.
ALTER TABLE connection ADD COLUMN breakdown text;
