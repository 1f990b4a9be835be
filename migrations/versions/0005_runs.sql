-- Backfills, quotes and fair shares.
SELECT;
