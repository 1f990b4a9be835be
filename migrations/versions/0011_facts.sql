-- Breakdowns and series of entries.
SELECT;
