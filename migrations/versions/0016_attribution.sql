-- Attribution rows.
SELECT;
