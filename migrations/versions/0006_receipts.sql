-- Reconciliation, held shrinks and what restatements teach.
SELECT;
