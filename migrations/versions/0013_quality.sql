-- Quality of entries.
SELECT;
