-- The outbox of what happened.
SELECT;
