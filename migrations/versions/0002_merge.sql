-- Merging at speed.
SELECT;
