-- Rejected records that are mended, and drift contracts.
SELECT;
